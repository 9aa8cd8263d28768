/* The anti-replay window at its edges, and extended sequence numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pluto/esp/replay.h"

static void
test_sizes(void **state)
{
	struct replay *r = replay_new(0);

	(void)state;
	assert_true(r->window >= 1024);
	free(r);
	r = replay_new(4000);
	assert_true(r->window >= 4000);
	free(r);
	r = replay_new(UINT32_MAX);
	assert_int_equal(r->window, REPLAY_MAX);
	free(r);
}

static void
test_zero_and_duplicates(void **state)
{
	struct replay *r = replay_new(1024);

	(void)state;
	assert_false(replay_accept(r, 0));
	assert_true(replay_accept(r, 1));
	assert_false(replay_accept(r, 1));
	assert_true(replay_accept(r, 3));
	assert_true(replay_accept(r, 2));
	assert_false(replay_accept(r, 3));
	assert_false(replay_accept(r, 2));
	free(r);
}

static void
test_edges(void **state)
{
	struct replay *r = replay_new(1024);
	uint64_t top = 100000, w = r->window;

	(void)state;
	assert_true(replay_accept(r, top));
	assert_false(replay_accept(r, top - w));
	assert_true(replay_accept(r, top - w + 1));
	assert_false(replay_accept(r, top - w + 1));
	free(r);
}

static void
test_jump(void **state)
{
	struct replay *r = replay_new(1024);
	uint64_t far = 5 + (uint64_t)(r->mask + 7) * 64;

	(void)state;
	for (uint64_t s = 1; s <= 64; s++)
		assert_true(replay_accept(r, s));
	assert_true(replay_accept(r, far));
	/* Blocks of the far past must not look seen in the new round. */
	for (uint64_t s = far - r->window + 1; s < far; s++)
		assert_true(replay_accept(r, s));
	assert_false(replay_accept(r, 64));
	free(r);
}

/* Every number near a moving top exactly once, against a plain array. */
static void
test_against_naive(void **state)
{
	enum { N = 20000 };
	static bool seen[N];
	struct replay *r = replay_new(1024);
	uint32_t x = 1;
	uint64_t top = 0;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		uint64_t s;
		bool want;

		x = x * 1664525 + 1013904223;
		s = (uint64_t)i / 4 + x % 3000;
		want = s != 0 && !seen[s] && (s > top || top - s < r->window);
		assert_int_equal(replay_check(r, s), want);
		assert_int_equal(replay_accept(r, s), want);
		if (want) {
			seen[s] = true;
			top = s > top ? s : top;
		}
	}
	free(r);
}

static void
test_infer(void **state)
{
	struct replay *r = replay_new(1024);
	uint64_t cross = UINT64_C(1) << 32;
	uint32_t w = r->window;

	(void)state;
	assert_int_equal(replay_infer(r, false, 7), 7);
	assert_int_equal(replay_infer(r, true, 7), 7);
	/* Before the first packets there is no lower half. */
	assert_int_equal(replay_infer(r, true, 0xffffff00), 0);
	r->top = cross - 10;
	assert_int_equal(replay_infer(r, true, (uint32_t)(cross - 5)),
			 cross - 5);
	assert_int_equal(replay_infer(r, true, 3), cross + 3);
	assert_int_equal(replay_infer(r, true, (uint32_t)(cross - 10 - w + 1)),
			 cross - 10 - w + 1);
	/* Too old for this half, so it must be of the next. */
	assert_int_equal(replay_infer(r, true, (uint32_t)(cross - 10 - w)),
			 cross + (uint32_t)(cross - 10 - w));
	r->top = cross + 5;
	assert_int_equal(replay_infer(r, true, 6), cross + 6);
	assert_int_equal(replay_infer(r, true, 0xfffffffe), 0xfffffffe);
	r->top = UINT64_MAX;
	assert_int_equal(replay_infer(r, true, 1), 0);
	free(r);
}

/* Sent in a shuffled order across 2^32, each accepted once. */
static void
test_crossing(void **state)
{
	struct replay *r = replay_new(1024);
	uint64_t base = (UINT64_C(1) << 32) - 600;

	(void)state;
	assert_true(replay_accept(r, base - 1));
	for (uint32_t i = 0; i < 1200; i++) {
		uint64_t s = base + (i ^ 7);

		assert_int_equal(replay_infer(r, true, (uint32_t)s), s);
		assert_true(replay_accept(r, s));
		assert_false(replay_accept(r, s));
	}
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_zero_and_duplicates),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_against_naive),
		cmocka_unit_test(test_infer),
		cmocka_unit_test(test_crossing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
