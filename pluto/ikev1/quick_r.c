/* Quick Mode as responder: QM2, and what it means that QM3 has come. */
#include <string.h>

#include "pluto/ikev1/child.h"
#include "pluto/ikev1/info.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/quick.h"
#include "pluto/ikev1/seal.h"

enum { LOOK_MS = 100 };	/* between looks whether the peer uses the new pair */

static void
echo_ids(struct quick *q, struct ike_build *b)
{
	struct wire_reader r = wire_reader(chunk_span(q->ids));

	while (wire_left(&r) > 0) {
		uint16_t len = wire_u16(&r, "kept identity");

		ike_build_payload(b, V1_ID, wire_bytes(&r, len, "kept identity"));
	}
}

static struct chunk
build_qm2(struct quick *q)
{
	uint8_t buf[MESSAGE_ROOM], hash[V1_HASH_MAX];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t n;

	ike_build_payload(&b, V1_SA, chunk_span(q->answer));
	ike_build_payload(&b, V1_NONCE, chunk_span(q->nr));
	if (q->ke != NULL)
		ike_build_payload(&b, V1_KE, ke_public(q->ke));
	echo_ids(q, &b);
	quick_put_addresses(q, &b, false);
	n = v1_exchange_hash(q->sa, q->msgid, chunk_span(q->ni), ike_build_end(&b), hash);
	return quick_message(q, hash, n, &b);
}

static void
confirmed(struct quick *q)
{
	struct v1_child *c = v1_child_find(q->sa->e, q->child);

	quick_linger(q, QUICK_R2);
	if (c != NULL && v1_child_start(c, 0, 0) != 0)
		v1_child_kill(c, "the kernel refuses the outbound SA");
}

/* A responder sends nothing again by itself. If QM2 is lost, QM1 comes again; if QM3
 * is, that comes again, or the first packet that opens with the new keys says as much:
 * the peer has them. */
static void
look(struct v1_engine *e, struct timer *t)
{
	struct quick *q = HEAP_OWNER(&t->node, struct quick, look.node);
	const struct v1_child *c = v1_child_find(e, q->child);

	if (c == NULL)
		return;
	if (v1_child_was_used(c))
		confirmed(q);
	else
		v1_timer_set(e, t, v1_now(e) + LOOK_MS);
}

/* We can receive before the initiator is told so. */
static void
send_qm2(struct quick *q)
{
	struct chunk datagram;
	struct v1_child *c;

	q->nr = chunk_new(NONCE_LEN);
	v1_random(q->sa->e, q->nr.ptr, q->nr.len);
	c = v1_child_make(q, false);
	datagram = c != NULL && v1_child_ready(c) == 0 ? build_qm2(q) : (struct chunk){ NULL, 0 };
	if (datagram.len > 0) {
		sent_answer(q->sa, &q->out, datagram);
		q->look.fire = look;
		v1_timer_set(q->sa->e, &q->look, v1_now(q->sa->e) + LOOK_MS);
		return;
	}
	if (c != NULL)
		v1_child_kill(c, "no memory, or the kernel refuses the outbound SA");
	quick_end(q);
}

void
quick_r_old_deleted(struct isakmp *sa, const struct v1_child *old)
{
	for (struct quick *q = sa->quicks; q != NULL; q = q->next)
		if (q->state == QUICK_R1 && q->child != 0 && q->child != old->serial
		    && ts_eq(&q->sel.local, &old->sel.local)
		    && ts_eq(&q->sel.remote, &old->sel.remote)) {
			confirmed(q);
			return;
		}
}

static void
have_both(struct isakmp *sa, struct v1_job *j)
{
	struct quick *q = quick_find(sa, j->msgid);

	if (q == NULL)
		return;
	q->busy = false;
	if (!j->ok) {
		quick_end(q);
		return;
	}
	q->ke = j->ke;
	j->ke = NULL;
	q->shared = j->shared;
	j->shared = (struct secret){ { NULL, 0 } };
	send_qm2(q);
}

static void
keep_id(struct wire_writer *w, const struct v1_payload *p)
{
	wire_put_u16(w, (uint16_t)p->body.len);
	wire_put(w, p->body);
}

/* The identities go back as they came. */
static bool
keep_ids(struct quick *q, const struct v1_chain *in)
{
	uint8_t buf[1024];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	for (const struct v1_payload *p = v1_find(in, V1_ID); p != NULL; p = v1_find_next(in, p))
		keep_id(&w, p);
	q->ids = chunk_copy(wire_written(&w));
	return wire_fits(&w);
}

static bool
write_answer(struct quick *q, const struct v1_chosen2 *c)
{
	uint8_t buf[MESSAGE_ROOM], spi[4];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	if (!quick_take_numbers(q, c->compress))
		return false;
	v1_phase2_write_chosen(&b, c, quick_spi(q, spi), q->cpi_in);
	q->answer = chunk_copy(ike_build_end(&b));
	return q->answer.len > 0;
}

/* Of several connections between the two, the one that is meant. */
static bool
conn_for_ts(struct quick *q)
{
	const struct ike_ports *p = &q->sa->e->ports;
	const struct ts_list local = { .n = 1, .ts = { q->sel.local } };
	const struct ts_list remote = { .n = 1, .ts = { q->sel.remote } };
	struct connection *c;

	if (p->connection_for_ts == NULL)
		return true;
	c = p->connection_for_ts(p->ctx, q->conn, &q->sa->id_remote, &local, &remote);
	if (c == NULL)
		return false;
	connection_unref(q->conn);
	q->conn = c;
	return true;
}

