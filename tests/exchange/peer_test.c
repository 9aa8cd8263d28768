/* Peers that die, restart, begin at the same moment, or come in crowds. */
#include "tests/exchange/pair.h"

#include <stdlib.h>
#include <string.h>

static enum fake_fate
fate_drop(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	(void)d;
	return FATE_DROP;
}

static void
liveness(void **state)
{
	struct pair *p = pair_new();
	unsigned before;

	(void)state;
	p->side[A].conn->dpd_delay_s = 10;
	pair_up(p);
	before = p->net.sent;
	assert_true(ike_liveness(p->side[A].e, pair_ike(p, A)->serial));
	pair_settle(p);
	assert_int_equal(p->net.sent, before + 2);
	pair_advance(p, 35000);
	assert_true(p->net.sent >= before + 6);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	p->net.fate = fate_drop;
	pair_advance(p, 200000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(pair_count(p, A, IKE_EV_IKE_DOWN), 1);
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_free(p);
}

/* An opportunistic SA asks only when packets go out and none comes back. */
static void
liveness_of_oe(void **state)
{
	struct pair *p = pair_new();
	struct fake_sa *out, *in;
	unsigned before;

	(void)state;
	pair_use_oe(p);
	p->side[A].conn->dpd_timeout_s = 20;
	pair_up(p);
	before = p->net.sent;
	pair_advance(p, 100000);
	assert_int_equal(p->net.sent, before);
	out = fake_kernel_current(&p->side[A].kernel);
	in = fake_kernel_find(&p->side[A].kernel, SA_IN, pair_child(p, A)->spi_in);
	out->counters.last_used_ms = p->clock.now_ms;
	in->counters.last_used_ms = p->clock.now_ms + 1;
	pair_advance(p, 60000);
	assert_int_equal(p->net.sent, before);
	out->counters.last_used_ms = p->clock.now_ms;
	pair_advance(p, 60000);
	assert_true(p->net.sent >= before + 2);
	out->counters.last_used_ms = p->clock.now_ms + 1;
	p->net.fate = fate_drop;
	pair_advance(p, 90000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	pair_free(p);
}

/* A peer that we send to all the time is given up when both times are over, counted
 * from what was heard last. */
static void
dead_in_time(void **state)
{
	struct pair *p = pair_new();
	unsigned s = 0;

	(void)state;
	pair_use_oe(p);
	p->side[A].conn->dpd_delay_s = p->side[A].conn->dpd_timeout_s = 20;
	pair_up(p);
	pair_advance(p, 15000);
	fake_kernel_find(&p->side[A].kernel, SA_IN, pair_child(p, A)->spi_in)
		->counters.last_used_ms = p->clock.now_ms;
	p->net.fate = fate_drop;
	for (; s < 100 && pair_count(p, A, IKE_EV_CHILD_DOWN) == 0; s++) {
		fake_kernel_current(&p->side[A].kernel)->counters.last_used_ms = p->clock.now_ms;
		pair_advance(p, 1000);
	}
	assert_true(s >= 38 && s <= 42);
	pair_free(p);
}

/* The peer forgot everything and comes again: the new SA replaces the old, also
 * when that was new itself. */
static void
peer_restarts(void **state)
{
	static const uint64_t after_ms[] = { 20000, 20000, 10, 10 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pair *p = pair_new();

		if (i & 1)
			pair_use_oe(p);
		pair_up(p);
		pair_advance(p, after_ms[i]);
		pair_restart(p, B);
		p->side[B].n_events = 0;
		pair_initiate(p, B, 18, 3000);
		pair_settle(p);
		pair_assert_up(p, 1);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
		pair_free(p);
	}
}

/* B has forgotten A; A's next request is answered by a hint, and then by
 * nothing: within seconds A starts again. */
static void
joined_sa_is_dead(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	pair_restart(p, B);
	p->side[B].n_events = 0;
	pair_initiate(p, A, 18, 20000);
	pair_advance(p, 15000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	assert_int_equal(pair_last(p, A, IKE_EV_CHILD_UP)->owner, 18);
	pair_assert_up(p, 1);
	pair_free(p);
}

static enum fake_fate
fate_random(void *ctx, const struct fake_datagram *d)
{
	unsigned *seed = ctx;

	(void)d;
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16 & 3 ? FATE_DELIVER : FATE_DROP;
}

/* Never zero, and one pair in the end; soon, when nothing is lost. */
static void
simultaneous_start(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		struct pair *p = pair_new();
		unsigned seed = i;

		if (i % 2)
			pair_use_oe(p);
		p->net.fate = pair_hold;
		pair_initiate(p, A, 17, 0);
		pair_initiate(p, B, 18, 0);
		pair_compute(p);
		p->net.fate = i > 1 ? fate_random : NULL;
		p->net.ctx = &seed;
		fake_net_release(&p->net);
		pair_advance(p, 4000);
		if (p->net.fate == NULL)
			pair_assert_up(p, 1);
		p->net.fate = NULL;
		pair_advance(p, 60000);
		pair_assert_up(p, 1);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		assert_int_equal(pair_stats(p, B).ike_now, 1);
		for (int s = 0; s < 2; s++) {
			assert_int_equal(pair_count(p, s, IKE_EV_CHILD_DOWN), 0);
			assert_true(pair_count(p, s, IKE_EV_CHILD_UP) >= 1);
		}
		pair_free(p);
	}
}

/* Both begin and are too slow for the deadline of either: in the end a pair. */
static void
simultaneous_and_late(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_oe(p);
	p->net.fate = pair_hold;
	pair_initiate(p, A, 17, 3000);
	pair_initiate(p, B, 18, 3000);
	pair_compute(p);
	p->net.fate = NULL;
	p->side[A].idle = p->side[B].idle = true;
	fake_net_release(&p->net);
	pair_advance(p, 3500);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(pair_count(p, B, IKE_EV_FAILED), 1);
	p->side[A].idle = p->side[B].idle = false;
	pair_advance(p, 10000);
	pair_assert_up(p, 1);
	pair_free(p);
}

struct spoofer { struct pair *p; uint32_t address; };

static void
spoof(struct spoofer *s, const struct chunk *init)
{
	struct chunk c = chunk_copy(chunk_span(*init));
	struct endpoint from = { .addr = { .family = IP_V4 }, .port = 500 };

	s->address++;
	for (int i = 0; i < 4; i++) {
		from.addr.bytes[i] = (uint8_t)(s->address >> (24 - 8 * i));
		c.ptr[i] = (uint8_t)(s->address >> (8 * i));
	}
	from.addr.bytes[0] = 10;
	ike_receive(s->p->side[B].e, &s->p->side[B].at, &from, chunk_span(c));
	chunk_free(&c);
}

/* Ten thousand strangers with addresses that are not theirs. */
static void
crowd(void **state)
{
	struct pair *p = pair_new();
	struct spoofer s = { .p = p };
	struct chunk init;
	struct fake_datagram d;

	(void)state;
	p->net.fate = pair_hold;
	pair_initiate(p, A, 0, 0);
	pair_compute(p);
	init = chunk_copy(chunk_span(p->net.held[0].bytes));
	p->net.fate = fate_drop;
	for (unsigned i = 0; i < 10000; i++)
		spoof(&s, &init);
	pair_compute(p);
	assert_int_equal(pair_stats(p, B).half_open_now, p->side[B].cfg.cookie_threshold);
	assert_int_equal(pair_stats(p, B).cookies_sent, 10000 - p->side[B].cfg.cookie_threshold);
	assert_int_equal(pair_stats(p, B).ike_now, p->side[B].cfg.cookie_threshold);
	/* An honest peer still gets in. */
	p->net.fate = NULL;
	fake_net_release(&p->net);
	pair_settle(p);
	pair_assert_up(p, 1);
	/* And the strangers are forgotten. */
	p->net.fate = NULL;
	pair_advance(p, 20000);
	while (fake_net_take(&p->net, &d))
		chunk_free(&d.bytes);
	assert_int_equal(pair_stats(p, B).half_open_now, 0);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	chunk_free(&init);
	pair_free(p);
}

/* One address gets cookies early and never more than its share. */
static void
crowd_at_one_address(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].cfg.half_open_ms = 5000;
	pair_restart(p, B);
	p->side[A].psk[0] = '\0';	/* never gets further than IKE_SA_INIT */
	for (unsigned i = 0; i < 50; i++)
		pair_initiate(p, A, 100 + i, 2000);
	pair_settle(p);
	assert_true(pair_stats(p, B).half_open_now <= 20);
	assert_true(pair_stats(p, B).cookies_sent > 0);
	pair_advance(p, 10000);
	pair_assert_down(p);
	pair_free(p);
}

static void
sa_limit(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[A].cfg.max_sas = 0;
	pair_restart(p, A);
	assert_int_equal(pair_initiate(p, A, 17, 3000), 0);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_INTERNAL);
	pair_free(p);
}

