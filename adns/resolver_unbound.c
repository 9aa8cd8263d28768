/* Runs libunbound on the loop, with the settings that a flood of strangers'
 * names needs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unbound-event.h>
#include <bsd/sys/queue.h>

#include "adns/log_ctx.h"
#include "adns/resolver_unbound.h"

enum { CLASS_IN = 1 };

/* One question inside libunbound. */
struct call {
	struct resolver_unbound *owner;
	uint64_t ref;
	int async_id;
	bool starting, finished;
	resolver_done_fn *done;
	void *ctx;
	LIST_ENTRY(call) others;
};

struct resolver_unbound {
	struct ub_ctx *ub;
	FILE *log;
	bool closing;
	LIST_HEAD(, call) calls;
};

struct setting {
	const char *name, *value;
};

/* In the order of unbound.conf(5). */
static const struct setting settings[] = {
	/* One dead name must not keep a live one waiting for a slot. */
	{ "num-queries-per-thread:", "4096" },
	{ "outgoing-num-tcp:", "64" },
	/* Never sit on the port that IKE and ESP use. */
	{ "outgoing-port-avoid:", "4500" },
	/* A dead forwarder is given up after seconds, not after seventeen. */
	{ "outbound-msg-retry:", "3" },
	{ "infra-cache-max-rtt:", "3000" },
	/* A forwarder that comes back is noticed soon. */
	{ "infra-host-ttl:", "60" },
	{ "infra-keep-probing:", "yes" },
	{ "msg-cache-size:", "8m" },
	{ "rrset-cache-size:", "16m" },
	{ "key-cache-size:", "4m" },
	{ "neg-cache-size:", "4m" },
	/* Zone owners decide how long they are remembered, up to a limit. */
	{ "cache-min-ttl:", "0" },
	{ "cache-max-ttl:", "86400" },
	{ "cache-max-negative-ttl:", "900" },
	{ "val-bogus-ttl:", "60" },
	/* One signed NSEC answers for a whole /24 that has no keys. */
	{ "aggressive-nsec:", "yes" },
	{ "qname-minimisation:", "yes" },
	/* Reverse names of private and documentation prefixes are asked. */
	{ "unblock-lan-zones:", "yes" },
	{ "do-not-query-localhost:", "no" },
};

static ssize_t
log_line(void *cookie, const char *text, size_t len)
{
	struct resolver_unbound *u = cookie;
	static struct log_limit limit;
	int n = len > 400 ? 400 : (int)len;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n == 0 || u->closing)
		return (ssize_t)len;
	if (memmem(text, len, " error: ", 8) != NULL)
		log_limited(&limit, LOG_LEVEL_WARN, &adns_log, "libunbound: %.*s", n, text);
	else
		log_debug(&adns_log, "libunbound: %.*s", n, text);
	return (ssize_t)len;
}

static bool
refused(int err, const char *what, const char *value, char text[200])
{
	if (err == 0)
		return false;
	snprintf(text, 200, "libunbound refuses %s%.100s: %s", what, value, ub_strerror(err));
	return true;
}

/* RFC 5011. Short times are for tests; "permit-small-holddown" is not among them, with
 * which a key set that lives for a second divides by zero in libunbound 1.17.1. */
static bool
set_state(struct resolver_unbound *u, const struct resolver_unbound_config *cfg, char err[200])
{
	char seconds[16];

	if (cfg->anchor_state == NULL)
		return true;
	snprintf(seconds, sizeof(seconds), "%u", cfg->holddown_s);
	if (cfg->holddown_s != 0
	    && (refused(ub_ctx_set_option(u->ub, "add-holddown:", seconds),
			   "add-holddown ", seconds, err)
		|| refused(ub_ctx_set_option(u->ub, "del-holddown:", seconds),
			   "del-holddown ", seconds, err)))
		return false;
	return !refused(ub_ctx_add_ta_autr(u->ub, cfg->anchor_state), "the state of trust anchors ",
			cfg->anchor_state, err);
}

