/* IKEv1's key derivation against published and computed vectors; the chain of
 * initialization vectors. */
#include "pluto/crypto/vectors.h"

#include "lib/secret.h"
#include "pluto/crypto/cipher.h"
#include "pluto/crypto/psk.h"
#include "pluto/crypto/v1_keymat.h"
#include "pluto/wire/ike_const.h"

static const struct {
	uint16_t prf;
	const char *psk, *ni, *nr, *cky_i, *cky_r, *gxy, *skeyid, *skeyid_d, *skeyid_a, *skeyid_e;
} acvp[] = {
#include "tests/vectors/ikev1_kdf.inc"
};

/* SKEYID_e is not kept; AES-128's key is its beginning. */
static void
acvp_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(acvp); i++) {
		struct chunk psk = unhex(acvp[i].psk), ni = unhex(acvp[i].ni),
			nr = unhex(acvp[i].nr), gxy = unhex(acvp[i].gxy);
		struct v1_keymat_in in = { .prf = acvp[i].prf, .encr = ENCR_AES_CBC,
			.encr_bits = 128, .ni = chunk_span(ni),
			.nr = chunk_span(nr), .shared = chunk_span(gxy) };
		struct secret id = psk_skeyid(in.prf, chunk_span(psk), in.ni, in.nr);
		char first[33] = "";
		struct v1_keymat k;

		in.skeyid = secret_span(&id);
		assert_int_equal(span_unhex(acvp[i].cky_i, in.cky_i, 8), 8);
		assert_int_equal(span_unhex(acvp[i].cky_r, in.cky_r, 8), 8);
		assert_int_equal(v1_keymat_derive(&in, &k), 0);
		same_hex(secret_span(&k.skeyid), acvp[i].skeyid, "SKEYID");
		same_hex(secret_span(&k.skeyid_d), acvp[i].skeyid_d, "SKEYID_d");
		same_hex(secret_span(&k.skeyid_a), acvp[i].skeyid_a, "SKEYID_a");
		snprintf(first, sizeof(first), "%s", acvp[i].skeyid_e);
		same_hex(secret_span(&k.cipher_key), first, "SKEYID_e");
		v1_keymat_free(&k);
		secret_free(&id);
		chunk_free(&psk);
		chunk_free(&ni);
		chunk_free(&nr);
		chunk_free(&gxy);
	}
}

/* One set of inputs, for what ACVP does not cover. */
static uint8_t ni[16], nr[16], gxy[128];
static struct secret sample_skeyid;
static struct v1_keymat_in sample;

static int
fill(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 16; i++) {
		ni[i] = i;
		nr[i] = (uint8_t)(16 + i);
	}
	memset(gxy, 0xaa, sizeof(gxy));
	sample = (struct v1_keymat_in){ .prf = PRF_HMAC_SHA1, .encr = ENCR_AES_CBC,
		.encr_bits = 128, .ni = SPAN_OF(ni), .nr = SPAN_OF(nr), .shared = SPAN_OF(gxy) };
	sample_skeyid = psk_skeyid(sample.prf, span_str("shared secret"), sample.ni, sample.nr);
	sample.skeyid = secret_span(&sample_skeyid);
	span_unhex("1122334455667788", sample.cky_i, 8);
	span_unhex("99aabbccddeeff00", sample.cky_r, 8);
	return 0;
}

/* Appendix B: keys longer than the hash. */
static void
longer_keys(void **state)
{
	static const struct { uint16_t encr, bits; const char *key; } rows[] = {
		{ ENCR_AES_CBC, 128, "054f8f2d40e0d3123bbf4dd0f0734bd3" },
		{ ENCR_3DES, 0, "f48c48db9f7a1d0a625de671628b2dd1b7dfd7d09302c43b" },
		{ ENCR_AES_CBC, 256,
		  "f48c48db9f7a1d0a625de671628b2dd1b7dfd7d09302c43bc56e8cd45c002b19" },
	};

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct v1_keymat k;

		sample.encr = rows[i].encr;
		sample.encr_bits = rows[i].bits;
		assert_int_equal(v1_keymat_derive(&sample, &k), 0);
		same_hex(secret_span(&k.cipher_key), rows[i].key, "cipher key");
		v1_keymat_free(&k);
	}
	sample.encr = ENCR_AES_CBC;
	sample.encr_bits = 128;
}

static void
signatures_use_the_nonces(void **state)
{
	struct v1_keymat k;
	struct span skeyid = sample.skeyid;

	(void)state;
	sample.skeyid = (struct span){ 0 };
	assert_int_equal(v1_keymat_derive(&sample, &k), 0);
	same_hex(secret_span(&k.skeyid), "003c7389acab88849afe8915eda469c2428a4010", "SKEYID");
	v1_keymat_free(&k);
	sample.skeyid = skeyid;
}

