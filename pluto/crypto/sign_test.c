/* Signatures: our own round trips, and what must not pass. */
#include "pluto/crypto/sign_test.h"

#include <stdlib.h>

static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256,
	PUBKEY_P384, PUBKEY_ED25519 };
static struct private_key ours[N_ROWS(kinds)];

static int
make_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(kinds); i++)
		if (!private_key_generate(kinds[i], 2048, &ours[i]))
			return -1;
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(kinds); i++)
		private_key_free(&ours[i]);
	return 0;
}

static const uint8_t octets[] = "what is signed in IKE_AUTH";

/* Methods that each kind of key can sign with. */
static bool
method_fits(uint8_t method, enum pubkey_kind kind)
{
	return method == 14 || (method == 1 && kind == PUBKEY_RSA) ||
	    (method == 9 && kind == PUBKEY_P256) ||
	    (method == 10 && kind == PUBKEY_P384);
}

static void
round_trips(void **state)
{
	static const uint8_t methods[] = { 0, 1, 2, 3, 9, 10, 11, 13, 14 };

	(void)state;
	for (size_t k = 0; k < N_ROWS(kinds); k++) {
		for (size_t m = 0; m < N_ROWS(methods); m++) {
			struct chunk d = sign_auth(&ours[k], methods[m],
			    sign_our_hashes(), SPAN_OF(octets));

			assert_int_equal(d.len > 0,
			    method_fits(methods[m], kinds[k]));
			assert_int_equal(verify_auth(&ours[k].pub, methods[m],
			    chunk_span(d), SPAN_OF(octets), NULL), d.len > 0);
			chunk_free(&d);
		}
	}
}

/* One changed bit in what was signed, anywhere in AUTH, or the wrong key. */
static void
nothing_else_verifies(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_ROWS(kinds); k++) {
		struct chunk d = sign_auth(&ours[k], 14, sign_our_hashes(),
		    SPAN_OF(octets));
		struct span all = chunk_span(d);

		assert_false(verify_auth(&ours[k].pub, 14, all,
		    span_of(octets, sizeof(octets) - 1), NULL));
		for (size_t i = 0; i < N_ROWS(kinds); i++)
			assert_int_equal(verify_auth(&ours[i].pub, 14, all,
			    SPAN_OF(octets), NULL), i == k);
		for (size_t i = 0; i < d.len; i++) {
			d.ptr[i] ^= 0x10;
			assert_false(verify_auth(&ours[k].pub, 14, all,
			    SPAN_OF(octets), NULL));
			d.ptr[i] ^= 0x10;
		}
		chunk_free(&d);
	}
}

static bool
verifies(size_t k, const struct sig_alg *a, struct span sig)
{
	struct chunk data = wrapped(a, sig);
	bool ok = verify_auth(&ours[k].pub, a ? 14 : 1, chunk_span(data),
	    SPAN_OF(octets), NULL);

	chunk_free(&data);
	return ok;
}

/* Empty, all-zero, cut and lengthened signatures, for every row. */
static void
degenerate_signatures(void **state)
{
	static const uint8_t zeros[600];
	size_t n;
	const struct sig_alg *a = sig_algs(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		size_t k = a[i].kind == PUBKEY_RSA ? 0 :
		    a[i].kind == PUBKEY_P256 ? 1 :
		    a[i].kind == PUBKEY_P384 ? 2 : 3;
		struct chunk s = sig_make(&a[i], ours[k].evp, SPAN_OF(octets));
		uint8_t longer[600] = { 0 };

		assert_true(verifies(k, &a[i], chunk_span(s)));
		assert_false(verifies(k, &a[i], span_of(NULL, 0)));
		for (size_t len = 1; len < sizeof(zeros); len += 7)
			assert_false(verifies(k, &a[i], span_of(zeros, len)));
		assert_false(verifies(k, &a[i], span_of(zeros, s.len)));
		assert_false(verifies(k, &a[i], span_of(s.ptr, s.len - 1)));
		memcpy(longer, s.ptr, s.len);
		assert_false(verifies(k, &a[i], span_of(longer, s.len + 1)));
		chunk_free(&s);
	}
}

/* DER 30 06 02 01 00 02 01 00 is r = s = 0. */
static void
ecdsa_zero_r_s(void **state)
{
	static const uint8_t zero[] = { 0x30, 6, 2, 1, 0, 2, 1, 0 };
	static const uint8_t rs[96];

	(void)state;
	assert_false(verifies(1, row(PUBKEY_P256, SIG_ECDSA, 2),
	    SPAN_OF(zero)));
	assert_false(verify_auth(&ours[1].pub, 9, span_of(rs, 64),
	    SPAN_OF(octets), NULL));
	assert_false(verify_auth(&ours[2].pub, 10, span_of(rs, 96),
	    SPAN_OF(octets), NULL));
}