static bool
set_all(struct resolver_unbound *u, const struct resolver_unbound_config *cfg, char err[200])
{
	char range[16];

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (refused(ub_ctx_set_option(u->ub, settings[i].name, settings[i].value),
			    settings[i].name, settings[i].value, err))
			return false;
	snprintf(range, sizeof(range), "%u", cfg->max_sockets);
	if (refused(ub_ctx_set_option(u->ub, "outgoing-range:", range),
		    "outgoing-range ", range, err))
		return false;
	if (!set_state(u, cfg, err))
		return false;
	for (size_t i = 0; i < cfg->n_anchor_files; i++)
		if (refused(ub_ctx_add_ta_file(u->ub, cfg->anchor_files[i]),
			    "trust anchors ", cfg->anchor_files[i], err))
			return false;
	for (size_t i = 0; i < cfg->n_negative; i++)
		if (refused(ub_ctx_set_option(u->ub, "domain-insecure:", cfg->negative[i].zone.text),
			    "negative trust anchor ", cfg->negative[i].zone.text, err))
			return false;
	for (size_t i = 0; i < cfg->n_forwarders; i++) {
		const struct endpoint *e = &cfg->forwarders[i];
		struct addr_buf b;
		char text[80];

		/* libunbound's spelling is ADDR@PORT. */
		snprintf(text, sizeof(text), "%s@%u", ip_addr_text(&e->addr, &b), e->port);
		if (refused(ub_ctx_set_fwd(u->ub, text), "resolver ", text, err))
			return false;
	}
	return true;
}

struct resolver_unbound *
resolver_unbound_new(struct loop *l, const struct resolver_unbound_config *cfg, char err[200])
{
	struct resolver_unbound *u = calloc(1, sizeof(*u));

	snprintf(err, 200, "libunbound cannot start: no memory");
	if (u == NULL)
		return NULL;
	LIST_INIT(&u->calls);
	u->log = fopencookie(u, "w", (cookie_io_functions_t){ .write = log_line });
	u->ub = ub_ctx_create_event(loop_base(l));
	if (u->log == NULL || u->ub == NULL)
		goto fail;
	setvbuf(u->log, NULL, _IOLBF, 0);
	ub_ctx_debugout(u->ub, u->log);
	ub_ctx_debuglevel(u->ub, cfg->debug ? 2 : 0);
	if (set_all(u, cfg, err))
		return u;
fail:
	resolver_unbound_free(u);
	return NULL;
}

void
resolver_unbound_free(struct resolver_unbound *u)
{
	if (u == NULL)
		return;
	/* Calls back for every open question (with rcode 2). */
	u->closing = true;
	if (u->ub != NULL)
		ub_ctx_delete(u->ub);
	for (struct call *c = LIST_FIRST(&u->calls), *next; c != NULL; c = next) {
		next = LIST_NEXT(c, others);
		free(c);
	}
	if (u->log != NULL)
		fclose(u->log);
	free(u);
}

static enum adns_security
security_of(int sec)
{
	switch (sec) {
	case 1:		return ADNS_BOGUS;
	case 2:		return ADNS_SECURE;
	default:	return ADNS_INSECURE;
	}
}

/* RCODE is libunbound's own trouble, and then the packet is not to be looked
 * at; the server's rcode stands in the packet. */
static void
on_result(void *arg, int rcode, void *packet, int len, int sec,
	  char *why_bogus, int was_ratelimited)
{
	struct call *c = arg;
	struct resolver_reply r = { .why = why_bogus != NULL ? why_bogus : "" };

	LIST_REMOVE(c, others);
	c->finished = true;
	r.failed = rcode != 0 || packet == NULL || len <= 0 || was_ratelimited;
	if (!r.failed) {
		r.message = span_of(packet, (size_t)len);
		r.security = security_of(sec);
	}
	if (!c->owner->closing)
		c->done(c->ctx, c->ref, &r);
	if (!c->starting)
		free(c);
}

static int
unbound_ask(void *self, const struct dns_name *qname, uint16_t rrtype,
	    uint64_t ref, resolver_done_fn *done, void *ctx)
{
	struct resolver_unbound *u = self;
	struct call *c = calloc(1, sizeof(*c));
	int err, id = 0;

	if (c == NULL)
		return -ENOMEM;
	*c = (struct call){
		.owner = u, .ref = ref, .starting = true, .done = done, .ctx = ctx,
	};
	LIST_INSERT_HEAD(&u->calls, c, others);
	err = ub_resolve_event(u->ub, qname->text, rrtype, CLASS_IN, c, on_result, &id);
	c->starting = false;
	c->async_id = id;
	if (c->finished) {
		free(c);
		return 0;
	}
	if (err == 0)
		return 0;
	log_error(&adns_log, "libunbound: %s", ub_strerror(err));
	LIST_REMOVE(c, others);
	free(c);
	return err == UB_NOMEM ? -ENOMEM : -EIO;
}

static void
unbound_cancel(void *self, uint64_t ref)
{
	struct resolver_unbound *u = self;
	struct call *c;

	LIST_FOREACH(c, &u->calls, others)
		if (c->ref == ref && !c->starting)
			break;
	if (c == NULL)
		return;
	ub_cancel(u->ub, c->async_id);
	LIST_REMOVE(c, others);
	free(c);
}

struct resolver
resolver_unbound_ops(struct resolver_unbound *u)
{
	return (struct resolver){
		.self = u, .ask = unbound_ask, .cancel = unbound_cancel,
	};
}
