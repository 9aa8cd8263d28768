/* A bad network: every message lost, repeated or late, and messages that are
 * not what they seem. */
#include "tests/exchange/pair.h"

#include <string.h>

static enum fake_fate
fate_drop(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	(void)d;
	return FATE_DROP;
}

static void
each_message_lost(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct pair *p = pair_new();
		struct fake_nth n = { .at = i, .fate = FATE_DROP };

		p->net.fate = fake_net_nth;
		p->net.ctx = &n;
		pair_initiate(p, A, 17, 3000);
		pair_advance(p, 2000);
		pair_assert_up(p, 1);
		assert_int_equal(pair_stats(p, A).retransmits, 1);
		assert_int_equal(pair_stats(p, B).retransmits, 0);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
		pair_free(p);
	}
}

/* RFC 7296 2.4: a dozen times before a peer that was up counts as dead; and a minute
 * and a half is enough for that. */
static void
asked_a_dozen_times(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	p->net.fate = fate_drop;
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_advance(p, 85000);
	assert_int_equal(pair_count(p, A, IKE_EV_IKE_DOWN), 0);
	pair_advance(p, 35000);
	assert_int_equal(pair_stats(p, A).retransmits, 12);
	assert_int_equal(pair_count(p, A, IKE_EV_IKE_DOWN), 1);
	pair_free(p);
}

static void
everything_twice(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->net.fate = fake_net_twice;
	pair_up(p);
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_settle(p);
	pair_assert_up(p, 1);
	ike_rekey(p->side[B].e, pair_ike(p, B)->serial);
	pair_settle(p);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	pair_free(p);
}

/* IKE_AUTH comes twice, and B's pool sleeps until both are there. */
static enum fake_fate
fate_auth_twice(void *ctx, const struct fake_datagram *d)
{
	struct pair *p = ctx;

	if (d->bytes.ptr[18] != EX_AUTH)
		return FATE_DELIVER;
	p->side[B].idle = true;
	return FATE_TWICE;
}

/* The first of them ends the handshake that kept both: to be run with a sanitizer. */
static void
auth_twice_before_the_keys(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->net.fate = fate_auth_twice;
	p->net.ctx = p;
	pair_initiate(p, A, 17, 3000);
	pair_settle(p);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 0);
	p->net.fate = NULL;
	p->side[B].idle = false;
	pair_settle(p);
	pair_assert_up(p, 1);
	pair_free(p);
}

/* Remembers what B answers to a request of one exchange. */
struct replays { uint8_t exchange; struct chunk request, answer[2]; unsigned n; };

static enum fake_fate
note_answers(void *ctx, const struct fake_datagram *d)
{
	struct replays *r = ctx;

	if (pair_exchange_of(d) == r->exchange && !pair_is_response(d) && r->request.ptr == NULL)
		r->request = chunk_copy(chunk_span(d->bytes));
	if (pair_exchange_of(d) == r->exchange && pair_is_response(d) && r->n < 2)
		r->answer[r->n++] = chunk_copy(chunk_span(d->bytes));
	return FATE_DELIVER;
}

static void
repeats_answer(struct pair *p, struct replays *r)
{
	assert_int_equal(r->n, 1);
	ike_receive(p->side[B].e, &p->side[B].at, &p->side[A].at, chunk_span(r->request));
	pair_settle(p);
	assert_int_equal(r->n, 2);
	assert_true(span_eq(chunk_span(r->answer[0]), chunk_span(r->answer[1])));
	chunk_free(&r->request);
	chunk_free(&r->answer[0]);
	chunk_free(&r->answer[1]);
	r->n = 0;
}

static void
replay_is_byte_identical(void **state)
{
	struct pair *p = pair_new();
	struct replays r = { .exchange = EX_AUTH };

	(void)state;
	p->net.fate = note_answers;
	p->net.ctx = &r;
	pair_up(p);
	repeats_answer(p, &r);
	r.exchange = EX_CREATE_CHILD_SA;
	ike_rekey(p->side[A].e, pair_ike(p, A)->serial);
	while (r.n == 0) {
		pair_compute(p);
		if (!pair_deliver_one(p))
			break;
	}
	repeats_answer(p, &r);
	r.exchange = EX_INFORMATIONAL;
	p->net.fate = NULL;
	pair_settle(p);
	p->net.fate = note_answers;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	repeats_answer(p, &r);
	pair_free(p);
}

static void
silence(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->net.fate = fate_drop;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 2999);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	pair_advance(p, 1);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_SILENT);
	assert_true(pair_stats(p, A).retransmits >= 2);
	pair_assert_down(p);
	pair_free(p);

	p = pair_new();
	p->net.fate = fate_drop;
	p->side[A].conn->keying_tries = 1;
	pair_initiate(p, A, 17, 0);
	pair_advance(p, 300000);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_SILENT);
	assert_int_equal(pair_stats(p, A).retransmits, 7);
	pair_assert_down(p);
	pair_free(p);
}

