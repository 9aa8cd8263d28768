/* Checks that trust anchor files are read, and that faults are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/anchors.h"

static struct anchors got;
static char err[200];

static bool
read_text(const char *text)
{
	char copy[4096];
	FILE *f;
	bool ok;

	strcpy(copy, text);
	f = fmemopen(copy, strlen(copy), "r");
	assert_non_null(f);
	got = (struct anchors){ 0 };
	err[0] = '\0';
	ok = anchors_read(f, "file", &got, err);
	fclose(f);
	return ok;
}

/* RFC 4034 5.4 gives this key and its tag. */
#define EXAMPLE_KEY "AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TGkJaNXVbfi/ 2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCVdFLU Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvFw=="

static void
dnskey_tag(void **state)
{
	(void)state;
	assert_true(read_text("dskey.example.com. 86400 IN DNSKEY 256 3 5 ( "
			      EXAMPLE_KEY " ) ; key id = 60485\n"));
	assert_string_equal(got.text, "dskey.example.com. 60485");
	assert_false(got.has_root);
}

static void
several(void **state)
{
	(void)state;
	assert_true(read_text("; the root\n\n. IN DS 20326 8 2 E06D44B8\n"
			      ".\t172800\tIN\tDS\t38696 8 2 (\n 683D2D0A\n )\n"
			      "lab. DS 5 13 2 00"));
	assert_int_equal(got.n, 3);
	assert_true(got.has_root);
	assert_string_equal(got.text, ". 20326 38696 lab. 5");
}

static void
faults(void **state)
{
	(void)state;
	assert_false(read_text("; nothing\n"));
	assert_string_equal(err, "file holds no DS or DNSKEY record");
	assert_false(read_text(". IN DS 1 8 2 00\n. IN A 192.0.2.1\n"));
	assert_string_equal(err, "file:2: expected a DS or DNSKEY record");
	assert_false(read_text(". IN DS 65536 8 2 00\n"));
	assert_false(read_text(". IN DS 1 8 2\n"));
	assert_false(read_text(". IN DNSKEY 257 3 8 !!!!\n"));
	assert_false(read_text(". IN DNSKEY 257 3 256 AAAA\n"));
	assert_false(read_text("IN\n"));
	assert_false(read_text("((((\n"));
}

static void
long_text_is_cut(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		char line[] = "a-name-that-is-rather-long.example. DS 1 8 2 00\n";
		FILE *f = fmemopen(line, strlen(line), "r");

		assert_true(anchors_read(f, "file", &got, err));
		fclose(f);
	}
	assert_true(strlen(got.text) < sizeof(got.text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dnskey_tag),
		cmocka_unit_test(several),
		cmocka_unit_test(faults),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests_name("anchors", tests, NULL, NULL);
}
