/* Quick Mode as initiator: QM1, QM3. */
#include <string.h>

#include "pluto/ikev1/attempt.h"
#include "pluto/ikev1/child.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/quick.h"
#include "pluto/ikev1/seal.h"

enum { QM3_AGAIN = 3 };

static void
put_ids(struct quick *q, struct ike_build *b)
{
	uint8_t buf[32];
	struct v1_id id;

	v1_id_from_ts(&q->sel.local, &id, buf);
	v1_put_id(b, &id);
	v1_id_from_ts(&q->sel.remote, &id, buf);
	v1_put_id(b, &id);
}

/* Identities go along always: what is not said is guessed differently by peers. */
static bool
send_qm1(struct quick *q)
{
	struct v1_phase2 want = quick_wanted(q);
	uint8_t buf[MESSAGE_ROOM], hash[V1_HASH_MAX], spi[4];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct chunk datagram;
	size_t mark, n;

	if (!quick_take_numbers(q, want.compress))
		return false;
	q->ni = chunk_new(NONCE_LEN);
	v1_random(q->sa->e, q->ni.ptr, q->ni.len);
	mark = ike_build_open(&b, V1_SA);
	v1_phase2_write(&b, &want, quick_spi(q, spi), q->cpi_in);
	ike_build_close(&b, mark);
	ike_build_payload(&b, V1_NONCE, chunk_span(q->ni));
	if (q->ke != NULL)
		ike_build_payload(&b, V1_KE, ke_public(q->ke));
	put_ids(q, &b);
	quick_put_addresses(q, &b, true);
	n = v1_exchange_hash(q->sa, q->msgid, (struct span){ 0 }, ike_build_end(&b), hash);
	datagram = quick_message(q, hash, n, &b);
	if (datagram.len == 0)
		return false;
	sent_request(q->sa, &q->out, datagram, quick_again);
	return true;
}

static void
have_pair(struct isakmp *sa, struct v1_job *j)
{
	struct quick *q = quick_find(sa, j->msgid);

	if (q == NULL)
		return;
	q->busy = false;
	q->ke = j->ke;
	j->ke = NULL;
	if (!j->ok || !send_qm1(q))
		quick_fail(q, IKE_FAIL_INTERNAL, 0);
}

bool
quick_ah_behind_nat(const struct isakmp *sa, const struct connection *c)
{
	return connection_is_ah(c) && sa->nat_local;
}

bool
quick_begin(struct isakmp *sa, struct connection *c, uint64_t owner, uint64_t old)
{
	struct quick *q = quick_ah_behind_nat(sa, c) ? NULL
		: quick_new(sa, c, v1_new_msgid(sa), QUICK_I1);
	struct v1_job *j;

	if (q == NULL)
		return false;
	q->owner = owner;
	q->old = old;
	q->sel = quick_limit(sa, c);
	q->transport = c->mode == MODE_TRANSPORT;
	if (!c->pfs) {
		if (send_qm1(q))
			return true;
		quick_end(q);
		return false;
	}
	j = v1_job_new(sa, q->msgid, have_pair);
	if (j != NULL) {
		j->group = quick_group(q);
		q->busy = true;
	}
	if (j != NULL && v1_job_ke(j) == 0)
		return true;
	quick_end(q);
	return false;
}

/* Nobody acknowledges QM3, and a responder sends nothing by itself. So it is said a few
 * times more, unless something comes by the new pair. */
static void
qm3_again(struct v1_engine *e, struct timer *t)
{
	struct quick *q = HEAP_OWNER(&t->node, struct quick, out.timer.node);
	uint64_t next;

	if (v1_child_was_used(v1_child_find(e, q->child)) || ++q->out.tries > QM3_AGAIN)
		return;
	e->stats.retransmits++;
	isakmp_send_again(q->sa, chunk_span(q->out.datagram));
	next = sent_next(q->sa, &q->out);
	if (next != 0)
		v1_timer_set(e, t, next);
}

