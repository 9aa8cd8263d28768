/* What comes after: new pairs and new ISAKMP SAs in time, deletes, silence, NAT. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

enum { HOUR_MS = 3600000 };

static void
pairs_are_replaced_in_time(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		p->side[i].conn->child_lifetime_s = 1200;
		p->side[i].conn->rekey_margin_s = 60;
	}
	v1_pair_up(p);
	v1_pair_advance(p, 1139000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_REKEYED), 0);
	v1_pair_advance(p, 10000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_REKEYED), 1);
	v1_pair_assert_up(p, 1);	/* the old pair was deleted at both ends */
	for (int i = 0; i < 2; i++)
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
	v1_pair_free(p);
}

/* The pair outlives the ISAKMP SA that made it, and is replaced under the next. */
static void
isakmp_sas_are_replaced_in_time(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	v1_pair_advance(p, 9 * (uint64_t)HOUR_MS);
	assert_true(v1_pair_count(p, A, IKE_EV_IKE_UP) >= 9);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 0);
	v1_pair_assert_up(p, 1);
	assert_true(v1_pair_stats(p, A).isakmp_now <= 2);
	v1_pair_free(p);
}

/* Opportunistic ones that nobody uses are deleted, and the peer is told. */
static void
unused_pairs_go(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[A].conn->idle_s = 100;
	v1_pair_up(p);
	v1_pair_advance(p, 90000);
	fake_kernel_current(&p->side[A].kernel)->counters.last_used_ms = p->clock.now_ms;
	v1_pair_advance(p, 90000);
	v1_pair_assert_up(p, 1);
	v1_pair_advance(p, 10001);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_IN), 0);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_OUT), 0);
	}
	v1_pair_free(p);
}

/* Deletes are not acknowledged: one that is lost, or overtaken by that of the ISAKMP SA,
 * leaves nothing behind at the peer. */
static void
deletes_in_any_order(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct v1_pair *p = v1_pair_new();
		struct fake_nth first = { .at = 0, .fate = lost ? FATE_DROP : FATE_HOLD };

		v1_pair_up(p);
		p->net.fate = fake_net_nth;
		p->net.ctx = &first;
		assert_int_equal(v1_delete_conn(p->side[A].e, p->side[A].conn->serial), 1);
		v1_pair_settle(p);
		assert_int_equal(p->side[B].kernel.n, 0);
		assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
		fake_net_release(&p->net);
		v1_pair_settle(p);
		assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
		v1_pair_free(p);
	}
}

/* Our own address goes: so does all that used it, without a word to the peer. */
static void
address_gone(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct ip_addr ours = p->side[A].at.addr, other;
	unsigned sent;

	(void)state;
	assert_true(ip_addr_parse("192.1.2.46", &other));
	v1_pair_up(p);
	sent = p->net.sent;
	v1_addresses_changed(p->side[A].e, (struct ip_addr[]){ other, ours }, 2);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	v1_addresses_changed(p->side[A].e, &other, 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_CHILD_DOWN)->failure, IKE_FAIL_MOVED);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	assert_int_equal(p->side[A].kernel.n, 0);
	assert_int_equal(p->net.sent, sent);
	/* An attempt on its way ends with it, too. */
	v1_pair_initiate(p, A, 18);
	v1_addresses_changed(p->side[A].e, &other, 1);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_MOVED);
	v1_pair_free(p);
}

static void
by_hand(void **state)
{
	struct v1_pair *p = v1_pair_new();
	uint64_t child;

	(void)state;
	v1_pair_up(p);
	child = v1_pair_last(p, A, IKE_EV_CHILD_UP)->child;
	assert_true(v1_rekey(p->side[A].e, child));
	v1_pair_settle(p);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_CHILD_REKEYED)->old_child, child);
	v1_pair_assert_up(p, 2);	/* what is on the way by the old one arrives */
	v1_pair_advance(p, 2000);
	v1_pair_assert_up(p, 1);
	assert_false(v1_rekey(p->side[A].e, 4711));
	child = v1_pair_last(p, B, IKE_EV_CHILD_REKEYED)->child;
	assert_true(v1_rekey(p->side[B].e, child));
	v1_pair_advance(p, 2000);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

