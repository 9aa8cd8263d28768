/* A million remembered pairs are small, quick to find and quick to expire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "oe/decided.h"

/* Sanitizers change what memory costs and how fast things are. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PAIRS = 20000, MEASURED = 0 };
#else
enum { PAIRS = 1000000, MEASURED = 1 };
#endif

static struct ip_addr
nth(uint32_t i)
{
	return (struct ip_addr){
		.family = IP_V4,
		.bytes = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i },
	};
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
test_a_million(void **state)
{
	struct decided_set s = { .max = PAIRS };
	struct ip_addr local = nth(UINT32_MAX);
	size_t before = in_use();
	double began = seconds();

	(void)state;
	for (uint32_t i = 0; i < PAIRS; i++) {
		struct ip_addr remote = nth(i);
		struct decided *d = decided_make(&s, &local, &remote);

		assert_non_null(d);
		/* Deadlines in an order that is neither sorted nor reversed. */
		decided_set_due(&s, d, 1 + (i * UINT64_C(2654435761)) % 900000);
	}
	size_t each = (in_use() - before) / PAIRS;
	size_t slots = s.by_pair.room * sizeof(struct table_slot) + s.due.room * sizeof(void *);

	assert_true(decided_is_full(&s));
	assert_null(decided_make(&s, &local, &local));
	for (uint32_t i = 0; i < PAIRS; i += 7) {
		struct ip_addr remote = nth(i);

		assert_non_null(decided_find(&s, &local, &remote));
	}
	uint64_t last = 0;

	for (struct decided *d; (d = decided_soonest(&s)) != NULL; decided_remove(&s, d)) {
		if (d->due.key < last)
			fail_msg("expired out of order");
		last = d->due.key;
	}
	assert_int_equal(s.n, 0);
	decided_clear(&s);
	if (MEASURED) {
		double took = seconds() - began;

		print_message("%d pairs: %zu bytes each, %zu of them slots; %.2f s\n", PAIRS,
			      each, slots / PAIRS, took);
		assert_true(each - slots / PAIRS <= 200);
		/* Of the processor, which others may share. A scan by record would
		 * take hours: a wide bound still tells. */
		assert_true(took < 20);
	}
}

static void
test_without_expiry(void **state)
{
	struct decided_set s = { .max = 2 };
	struct ip_addr a = nth(1), b = nth(2);
	struct decided *d = decided_make(&s, &a, &b);

	(void)state;
	decided_set_due(&s, d, 5);
	assert_ptr_equal(decided_soonest(&s), d);
	decided_set_due(&s, d, 0);
	assert_null(decided_soonest(&s));
	assert_ptr_equal(decided_make(&s, &a, &b), d);
	assert_null(decided_find(&s, &b, &a));
	decided_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_million),
		cmocka_unit_test(test_without_expiry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
