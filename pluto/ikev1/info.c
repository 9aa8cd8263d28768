/* Informational exchanges: out and in. */
#include "lib/log.h"
#include "pluto/ikev1/info.h"

#include <string.h>

#include "pluto/ikev1/child.h"
#include "pluto/ikev1/quick.h"
#include "pluto/ikev1/seal.h"

enum { REFUSE_EVERY_MS = 100 };

/* INNER as a protected message of an exchange of its own. */
static void
send_protected(struct isakmp *sa, struct ike_build *inner)
{
	uint32_t msgid = v1_new_msgid(sa);
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	struct span s = ike_build_end(inner);
	size_t n = v1_exchange_hash(sa, msgid, (struct span){ 0 }, s, hash);
	struct chunk datagram;

	if (n == 0 || !v1_exchange_iv(sa, msgid, iv))
		return;
	datagram = v1_protected(sa, V1_INFORMATIONAL, msgid, iv, span_of(hash, n), s,
				inner->first);
	isakmp_send(sa, chunk_span(datagram));
	chunk_free(&datagram);
}

static void
send_clear(struct v1_engine *e, const uint8_t cky_i[8], const uint8_t cky_r[8],
	   const struct endpoint *local, const struct endpoint *remote, uint16_t notify)
{
	struct ike_hdr h = { .version = V1_VERSION, .exchange = V1_INFORMATIONAL };
	uint8_t buf[100];
	struct ike_build b;

	memcpy(h.spi_i, cky_i, COOKIE_LEN);
	memcpy(h.spi_r, cky_r, COOKIE_LEN);
	v1_random(e, &h.message_id, sizeof(h.message_id));
	b = ike_build_message(buf, sizeof(buf), &h);
	v1_put_notify(&b, V1_PROTO_ISAKMP, (struct span){ 0 }, notify, (struct span){ 0 });
	v1_send(e, local, remote, ike_build_end(&b));
}

/* Strangers are not told more often than this. */
static bool
may_refuse_first(struct v1_engine *e)
{
	uint64_t now = v1_now(e);

	if (now < e->refused_ms + REFUSE_EVERY_MS)
		return false;
	e->refused_ms = now;
	return true;
}

void
info_refuse(struct isakmp *sa, uint16_t notify)
{
	static const uint8_t none[COOKIE_LEN];
	uint8_t buf[200];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (sa->state == ISAKMP_NEW) {
		if (may_refuse_first(sa->e))
			send_clear(sa->e, sa->cky_i, none, &sa->local, &sa->remote, notify);
		return;
	}
	if (sa->state != ISAKMP_UP) {
		send_clear(sa->e, sa->cky_i, sa->cky_r, &sa->local, &sa->remote, notify);
		return;
	}
	v1_put_notify(&b, V1_PROTO_ISAKMP, (struct span){ 0 }, notify, (struct span){ 0 });
	send_protected(sa, &b);
}

void
info_delete_child(struct v1_child *c)
{
	struct isakmp *sa = isakmp_of(c);
	uint8_t buf[100], spi[4];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct wire_writer w = wire_writer(spi, sizeof(spi));

	if (sa == NULL || sa->state != ISAKMP_UP)
		return;
	wire_put_u32(&w, c->spi_in);
	v1_put_delete(&b, c->chosen.protocol, sizeof(spi), SPAN_OF(spi));
	send_protected(sa, &b);
}

static size_t
both_cookies(const struct isakmp *sa, uint8_t out[16])
{
	struct wire_writer w = wire_writer(out, 16);

	wire_put(&w, SPAN_OF(sa->cky_i));
	wire_put(&w, SPAN_OF(sa->cky_r));
	return w.len;
}

void
info_delete_isakmp(struct isakmp *sa)
{
	uint8_t buf[100], cookies[16];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (sa->state != ISAKMP_UP)
		return;
	both_cookies(sa, cookies);
	v1_put_delete(&b, V1_PROTO_ISAKMP, sizeof(cookies), SPAN_OF(cookies));
	send_protected(sa, &b);
}

