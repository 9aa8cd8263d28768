/* Public keys: there and back for each kind, and keys that a hostile zone sends. */
#include "lib/test.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <string.h>

#include "lib/pubkey.h"
#include "lib/rr_ipseckey.h"

static bool
accepts(uint8_t alg, struct span key)
{
	struct chunk copy = chunk_copy(key);	/* its end is watched */
	struct pubkey k = { 0 };
	const char *err = NULL;
	bool good = pubkey_from_dns(alg, chunk_span(copy), &k, &err);

	assert_int_equal(good, err == NULL);
	pubkey_free(&k);
	chunk_free(&copy);
	return good;
}

/* EVP to DNS to EVP; every cut of the DNS bytes is refused. */
static void
there_and_back(EVP_PKEY *evp, uint8_t alg, const char *kind, size_t len)
{
	struct pubkey k, back, ref;
	struct chunk dns;
	const char *err;
	char text[16], brief[24];

	assert_non_null(evp);
	assert_true(pubkey_from_evp(evp, &k));
	EVP_PKEY_free(evp);
	assert_int_equal(k.alg, alg);
	assert_string_equal(pubkey_kind_text(&k, text), kind);
	dns = pubkey_to_dns(&k);
	assert_int_equal(dns.len, len);
	assert_true(pubkey_from_dns(alg, chunk_span(dns), &back, &err));
	assert_true(pubkey_eq(&k, &back));
	assert_string_equal(k.fingerprint, back.fingerprint);
	assert_int_equal(strlen(k.fingerprint), 50);
	assert_int_equal(strlen(pubkey_short(&k, brief)), 15);
	ref = pubkey_ref(&k);
	pubkey_free(&k);
	assert_true(pubkey_eq(&ref, &back));
	assert_false(pubkey_eq(&ref, &k));
	/* RSA has no length of its own: a cut modulus fails by being short. */
	for (size_t cut = 0; cut < dns.len; cut++)
		assert_false(accepts(alg, span_of(dns.ptr, cut)));
	pubkey_free(&ref);
	pubkey_free(&back);
	chunk_free(&dns);
}

static void
rsa(void **state)
{
	(void)state;
	there_and_back(EVP_RSA_gen(2048), IPSECKEY_RSA, "rsa2048", 4 + 256);
}

static void
ecdsa(void **state)
{
	(void)state;
	there_and_back(EVP_EC_gen("P-256"), IPSECKEY_ECDSA, "p256", 64);
	there_and_back(EVP_EC_gen("P-384"), IPSECKEY_ECDSA, "p384", 96);
}

static void
ed25519(void **state)
{
	(void)state;
	there_and_back(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), IPSECKEY_EDDSA,
		       "ed25519", 32);
}

/* RFC 9373 appendix A; the fingerprint was computed with openssl dgst. */
static void
rfc9373(void **state)
{
	struct pubkey k;
	struct chunk c, dns;
	const char *err;
	char brief[24];

	(void)state;
	assert_int_equal(base64_decode(
	    "3WTXgUvpn1RlCXnm80gGY2LZ/ErUUEZtZ33IDi8yfhM=", &c), 0);
	assert_true(pubkey_from_dns(IPSECKEY_EDDSA, chunk_span(c), &k, &err));
	dns = pubkey_to_dns(&k);
	assert_true(span_eq(chunk_span(dns), chunk_span(c)));
	assert_string_equal(k.fingerprint, "SHA256:EvY9XPrIvh0oxLxox4wWsHurhY1ijGIQV7PIEQEAIyE");
	assert_string_equal(pubkey_short(&k, brief), "SHA256:EvY9..yE");
	pubkey_free(&k);
	chunk_free(&dns);
	chunk_free(&c);
}

struct rsa_case {
	const char *prefix;	/* hex: exponent length and exponent */
	size_t modulus;		/* octets */
	uint8_t first, last;
	bool good;
};

