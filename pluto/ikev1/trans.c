/* The Transaction exchange: a request and its answer, under a number of its own. */
#include <string.h>

#include "pluto/ikev1/after.h"
#include "pluto/ikev1/seal.h"

static void
again(struct v1_engine *e, struct timer *t)
{
	struct after *a = HEAP_OWNER(&t->node, struct after, ours.out.timer.node);
	struct isakmp *sa = e->all;
	uint64_t next;

	while (sa != NULL && sa->after != a)
		sa = sa->next;
	if (sa == NULL)
		return;
	a->ours.out.tries++;
	next = sent_next(sa, &a->ours.out);
	if (next == 0) {
		after_fail(sa, a->refused ? IKE_FAIL_AUTH_PEER : IKE_FAIL_SILENT, a->refused
			   ? "wrong user or password (XAUTH)"
			   : "the peer does not answer XAUTH or Mode Config");
		return;
	}
	e->stats.retransmits++;
	isakmp_repeat_last(sa);
	isakmp_send_again(sa, chunk_span(a->ours.out.datagram));
	v1_timer_set(e, t, next);
}

static struct chunk
protect(struct isakmp *sa, struct trans *t, struct ike_build *b)
{
	struct span inner = ike_build_end(b);
	uint8_t hash[V1_HASH_MAX];
	size_t n = inner.ptr == NULL ? 0
		: v1_exchange_hash(sa, t->msgid, (struct span){ 0 }, inner, hash);

	if (n == 0)
		return (struct chunk){ NULL, 0 };
	return v1_protected(sa, V1_TRANSACTION, t->msgid, t->iv, span_of(hash, n), inner, b->first);
}

bool
trans_ask(struct isakmp *sa, struct ike_build *b)
{
	struct trans *t = &sa->after->ours;
	struct chunk datagram = { NULL, 0 };

	t->msgid = v1_new_msgid(sa);
	if (v1_exchange_iv(sa, t->msgid, t->iv))
		datagram = protect(sa, t, b);
	if (datagram.len == 0) {
		after_fail(sa, IKE_FAIL_INTERNAL, "no memory for XAUTH or Mode Config");
		return false;
	}
	sa->after->asking = true;
	sent_request(sa, &t->out, datagram, again);
	return true;
}

bool
trans_answer(struct isakmp *sa, struct ike_build *b)
{
	struct trans *t = &sa->after->theirs;
	struct chunk datagram = protect(sa, t, b);

	if (datagram.len == 0) {
		after_fail(sa, IKE_FAIL_INTERNAL, "no memory for XAUTH or Mode Config");
		return false;
	}
	sent_answer(sa, &t->out, datagram);
	return true;
}

static bool
read_cfg(struct isakmp *sa, const struct ike_hdr *h, struct span plain, struct v1_cfg *out)
{
	uint8_t hash[V1_HASH_MAX];
	struct parse_error e;
	struct v1_chain in;
	size_t n;

	if (!v1_chain_read(plain, h->next_payload, true, &in, &e) || in.n != 2
	    || in.p[0].type != V1_HASH || in.p[1].type != V1_ATTR)
		return false;
	n = v1_exchange_hash(sa, h->message_id, (struct span){ 0 }, in.after_first, hash);
	return n != 0 && span_eq_secret(in.p[0].body, span_of(hash, n))
		&& v1_cfg_read(in.p[1].body, out, &e);
}

static void
take(struct isakmp *sa, const struct v1_cfg *c, bool is_answer)
{
	isakmp_heard(sa);
	if (sa->after->stage == AFTER_XAUTH)
		xauth_take(sa, c, is_answer);
	else
		modecfg_take(sa, c, is_answer);
}

/* Their answer to ours goes on in our chain of IVs. The number of the exchange says
 * whose it is: strongSwan's identifier is 0 whatever was asked. */
static void
answered(struct isakmp *sa, const struct ike_hdr *h, struct span datagram)
{
	struct after *a = sa->after;
	uint8_t iv[V1_BLOCK_MAX];
	struct chunk plain;
	struct v1_cfg c;

	memcpy(iv, a->ours.iv, sizeof(iv));
	plain = v1_unseal(sa, iv, datagram);
	if (plain.ptr != NULL && read_cfg(sa, h, chunk_span(plain), &c)) {
		a->asking = false;
		sent_clear(sa->e, &a->ours.out);
		take(sa, &c, true);
	}
	chunk_free(&plain);
}

/* Theirs begins a chain, or goes on in the one that it was in. */
static void
asked(struct isakmp *sa, const struct ike_hdr *h, struct span datagram)
{
	struct after *a = sa->after;
	uint8_t iv[V1_BLOCK_MAX];
	struct chunk plain;
	struct v1_cfg c;

	if (h->message_id == a->theirs.msgid)
		memcpy(iv, a->theirs.iv, sizeof(iv));
	else if (!v1_exchange_iv(sa, h->message_id, iv))
		return;
	plain = v1_unseal(sa, iv, datagram);
	if (plain.ptr != NULL && read_cfg(sa, h, chunk_span(plain), &c)) {
		a->theirs.msgid = h->message_id;
		a->theirs.id = c.id;
		memcpy(a->theirs.iv, iv, sizeof(iv));
		a->last_in = addr_hash(datagram);
		sent_clear(sa->e, &a->theirs.out);
		take(sa, &c, false);
	}
	chunk_free(&plain);
}

void
trans_receive(struct isakmp *sa, const struct ike_hdr *h, struct span datagram)
{
	struct after *a = sa->after;

	if ((h->flags & V1_FLAG_ENCRYPTED) == 0 || h->message_id == 0)
		return;
	if (addr_hash(datagram) == a->last_in)
		sent_repeat(sa, &a->theirs.out);
	else if (a->asking && h->message_id == a->ours.msgid)
		answered(sa, h, datagram);
	else if (!a->working)
		asked(sa, h, datagram);
}
