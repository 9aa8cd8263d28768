/* Several answers about one name: whom to believe, and who may speak for it. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/dns_keys.h"

static struct pubkey key[2];
static const struct ip_addr here = { .family = IP_V4, .bytes = { 192, 1, 2, 45 } };
static const struct ip_addr there = { .family = IP_V4, .bytes = { 192, 1, 2, 23 } };

static int
make_keys(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		EVP_PKEY *evp = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);

		assert_true(pubkey_from_evp(evp, &key[i]));
		EVP_PKEY_free(evp);
	}
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	pubkey_free(&key[0]);
	pubkey_free(&key[1]);
	return 0;
}

/* One TXT record: GATEWAY, and key K unless it is negative. */
static struct dns_keys
txt(enum adns_security security, const char *gateway, int k)
{
	static uint8_t rdata[1024];
	struct adns_answer a = { .status = ADNS_ANSWERED, .security = security, .ttl_s = 300,
		.n_rdata = 1 };
	struct wire_writer w = wire_writer(rdata, sizeof(rdata));
	struct chunk dns = k < 0 ? (struct chunk){ NULL, 0 } : pubkey_to_dns(&key[k]);
	char *b64 = base64_encode(chunk_span(dns)), text[800];
	struct dns_keys out;
	size_t at = 0, n;

	snprintf(text, sizeof(text), "X-IPsec-Server(10)=%s %s", gateway, b64);
	for (; (n = strnlen(text + at, 250)) > 0; at += n) {
		wire_put_u8(&w, (uint8_t)n);
		wire_put(&w, span_of(text + at, n));
	}
	a.rdata[0] = wire_written(&w);
	dns_keys_of_kind(&a, RRTYPE_TXT, &out);
	chunk_free(&dns);
	free(b64);
	return out;
}

static struct dns_keys
nothing(enum adns_status status, enum adns_security security)
{
	const struct adns_answer a = { .status = status, .security = security, .ttl_s = 60,
		.why = "why" };
	struct dns_keys out;

	dns_keys_from_answer(&a, &out);
	return out;
}