static void
prefers_what_the_peer_knows(void **state)
{
	static const struct {
		size_t key;
		sig_hash_set hashes;
		const char *how;	/* NULL: cannot sign */
	} rows[] = {
		{ 0, 1u << 2 | 1u << 3 | 1u << 4, "rsa-pss-sha2_256" },
		{ 0, 1u << 3, "rsa-pss-sha2_384" },
		{ 0, 1u << 4, "rsa-pss-sha2_512" },
		{ 0, 1u << 1, NULL },
		{ 0, 1u << 5, NULL },
		{ 1, 1u << 2 | 1u << 4, "ecdsa-p256-sha2_256" },
		{ 2, 1u << 2 | 1u << 3, "ecdsa-p384-sha2_384" },
		{ 2, 1u << 2, "ecdsa-p384-sha2_256" },
		{ 3, 1u << 5, "ed25519" },
		{ 3, 1u << 2, NULL },
		{ 1, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct private_key *k = &ours[rows[i].key];
		struct chunk d = sign_auth(k, 14, rows[i].hashes,
		    SPAN_OF(octets));
		const char *how = NULL;

		assert_int_equal(d.len > 0, rows[i].how != NULL);
		if (d.len) {
			assert_true(verify_auth(&k->pub, 14, chunk_span(d),
			    SPAN_OF(octets), &how));
			assert_string_equal(how, rows[i].how);
		}
		chunk_free(&d);
	}
	assert_int_equal(sign_our_hashes(), 0x3c);
}

/* SHA-1, in method 1 and named by method 14, is refused. */
static void
sha1_is_refused(void **state)
{
	static const uint8_t id[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00 };
	struct sig_alg sha1 = *row(PUBKEY_RSA, SIG_PKCS1, 2);
	struct chunk s;

	(void)state;
	sha1.digest = "SHA1";
	sha1.id = SPAN_OF(id);
	s = sig_make(&sha1, ours[0].evp, SPAN_OF(octets));
	assert_true(sig_check(&sha1, ours[0].evp, chunk_span(s),
	    SPAN_OF(octets)));
	assert_false(verifies(0, &sha1, chunk_span(s)));
	assert_false(verifies(0, NULL, chunk_span(s)));
	chunk_free(&s);
}

/* RFC 8247: PSS with empty parameters would mean SHA-1. */
static void
default_pss_is_refused(void **state)
{
	static const uint8_t id[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x00 };
	struct sig_alg a = *row(PUBKEY_RSA, SIG_PSS, 2);
	struct chunk s = sig_make(&a, ours[0].evp, SPAN_OF(octets));

	(void)state;
	assert_true(verifies(0, &a, chunk_span(s)));
	a.id = a.also;		/* the long spelling is the same algorithm */
	assert_true(verifies(0, &a, chunk_span(s)));
	a.id = SPAN_OF(id);
	assert_false(verifies(0, &a, chunk_span(s)));
	chunk_free(&s);
}

/* Method 14 data that ends early, or claims more than there is. */
static void
short_method_14(void **state)
{
	struct chunk d = sign_auth(&ours[3], 14, sign_our_hashes(),
	    SPAN_OF(octets));

	(void)state;
	for (size_t n = 0; n < d.len; n++)
		assert_false(verify_auth(&ours[3].pub, 14,
		    span_of(d.ptr, n), SPAN_OF(octets), NULL));
	d.ptr[0] = 0xff;
	assert_false(verify_auth(&ours[3].pub, 14, chunk_span(d),
	    SPAN_OF(octets), NULL));
	d.ptr[0] = 0;
	assert_false(verify_auth(&ours[3].pub, 14, chunk_span(d),
	    SPAN_OF(octets), NULL));
	assert_false(verify_auth(&(struct pubkey){ 0 }, 14, chunk_span(d),
	    SPAN_OF(octets), NULL));
	chunk_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(nothing_else_verifies),
		cmocka_unit_test(degenerate_signatures),
		cmocka_unit_test(ecdsa_zero_r_s),
		cmocka_unit_test(prefers_what_the_peer_knows),
		cmocka_unit_test(sha1_is_refused),
		cmocka_unit_test(default_pss_is_refused),
		cmocka_unit_test(short_method_14),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