static void
give_up_before_auth(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_initiate(p, A, 17, 3000);
	pair_compute(p);
	ike_give_up(p->side[A].e, 17);
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_advance(p, 20000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 0);
	pair_assert_down(p);
	pair_free(p);
}

static enum fake_fate
hold_auth_answers(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return pair_exchange_of(d) == EX_AUTH && pair_is_response(d) ? FATE_HOLD : FATE_DELIVER;
}

/* The attempt is over, but the late answer still brings the pair up. */
static void
late_answer_upgrades(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->net.fate = hold_auth_answers;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 3100);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_SILENT);
	p->net.fate = NULL;
	fake_net_release(&p->net);
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_equal(pair_last(p, A, IKE_EV_CHILD_UP)->owner, 0);
	pair_free(p);
}

static void
late_key_answer(void **state)
{
	struct pair *p = pair_new();
	uint64_t lookup;

	(void)state;
	pair_use_oe(p);
	pubkey_free(&p->side[B].conn->keys[0]);
	p->side[B].conn->n_keys = 0;
	p->side[B].conn->keys_from_dns = true;
	p->side[B].dns.keys[0] = pair_key(PUBKEY_ED25519, A)->pub;
	p->side[B].lookup_by_hand = true;
	pair_initiate(p, A, 17, 3000);
	pair_settle(p);
	lookup = p->side[B].lookup;
	assert_true(lookup != 0);
	pair_advance(p, 1000);
	ike_keys_found(p->side[B].e, lookup, &p->side[B].dns);
	pair_settle(p);
	pair_assert_up(p, 1);
	ike_keys_found(p->side[B].e, lookup, &p->side[B].dns);
	ike_keys_found(p->side[B].e, 4711, &p->side[B].dns);
	pair_free(p);

	p = pair_new();
	pair_use_oe(p);
	pubkey_free(&p->side[B].conn->keys[0]);
	p->side[B].conn->n_keys = 0;
	p->side[B].conn->keys_from_dns = true;
	p->side[B].dns = (struct peer_keys){ .why_none = "DNS is silent" };
	p->side[B].lookup_by_hand = true;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 100000);
	pair_assert_down(p);
	ike_keys_found(p->side[B].e, p->side[B].lookup, &p->side[B].dns);
	pair_settle(p);
	pair_free(p);
}

/* Work in the pool comes back to an SA, or to an engine, that is gone. */
static void
job_after_the_end(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_initiate(p, A, 17, 3000);
	ike_delete_serial(p->side[A].e, 1);
	pair_settle(p);
	pair_assert_down(p);
	pair_initiate(p, A, 18, 3000);
	pair_restart(p, A);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);

	p = pair_new();
	pair_up(p);
	ike_rekey(p->side[A].e, pair_ike(p, A)->serial);
	ike_rekey(p->side[B].e, pair_child(p, B)->serial);
	ike_delete_serial(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);
}

struct mangler { struct pair *p; unsigned n; bool on; };

/* Every datagram arrives first in many broken shapes. */
static enum fake_fate
mangle(void *ctx, const struct fake_datagram *d)
{
	struct mangler *m = ctx;
	struct side *s = &m->p->side[ip_addr_eq(&d->to.addr, &m->p->side[A].at.addr) ? A : B];
	struct ike_engine *e = s->e;

	if (!m->on)
		return FATE_DELIVER;
	m->on = false;
	for (size_t i = 0; i < d->bytes.len; i += 1 + d->bytes.len / 60) {
		struct chunk c = chunk_copy(chunk_span(d->bytes));

		/* SPIs and nonces of the clear messages are anybody's choice. */
		if (pair_exchange_of(d) != EX_SA_INIT || (i >= 16 && i < 32)) {
			c.ptr[i] ^= 0x55;
			ike_receive(e, &d->to, &d->from, chunk_span(c));
		}
		ike_receive(e, &d->to, &d->from, span_of(c.ptr, i));
		chunk_free(&c);
		m->n++;
	}
	m->on = true;
	return FATE_DELIVER;
}

static void
malformed_changes_nothing(void **state)
{
	struct pair *p = pair_new();
	struct mangler m = { .p = p, .on = true };

	(void)state;
	log_to_stderr(false);
	p->net.fate = mangle;
	p->net.ctx = &m;
	pair_up(p);
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_settle(p);
	pair_assert_up(p, 1);
	ike_rekey(p->side[B].e, pair_ike(p, B)->serial);
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_true(m.n > 400);
	assert_true(pair_stats(p, A).dropped_malformed > 0);
	ike_delete_serial(p->side[B].e, pair_ike(p, B)->serial);
	pair_settle(p);
	pair_assert_down(p);
	log_to_stderr(true);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_lost), cmocka_unit_test(asked_a_dozen_times),
		cmocka_unit_test(everything_twice),
		cmocka_unit_test(auth_twice_before_the_keys),
		cmocka_unit_test(replay_is_byte_identical), cmocka_unit_test(silence),
		cmocka_unit_test(give_up_before_auth), cmocka_unit_test(late_answer_upgrades),
		cmocka_unit_test(late_key_answer), cmocka_unit_test(job_after_the_end),
		cmocka_unit_test(malformed_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