static void
believed(void **state)
{
	static const struct {
		enum adns_status status;
		enum adns_security security;
		enum evidence with_key, with_insecure_key;
	} rows[] = {
		{ ADNS_NODATA, ADNS_SECURE, EVIDENCE_SECURE, EVIDENCE_INSECURE },
		{ ADNS_NODATA, ADNS_INSECURE, EVIDENCE_SECURE, EVIDENCE_INSECURE },
		{ ADNS_NODATA, ADNS_BOGUS, EVIDENCE_SECURE, EVIDENCE_BOGUS },
		{ ADNS_TIMED_OUT, ADNS_INSECURE, EVIDENCE_SECURE, EVIDENCE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(*rows); i++) {
		struct dns_keys all = { .n = 0 }, one, other;
		bool swapped = i % 2;

		one = nothing(rows[i / 2].status, rows[i / 2].security);
		other = txt(ADNS_SECURE, "192.1.2.45", 0);
		dns_keys_merge(&all, swapped ? &other : &one);
		dns_keys_merge(&all, swapped ? &one : &other);
		assert_int_equal(all.evidence, rows[i / 2].with_key);
		assert_int_equal(all.n, 1);
		assert_int_equal(all.key[0].record, GW_FROM_TXT);
		dns_keys_free(&all);

		all = (struct dns_keys){ .n = 0 };
		one = nothing(rows[i / 2].status, rows[i / 2].security);
		other = txt(ADNS_INSECURE, "192.1.2.45", 0);
		dns_keys_merge(&all, swapped ? &other : &one);
		dns_keys_merge(&all, swapped ? &one : &other);
		assert_int_equal(all.evidence, rows[i / 2].with_insecure_key);
		dns_keys_free(&all);
	}
}

/* Someone else's TXT record is no answer of ours. */
static void
others_txt(void **state)
{
	static const uint8_t spf[] = "\x0bv=spf1 -all";
	const struct adns_answer a = { .status = ADNS_ANSWERED, .security = ADNS_SECURE,
		.n_rdata = 1, .rdata = { { spf, sizeof(spf) - 1 } } };
	struct dns_keys k;

	(void)state;
	assert_false(dns_keys_of_kind(&a, RRTYPE_TXT, &k));
	assert_int_equal(k.evidence, EVIDENCE_ABSENT);
}

/* RFC 4322 3.3.2: who may speak for a host behind it. */
static void
delegated(void **state)
{
	struct dns_keys k = txt(ADNS_SECURE, "192.1.2.45", 0);
	bool other;

	(void)state;
	assert_true(dns_keys_delegate(&k, &here, "", &key[0], &other));
	assert_false(dns_keys_delegate(&k, &there, "", &key[0], &other));
	assert_false(other);
	assert_false(dns_keys_delegate(&k, &here, "", &key[1], &other));
	assert_true(other);
	dns_keys_free(&k);

	k = txt(ADNS_SECURE, "192.1.2.45", -1);	/* whatever its key is */
	assert_int_equal(k.n, 0);
	assert_int_equal(k.n_bare, 1);
	assert_true(dns_keys_delegate(&k, &here, "", &key[1], &other));
	assert_false(dns_keys_delegate(&k, &there, "", &key[1], &other));
	dns_keys_free(&k);

	k = txt(ADNS_SECURE, "@GW.example.com", 0);
	assert_true(dns_keys_delegate(&k, &there, "gw.example.com.", &key[0], &other));
	assert_false(dns_keys_delegate(&k, &there, "", &key[0], &other));
	dns_keys_free(&k);
}

/* The key of a gateway that is named without one, of its own name. */
static void
gateways_key(void **state)
{
	static const enum adns_security rows[] = { ADNS_SECURE, ADNS_INSECURE, ADNS_BOGUS };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dns_keys k = txt(ADNS_SECURE, "192.1.2.45", -1);
		struct dns_keys more = txt(rows[i], "192.1.2.45", 0);

		dns_keys_of_gateway(&k, 0, &more);
		assert_int_equal(k.n, rows[i] == ADNS_SECURE);
		assert_int_equal(k.evidence, rows[i] == ADNS_BOGUS ? EVIDENCE_BOGUS
				 : EVIDENCE_SECURE);
		if (k.n > 0) {
			assert_true(ip_addr_eq(&k.key[0].gateway, &here));
			assert_int_equal(k.key[0].precedence, 10);
		}
		dns_keys_free(&k);
	}
}

/* A gateway of a name is where DNSSEC says that the name is. */
static void
located(void **state)
{
	static const uint8_t at[] = { 192, 1, 2, 45 };
	static const enum adns_security rows[] = { ADNS_SECURE, ADNS_INSECURE, ADNS_BOGUS };
	struct dns_name name, other;

	(void)state;
	assert_true(dns_name_from_host(span_str("gw.example.com"), &name));
	assert_true(dns_name_from_host(span_str("other.example.com"), &other));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct adns_answer a = { .status = ADNS_ANSWERED, .security = rows[i],
			.ttl_s = 60, .n_rdata = 1, .rdata = { SPAN_OF(at) } };
		struct dns_keys k = { .evidence = EVIDENCE_SECURE, .ttl_s = 300, .n = 2,
			.key = { { .gateway_kind = GW_NAME, .gateway_name = name },
				 { .record = GW_FROM_TXT, .gateway_kind = GW_NAME,
				   .gateway_name = name } } };

		dns_keys_located(&k, &other, &a);
		assert_int_equal(k.key[0].gateway_kind, GW_NAME);
		dns_keys_located(&k, &name, &a);
		assert_int_equal(k.key[0].gateway_kind, rows[i] == ADNS_SECURE ? GW_ADDR4 : GW_NAME);
		assert_int_equal(k.key[1].gateway_kind, GW_NAME);
		assert_int_equal(k.ttl_s, rows[i] == ADNS_SECURE ? 60 : 300);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believed),
		cmocka_unit_test(others_txt),
		cmocka_unit_test(delegated),
		cmocka_unit_test(gateways_key),
		cmocka_unit_test(located),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
