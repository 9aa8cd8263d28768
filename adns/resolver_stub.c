/* Runs c-ares on the loop: asks with AD set, and takes the AD bit of a resolver on
 * loopback for the verdict. */
#include <ares.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bsd/sys/queue.h>

#include "adns/log_ctx.h"
#include "adns/message.h"
#include "adns/resolver_stub.h"

enum {
	CLASS_IN = 1,
	FLAG_AD = 0x20, FLAG_CD = 0x10,	/* of the header's fourth octet */
	TIMEOUT_MS = 800, TRIES = 2,
	UDP_SIZE = 1232,	/* what no path cuts; larger answers come by TCP */
	MAX_CALLS = 4096,
	MAX_SOCKETS = 64,
};

/* One question inside c-ares, which cannot take one back: a cancelled one stays
 * until it ends. */
struct call {
	struct resolver_stub *owner;
	uint64_t ref;
	struct dns_name qname;
	uint16_t rrtype;
	bool cancelled;
	bool unchecked;		/* asked again, not to be validated */
	resolver_done_fn *done;
	void *ctx;
	LIST_ENTRY(call) others;
};

struct sock {
	int fd;
	loop_id watch;		/* none: the slot is free */
};

struct resolver_stub {
	struct loop *loop;
	ares_channel ares;
	bool open, closing, trusted;
	loop_id timer;
	unsigned n_calls;
	LIST_HEAD(, call) calls;
	struct sock socks[MAX_SOCKETS];
};

static void on_timer(void *ctx);

/* When c-ares wants to look at its questions again. */
static void
rearm(struct resolver_stub *s)
{
	struct timeval tv, *next = ares_timeout(s->ares, NULL, &tv);

	loop_cancel(s->loop, &s->timer);
	if (next != NULL)
		s->timer = loop_after(s->loop, (uint64_t)next->tv_sec * 1000
				      + (uint64_t)next->tv_usec / 1000 + 1, on_timer, s);
}

