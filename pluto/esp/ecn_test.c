/* Every cell of the RFC 6040 table, and the header rewriting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/csum.h"
#include "pluto/esp/ecn.h"

static void
test_table(void **state)
{
	static const struct { uint8_t inner, outer; int want; } row[] = {
		{ ECN_NOT_ECT, ECN_NOT_ECT, ECN_NOT_ECT },
		{ ECN_NOT_ECT, ECN_ECT0, ECN_NOT_ECT },
		{ ECN_NOT_ECT, ECN_ECT1, ECN_NOT_ECT },
		{ ECN_NOT_ECT, ECN_CE, -1 },
		{ ECN_ECT0, ECN_NOT_ECT, ECN_ECT0 },
		{ ECN_ECT0, ECN_ECT0, ECN_ECT0 },
		{ ECN_ECT0, ECN_ECT1, ECN_ECT1 },
		{ ECN_ECT0, ECN_CE, ECN_CE },
		{ ECN_ECT1, ECN_NOT_ECT, ECN_ECT1 },
		{ ECN_ECT1, ECN_ECT0, ECN_ECT1 },
		{ ECN_ECT1, ECN_ECT1, ECN_ECT1 },
		{ ECN_ECT1, ECN_CE, ECN_CE },
		{ ECN_CE, ECN_NOT_ECT, ECN_CE },
		{ ECN_CE, ECN_ECT0, ECN_CE },
		{ ECN_CE, ECN_ECT1, ECN_CE },
		{ ECN_CE, ECN_CE, ECN_CE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		/* DSCP bits of either side must not matter. */
		assert_int_equal(ecn_decap((uint8_t)(row[i].inner | 0xb8),
					   (uint8_t)(row[i].outer | 0x28)),
				 row[i].want);
	}
}

static void
test_encap_copies(void **state)
{
	(void)state;
	for (int tos = 0; tos < 256; tos++)
		assert_int_equal(ecn_encap((uint8_t)tos), tos);
}

static void
test_set(void **state)
{
	uint8_t v4[24] = { 0x46, 0xba, 0, 24, 1, 2, 0x40, 0, 64, 6, 0, 0,
			   192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 0 };
	uint8_t v6[40] = { 0x6b, 0xa1, 0x23, 0x45 };

	(void)state;
	ecn_set(v4, ECN_CE);
	assert_int_equal(v4[1], 0xbb);
	assert_int_equal(csum_fold(csum_add(0, v4, sizeof(v4))), 0xffff);
	ecn_set(v6, ECN_CE);
	assert_int_equal(v6[0], 0x6b);
	assert_int_equal(v6[1], 0xb1);
	assert_int_equal(v6[2], 0x23);
}

static void
test_df(void **state)
{
	(void)state;
	assert_int_equal(df_policy(4, true), TOO_BIG_REPORT);
	assert_int_equal(df_policy(4, false), TOO_BIG_FRAGMENT);
	assert_int_equal(df_policy(6, false), TOO_BIG_REPORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_encap_copies),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_df),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