static void
deletes_reach_the_other_end(void **state)
{
	for (int who = 0; who < 2; who++) {
		struct v1_pair *p = v1_pair_new();

		(void)state;
		v1_pair_up(p);
		assert_true(v1_delete_serial(p->side[who].e,
			    v1_pair_last(p, who, IKE_EV_CHILD_UP)->child));
		v1_pair_settle(p);
		assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
		assert_int_equal(v1_pair_count(p, 1 - who, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(v1_pair_stats(p, 1 - who).isakmp_now, 1);
		assert_int_equal(v1_delete_conn(p->side[who].e, p->side[who].conn->serial), 1);
		v1_pair_settle(p);
		assert_int_equal(v1_pair_stats(p, 1 - who).isakmp_now, 0);
		v1_pair_free(p);
	}
}

/* A second wish for the same peer rides on what is there. */
static void
quick_mode_alone(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	v1_delete_serial(p->side[A].e, v1_pair_last(p, A, IKE_EV_CHILD_UP)->child);
	v1_pair_settle(p);
	p->net.sent = 0;
	v1_pair_initiate(p, A, 18);
	v1_pair_settle(p);
	assert_int_equal(p->net.sent, 3);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_CHILD_UP)->owner, 18);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

static enum fake_fate
nothing(void *ctx, const struct fake_datagram *d)
{
	(void)ctx, (void)d;
	return FATE_DROP;
}

static void
silence_is_noticed(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		p->side[i].conn->dpd_delay_s = 30;
		p->side[i].conn->dpd_timeout_s = 120;
	}
	v1_pair_up(p);
	v1_pair_advance(p, 600000);	/* both answer each other */
	v1_pair_assert_up(p, 1);
	p->net.fate = nothing;
	v1_pair_advance(p, 200000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_CHILD_DOWN)->failure, IKE_FAIL_SILENT);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	v1_pair_free(p);
}

/* RFC 3947: MM5 floats to 4500, and the SAs are encapsulated. */
static void
behind_a_nat(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up_behind_a_nat(p);
	v1_pair_free(p);
}

static void
no_nat_no_udp(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	assert_false(fake_kernel_current(&p->side[A].kernel)->sa.encap_udp);
	v1_pair_free(p);
}

static void
forced_into_udp(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		struct v1_pair *p = v1_pair_new();

		p->side[who].conn->force_encaps = true;
		v1_pair_up(p);
		assert_true(fake_kernel_current(&p->side[A].kernel)->sa.encap_udp);
		assert_true(fake_kernel_current(&p->side[B].kernel)->sa.encap_udp);
		v1_pair_free(p);
	}
}

static void
shutdown_says_goodbye(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	v1_shutdown(p->side[A].e);
	v1_pair_settle(p);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

static void
half_open_is_bounded(void **state)
{
	struct v1_pair *p = v1_pair_new();
	uint8_t m[200];

	(void)state;
	p->net.fate = nothing;
	v1_pair_initiate(p, A, 17);
	assert_int_equal(p->net.sent, 1);
	assert_true(p->net.last.bytes.len <= sizeof(m));
	memcpy(m, p->net.last.bytes.ptr, p->net.last.bytes.len);
	for (unsigned i = 0; i < 5000; i++) {
		memcpy(m, &i, sizeof(i));	/* another cookie */
		m[4] = 1;
		v1_receive(p->side[B].e, &p->side[B].at, &p->side[A].at,
			   span_of(m, p->net.last.bytes.len));
	}
	assert_true(v1_pair_stats(p, B).half_open_now <= 1000);
	assert_true(v1_pair_stats(p, B).refused_half_open >= 3900);
	v1_pair_advance(p, 31000);
	assert_int_equal(v1_pair_stats(p, B).half_open_now, 0);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_replaced_in_time),
		cmocka_unit_test(isakmp_sas_are_replaced_in_time),
		cmocka_unit_test(unused_pairs_go),
		cmocka_unit_test(deletes_in_any_order), cmocka_unit_test(address_gone),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(deletes_reach_the_other_end),
		cmocka_unit_test(quick_mode_alone),
		cmocka_unit_test(silence_is_noticed),
		cmocka_unit_test(behind_a_nat),
		cmocka_unit_test(no_nat_no_udp),
		cmocka_unit_test(forced_into_udp),
		cmocka_unit_test(shutdown_says_goodbye),
		cmocka_unit_test(half_open_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