static const struct rsa_case rsa_cases[] = {
	{ "03010001", 256, 0x80, 1, true },
	{ "0103", 256, 0x80, 1, true },
	{ "0103", 256, 0x7f, 1, false },	/* 2047 bits */
	{ "0103", 255, 0xff, 1, false },
	{ "0103", 1024, 0xff, 1, true },	/* 8192 bits */
	{ "0103", 1025, 0x01, 1, false },	/* 8193 bits */
	{ "0103", 60000, 0xff, 1, false },
	{ "0103", 256, 0x80, 2, false },	/* even modulus */
	{ "0103", 257, 0x00, 1, false },	/* leading zero */
	{ "0103", 0, 0, 0, false },
	{ "0101", 256, 0x80, 1, false },
	{ "0104", 256, 0x80, 1, false },
	{ "020003", 256, 0x80, 1, false },
	{ "08ffffffffffffffff", 256, 0x80, 1, true },
	{ "09010000000000000001", 256, 0x80, 1, false },
	{ "00000103", 256, 0x80, 1, false },	/* long form of a short one */
	{ "000000", 256, 0x80, 1, false },
	{ "00ffff", 256, 0x80, 1, false },
	{ "00", 0, 0, 0, false },
	{ "ff", 100, 0x80, 1, false },
};

static void
hostile_rsa(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rsa_cases) / sizeof(*rsa_cases); i++) {
		const struct rsa_case *t = &rsa_cases[i];
		static uint8_t key[60016];
		int at = span_unhex(t->prefix, key, 16);

		assert_true(at > 0);
		memset(key + at, 0x55, t->modulus);
		if (t->modulus > 0) {
			key[at] = t->first;
			key[(size_t)at + t->modulus - 1] = t->last;
		}
		assert_int_equal(accepts(IPSECKEY_RSA,
		    span_of(key, (size_t)at + t->modulus)), t->good);
	}
}

static void
rsa_floor(void **state)
{
	uint8_t key[2 + 128] = { 1, 3, 0xff, [129] = 1 };

	(void)state;
	assert_false(accepts(IPSECKEY_RSA, SPAN_OF(key)));
	pubkey_min_rsa_bits(1024);
	assert_true(accepts(IPSECKEY_RSA, SPAN_OF(key)));
	pubkey_min_rsa_bits(2048);
}

static void
bad_points(void **state)
{
	uint8_t key[98] = { 0 };

	(void)state;
	for (size_t len = 0; len <= sizeof(key); len++)
		assert_false(accepts(IPSECKEY_ECDSA, span_of(key, len)));
	memset(key, 0xff, sizeof(key));
	assert_false(accepts(IPSECKEY_ECDSA, span_of(key, 64)));
	assert_false(accepts(IPSECKEY_ECDSA, span_of(key, 96)));
	/* y of p or more; y = 2 has no x; y = 3 has one. */
	assert_false(accepts(IPSECKEY_EDDSA, span_of(key, 32)));
	assert_false(accepts(IPSECKEY_EDDSA, span_of(key, 57)));
	memset(key, 0, sizeof(key));
	key[0] = 2;
	assert_false(accepts(IPSECKEY_EDDSA, span_of(key, 32)));
	key[0] = 3;
	assert_true(accepts(IPSECKEY_EDDSA, span_of(key, 32)));
}

static void
other_kinds(void **state)
{
	uint8_t key[64] = { 3 };
	EVP_PKEY *evp = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY *p521 = EVP_EC_gen("P-521");
	struct pubkey k = { 0 };
	char text[16], brief[24];

	(void)state;
	for (unsigned alg = 0; alg < 256; alg++)
		if (alg < IPSECKEY_RSA || alg > IPSECKEY_EDDSA)
			assert_false(accepts((uint8_t)alg, span_of(key, 32)));
	assert_false(pubkey_from_evp(evp, &k));
	assert_false(pubkey_from_evp(p521, &k));
	EVP_PKEY_free(evp);
	EVP_PKEY_free(p521);
	assert_string_equal(pubkey_kind_text(&k, text), "none");
	assert_string_equal(pubkey_short(&k, brief), "none");
	assert_null(pubkey_to_dns(&k).ptr);
	assert_null(pubkey_ref(&k).evp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rsa),
		cmocka_unit_test(ecdsa),
		cmocka_unit_test(ed25519),
		cmocka_unit_test(rfc9373),
		cmocka_unit_test(hostile_rsa),
		cmocka_unit_test(rsa_floor),
		cmocka_unit_test(bad_points),
		cmocka_unit_test(other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
