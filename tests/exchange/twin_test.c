/* Both ends begin at once: two IKE SAs, of which one stays. */
#include "tests/exchange/pair.h"

static struct pair *
crossed(void)
{
	struct pair *p = pair_new();

	pair_initiate(p, A, 1, 5000);
	pair_initiate(p, B, 1, 5000);
	pair_settle(p);
	assert_int_equal(pair_stats(p, A).ike_now, 2);
	assert_int_equal(pair_stats(p, B).ike_now, 2);
	return p;
}

static struct ike_sa *
begun_by(struct pair *p, int who, enum sa_role role)
{
	struct ike_sa *sa;

	for (uint64_t serial = 1; serial < 100; serial++) {
		sa = ike_sa_find(p->side[who].e, serial);
		if (sa != NULL && sa->role == role)
			return sa;
	}
	fail_msg("no such IKE SA");
	return NULL;
}

/* The peer sent one more packet on that SA. */
static void
came_in(struct pair *p, int who, enum sa_role role)
{
	const struct ike_sa *sa = begun_by(p, who, role);

	fake_kernel_find(&p->side[who].kernel, SA_IN, sa->children->spi_in)->counters.packets++;
}

static void
both_know_the_rule(void **state)
{
	struct pair *p = crossed();

	(void)state;
	assert_true(begun_by(p, A, SA_INITIATOR)->twin_rule);
	assert_true(begun_by(p, A, SA_RESPONDER)->twin_rule);
	pair_advance(p, 3000);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	pair_assert_up(p, 1);
	pair_free(p);
}

/* B knows nothing of our rule, and settles nothing itself. */
static struct pair *
crossed_with_another_kind(void)
{
	static const enum sa_role roles[] = { SA_INITIATOR, SA_RESPONDER };
	struct pair *p = crossed();

	for (int r = 0; r < 2; r++) {
		begun_by(p, A, roles[r])->twin_rule = false;
		timer_stop(p->side[B].e, &begun_by(p, B, roles[r])->twin);
	}
	return p;
}

static void
what_the_peer_uses_stays(void **state)
{
	(void)state;
	for (int r = 0; r < 2; r++) {
		enum sa_role used = r == 0 ? SA_INITIATOR : SA_RESPONDER;
		enum sa_role before = r == 0 ? SA_RESPONDER : SA_INITIATOR;
		struct pair *p = crossed_with_another_kind();
		uint64_t stays = begun_by(p, A, used)->serial;

		/* On the one, until the peer had both. */
		came_in(p, A, before);
		pair_advance(p, 16000);
		assert_int_equal(pair_stats(p, A).ike_now, 2);
		came_in(p, A, used);
		pair_advance(p, 70000);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		assert_int_equal(pair_stats(p, B).ike_now, 1);
		assert_non_null(ike_sa_find(p->side[A].e, stays));
		pair_free(p);
	}
}

static void
nothing_is_closed_blindly(void **state)
{
	struct pair *p = crossed_with_another_kind();

	(void)state;
	pair_advance(p, 300000);
	assert_int_equal(pair_stats(p, A).ike_now, 2);
	came_in(p, A, SA_INITIATOR);
	came_in(p, A, SA_RESPONDER);
	pair_advance(p, 70000);
	assert_int_equal(pair_stats(p, A).ike_now, 2);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_know_the_rule), cmocka_unit_test(what_the_peer_uses_stays),
		cmocka_unit_test(nothing_is_closed_blindly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
