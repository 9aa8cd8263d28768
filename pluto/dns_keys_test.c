/* Checks what becomes of an answer's records, and what verdicts prove. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "pluto/dns_keys.h"

enum { MAX_RDATA = 600 };

static uint8_t store[ADNS_MAX_RDATA][MAX_RDATA];
static struct adns_answer answer;
static struct dns_keys keys;

static void
begin(enum adns_status status, enum adns_security security)
{
	answer = (struct adns_answer){
		.id = 1, .status = status, .security = security, .ttl_s = 300,
	};
}

static void
add(struct rr_ipseckey rr)
{
	struct wire_writer w = wire_writer(store[answer.n_rdata], MAX_RDATA);

	rr_ipseckey_write(&w, &rr);
	assert_true(wire_fits(&w));
	answer.rdata[answer.n_rdata++] = wire_written(&w);
}

static void
add_key(uint8_t precedence, const char *type)
{
	EVP_PKEY *evp = strcmp(type, "RSA") == 0 ?
		EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048) :
		EVP_PKEY_Q_keygen(NULL, NULL, type);
	struct pubkey k;
	struct chunk dns;

	assert_true(pubkey_from_evp(evp, &k));
	dns = pubkey_to_dns(&k);
	add((struct rr_ipseckey){
		.precedence = precedence, .algorithm = k.alg, .key = chunk_span(dns),
	});
	chunk_free(&dns);
	pubkey_free(&k);
	EVP_PKEY_free(evp);
}

static void
good_keys_by_precedence(void **state)
{
	struct gateway gw[DNS_KEYS_MAX];
	struct rr_ipseckey rr;
	const char *err;

	(void)state;
	begin(ADNS_ANSWERED, ADNS_SECURE);
	add_key(20, "ED25519");
	add_key(10, "RSA");
	assert_true(dns_keys_from_answer(&answer, &keys));
	assert_int_equal(keys.evidence, EVIDENCE_SECURE);
	assert_int_equal(keys.ttl_s, 300);
	assert_int_equal(keys.n, 2);
	assert_int_equal(keys.key[0].precedence, 10);
	assert_int_equal(keys.key[0].key.kind, PUBKEY_RSA);
	assert_int_equal(keys.key[1].key.kind, PUBKEY_ED25519);
	assert_int_equal(dns_keys_gateways(&keys, gw), 2);
	assert_true(rr_ipseckey_read(answer.rdata[1], &rr, &err));
	assert_true(span_eq(chunk_span(gw[0].key), rr.key));
	assert_memory_equal(gw[1].label, "ed25519 SHA256:", 15);
	chunk_free(&gw[0].key);
	chunk_free(&gw[1].key);
	dns_keys_free(&keys);
}

static void
bad_records_are_left_out(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	char text[160];

	(void)state;
	begin(ADNS_ANSWERED, ADNS_INSECURE);
	add((struct rr_ipseckey){ .algorithm = IPSECKEY_DSA, .key = SPAN_OF(bytes) });
	add((struct rr_ipseckey){ .algorithm = IPSECKEY_NOKEY });
	add((struct rr_ipseckey){ .algorithm = IPSECKEY_EDDSA, .key = SPAN_OF(bytes) });
	add((struct rr_ipseckey){ .algorithm = IPSECKEY_RSA, .key = SPAN_OF(bytes) });
	answer.rdata[answer.n_rdata++] = SPAN_OF(bytes);
	add_key(1, "ED25519");
	assert_true(dns_keys_from_answer(&answer, &keys));
	assert_int_equal(keys.evidence, EVIDENCE_INSECURE);
	assert_int_equal(keys.n, 1);
	assert_int_equal(keys.skipped[DNS_KEY_UNKNOWN_ALG], 1);
	assert_int_equal(keys.skipped[DNS_KEY_NONE], 1);
	assert_int_equal(keys.skipped[DNS_KEY_BAD_KEY], 2);
	assert_int_equal(keys.skipped[DNS_KEY_MALFORMED], 1);
	assert_string_not_equal(keys.why, "");
	assert_string_equal(dns_keys_skipped_text(&keys, text),
		"1 malformed, 1 without a key, 1 of an unknown algorithm, 2 with a bad key");
	dns_keys_free(&keys);
}

static void
too_many(void **state)
{
	(void)state;
	begin(ADNS_ANSWERED, ADNS_SECURE);
	for (unsigned i = 0; i < DNS_KEYS_MAX + 3; i++)
		add_key(5, "ED25519");
	assert_true(dns_keys_from_answer(&answer, &keys));
	assert_int_equal(keys.n, DNS_KEYS_MAX);
	assert_int_equal(keys.skipped[DNS_KEY_TOO_MANY], 3);
	for (unsigned i = 1; i < keys.n; i++)
		assert_true(strcmp(keys.key[i - 1].key.fingerprint,
				   keys.key[i].key.fingerprint) < 0);
	dns_keys_free(&keys);
}

static void
bogus_keys_are_not_read(void **state)
{
	(void)state;
	begin(ADNS_ANSWERED, ADNS_BOGUS);
	strcpy(answer.why, "signature expired");
	add_key(5, "ED25519");
	assert_false(dns_keys_from_answer(&answer, &keys));
	assert_int_equal(keys.evidence, EVIDENCE_BOGUS);
	assert_int_equal(keys.n, 0);
	assert_string_equal(keys.why, "signature expired");
}

static void
evidence(void **state)
{
	static const struct {
		enum adns_status status;
		enum adns_security security;
		enum evidence evidence;
	} rows[] = {
		{ ADNS_ANSWERED, ADNS_SECURE, EVIDENCE_SECURE },
		{ ADNS_ANSWERED, ADNS_INSECURE, EVIDENCE_INSECURE },
		{ ADNS_ANSWERED, ADNS_BOGUS, EVIDENCE_BOGUS },
		{ ADNS_NODATA, ADNS_SECURE, EVIDENCE_ABSENT },
		{ ADNS_NODATA, ADNS_INSECURE, EVIDENCE_INSECURE },
		{ ADNS_NODATA, ADNS_BOGUS, EVIDENCE_BOGUS },
		{ ADNS_NXDOMAIN, ADNS_SECURE, EVIDENCE_ABSENT },
		{ ADNS_NXDOMAIN, ADNS_INSECURE, EVIDENCE_INSECURE },
		{ ADNS_NXDOMAIN, ADNS_BOGUS, EVIDENCE_BOGUS },
		{ ADNS_FAILED, ADNS_SECURE, EVIDENCE_UNKNOWN },
		{ ADNS_TIMED_OUT, ADNS_SECURE, EVIDENCE_UNKNOWN },
		{ ADNS_BUSY, ADNS_SECURE, EVIDENCE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(rows[i].status, rows[i].security);
		assert_int_equal(dns_evidence(&answer), rows[i].evidence);
		assert_false(dns_keys_from_answer(&answer, &keys));
		assert_int_equal(keys.evidence, rows[i].evidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_keys_by_precedence),
		cmocka_unit_test(bad_records_are_left_out),
		cmocka_unit_test(too_many),
		cmocka_unit_test(bogus_keys_are_not_read),
		cmocka_unit_test(evidence),
	};

	return cmocka_run_group_tests_name("dns_keys", tests, NULL, NULL);
}