static void
on_timer(void *ctx)
{
	struct resolver_stub *s = ctx;

	s->timer = (loop_id){ 0 };
	ares_process_fd(s->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	rearm(s);
}

static void
on_socket(void *ctx, int fd, int what)
{
	struct resolver_stub *s = ctx;

	ares_process_fd(s->ares, (what & LOOP_READ) != 0 ? fd : ARES_SOCKET_BAD,
			(what & LOOP_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	rearm(s);
}

/* The slot of FD, else a free one; NULL when there is none. */
static struct sock *
sock_find(struct resolver_stub *s, int fd)
{
	struct sock *found = NULL;

	for (unsigned i = 0; i < MAX_SOCKETS; i++) {
		if (s->socks[i].watch.n != 0 && s->socks[i].fd == fd)
			return &s->socks[i];
		if (s->socks[i].watch.n == 0 && found == NULL)
			found = &s->socks[i];
	}
	return found;
}

/* What c-ares waits for at one of its sockets has changed. */
static void
on_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct resolver_stub *s = ctx;
	struct sock *k = sock_find(s, fd);
	int what = (readable ? LOOP_READ : 0) | (writable ? LOOP_WRITE : 0);

	if (k == NULL)		/* its questions end by their timeouts */
		return;
	loop_cancel(s->loop, &k->watch);
	k->fd = fd;
	if (what != 0)
		k->watch = loop_fd(s->loop, fd, what, on_socket, s);
}

bool
resolver_stub_trusts(const struct endpoint *e)
{
	static const uint8_t resolved[] = { 127, 0, 0 };
	const uint8_t *b = e->addr.bytes;

	if (!ip_addr_is_loopback(&e->addr))
		return false;
	return e->addr.family != IP_V4 || memcmp(b, resolved, sizeof(resolved)) != 0
		|| (b[3] != 53 && b[3] != 54);
}

static bool
set_servers(struct resolver_stub *s, const struct endpoint *resolvers, size_t n)
{
	char csv[1024] = "";
	size_t len = 0;

	s->trusted = n > 0;
	for (size_t i = 0; i < n && len < sizeof(csv); i++) {
		struct addr_buf b;
		int k = snprintf(csv + len, sizeof(csv) - len, "%s%s", i > 0 ? "," : "",
				 endpoint_text(&resolvers[i], &b));

		len += k > 0 ? (size_t)k : 0;
		if (resolver_stub_trusts(&resolvers[i]))
			continue;
		s->trusted = false;
		log_warn(&adns_log, "the stub back end does not believe %s, which is not a validating "
			 "resolver on loopback: nothing is secure", endpoint_text(&resolvers[i], &b));
	}
	return n > 0 && len < sizeof(csv)
		&& ares_set_servers_ports_csv(s->ares, csv) == ARES_SUCCESS;
}

struct resolver_stub *
resolver_stub_new(struct loop *l, const struct endpoint *resolvers, size_t n, char err[200])
{
	static char hosts_never[] = "b";
	struct resolver_stub *s = calloc(1, sizeof(*s));
	struct ares_options o = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = TIMEOUT_MS, .tries = TRIES, .ednspsz = UDP_SIZE,
		.lookups = hosts_never, .sock_state_cb = on_state, .sock_state_cb_data = s,
	};

	snprintf(err, 200, "c-ares cannot start: no memory");
	if (s == NULL)
		return NULL;
	s->loop = l;
	LIST_INIT(&s->calls);
	if (ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS)
		s->open = ares_init_options(&s->ares, &o, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS
				| ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS
				| ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS;
	if (s->open && set_servers(s, resolvers, n))
		return s;
	if (s->open)
		snprintf(err, 200, "the stub back end wants a resolver: name one with --resolver");
	resolver_stub_free(s);
	return NULL;
}

void
resolver_stub_free(struct resolver_stub *s)
{
	if (s == NULL)
		return;
	s->closing = true;	/* every open question calls back now */
	if (s->open)
		ares_destroy(s->ares);
	loop_cancel(s->loop, &s->timer);
	ares_library_cleanup();
	free(s);
}

static void
call_end(struct call *c, const struct resolver_reply *r)
{
	if (!c->owner->closing && !c->cancelled)
		c->done(c->ctx, c->ref, r);
	LIST_REMOVE(c, others);
	c->owner->n_calls--;
	free(c);
}

static void send_question(struct call *c);

static void
take_message(struct call *c, struct span message)
{
	struct resolver_reply r = { .message = message, .why = "" };
	struct msg_header h;

	(void)msg_open(message, &h);
	if (c->unchecked) {
		r.security = ADNS_BOGUS;
		r.why = "the resolver has it and refuses it: DNSSEC validation fails there";
	} else if (h.authentic && c->owner->trusted) {
		r.security = ADNS_SECURE;
	}
	call_end(c, &r);
}

/* SERVFAIL and REFUSED of every resolver; c-ares names them as it names a port where
 * nobody listens. */
static bool
was_refused(int status)
{
	return status == ARES_ECONNREFUSED || status == ARES_ESERVFAIL
		|| status == ARES_EREFUSED;
}

/* A resolver says SERVFAIL for what is bogus and for what it cannot reach: the
 * second is no better without validation (RFC 4035 3.2.2, CD). */
static void
on_reply(void *arg, int status, int timeouts, unsigned char *packet, int len)
{
	struct call *c = arg;
	struct resolver_reply failed = { .failed = true, .why = was_refused(status) ?
		"the resolver refuses the question or cannot answer it" : ares_strerror(status) };

	(void)timeouts;
	if ((status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND)
	    && packet != NULL && len > 0) {
		take_message(c, span_of(packet, (size_t)len));
	} else if (was_refused(status) && !c->unchecked && c->owner->trusted
		   && !c->owner->closing && !c->cancelled) {
		c->unchecked = true;
		send_question(c);
	} else {
		call_end(c, &failed);
	}
}

/* C may be gone afterwards. */
static void
send_question(struct call *c)
{
	unsigned char *q = NULL;
	int len = 0, status = ares_create_query(c->qname.text, CLASS_IN, c->rrtype, 0, 1, &q, &len,
						UDP_SIZE);

	if (status != ARES_SUCCESS || len < 4) {
		on_reply(c, status != ARES_SUCCESS ? status : ARES_EBADQUERY, 0, NULL, 0);
	} else {
		q[3] |= c->unchecked ? FLAG_CD : FLAG_AD;
		ares_send(c->owner->ares, q, len, on_reply, c);
	}
	if (q != NULL)
		ares_free_string(q);
}

static int
stub_ask(void *self, const struct dns_name *qname, uint16_t rrtype,
	 uint64_t ref, resolver_done_fn *done, void *ctx)
{
	struct resolver_stub *s = self;
	struct call *c = s->n_calls < MAX_CALLS ? calloc(1, sizeof(*c)) : NULL;

	if (c == NULL)
		return -ENOMEM;
	*c = (struct call){
		.owner = s, .ref = ref, .qname = *qname, .rrtype = rrtype, .done = done, .ctx = ctx,
	};
	LIST_INSERT_HEAD(&s->calls, c, others);
	s->n_calls++;
	send_question(c);
	rearm(s);
	return 0;
}

static void
stub_cancel(void *self, uint64_t ref)
{
	struct resolver_stub *s = self;
	struct call *c;

	LIST_FOREACH(c, &s->calls, others)
		if (c->ref == ref)
			c->cancelled = true;
}

struct resolver
resolver_stub_ops(struct resolver_stub *s)
{
	return (struct resolver){ .self = s, .ask = stub_ask, .cancel = stub_cancel };
}
