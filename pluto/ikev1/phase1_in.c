/* The way in: which SA, a repetition or something new, then phase 1's rows, Quick
 * Mode, or Informational. */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/after.h"
#include "pluto/ikev1/frag.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/phase1.h"
#include "pluto/ikev1/quick.h"
#include "pluto/ikev1/seal.h"

/* Header, and an SA payload without a proposal: no longer is what refuses it, so that
 * nobody is sent more than came in his name. */
enum { FIRST_MIN = IKE_HDR_LEN + 12 };

static void
malformed(struct v1_engine *e, const struct endpoint *remote, const struct parse_error *err)
{
	struct addr_buf b;

	e->stats.dropped_malformed++;
	log_limited(&e->bad_limit, LOG_LEVEL_INFO, NULL, "IKEv1 from %s dropped: %s: %s",
		    endpoint_text(remote, &b), err->what, wire_err_name(err->err));
}

void
phase1_accept(struct isakmp *sa)
{
	if (sa->p1->row_has_iv)
		memcpy(sa->iv, sa->p1->row_iv, sizeof(sa->iv));
	sa->last_in = sa->p1->row_hash;
	/* RFC 3947 4: answers go where the last good message came from. */
	sa->local = sa->p1->row_local;
	sa->remote = sa->p1->row_remote;
}

void
phase1_resume(struct isakmp *sa, enum v1_result r, struct v1_step *s)
{
	const struct phase1_row *row = sa->p1 != NULL ? sa->p1->row : NULL;

	if (row == NULL || r == V1_WAIT)
		return;
	sa->p1->row = NULL;
	if (r == V1_DONE) {
		isakmp_become(sa, row->next);
		if (row->next == ISAKMP_UP)
			isakmp_established(sa);
	} else if (r == V1_FATAL) {
		if (s->notify != 0)
			info_refuse(sa, s->notify);
		log_limited(&sa->e->refuse_limit, LOG_LEVEL_INFO, NULL, "isakmp#%llu: %s: %s",
			    (unsigned long long)sa->serial, row->story, sa->p1->why);
		sa->e->stats.auth_failed += s->failure == IKE_FAIL_AUTH_PEER;
		isakmp_kill(sa, s->failure, s->notify);
	}
}

static bool
fits(const struct phase1_row *row, const struct v1_chain *in)
{
	return (in->seen & row->need) == row->need && (in->seen & ~(row->need | row->may)) == 0;
}

static bool
says_contact(const struct v1_chain *in)
{
	const struct v1_payload *p = v1_find(in, V1_N);
	struct v1_notify_body n;
	struct parse_error e;

	for (; p != NULL; p = v1_find_next(in, p))
		if (v1_notify_read(p->body, &n, &e) && n.type == V1_N_INITIAL_CONTACT)
			return true;
	return false;
}

/* What stands in the clear when it must not, or is not the row's, is ignored: it
 * may come from anybody. */
static void
run_row(struct isakmp *sa, const struct phase1_row *row, const struct v1_chain *in,
	struct span datagram)
{
	struct v1_step s = { .in = in, .datagram = datagram };

	if (!fits(row, in)) {
		sa->e->stats.dropped_malformed++;
		log_limited(&sa->e->bad_limit, LOG_LEVEL_INFO, NULL,
			    "isakmp#%llu: not the payloads of %s", (unsigned long long)sa->serial,
			    row->story);
		return;
	}
	sa->p1->row = row;
	sa->p1->contact = row->encrypted && says_contact(in);
	phase1_resume(sa, row->run(sa, &s), &s);
}

static void
note_row(struct isakmp *sa, const struct endpoint *local, const struct endpoint *remote,
	 uint64_t hash)
{
	sa->p1->row_hash = hash;
	sa->p1->row_local = *local;
	sa->p1->row_remote = *remote;
	sa->p1->row_has_iv = false;
}

static void
phase1_message(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
	       const struct endpoint *local, const struct endpoint *remote, uint64_t hash)
{
	bool encrypted = (h->flags & V1_FLAG_ENCRYPTED) != 0;
	const struct phase1_row *row = phase1_row(sa, h->exchange, encrypted);
	struct wire_reader r = wire_reader(datagram);
	struct chunk plain = { NULL, 0 };
	struct parse_error err;
	struct v1_chain in;
	struct span payloads;

	if (row == NULL || sa->p1->row != NULL || h->message_id != 0)
		return;
	note_row(sa, local, remote, hash);
	wire_skip(&r, IKE_HDR_LEN, "header");
	payloads = wire_rest(&r);
	if (row->encrypted) {
		memcpy(sa->p1->row_iv, sa->iv, sizeof(sa->iv));
		sa->p1->row_has_iv = true;
		plain = v1_unseal(sa, sa->p1->row_iv, datagram);
		payloads = chunk_span(plain);
	}
	if (!v1_chain_read(payloads, h->next_payload, row->encrypted, &in, &err))
		malformed(sa->e, remote, &err);
	else
		run_row(sa, row, &in, datagram);
	chunk_free(&plain);
}

static void known(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
		  const struct endpoint *local, const struct endpoint *remote);

