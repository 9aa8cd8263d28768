/* Checks the token buckets: whose they are, how they empty and fill. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "adns/bucket.h"

static struct buckets b;

static bool
take(const char *text, uint64_t now_ms)
{
	struct dns_name n;

	strcpy(n.text, text);
	return buckets_take(&b, &n, now_ms);
}

static void
prefixes(void **state)
{
	static const char six[] = "5.4.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
				  "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";
	static const struct { const char *name, *prefix; } rows[] = {
		{ "7.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa." },
		{ "8.64-127.2.0.192.IN-ADDR.arpa.", "2.0.192.IN-ADDR.arpa." },
		{ "0.192.in-addr.arpa.", "0.192.in-addr.arpa." },
		{ six, "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa." },
		{ "west.oe.lab.", "oe.lab." }, { "lab.", "lab." }, { ".", "." },
		{ "in-addr.arpa.", "in-addr.arpa." },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dns_name n;

		strcpy(n.text, rows[i].name);
		assert_string_equal(bucket_prefix(&n), rows[i].prefix);
	}
}

static void
empties_and_fills(void **state)
{
	(void)state;
	b = (struct buckets){ .burst = 3, .per_s = 10 };
	for (unsigned i = 0; i < 3; i++)
		assert_true(take("7.2.0.192.in-addr.arpa.", 1000));
	assert_false(take("8.2.0.192.in-addr.arpa.", 1000));
	assert_false(take("8.2.0.192.in-addr.arpa.", 1099));
	assert_true(take("8.3.0.192.in-addr.arpa.", 1000));
	assert_true(take("8.2.0.192.in-addr.arpa.", 1100));
	assert_false(take("8.2.0.192.in-addr.arpa.", 1101));
	for (unsigned i = 0; i < 3; i++)
		assert_true(take("7.2.0.192.in-addr.arpa.", 100000));
	assert_false(take("7.2.0.192.in-addr.arpa.", 100000));
}

static void
no_limit(void **state)
{
	(void)state;
	b = (struct buckets){ 0 };
	for (unsigned i = 0; i < 1000; i++)
		assert_true(take("7.2.0.192.in-addr.arpa.", 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(empties_and_fills),
		cmocka_unit_test(no_limit),
	};

	return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
