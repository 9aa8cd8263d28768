/* The table of ipsec top: numbers, times, rows, rates. */
#include "lib/test.h"

#include <string.h>

#include "whack/top_table.h"

static void
test_numbers(void **state)
{
	char b[8];

	(void)state;
	assert_string_equal(top_number(0, b), "0");
	assert_string_equal(top_number(999, b), "999");
	assert_string_equal(top_number(1000, b), "1.0k");
	assert_string_equal(top_number(9960, b), "10k");
	assert_string_equal(top_number(1234567, b), "1.2M");
	assert_string_equal(top_number(999999999, b), "1000M");
	assert_true(strlen(top_number(UINT64_MAX, b)) <= 6);
	assert_string_equal(top_seconds(0, b), "0s");
	assert_string_equal(top_seconds(119, b), "119s");
	assert_string_equal(top_seconds(120, b), "2m");
	assert_string_equal(top_seconds(7200, b), "2h");
	assert_string_equal(top_seconds(1000000, b), "11d");
	assert_true(strlen(top_seconds(UINT64_MAX, b)) <= 4);
}

static struct top_sample
sample(const char *pairs, uint64_t at_ms)
{
	struct top_sample s = { .pairs = json_loads(pairs, 0, NULL),
		.sum = json_loads("{\"encrypted\":2,\"clear\":7,\"child_sas\":3}", 0, NULL),
		.at_ms = at_ms };

	assert_non_null(s.pairs);
	return s;
}

static void
test_rows(void **state)
{
	struct top_sample before = sample("[{\"state\":\"ENCRYPTED\",\"here\":\"192.0.2.1\","
		"\"there\":\"192.0.2.2\",\"connection\":\"private\",\"bytes_in\":1000}]", 1000);
	struct top_sample s = sample("[{\"state\":\"ENCRYPTED\",\"here\":\"192.0.2.1\","
		"\"there\":\"192.0.2.2\",\"connection\":\"private\",\"group\":\"private\",\"dnssec\":\"SECURE\","
		"\"authenticated\":true,\"age_s\":300,\"bytes_in\":5000,\"bytes_out\":7},"
		"{\"state\":\"CLEAR\",\"here\":\"192.0.2.1\",\"there\":\"192.0.2.3\",\"ike\":\"silent\","
		"\"dnssec\":\"SECURE\",\"group\":\"private-or-clear\",\"expires_s\":30},"
		"{\"state\":\"PENDING\",\"there\":\"192.0.2.4\",\"held\":2},"
		"{\"there\":7,\"bytes_in\":-5}]", 3000);
	char line[300];

	(void)state;
	top_summary(&s, line, sizeof(line));
	assert_non_null(strstr(line, "2 encrypted, 7 clear, 0 blocked, 0 pending; 3 Child SAs"));
	top_row(&s, &before, 0, line, sizeof(line));
	assert_non_null(strstr(line, "192.0.2.2  "));
	assert_non_null(strstr(line, "SECURE    yes     5m   2.0k      3"));
	assert_non_null(strstr(line, "5.0k      7  private"));
	top_row(&s, &before, 1, line, sizeof(line));
	assert_non_null(strstr(line, "CLEAR"));
	assert_non_null(strstr(line, "30s"));
	assert_non_null(strstr(line, "IKE silent"));
	top_row(&s, &before, 2, line, sizeof(line));
	assert_non_null(strstr(line, "2 held"));
	/* What makes no sense is blank, and harms nobody. */
	top_row(&s, &before, 3, line, sizeof(line));
	top_sample_clear(&s);
	top_sample_clear(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