static void
hashes_for_vectors(void **state)
{
	uint8_t gxi[128], gxr[128], out[V1_HASH_MAX], last[16], id[4], port[2], addr[4];
	struct span parts[4] = { SPAN_OF(gxi), SPAN_OF(gxr) };

	(void)state;
	memset(gxi, 1, sizeof(gxi));
	memset(gxr, 2, sizeof(gxr));
	assert_int_equal(v1_digest(PRF_HMAC_SHA1, parts, 2, out), 20);
	same_hex(span_of(out, 20), "f64fd25db61edf0bc60f87d4f99dec0954f8fd33", "phase 1");
	span_unhex("0123456789abcdef0123456789abcdef", last, 16);
	span_unhex("deadbeef", id, 4);
	parts[0] = SPAN_OF(last);
	parts[1] = SPAN_OF(id);
	assert_int_equal(v1_digest(PRF_HMAC_SHA1, parts, 2, out), 20);
	same_hex(span_of(out, 20), "66ac1586c43657a895d2c99c0fc991f9e245e41e", "phase 2");
	span_unhex("c0000201", addr, 4);
	span_unhex("01f4", port, 2);
	parts[0] = SPAN_OF(sample.cky_i);
	parts[1] = SPAN_OF(sample.cky_r);
	parts[2] = SPAN_OF(addr);
	parts[3] = SPAN_OF(port);
	assert_int_equal(v1_digest(PRF_HMAC_MD5, parts, 4, out), 16);
	same_hex(span_of(out, 16), "2fab3234f71feed5e06fdbe17f297d47", "NAT-D");
	assert_int_equal(v1_digest(PRF_HMAC_SHA1, parts, 4, out), 20);
	same_hex(span_of(out, 20), "c31e70110fc425fd1cdd03aa08eef6ef77e1d848", "NAT-D");
	assert_true(v1_digest(4711, parts, 4, out) < 0);
}

static void
child_keys(void **state)
{
	struct v1_child_in in = { .protocol = 3, .ni = SPAN_OF(ni), .nr = SPAN_OF(nr) };
	struct v1_keymat k;
	struct secret s;

	(void)state;
	span_unhex("c0ffee01", in.spi, 4);
	assert_int_equal(v1_keymat_derive(&sample, &k), 0);
	assert_int_equal(v1_child_keymat(&k, &in, 44, &s), 0);
	same_hex(secret_span(&s), "d81d78cc5aa51c65131f03222ba982398a3229c0f1523127286b066deed9a449"
		 "9f3f4e615ec89d30ed04b332", "KEYMAT");
	secret_free(&s);
	assert_true(v1_child_keymat(&k, &in, 0, &s) < 0);
	assert_true(v1_child_keymat(&k, &in, 1u << 20, &s) < 0);
	v1_keymat_free(&k);
}

/* Each message's last block is the next one's IV; two messages in a row. */
static void
the_chain_of_vectors(void **state)
{
	static const struct { uint16_t encr, bits; } rows[] = { { ENCR_AES_CBC, 128 },
		{ ENCR_3DES, 0 } };

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		uint8_t a[32] = "the first of two messages", b[32] = "and the second", iv1[16] = { 0 },
			iv2[16] = { 0 };
		struct v1_keymat k;
		uint16_t e = rows[i].encr, bits = rows[i].bits;

		sample.encr = e;
		sample.encr_bits = bits;
		assert_int_equal(v1_keymat_derive(&sample, &k), 0);
		assert_int_equal(v1_encrypt(&k, e, bits, iv1, a, sizeof(a)), 0);
		assert_memory_equal(iv1, a + sizeof(a) - cipher_desc(e, bits)->block,
				    cipher_desc(e, bits)->block);
		assert_int_equal(v1_encrypt(&k, e, bits, iv1, b, sizeof(b)), 0);
		assert_int_equal(v1_decrypt(&k, e, bits, iv2, a, sizeof(a)), 0);
		assert_int_equal(v1_decrypt(&k, e, bits, iv2, b, sizeof(b)), 0);
		assert_string_equal((char *)a, "the first of two messages");
		assert_string_equal((char *)b, "and the second");
		assert_memory_equal(iv1, iv2, sizeof(iv1));
		assert_true(v1_decrypt(&k, e, bits, iv2, a, 31) < 0);
		v1_keymat_free(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acvp_keys),
		cmocka_unit_test(longer_keys),
		cmocka_unit_test(signatures_use_the_nonces),
		cmocka_unit_test(hashes_for_vectors),
		cmocka_unit_test(child_keys),
		cmocka_unit_test(the_chain_of_vectors),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
