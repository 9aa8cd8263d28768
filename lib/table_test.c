/* The table against an array of flags, with good and with bad hashes. */
#include "lib/test.h"

#include <stdlib.h>

#include "lib/table.h"

enum { ITEMS = 500 };

static bool
same(const void *item, const void *key)
{
	return item == key;
}

static void
check_all(const struct table *t, const int *items, const bool *in,
	  uint64_t mask)
{
	size_t at = 0, seen = 0, want = 0;

	for (size_t i = 0; i < ITEMS; i++) {
		const void *found = table_find(t, i & mask, same, &items[i]);

		assert_ptr_equal(found, in[i] ? &items[i] : NULL);
		want += in[i];
	}
	while (table_next(t, &at) != NULL)
		seen++;
	assert_int_equal(seen, want);
	assert_int_equal(table_count(t), want);
}

static void
steps(uint64_t mask)
{
	int items[ITEMS] = { 0 };
	bool in[ITEMS] = { false };
	struct table t = { 0 };

	srandom(2);
	for (int n = 0; n < 6000; n++) {
		size_t i = (size_t)random() % ITEMS;
		void *out;

		if (in[i]) {
			out = table_remove(&t, i & mask, same, &items[i]);
			assert_ptr_equal(out, &items[i]);
			assert_null(table_remove(&t, i & mask, same, &items[i]));
		} else {
			assert_int_equal(table_insert(&t, i & mask, &items[i]), 0);
		}
		in[i] = !in[i];
		if (n % 100 == 0)
			check_all(&t, items, in, mask);
	}
	check_all(&t, items, in, mask);
	table_clear(&t);
	assert_int_equal(table_count(&t), 0);
}

static void
good_hash(void **state)
{
	(void)state;
	steps(UINT64_MAX);
}

static void
few_hashes(void **state)
{
	(void)state;
	steps(7);
}

static void
one_hash(void **state)
{
	(void)state;
	steps(0);
}

static void
empty(void **state)
{
	struct table t;
	size_t at = 0;

	(void)state;
	table_init(&t);
	assert_null(table_find(&t, 1, same, "x"));
	assert_null(table_remove(&t, 1, same, "x"));
	assert_null(table_next(&t, &at));
	table_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_hash),
		cmocka_unit_test(few_hashes),
		cmocka_unit_test(one_hash),
		cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