void
info_put_contact(struct isakmp *sa, struct ike_build *b)
{
	uint8_t cookies[16];

	if (!isakmp_is_first(sa))
		return;
	both_cookies(sa, cookies);
	v1_put_notify(b, V1_PROTO_ISAKMP, SPAN_OF(cookies), V1_N_INITIAL_CONTACT,
		      (struct span){ 0 });
}

static void
send_dpd(struct isakmp *sa, uint16_t notify, uint32_t sequence)
{
	uint8_t buf[100], cookies[16], number[4];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct wire_writer w = wire_writer(number, sizeof(number));

	log_debug_also(sa->conn->debug, LOG_DPD, NULL, "isakmp#%llu: DPD %s %u",
		       (unsigned long long)sa->serial, notify == V1_N_R_U_THERE ? "asks" : "answers",
		       sequence);
	both_cookies(sa, cookies);
	wire_put_u32(&w, sequence);
	v1_put_notify(&b, V1_PROTO_ISAKMP, SPAN_OF(cookies), notify, SPAN_OF(number));
	send_protected(sa, &b);
}

/* RFC 3706 5.5: what ESP brought is a sign of life too. */
static uint64_t
last_heard(const struct isakmp *sa)
{
	const struct kernel *k = &sa->e->kernel;
	uint64_t heard = sa->heard_ms;

	for (const struct v1_child *c = sa->e->children; c != NULL; c = c->next) {
		struct sa_counters n;

		if (ip_addr_eq(&c->remote.addr, &sa->remote.addr)
		    && k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &n)
		    && n.last_used_ms > heard)
			heard = n.last_used_ms;
	}
	return heard;
}

static void
peer_dead(struct isakmp *sa)
{
	struct v1_engine *e = sa->e;
	struct v1_child *c, *next;

	log_debug_also(sa->conn->debug, LOG_DPD, NULL, "isakmp#%llu: the peer is silent",
		       (unsigned long long)sa->serial);
	for (c = e->children; c != NULL; c = next) {
		next = c->next;
		if (isakmp_of(c) == sa) {
			c->ends = IKE_FAIL_SILENT;
			v1_child_kill(c, "the peer is silent (DPD)");
		}
	}
	isakmp_kill(sa, IKE_FAIL_SILENT, 0);
}

static void
dpd_due(struct v1_engine *e, struct timer *t)
{
	struct isakmp *sa = HEAP_OWNER(&t->node, struct isakmp, dpd.node);
	uint64_t now = v1_now(e), heard = last_heard(sa);
	uint64_t delay = 1000ull * sa->conn->dpd_delay_s, limit = 1000ull * sa->conn->dpd_timeout_s;

	if (now >= heard + limit) {
		peer_dead(sa);
		return;
	}
	if (now >= heard + delay)
		send_dpd(sa, V1_N_R_U_THERE, ++sa->dpd_ours);
	v1_timer_set(e, t, now + delay);
}

void
info_watch(struct isakmp *sa)
{
	if (!sa->peer_dpd || sa->conn->dpd_delay_s == 0 || sa->conn->dpd_timeout_s == 0)
		return;
	v1_random(sa->e, &sa->dpd_ours, sizeof(sa->dpd_ours));
	sa->dpd_ours &= 0x7fffffff;
	sa->dpd.fire = dpd_due;
	v1_timer_set(sa->e, &sa->dpd, v1_now(sa->e) + 1000ull * sa->conn->dpd_delay_s);
}

static bool
is_about(const struct isakmp *sa, struct span spi)
{
	uint8_t cookies[16];

	both_cookies(sa, cookies);
	return span_eq(spi, SPAN_OF(cookies));
}

/* RFC 3706 5.4: each question has a larger number than the one before. */
static void
got_r_u_there(struct isakmp *sa, const struct v1_notify_body *n)
{
	struct wire_reader r = wire_reader(n->data);
	uint32_t sequence = wire_u32(&r, "DPD sequence number");

	if (!wire_done(&r) || !is_about(sa, n->spi)
	    || (sa->dpd_theirs != 0 && sequence <= sa->dpd_theirs))
		return;
	sa->dpd_theirs = sequence;
	send_dpd(sa, V1_N_R_U_THERE_ACK, sequence);
}

