/* Each rule of oe-zone check, by a zone that breaks it and one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>

#include "lib/base64.h"
#include "lib/pubkey.h"
#include "zones/lint.h"

#define ED "DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0="
#define ED_HEX "0c7924e442ea57608463698d2084057a3a2aef863af93cf5efcbd07a4590c01d"
#define E1 "a.x. 60 IN IPSECKEY 10 0 4 . "

enum { NOW = 1800000000 };	/* 2027-01-15 08:00:00 */

/* The ids of what is found, in the order of telling; malloc'd. */
static char *
found_with(const char *zone, unsigned profiles, bool verbose, struct lint *counted)
{
	char *text = NULL, *ids = calloc(1, 4096), *line, *save = NULL;
	size_t len;
	FILE *f = fmemopen((void *)(uintptr_t)zone, strlen(zone), "r");
	struct lint l = { .out = open_memstream(&text, &len), .file = "z", .profiles = profiles,
		.verbose = verbose, .now_s = NOW };

	lint_zone(&l, f, "x.");
	fclose(f);
	fclose(l.out);
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		unsigned n;
		char severity[16], id[16], part[48];

		assert_int_equal(sscanf(line, "z:%u: %15s %15s", &n, severity, id), 3);
		snprintf(part, sizeof(part), "%s%u%c%s", *ids != '\0' ? " " : "", n, *severity, id + 2);
		strcat(ids, part);
	}
	free(text);
	*counted = l;
	return ids;
}

static char *
found(const char *zone, unsigned profiles, struct lint *counted)
{
	return found_with(zone, profiles, false, counted);
}

static void
expect(const char *zone, unsigned profiles, const char *want)
{
	struct lint l;
	char *ids = found(zone, profiles, &l);

	if (strcmp(ids, want) != 0)
		fail_msg("found \"%s\", not \"%s\", in:\n%s", ids, want, zone);
	free(ids);
}

enum { NO_PDNS = PROFILE_ALL & ~PROFILE_PDNS };