/* Who may have what of an opportunistic peer: one pair of hosts (RFC 4322 3.3.2). */
static enum ike_client
may_have(struct quick *q)
{
	const struct isakmp *sa = q->sa;
	const struct ike_ports *p = &sa->e->ports;
	const struct ike_client_question ask = { .conn = q->conn, .remote_id = &sa->id_remote,
		.local = &sa->local, .remote = &sa->remote,
		.peer_key = sa->peer_key.kind != PUBKEY_NONE ? &sa->peer_key : NULL,
		.pair = q->sel };
	struct connection *c = NULL;
	enum ike_client may;

	if (!q->conn->oe)
		return conn_for_ts(q) ? IKE_CLIENT_YES : IKE_CLIENT_NO;
	if (p->client == NULL)
		return IKE_CLIENT_YES;
	if (!ip_addr_eq(&q->sel.local.addr_lo, &q->sel.local.addr_hi)
	    || !ip_addr_eq(&q->sel.remote.addr_lo, &q->sel.remote.addr_hi))
		return IKE_CLIENT_NO;
	may = p->client(p->ctx, &ask, &c);
	if (may == IKE_CLIENT_YES) {
		connection_unref(q->conn);
		q->conn = c;
	}
	return may;
}

/* 0, or the notify that says why not. */
static uint16_t
judge_qm1(struct quick *q, const struct v1_chain *in)
{
	struct selector limit = quick_limit(q->sa, q->conn);
	struct v1_phase2 want = quick_wanted(q);
	struct parse_error e;
	struct v1_chosen2 c;

	if (!ts_contains(&limit.local, &q->sel.local)
	    || !ts_contains(&limit.remote, &q->sel.remote))
		return V1_N_INVALID_ID_INFORMATION;
	if (quick_ah_behind_nat(q->sa, q->conn))
		return V1_N_NO_PROPOSAL_CHOSEN;
	if (!v1_phase2_choose(v1_find(in, V1_SA)->body, &want, &c, &e))
		return e.notify;
	if (c.sa.ke != 0 && !ke_known(c.sa.ke))
		return V1_N_NO_PROPOSAL_CHOSEN;
	q->chosen = c.sa;
	q->chosen.cpi = c.compress ? c.cpi : 0;
	q->transport = q->conn->mode == MODE_TRANSPORT;
	if (!quick_take_ke(q, in, &q->ni) || !keep_ids(q, in) || !write_answer(q, &c))
		return V1_N_PAYLOAD_MALFORMED;
	return 0;
}

static void
answer(struct quick *q)
{
	struct v1_job *j;

	if (q->chosen.ke == 0) {
		send_qm2(q);
		return;
	}
	j = v1_job_new(q->sa, q->msgid, have_both);
	if (j == NULL) {
		quick_end(q);
		return;
	}
	j->group = q->chosen.ke;
	j->peer_value = chunk_copy(chunk_span(q->ke_peer));
	q->busy = true;
	if (v1_job_ke(j) != 0)
		quick_end(q);
}

static void
first(struct quick *q, const struct v1_chain *in, const uint8_t *iv, uint64_t hash_in)
{
	uint8_t hash[V1_HASH_MAX];
	size_t n = v1_exchange_hash(q->sa, q->msgid, (struct span){ 0 }, in->after_first, hash);
	enum ike_client may;
	uint16_t notify;

	/* RFC 2409 5.5: HASH first, SA second. */
	if (!quick_hash_is(in, hash, n) || in->n < 2 || in->p[1].type != V1_SA) {
		quick_end(q);
		return;
	}
	isakmp_heard(q->sa);
	memcpy(q->iv, iv, V1_BLOCK_MAX);
	q->last_in = hash_in;
	may = quick_read_ids(q, in, true, &q->sel) ? IKE_CLIENT_YES : IKE_CLIENT_NO;
	quick_put_hosts(q, &q->sel);
	if (may == IKE_CLIENT_YES)
		may = may_have(q);
	if (may == IKE_CLIENT_LATER) {	/* it comes again */
		quick_end(q);
		return;
	}
	notify = may == IKE_CLIENT_YES ? judge_qm1(q, in) : V1_N_INVALID_ID_INFORMATION;
	if (notify == 0) {
		answer(q);
		return;
	}
	info_refuse(q->sa, notify);
	quick_end(q);
}

static void
third(struct quick *q, const struct v1_chain *in, uint64_t hash_in)
{
	uint8_t hash[V1_HASH_MAX];
	size_t n = quick_hash3(q, hash);

	if (!quick_hash_is(in, hash, n))
		return;
	q->last_in = hash_in;
	confirmed(q);
}

void
quick_r_receive(struct quick *q, const struct ike_hdr *h, struct span datagram)
{
	uint8_t iv[V1_BLOCK_MAX];
	struct chunk plain;
	struct v1_chain in;
	bool begun = q->child != 0;

	if (!quick_open(q, h, datagram, &plain, &in, iv)) {
		if (!begun)
			quick_end(q);
	} else if (begun) {
		third(q, &in, addr_hash(datagram));
	} else {
		first(q, &in, iv, addr_hash(datagram));
	}
	chunk_free(&plain);
}