/* An error under our keys ends the Quick Mode that waits, if there is one. */
static void
got_error(struct isakmp *sa, const struct v1_notify_body *n)
{
	for (struct quick *q = sa->quicks; q != NULL; q = q->next)
		if (q->state == QUICK_I1) {
			quick_fail(q, n->type == V1_N_INVALID_ID_INFORMATION ? IKE_FAIL_TS
				   : n->type == V1_N_NO_PROPOSAL_CHOSEN ? IKE_FAIL_NO_PROPOSAL
				   : IKE_FAIL_CHILD, n->type);
			return;
		}
}

static void
got_notify(struct isakmp *sa, struct span body)
{
	struct v1_notify_body n;
	struct parse_error e;

	if (!v1_notify_read(body, &n, &e) || n.doi > V1_DOI_IPSEC)
		return;
	if (n.type == V1_N_R_U_THERE)
		got_r_u_there(sa, &n);
	else if (n.type == V1_N_INITIAL_CONTACT)
		isakmp_forget_older(sa);
	else if (n.type < V1_N_CONNECTED)
		got_error(sa, &n);
}

/* True: SA itself is gone. */
static bool
got_delete(struct isakmp *sa, struct span body)
{
	struct v1_delete_body d;
	struct parse_error e;
	struct wire_reader r;

	if (!v1_delete_read(body, &d, &e) || d.doi > V1_DOI_IPSEC)
		return false;
	if (d.protocol == V1_PROTO_ISAKMP) {
		if (d.n_spis == 0 || !is_about(sa, d.spis))
			return false;
		isakmp_kill(sa, IKE_FAIL_AUTH_US, 0);
		return true;
	}
	r = wire_reader(d.spis);
	for (unsigned i = 0; i < d.n_spis && d.spi_size == 4; i++) {
		struct v1_child *c = v1_child_by_out(sa->e, wire_u32(&r, "SPI"), &sa->remote.addr);

		if (c == NULL || c->chosen.protocol != d.protocol)
			continue;
		quick_r_old_deleted(sa, c);
		v1_child_kill(c, "the peer deleted it");
	}
	return false;
}

static void
read_payloads(struct isakmp *sa, const struct v1_chain *in)
{
	for (unsigned i = 1; i < in->n; i++) {
		if (in->p[i].type == V1_N)
			got_notify(sa, in->p[i].body);
		else if (in->p[i].type == V1_D && got_delete(sa, in->p[i].body))
			return;
	}
}

/* In the clear it may come from anybody: told, and nothing changes. */
static void
hint(struct isakmp *sa, const struct ike_hdr *h, struct span datagram)
{
	struct wire_reader r = wire_reader(datagram);
	const struct v1_payload *p;
	struct v1_notify_body n;
	struct parse_error e;
	struct v1_chain in;
	struct name_buf nb;

	wire_skip(&r, IKE_HDR_LEN, "header");
	if (!v1_chain_read(wire_rest(&r), h->next_payload, false, &in, &e))
		return;
	p = v1_find(&in, V1_N);
	if (p != NULL && v1_notify_read(p->body, &n, &e))
		v1_line(sa, sa->owner, 0, "ike", "< %s, unprotected: waiting on",
			name_of(&v1_notify_names, n.type, &nb));
}

void
info_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
	     const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	struct chunk plain;
	struct parse_error e;
	struct v1_chain in;
	size_t n;

	(void)local, (void)remote;
	if ((h->flags & V1_FLAG_ENCRYPTED) == 0) {
		hint(sa, h, datagram);
		return;
	}
	if (sa->state != ISAKMP_UP || h->message_id == 0 || !v1_exchange_iv(sa, h->message_id, iv))
		return;
	plain = v1_unseal(sa, iv, datagram);
	if (plain.ptr != NULL
	    && v1_chain_read(chunk_span(plain), h->next_payload, true, &in, &e)
	    && in.n > 1 && in.p[0].type == V1_HASH) {
		n = v1_exchange_hash(sa, h->message_id, (struct span){ 0 }, in.after_first, hash);
		if (quick_hash_is(&in, hash, n)) {
			isakmp_heard(sa);
			read_payloads(sa, &in);
		}
	}
	chunk_free(&plain);
}