static void
single_records(void **state)
{
	static const struct { const char *zone, *want; } rows[] = {
		{ E1 ED "\n", "" },
		{ "a 60 IPSECKEY 10 1 4 203.0.114.1 " ED " ; remark\n", "" },
		{ "a TYPE45 \\# 35 0a0004" ED_HEX "\n", "" },
		{ "a TYPE45 \\# 36 0a0004" ED_HEX "\n", "1e007" },
		{ "a TYPE45 \\# 3 0a0004\n", "1e002" },
		{ "\n" E1 "DHkk5ELqV2CEY2mNIIQFejoq ( 74Y6+Tz178vQ\n ekWQwB0= )\n" E1 ED "\n", "2w001 4w017" },
		{ "a IPSECKEY 10 0 2 .\n", "1e002" },
		{ "a IPSECKEY 10 1 0 203.0.114.1\n", "1e002" },
		{ "a IPSECKEY 300 0 4 . " ED "\n", "1e007" },
		{ "a IPSECKEY 10 4 4 . " ED "\n", "1e007" },
		{ "a IPSECKEY 10 0 4 203.0.114.1 " ED "\n", "1e007" },
		{ "a IPSECKEY 10 1 4 . " ED "\n", "1e007" },
		{ "a IPSECKEY 10 2 4 203.0.114.1 " ED "\n", "1e007" },
		{ "a IPSECKEY 10 3 4 203.0.114.1 " ED "\n", "1e007" },
		{ "a IPSECKEY 10\n", "1e007" },
		{ "a IPSECKEY 10 0 5 . " ED "\n", "1e006" },
		{ "a IPSECKEY 10 0 3 . " ED "\n", "1e011" },
		{ "a IPSECKEY 10 0 4 . !!!!\n", "1e011" },
		{ "a 86401 IPSECKEY 10 0 4 . " ED "\n", "1w009" },
		{ "$TTL 2d\na IPSECKEY 10 0 4 . " ED "\n", "2w009" },
		{ "$ORIGIN 0.0.10.in-addr.arpa.\n1 IPSECKEY 10 0 4 . " ED "\n", "2w015" },
		{ "a KEY 0x4200 4 1 AQOF\n", "1e003" },
		{ "a KEY HOST IPSEC RSASHA1 AQOF\n", "1e003" },
		{ "a KEY 16896 4 1 AQ OF\n", "1w001" },
		{ "a TXT \"X-IPsec-Server(ten)=192.0.2.1 AQOF\"\n", "1e023" },
		{ "a TXT \"v=spf1 -all\" \"a \\\" \\; b\"\n", "" },
		{ "a CNAME b\na 60 IPSECKEY 10 0 4 . " ED "\nb A 192.0.2.1\n", "1e008" },
		{ "$INCLUDE other\n$GENERATE 1-2 $ A 192.0.2.$\n", "1w024 2w024" },
		{ "$NOTHING\na\n", "1e000 2e000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(rows[i].zone, NO_PDNS, rows[i].want);
}

#define SIG(type, until) "a.x. 60 RRSIG " type " 13 2 60 " until " 20270101000000 7 x. AAAA\n"

static void
signed_zones(void **state)
{
	static const struct { const char *zone, *want; } rows[] = {
		{ E1 ED "\n" SIG("IPSECKEY", "20270201000000"), "" },
		{ E1 ED "\n" SIG("IPSECKEY", "1802000000"), "" },
		{ E1 ED "\n" SIG("IPSECKEY", "20270115080030"), "2w019" },
		{ E1 ED "\n" SIG("IPSECKEY", "20270115075959"), "2w019" },
		{ E1 ED "\n" SIG("IPSECKEY", "tomorrow"), "2e000" },
		/* An hour is longer than the time to live, and shorter than the refresh. */
		{ E1 ED "\n" SIG("IPSECKEY", "20270115090000"), "" },
		{ "$TTL 60\nx. SOA ns. root. 1 7200 600 86400 300\n" E1 ED "\n"
		  SIG("IPSECKEY", "20270115090000"), "4w019" },
		{ E1 ED "\n" SIG("A", "20270201000000"), "1e010" },
		{ SIG("A", "20200101000000"), "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(rows[i].zone, NO_PDNS, rows[i].want);
}

static void
gateways(void **state)
{
	static const char origin[] = "$ORIGIN 114.0.203.in-addr.arpa.\n"
		"@ SOA ns. root. 1 7200 600 86400 300\n1 IPSECKEY 10 1 4 203.0.114.9 " ED "\n";
	char zone[2000];

	(void)state;
	expect(origin, NO_PDNS, "3w020");
	snprintf(zone, sizeof(zone), "%s9 IPSECKEY 10 1 4 203.0.114.9 %s\n", origin, ED);
	expect(zone, NO_PDNS, "");
	snprintf(zone, sizeof(zone), "%s9 IPSECKEY 10 1 4 203.0.114.9 %s\n", origin,
		 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
	expect(zone, NO_PDNS, "3w020");
	/* Of another zone: only verify can tell. */
	expect("$ORIGIN 114.0.203.in-addr.arpa.\n@ SOA ns. root. 1 7200 600 86400 300\n"
	       "1 IPSECKEY 10 1 4 203.0.115.9 " ED "\n", NO_PDNS, "");
}

static void
notes(void **state)
{
	struct lint l;
	char *ids = found_with("*.a IPSECKEY 10 0 4 . " ED "\n", NO_PDNS, true, &l);

	(void)state;
	assert_string_equal(ids, "1n016 1n022");
	assert_int_equal(l.notes, 2);
	assert_int_equal(l.errors + l.warnings, 0);
	free(ids);
}

/* What none of the servers asked about loads is an error. */
static void
profiles(void **state)
{
	static const char split[] = E1 "DHkk5ELqV2CEY2mNIIQFejoq 74Y6+Tz178vQekWQwB0=\n";

	(void)state;
	expect(split, PROFILE_LDNS, "1e001");
	expect(split, PROFILE_BIND, "");
	expect(E1 ED "\n", PROFILE_PDNS, "1e005");
	expect(E1 ED "\n", PROFILE_ALL, "1w005");
	expect("a KEY 0x4200 4 1 AQOF\n", PROFILE_BIND, "");
	expect("*.a IPSECKEY 10 0 4 . " ED "\n", PROFILE_BIND, "");	/* a note */
}

/* An RSA key as the two kinds of record have it; malloc'd. */
static char *
rsa_key(size_t bits)
{
	EVP_PKEY *evp = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
	struct pubkey k;
	struct chunk raw;
	char *text;

	assert_true(pubkey_from_evp(evp, &k));
	raw = pubkey_to_dns(&k);
	text = base64_encode(chunk_span(raw));
	chunk_free(&raw);
	pubkey_free(&k);
	EVP_PKEY_free(evp);
	return text;
}

static void
records_of_one_name(void **state)
{
	char *a = rsa_key(4096), *b = rsa_key(4096), zone[8192];

	(void)state;
	snprintf(zone, sizeof(zone), "a IPSECKEY 10 0 2 . %s\n  IPSECKEY 20 0 2 . %s\n", a, b);
	expect(zone, NO_PDNS, "1w012");
	snprintf(zone, sizeof(zone), "a TXT \"X-IPsec-Server(10)=192.0.2.1 %.200s\" \"%.250s\" \"%s\"\n"
		 "  IPSECKEY 10 0 2 . %s\n", a, a + 200, a + 450, b);
	expect(zone, NO_PDNS, "1w021");
	snprintf(zone, sizeof(zone), "a TXT \"X-IPsec-Server(10)=192.0.2.1 %s\"\n"
		 "  IPSECKEY 10 0 2 . %s\n", a, a);
	expect(zone, NO_PDNS, "1e004");
	snprintf(zone, sizeof(zone), E1 ED "\n" E1 ED "\n");
	expect(zone, NO_PDNS, "2w017");
	free(a);
	free(b);
}

/* Nothing that a file holds goes past a bound. */
static void
long_entries(void **state)
{
	static char zone[200000];
	struct lint l;
	char *at = stpcpy(zone, "a TXT "), *ids;

	(void)state;
	memset(at, 'x', 100000);
	strcpy(at + 100000, "\nb TXT (");
	for (at += strlen(at); at < zone + 150000; at += 2)
		memcpy(at, "y ", 2);
	strcpy(at, ")\n(((\"");
	ids = found(zone, PROFILE_ALL, &l);
	assert_string_equal(ids, "1e000 2e000 3e000");
	free(ids);
}

/* A NUL octet ends no word and stops no reading. */
static void
nul_octets(void **state)
{
	static const char zone[] = "a\0 60 \0 IN\n" E1 "\0\n" E1 ED "\n";
	struct lint l = { .out = tmpfile(), .file = "z", .profiles = NO_PDNS };
	FILE *f = fmemopen((void *)(uintptr_t)zone, sizeof(zone) - 1, "r");

	(void)state;
	lint_zone(&l, f, "x.");
	assert_int_equal(l.about, 2);
	assert_true(l.errors > 0);
	fclose(f);
	fclose(l.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_records),
		cmocka_unit_test(signed_zones),
		cmocka_unit_test(gateways),
		cmocka_unit_test(notes),
		cmocka_unit_test(profiles),
		cmocka_unit_test(records_of_one_name),
		cmocka_unit_test(long_entries),
		cmocka_unit_test(nul_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