/* Large messages travel in pieces, whatever happens to the pieces. */
static enum fake_fate
hold_fragments(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return pair_next_payload_of(d) == P_SKF ? FATE_HOLD : FATE_DELIVER;
}

static void
fragments(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct pair *p = pair_new();
		unsigned n = 0;

		p->side[A].cfg.fragment_v4 = p->side[B].cfg.fragment_v4 = 200;
		pair_restart(p, A);
		pair_restart(p, B);
		pair_use_keys(p, PUBKEY_RSA);
		p->net.ctx = &n;
		p->net.fate = i == 0 ? NULL : i == 1 ? fate_random : hold_fragments;
		pair_initiate(p, A, 17, 0);
		for (int k = 0; k < 4; k++) {
			pair_settle(p);
			fake_net_release_reversed(&p->net);
		}
		pair_settle(p);
		pair_advance(p, 30000);
		pair_assert_up(p, 1);
		assert_true(pair_stats(p, B).fragments_in >= 4);
		assert_true(pair_stats(p, A).fragments_in >= 4);
		pair_free(p);
	}
}

static void
listing(void **state)
{
	struct pair *p = pair_new();
	struct ike_stats s;

	(void)state;
	pair_use_keys(p, PUBKEY_P256);
	pair_up(p);
	s = pair_stats(p, B);
	assert_int_equal(s.ike_up, 1);
	assert_int_equal(s.child_up, 1);
	assert_int_equal(s.verify_jobs, 1);
	assert_int_equal(s.sign_jobs, 1);
	assert_int_equal(s.ike_now, 1);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(liveness), cmocka_unit_test(liveness_of_oe), cmocka_unit_test(dead_in_time),
		cmocka_unit_test(peer_restarts), cmocka_unit_test(joined_sa_is_dead),
		cmocka_unit_test(simultaneous_start),
		cmocka_unit_test(simultaneous_and_late), cmocka_unit_test(crowd),
		cmocka_unit_test(crowd_at_one_address), cmocka_unit_test(sa_limit),
		cmocka_unit_test(fragments), cmocka_unit_test(listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
