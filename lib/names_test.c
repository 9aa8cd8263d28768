/* Names of numbers, shunts and verdicts. */
#include "lib/test.h"

#include "lib/names.h"
#include "lib/shunt.h"

static const struct name_row rows[] = {
	{ 1, "NO_PROPOSAL_CHOSEN" },
	{ 16396, "MOBIKE_SUPPORTED" },
};
static const struct name_table table = NAME_TABLE("notify", rows);

static void
numbers(void **state)
{
	struct name_buf b;

	(void)state;
	assert_string_equal(name_of(&table, 16396, &b), "MOBIKE_SUPPORTED");
	assert_string_equal(name_of(&table, 4711, &b), "notify 4711");
	assert_string_equal(name_of(&table, UINT32_MAX, &b),
			    "notify 4294967295");
	assert_true(name_number(&table, "no_proposal_chosen") == 1);
	assert_true(name_number(&table, "nothing") == -1);
}

static void
long_title(void **state)
{
	struct name_table t = table;
	struct name_buf b;

	(void)state;
	t.what = "a title that is longer than any buffer would ever want to be";
	assert_string_equal(name_of(&t, UINT32_MAX, &b),
			    "a title that is longer than any  4294967295");
}

static void
shunts(void **state)
{
	(void)state;
	assert_string_equal(shunt_kind_name(SHUNT_KEYED), "keyed");
	assert_string_equal(shunt_kind_name(SHUNT_TRAP), "trap");
	assert_string_equal(verdict_name(VERDICT_REJECT), "reject");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(long_title),
		cmocka_unit_test(shunts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
