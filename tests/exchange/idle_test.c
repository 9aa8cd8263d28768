/* Opportunistic SAs that nobody uses go, with a word to the peer; others stay. */
#include "tests/exchange/pair.h"

enum { IDLE_S = 100 };

static struct pair *
up(void)
{
	struct pair *p = pair_new();

	pair_use_oe(p);
	p->side[A].conn->idle_s = IDLE_S;
	pair_up(p);
	return p;
}

static void
use(struct pair *p, enum sa_direction dir)
{
	struct child_sa *c = pair_child(p, A);
	struct fake_sa *sa = fake_kernel_find(&p->side[A].kernel, dir,
					      dir == SA_IN ? c->spi_in : c->spi_out);

	sa->counters.last_used_ms = p->clock.now_ms;
}

/* A alone looks; B hears of it, and neither has a SA left in its kernel. */
static void
goes_and_says_so(void **state)
{
	struct pair *p = up();

	(void)state;
	pair_advance(p, IDLE_S * 1000 - 1);
	pair_assert_up(p, 1);
	pair_advance(p, 1);
	pair_settle(p);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_IN), 0);
		assert_int_equal(pair_stats(p, i).ike_now, 0);
	}
	pair_free(p);
}

/* Each packet, in either direction, begins the time anew. */
static void
used_ones_stay(void **state)
{
	struct pair *p = up();

	(void)state;
	for (int i = 0; i < 10; i++) {
		pair_advance(p, IDLE_S * 1000 - 10000);
		use(p, i % 2 == 0 ? SA_IN : SA_OUT);
	}
	pair_advance(p, IDLE_S * 1000 - 1);
	pair_assert_one(p);
	pair_advance(p, 1);
	pair_settle(p);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	pair_free(p);
}

/* Those that somebody has configured are not asked. */
static void
configured_ones_stay(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	pair_advance(p, 20 * IDLE_S * 1000);
	pair_assert_up(p, 1);
	pair_free(p);
}

/* Both look at the same moment: their farewells cross. */
static void
both_at_once(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_oe(p);
	p->side[A].conn->idle_s = p->side[B].conn->idle_s = IDLE_S;
	pair_up(p);
	pair_advance(p, IDLE_S * 1000 + 60000);
	pair_settle(p);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(pair_stats(p, i).ike_now, 0);
	}
	pair_free(p);
}

/* Many that began at one time do not end at one time: an hour, and up to the fuzz of
 * the margin less. */
static void
ends_are_spread(void **state)
{
	enum { HOUR_MS = 3600000, FUZZ_MS = 540000, TIMES = 20 };
	uint64_t least = HOUR_MS, most = 0;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		struct pair *p = pair_new();
		uint64_t left;

		p->random = ((unsigned)i + 1) * 0x9e3779b97f4a7c15ull;
		pair_use_oe(p);
		p->side[A].conn->rekey_fuzz_pct = 100;
		pair_up(p);
		left = pair_ike(p, A)->life.node.key - p->clock.now_ms;
		assert_in_range(left, HOUR_MS - FUZZ_MS, HOUR_MS);
		assert_int_equal(pair_ike(p, B)->life.node.key - p->clock.now_ms, HOUR_MS);
		least = left < least ? left : least;
		most = left > most ? left : most;
		pair_free(p);
	}
	assert_true(most - least > FUZZ_MS / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_and_says_so), cmocka_unit_test(used_ones_stay),
		cmocka_unit_test(configured_ones_stay), cmocka_unit_test(both_at_once),
		cmocka_unit_test(ends_are_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