static void
send_qm3(struct quick *q)
{
	uint8_t hash[V1_HASH_MAX];
	size_t n = quick_hash3(q, hash);
	struct v1_child *c = v1_child_make(q, true);
	struct chunk datagram = c != NULL ? quick_message(q, hash, n, NULL)
		: (struct chunk){ NULL, 0 };
	struct v1_attempt *a;
	uint64_t owner = q->owner, old = q->old;

	if (datagram.len == 0) {
		if (c != NULL)
			v1_child_kill(c, "no memory");
		quick_fail(q, IKE_FAIL_KERNEL, 0);
		return;
	}
	quick_linger(q, QUICK_I2);
	sent_request(q->sa, &q->out, datagram, qm3_again);
	a = v1_attempt_find(q->sa->e, owner);
	if (a != NULL)
		v1_attempt_end(a);
	if (v1_child_start(c, owner, old) != 0)
		v1_child_kill(c, "the kernel refuses the outbound SA");
}

static void
have_shared(struct isakmp *sa, struct v1_job *j)
{
	struct quick *q = quick_find(sa, j->msgid);

	if (q == NULL)
		return;
	q->busy = false;
	if (!j->ok) {
		quick_fail(q, IKE_FAIL_SYNTAX, V1_N_INVALID_KEY_INFORMATION);
		return;
	}
	q->shared = j->shared;
	j->shared = (struct secret){ { NULL, 0 } };
	send_qm3(q);
}

/* HASH(2) covers our nonce: so this answers QM1, and nothing else. False: it is
 * dropped; *WHY is what the peer itself has made wrong, else NULL. */
static bool
read_qm2(struct quick *q, const struct v1_chain *in, const char **why)
{
	struct v1_phase2 want = quick_wanted(q);
	const struct v1_payload *sa = v1_find(in, V1_SA);
	uint8_t hash[V1_HASH_MAX];
	struct selector sel;
	struct v1_chosen2 c;
	struct parse_error e = { 0 };
	size_t n = v1_exchange_hash(q->sa, q->msgid, chunk_span(q->ni), in->after_first, hash);

	*why = NULL;
	if (!quick_hash_is(in, hash, n))
		return false;
	*why = "the peer's answer has no SA payload";
	if (sa == NULL || in->n < 2 || in->p[1].type != V1_SA)
		return false;
	if (!v1_phase2_check(sa->body, &want, &c, &e)) {
		*why = e.what != NULL ? e.what : "the peer's answer is not what was offered";
		return false;
	}
	*why = "the peer's answer has other identities, or no key exchange as it was asked for";
	q->chosen = c.sa;
	q->chosen.cpi = c.compress ? c.cpi : 0;
	/* RFC 2409 5.5: the same identities; no narrowing. */
	if (!quick_read_ids(q, in, false, &sel))
		return false;
	quick_put_hosts(q, &sel);
	return ts_eq(&sel.local, &q->sel.local) && ts_eq(&sel.remote, &q->sel.remote)
		&& quick_take_ke(q, in, &q->nr);
}

void
quick_i_receive(struct quick *q, const struct ike_hdr *h, struct span datagram)
{
	uint8_t iv[V1_BLOCK_MAX];
	struct chunk plain;
	struct v1_chain in;
	struct v1_job *j;
	const char *why = NULL;
	bool ok = quick_open(q, h, datagram, &plain, &in, iv) && read_qm2(q, &in, &why);

	chunk_free(&plain);
	if (!ok) {
		if (why != NULL)
			v1_line(q->sa, q->owner, 0, "child", "QM2 is dropped: %s", why);
		return;
	}
	isakmp_heard(q->sa);
	memcpy(q->iv, iv, sizeof(iv));
	q->last_in = addr_hash(datagram);
	if (q->chosen.ke == 0) {
		send_qm3(q);
		return;
	}
	j = v1_job_new(q->sa, q->msgid, have_shared);
	if (j == NULL) {
		quick_fail(q, IKE_FAIL_INTERNAL, 0);
		return;
	}
	j->ke = q->ke;
	q->ke = NULL;
	j->peer_value = chunk_copy(chunk_span(q->ke_peer));
	q->busy = true;
	if (v1_job_ke(j) != 0)
		quick_fail(q, IKE_FAIL_INTERNAL, 0);
}
