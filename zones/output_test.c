/* Commands for the programs that change a zone, and names of zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "zones/record.h"

#define KEY "DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0="

static struct pubkey
test_key(void)
{
	struct chunk raw;
	struct pubkey k;
	const char *err = NULL;

	assert_int_equal(base64_decode(KEY, &raw), 0);
	assert_true(pubkey_from_dns(IPSECKEY_EDDSA, chunk_span(raw), &k, &err));
	chunk_free(&raw);
	return k;
}

/* One run of FORMAT for ZONE with one record; malloc'd. */
static char *
run_of(const char *zone, enum output_format format, const struct record_request *q,
       const struct pubkey *key)
{
	char err[200], *text = NULL;
	struct record r;
	size_t len;
	struct output o = { .out = open_memstream(&text, &len), .format = format };

	assert_true(output_zone_parse(zone, &o.zone));
	assert_null(output_refuses(&o));
	assert_true(record_make(q, key, &r, err, sizeof(err)));
	assert_null(record_refused(&o, &r));
	output_begin(&o);
	assert_true(record_print(&o, &r));
	assert_true(output_end(&o));
	record_clear(&r);
	fclose(o.out);
	return text;
}

static void
commands_for_a_zone(void **state)
{
	static const struct record_request q = { .owner = "192.1.2.23", .ttl = 60, .precedence = 10 };
	struct pubkey k = test_key();
	char *text = run_of("2.1.192.IN-ADDR.arpa", OUTPUT_KNOTC, &q, &k);

	(void)state;
	assert_string_equal(text, "zone-begin 2.1.192.in-addr.arpa.\n"
	    "zone-set 2.1.192.in-addr.arpa. 23.2.1.192.in-addr.arpa. 60 IPSECKEY 10 1 4 192.1.2.23 "
	    KEY "\nzone-commit 2.1.192.in-addr.arpa.\n");
	free(text);
	text = run_of("2.1.192.in-addr.arpa.", OUTPUT_NSUPDATE, &q, &k);
	assert_memory_equal(text, "zone 2.1.192.in-addr.arpa.\n; key ", 33);
	assert_non_null(strstr(text, "\nupdate add 23.2.1.192.in-addr.arpa. 60 IN IPSECKEY 10 1 4 "
	    "192.1.2.23 " KEY "\nsend\n"));
	free(text);
	pubkey_free(&k);
}

/* PowerDNS: RSA alone, a relative name, and no dot where there is no gateway. */
static void
commands_for_powerdns(void **state)
{
	static const struct record_request q = { .owner = "192.1.2.23", .ttl = 60, .gateway = "none" };
	struct output o = { .format = OUTPUT_PDNSUTIL };
	EVP_PKEY *evp = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	struct pubkey ed = test_key(), rsa;
	struct record r;
	char err[200], *text;

	(void)state;
	assert_true(pubkey_from_evp(evp, &rsa));
	text = run_of("2.1.192.in-addr.arpa", OUTPUT_PDNSUTIL, &q, &rsa);
	assert_non_null(strstr(text, "\npdnsutil add-record '2.1.192.in-addr.arpa.' '23' IPSECKEY "
	    "60 '0 0 2 AwEAA"));
	free(text);
	assert_non_null(output_refuses(&o));
	assert_true(output_zone_parse("3.1.192.in-addr.arpa", &o.zone));
	assert_true(record_make(&q, &ed, &r, err, sizeof(err)));
	assert_non_null(strstr(record_refused(&o, &r), "of that zone"));
	assert_true(output_zone_parse("192.in-addr.arpa", &o.zone));
	assert_non_null(strstr(record_refused(&o, &r), "RSA keys alone"));
	record_clear(&r);
	pubkey_free(&rsa);
	pubkey_free(&ed);
	EVP_PKEY_free(evp);
}

static void
names_of_zones(void **state)
{
	struct dns_name n, in = { "a.32/28.2.0.192.in-addr.arpa." }, out = { "x32/28.2.0.192.in-addr.arpa." };
	struct output o = { 0 };

	(void)state;
	assert_true(output_holds(&o, &in));
	assert_true(output_zone_parse("32/28.2.0.192.in-addr.arpa", &o.zone));
	assert_string_equal(o.zone.text, "32/28.2.0.192.in-addr.arpa.");
	assert_true(output_holds(&o, &in));
	assert_true(output_holds(&o, &o.zone));
	assert_false(output_holds(&o, &out));
	assert_false(output_zone_parse("a'b.arpa", &n));
	assert_false(output_zone_parse("$(id)", &n));
	assert_false(output_zone_parse("", &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_for_a_zone),
		cmocka_unit_test(commands_for_powerdns),
		cmocka_unit_test(names_of_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
