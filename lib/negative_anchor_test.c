/* Checks what is a negative trust anchor. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "lib/negative_anchor.h"

static void
good(void **state)
{
	struct negative_anchor n;
	char err[200];

	(void)state;
	assert_true(negative_anchor_parse("corp.example@2026-11-26", &n, err));
	assert_string_equal(n.zone.text, "corp.example.");
	assert_int_equal(n.until_wall, 1795651200);
	assert_string_equal(n.until, "2026-11-26");
	assert_true(negative_anchor_parse("2.1.192.in-addr.arpa.@2026-11-26T00:00:01Z", &n, err));
	assert_string_equal(n.zone.text, "2.1.192.in-addr.arpa.");
	assert_int_equal(n.until_wall, 1795651201);
}

static void
bad_ones(void **state)
{
	static const char *const rows[] = {
		"", "corp.example", "corp.example@", "@2026-11-26", ".@2026-11-26",
		"corp.example@2026-11-6", "corp.example@2026-11-26x", "corp.example@26-11-2026",
		"corp.example@2026-02-31", "corp.example@2026-13-01", "corp.example@tomorrow",
		"corp example@2026-11-26", "a..b@2026-11-26", "corp.example@2026-11-26T00:00:01",
		" corp.example@2026-11-26", "corp.example@ 2026-11-26",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct negative_anchor n;
		char err[200] = "";

		if (negative_anchor_parse(rows[i], &n, err))
			fail_msg("taken: %s", rows[i]);
		assert_true(err[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(good), cmocka_unit_test(bad_ones) };

	return cmocka_run_group_tests_name("negative_anchor", tests, NULL, NULL);
}