/* The last one that was missing makes a message, which is as if it had come whole. */
static void
fragment(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
	 const struct endpoint *local, const struct endpoint *remote)
{
	struct chunk whole = fragments_take(sa, h, datagram);
	struct parse_error e;
	struct ike_hdr inner;

	if (whole.len > 0 && v1_hdr_read(chunk_span(whole), &inner, &e)
	    && inner.next_payload != V1_FRAGMENT
	    && isakmp_by_cookies(sa->e, inner.spi_i, inner.spi_r) == sa)
		known(sa, &inner, chunk_span(whole), local, remote);
	chunk_free(&whole);
}

/* Cookies that we know: phase 1 while it lasts, then the exchanges under it. */
static void
known(struct isakmp *sa, const struct ike_hdr *h, struct span datagram,
      const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t hash = addr_hash(datagram);

	if (h->next_payload == V1_FRAGMENT) {
		fragment(sa, h, datagram, local, remote);
	} else if (hash == sa->last_in) {
		sent_repeat(sa, &sa->out);
	} else if (sa->p1 != NULL && h->exchange == sa->exchange) {
		phase1_message(sa, h, datagram, local, remote, hash);
	} else if (h->exchange == V1_QUICK && isakmp_ready(sa)) {
		quick_receive(sa, h, datagram, local, remote, hash);
	} else if (h->exchange == V1_TRANSACTION && sa->after != NULL) {
		trans_receive(sa, h, datagram);
	} else if (h->exchange == V1_INFORMATIONAL) {
		info_receive(sa, h, datagram, local, remote);
	}
}

/* Whose it is, if its payloads are right (RFC 2409 5: SA first) and there is room. */
static struct connection *
whose(struct v1_engine *e, const struct phase1_row *row, const struct v1_chain *in,
      const struct endpoint *local, const struct endpoint *remote)
{
	struct connection *c = NULL;

	if (!fits(row, in) || in->p[0].type != V1_SA)
		return NULL;
	if (e->stats.half_open_now >= e->cfg.max_half_open) {
		e->stats.refused_half_open++;
		return NULL;
	}
	if (row->exchange == V1_MAIN)
		main_whose(e, in, local, remote, &c);
	else
		aggr_whose(e, in, local, remote, &c);
	return c;
}

/* Who does not get an answer is not remembered. */
static void
first_for(struct connection *c, struct v1_engine *e, const struct ike_hdr *h,
	  const struct v1_chain *in, const struct endpoint *local, const struct endpoint *remote,
	  struct span datagram)
{
	struct isakmp *sa = isakmp_new(e, c, SA_RESPONDER, h->exchange, local, remote);

	if (sa == NULL)
		return;
	memcpy(sa->cky_i, h->spi_i, COOKIE_LEN);
	v1_random(e, sa->cky_r, COOKIE_LEN);
	sa->last_in = addr_hash(datagram);
	note_row(sa, local, remote, sa->last_in);
	if (isakmp_index(sa) == 0)
		run_row(sa, phase1_first_row(h->exchange), in, datagram);
	if (sa->state == ISAKMP_NEW && (sa->p1 == NULL || sa->p1->row == NULL))
		isakmp_kill(sa, IKE_FAIL_INTERNAL, 0);
}

static void
first(struct v1_engine *e, const struct ike_hdr *h, struct span datagram,
      const struct endpoint *local, const struct endpoint *remote)
{
	const struct phase1_row *row = phase1_first_row(h->exchange);
	struct wire_reader r = wire_reader(datagram);
	struct parse_error err;
	struct connection *c;
	struct addr_buf b;
	struct v1_chain in;

	wire_skip(&r, IKE_HDR_LEN, "header");
	if (!v1_chain_read(wire_rest(&r), h->next_payload, false, &in, &err)) {
		malformed(e, remote, &err);
		return;
	}
	c = whose(e, row, &in, local, remote);
	if (c == NULL) {
		e->stats.dropped_unknown++;
		log_limited(&e->refuse_limit, LOG_LEVEL_INFO, NULL,
			    "IKEv1 from %s: no connection for it", endpoint_text(remote, &b));
		return;
	}
	first_for(c, e, h, &in, local, remote, datagram);
	connection_unref(c);
}

/* No cookie of ours yet, in the clear. */
static void
unknown(struct v1_engine *e, const struct ike_hdr *h, struct span datagram,
	const struct endpoint *local, const struct endpoint *remote)
{
	struct isakmp *sa = isakmp_half_open(e, h->spi_i, remote);

	if (!span_is_zero(SPAN_OF(h->spi_r)) || phase1_first_row(h->exchange) == NULL
	    || h->flags != 0 || h->message_id != 0 || datagram.len < FIRST_MIN)
		e->stats.dropped_unknown++;
	else if (sa == NULL)
		first(e, h, datagram, local, remote);
	else if (addr_hash(datagram) == sa->last_in)
		sent_repeat(sa, &sa->out);
}

void
v1_receive(struct v1_engine *e, const struct endpoint *local, const struct endpoint *remote,
	   struct span datagram)
{
	struct parse_error err;
	struct isakmp *sa;
	struct ike_hdr h;

	v1_enter(e);
	e->stats.datagrams_in++;
	if (!v1_hdr_read(datagram, &h, &err)) {
		malformed(e, remote, &err);
	} else {
		sa = isakmp_by_cookies(e, h.spi_i, h.spi_r);
		if (sa != NULL)
			known(sa, &h, datagram, local, remote);
		else
			unknown(e, &h, datagram, local, remote);
	}
	v1_leave(e);
}
