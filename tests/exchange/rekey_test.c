/* Replacing SAs and deleting them, by either side (RFC 7296 1.3, 1.4, 2.8). */
#include "tests/exchange/pair.h"

static void
rekey_child(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct pair *p = pair_new();
		int who = i & 1;
		uint32_t before;

		p->side[A].conn->pfs = (i & 2) != 0;
		p->side[B].conn->pfs = (i & 4) != 0;
		pair_up(p);
		before = fake_kernel_current(&p->side[A].kernel)->sa.spi;
		assert_true(ike_rekey(p->side[who].e, pair_child(p, who)->serial));
		pair_settle(p);
		pair_assert_one(p);
		assert_int_not_equal(fake_kernel_current(&p->side[A].kernel)->sa.spi, before);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
		assert_int_equal(pair_count(p, B, IKE_EV_CHILD_REKEYED), 1);
		assert_int_equal(pair_child(p, who)->ke != 0, p->side[who].conn->pfs);
		pair_free(p);
	}
}

/* The peer wants another group than the one that was tried first. */
static void
rekey_child_with_another_group(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_esp_proposal(p, B, "aes_gcm256-ecp256");
	pair_up(p);
	assert_true(ike_rekey(p->side[A].e, pair_child(p, A)->serial));
	pair_settle(p);
	pair_assert_one(p);
	assert_int_equal(pair_child(p, A)->ke, KE_ECP256);
	pair_free(p);
}

static void
rekey_ike(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		struct pair *p = pair_new();
		uint64_t before;

		pair_up(p);
		before = pair_ike(p, A)->serial;
		assert_true(ike_rekey(p->side[who].e, pair_ike(p, who)->serial));
		pair_settle(p);
		pair_assert_one(p);
		assert_true(pair_ike(p, A)->serial != before);
		assert_true(pair_child(p, A)->ike == pair_ike(p, A));
		/* The new one works, also when the other side rekeys it. */
		assert_true(ike_rekey(p->side[1 - who].e, pair_child(p, 1 - who)->serial));
		pair_settle(p);
		assert_true(ike_rekey(p->side[1 - who].e, pair_ike(p, 1 - who)->serial));
		pair_settle(p);
		pair_assert_one(p);
		pair_free(p);
	}
}

static void
rekey_by_lifetime(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		p->side[i].conn->ike_lifetime_s = 1000;
		p->side[i].conn->child_lifetime_s = 600;
		p->side[i].conn->rekey_margin_s = 100;
		p->side[i].conn->rekey_fuzz_pct = 50;
	}
	pair_up(p);
	pair_advance(p, 3000 * 1000);
	pair_assert_one(p);
	assert_true(pair_count(p, A, IKE_EV_CHILD_REKEYED) >= 4);
	pair_free(p);
}

static void
no_rekey_expires(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		p->side[i].conn->rekey = false;
		p->side[i].conn->ike_lifetime_s = 1000;
		p->side[i].conn->child_lifetime_s = 600;
	}
	pair_up(p);
	pair_advance(p, 601 * 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	pair_advance(p, 500 * 1000);
	pair_assert_down(p);
	pair_free(p);
}

static void
soft_limit(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	ike_soft_expired(p->side[A].e, pair_child(p, A)->spi_out);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	pair_assert_one(p);
	pair_free(p);
}

/* Gone from the kernel: replaced while there is an IKE SA to do it with. */
static void
hard_limit(void **state)
{
	struct pair *p = pair_new();
	struct child_sa *c;
	struct ip_addr stranger = { .family = IP_V4, .bytes = { 9, 9, 9, 9 } };

	(void)state;
	pair_up(p);
	c = pair_child(p, A);
	ike_hard_expired(p->side[A].e, SA_OUT, c->spi_out, &stranger);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 0);
	ike_hard_expired(p->side[A].e, SA_OUT, c->spi_out, &c->remote.addr);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	pair_assert_one(p);
	pair_delete_ike(p, A);
	c = pair_child(p, A);
	if (c != NULL)
		ike_hard_expired(p->side[A].e, SA_IN, c->spi_in, &c->remote.addr);
	pair_settle(p);
	assert_int_equal(p->side[A].kernel.n, 0);
	pair_free(p);
}

/* A request with an id beyond the window is not worked on. */
static void
window_of_one(void **state)
{
	struct pair *p = pair_new();
	unsigned before;

	(void)state;
	pair_up(p);
	before = p->net.sent;
	pair_ike(p, A)->ours.next++;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	assert_int_equal(p->net.sent, before + 1);
	pair_free(p);
}

static void
delete_child(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		struct pair *p = pair_new();

		pair_up(p);
		pair_delete_child(p, who);
		pair_settle(p);
		assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		/* and the IKE SA still serves */
		pair_initiate(p, A, 18, 3000);
		pair_settle(p);
		pair_assert_up(p, 1);
		assert_int_equal(pair_last(p, A, IKE_EV_CHILD_UP)->owner, 18);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		pair_free(p);
	}
}

static void
delete_ike(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		struct pair *p = pair_new();

		pair_up(p);
		pair_delete_ike(p, who);
		pair_settle(p);
		pair_assert_down(p);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 1);
			assert_int_equal(pair_count(p, i, IKE_EV_IKE_DOWN), 1);
		}
		assert_false(ike_delete_serial(p->side[A].e, 1));
		pair_free(p);
	}
}

static void
shutdown_says_goodbye(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	ike_shutdown(p->side[A].e);
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);
}

static void
delete_conn(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	assert_int_equal(ike_delete_conn(p->side[A].e, 4711), 0);
	assert_int_equal(ike_delete_conn(p->side[A].e, p->side[A].conn->serial), 1);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rekey_child), cmocka_unit_test(rekey_child_with_another_group),
		cmocka_unit_test(rekey_ike), cmocka_unit_test(rekey_by_lifetime),
		cmocka_unit_test(no_rekey_expires), cmocka_unit_test(soft_limit),
		cmocka_unit_test(hard_limit),
		cmocka_unit_test(window_of_one), cmocka_unit_test(delete_child),
		cmocka_unit_test(delete_ike), cmocka_unit_test(shutdown_says_goodbye),
		cmocka_unit_test(delete_conn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
