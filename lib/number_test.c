/* Decimal numbers: what is one, and what only looks like one. */
#include "lib/test.h"

#include "lib/number.h"

static void
test_numbers(void **state)
{
	unsigned long n;

	(void)state;
	assert_true(number_parse("0", 0, &n));
	assert_int_equal(n, 0);
	assert_true(number_parse("0255", 255, &n));
	assert_int_equal(n, 255);
	assert_false(number_parse("256", 255, &n));
}

static void
test_not_numbers(void **state)
{
	static const char *const bad[] = {
		"", " 1", "+1", "-1", "1 ", "1x", "0x10", "99999999999999999999999",
	};
	unsigned long n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(number_parse(bad[i], (unsigned long)-1, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_not_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
