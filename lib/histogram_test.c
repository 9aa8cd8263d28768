/* How long things took: each in its bucket, bounds included. */
#include "lib/test.h"

#include "lib/histogram.h"

static void
test_buckets(void **state)
{
	struct histogram h = { .n = 0 };

	(void)state;
	histogram_add(&h, 0);
	histogram_add(&h, 0.005);
	histogram_add(&h, 0.0051);
	histogram_add(&h, 10);
	histogram_add(&h, 11);
	assert_int_equal(h.count[0], 2);
	assert_int_equal(h.count[1], 1);
	assert_int_equal(h.count[HISTOGRAM_BOUNDS - 1], 1);
	assert_int_equal(h.n, 5);
	assert_true(h.sum_s > 21.01 && h.sum_s < 21.02);
	for (unsigned i = 1; i < HISTOGRAM_BOUNDS; i++)
		assert_true(histogram_bounds[i] > histogram_bounds[i - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_buckets) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
