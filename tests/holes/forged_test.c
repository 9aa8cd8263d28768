/* Forged signatures: what a verifier that is lenient somewhere would take. They are
 * made with the private key, so that nothing but the form is wrong. */
#include "lib/test.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "lib/wire.h"
#include "pluto/crypto/v1_sign.h"
#include "pluto/wire/ike_const.h"
#include "tests/fake/fake_engine.h"

enum { BLOCK = 256, HASH = 32, FULL = -1 };

#define SHA256_INFO "3031300d060960864801650304020105000420"

/* The block 00 01 PAD 00 INFO HASH TAIL, of which each may be wrong. */
struct form {
	const char *what;
	const char *head;	/* hex; "0001" */
	int pad;		/* octets; FULL: as many as there is room for */
	uint8_t pad_octet;
	const char *info;	/* hex */
	int hash;		/* octets of it; more than there are: zeros follow */
	int tail;		/* octets of garbage behind it */
	bool good;
};

static const struct form forms[] = {
	{ "as it should be", "0001", FULL, 0xff, SHA256_INFO, HASH, 0, true },
	/* H09: padding that nobody looks at */
	{ "garbage for padding", "0001", FULL, 0x5a, SHA256_INFO, HASH, 0, false },
	{ "zeros for padding", "0001", FULL, 0x00, SHA256_INFO, HASH, 0, false },
	{ "block type 2", "0002", FULL, 0xff, SHA256_INFO, HASH, 0, false },
	{ "block type 0", "0000", FULL, 0xff, SHA256_INFO, HASH, 0, false },
	/* H23: the hash shorter, longer; the DigestInfo another, or none */
	{ "a shorter hash", "0001", FULL, 0xff, SHA256_INFO, HASH - 1, 0, false },
	{ "half a hash", "0001", FULL, 0xff, SHA256_INFO, HASH / 2, 0, false },
	{ "no hash", "0001", FULL, 0xff, SHA256_INFO, 0, 0, false },
	{ "a longer hash", "0001", FULL, 0xff, SHA256_INFO, HASH + 1, 0, false },
	{ "no DigestInfo", "0001", FULL, 0xff, "", HASH, 0, false },
	{ "that of SHA-1", "0001", FULL, 0xff, "3021300906052b0e03021a05000414", HASH, 0, false },
	{ "that of SHA2-512", "0001", FULL, 0xff, "3051300d060960864801650304020305000440", HASH, 0, false },
	{ "lengths in the long form", "0001", FULL, 0xff, "308131300d060960864801650304020105000420", HASH, 0, false },
	{ "nothing at all", "0001", FULL, 0xff, "", 0, 0, false },
	/* H50: parameters that are not empty, none at all; garbage behind a short padding */
	{ "parameters of two octets", "0001", FULL, 0xff, "3033300f0609608648016503040201050200000420", HASH, 0, false },
	{ "a string for parameters", "0001", FULL, 0xff, "30413021060960864801650304020104125a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a0420",
	  HASH, 0, false },
	{ "no parameters", "0001", FULL, 0xff, "302f300b06096086480165030402010420", HASH, 0, false },
	{ "garbage behind the hash", "0001", 8, 0xff, SHA256_INFO, HASH, FULL, false },
	{ "a little of it", "0001", FULL, 0xff, SHA256_INFO, HASH, 3, false },
	{ "no padding, all garbage", "0001", 0, 0xff, SHA256_INFO, HASH, FULL, false },
};
enum { FORMS = sizeof(forms) / sizeof(*forms) };

static const struct private_key *key;
static const uint8_t octets[] = "what is signed";
static uint8_t hash[HASH];

static int
make_key(void **state)
{
	(void)state;
	key = fake_key(PUBKEY_RSA, 0);
	assert_int_equal(key->pub.bits, 8 * BLOCK);
	assert_int_equal(EVP_Digest(octets, sizeof(octets), hash, NULL, EVP_sha256(), NULL), 1);
	return 0;
}

static void
make_block(const struct form *f, const char *info, uint8_t out[BLOCK])
{
	uint8_t head[2], middle[80], longer[2 * HASH] = { 0 };
	int n = *info != '\0' ? span_unhex(info, middle, sizeof(middle)) : 0;
	int fixed = 2 + 1 + n + f->hash, pad = f->pad, tail = f->tail;
	struct wire_writer w = wire_writer(out, BLOCK);

	assert_true(n >= 0 && span_unhex(f->head, head, 2) == 2);
	if (pad == FULL)
		pad = BLOCK - fixed - tail;
	else
		tail = BLOCK - fixed - pad;
	memcpy(longer, hash, HASH);
	wire_put(&w, SPAN_OF(head));
	memset(wire_room(&w, (size_t)pad), f->pad_octet, (size_t)pad);
	wire_put_u8(&w, 0);
	wire_put(&w, span_of(middle, (size_t)n));
	wire_put(&w, span_of(longer, (size_t)f->hash));
	memset(wire_room(&w, (size_t)tail), 0x5a, (size_t)tail);
	assert_true(wire_fits(&w));
	assert_int_equal(w.len, BLOCK);
}

/* The bare private operation. */
static void
raise(const uint8_t block[BLOCK], uint8_t out[BLOCK])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key->evp, NULL);
	size_t len = BLOCK;

	assert_true(c != NULL && EVP_PKEY_sign_init(c) > 0
		    && EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) > 0);
	assert_true(EVP_PKEY_sign(c, out, &len, block, BLOCK) > 0);
	EVP_PKEY_CTX_free(c);
}

static bool
verifies_as(uint8_t method, struct span sig)
{
	/* RFC 7427: 15 octets that say sha256WithRSAEncryption. */
	static const uint8_t id[] = { 15, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1,
		0x0b, 5, 0 };
	uint8_t data[sizeof(id) + 2 * BLOCK];
	struct wire_writer w = wire_writer(data, sizeof(data));

	if (method == AUTH_DIGITAL_SIGNATURE)
		wire_put(&w, SPAN_OF(id));
	wire_put(&w, sig);
	return verify_auth(&key->pub, method, wire_written(&w), SPAN_OF(octets), NULL);
}

/* H09, H23, H50: RSA of IKEv2, in both methods that carry it. */
static void
forms_of_pkcs1(void **state)
{
	(void)state;
	for (int i = 0; i < FORMS; i++) {
		uint8_t block[BLOCK], sig[BLOCK];

		make_block(&forms[i], forms[i].info, block);
		raise(block, sig);
		if (verifies_as(AUTH_RSA, SPAN_OF(sig)) != forms[i].good
		    || verifies_as(AUTH_DIGITAL_SIGNATURE, SPAN_OF(sig)) != forms[i].good)
			fail_msg("%s", forms[i].what);
	}
}

/* H23: that of IKEv1, where the hash stands bare. */
static void
forms_of_ikev1(void **state)
{
	(void)state;
	for (int i = 0; i < FORMS; i++) {
		const char *info = strcmp(forms[i].info, SHA256_INFO) == 0 ? "" : forms[i].info;
		bool good = forms[i].good
			|| (strcmp(forms[i].what, "no DigestInfo") == 0);
		uint8_t block[BLOCK], sig[BLOCK];

		make_block(&forms[i], info, block);
		raise(block, sig);
		if (v1_verify(&key->pub, SPAN_OF(sig), SPAN_OF(hash)) != good)
			fail_msg("%s", forms[i].what);
	}
}

/* H36: nothing, zeros, ones. H45: the modulus itself, and a good one with it added. */
static void
numbers_out_of_range(void **state)
{
	uint8_t block[BLOCK], sig[BLOCK], bad[BLOCK + 1];
	BIGNUM *n = NULL, *s;

	(void)state;
	make_block(&forms[0], forms[0].info, block);
	raise(block, sig);
	assert_true(EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_RSA_N, &n));
	s = BN_bin2bn(sig, BLOCK, NULL);
	assert_true(s != NULL && BN_add(s, s, n));
	for (unsigned i = 0; i < 6; i++) {
		size_t len = i == 1 ? BLOCK + 1 : BLOCK;

		memset(bad, 0, sizeof(bad));
		if (i == 0)
			assert_int_equal(BN_bn2binpad(n, bad, BLOCK), BLOCK);
		else if (i == 1)
			assert_int_equal(BN_bn2binpad(s, bad, BLOCK + 1), BLOCK + 1);
		else if (i == 2)
			memset(bad, 0xff, BLOCK);
		else if (i == 3)
			bad[BLOCK - 1] = 1;
		else if (i == 4)
			len = 0;
		assert_false(verifies_as(AUTH_RSA, span_of(bad, len)));
		assert_false(verifies_as(AUTH_DIGITAL_SIGNATURE, span_of(bad, len)));
		assert_false(v1_verify(&key->pub, span_of(bad, len), SPAN_OF(hash)));
	}
	BN_free(n);
	BN_free(s);
}

/* H45, H22, H50: keys as a zone may publish them. The modulus is a good one, or even,
 * or small. */
static void
keys_of_no_use(void **state)
{
	static const struct { const char *exponent; size_t modulus; uint8_t last; bool good; } rows[] = {
		{ "03010001", 256, 0x01, true },
		{ "0100", 256, 0x01, false },		/* 0 */
		{ "0101", 256, 0x01, false },		/* 1 */
		{ "0102", 256, 0x01, false },		/* even */
		{ "03010000", 256, 0x01, false },
		{ "03010001", 256, 0x00, false },	/* an even modulus */
		{ "03010001", 62, 0x01, false },	/* too small for a DigestInfo */
		{ "03010001", 128, 0x01, false },
		{ "03010001", 8192, 0x01, false },
		{ "03010001", 0, 0x01, false },
		{ "00ffff", 256, 0x01, false },		/* an exponent longer than all */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static uint8_t rdata[9000];
		int at = span_unhex(rows[i].exponent, rdata, 16);
		struct pubkey k = { .kind = PUBKEY_NONE };
		const char *err = NULL;

		assert_true(at > 0);
		memset(rdata + at, 0xa5, rows[i].modulus);
		if (rows[i].modulus > 0)
			rdata[(size_t)at + rows[i].modulus - 1] = rows[i].last;
		assert_int_equal(pubkey_from_dns(2, span_of(rdata, (size_t)at + rows[i].modulus), &k,
						 &err), rows[i].good);
		assert_true(rows[i].good || err != NULL);
		pubkey_free(&k);
	}
}

/* H36, H60: each kind of key takes its own signature, no other's, and none of zeros in
 * any method. */
static void
nobody_elses(void **state)
{
	static const uint8_t zeros[600];
	static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256, PUBKEY_P384, PUBKEY_ED25519 };

	(void)state;
	for (int k = 0; k < 4; k++) {
		const struct private_key *mine = fake_key(kinds[k], 0), *other = fake_key(kinds[k], 1);
		struct chunk s = sign_auth(mine, AUTH_DIGITAL_SIGNATURE, sign_our_hashes(), SPAN_OF(octets));

		assert_true(verify_auth(&mine->pub, AUTH_DIGITAL_SIGNATURE, chunk_span(s), SPAN_OF(octets), NULL));
		assert_false(verify_auth(&other->pub, AUTH_DIGITAL_SIGNATURE, chunk_span(s), SPAN_OF(octets), NULL));
		for (unsigned method = 0; method < 256; method++)
			for (size_t len = 0; len < sizeof(zeros); len += method < 16 ? 1 : 64)
				assert_false(verify_auth(&mine->pub, (uint8_t)method, span_of(zeros, len),
							 SPAN_OF(octets), NULL));
		chunk_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_pkcs1), cmocka_unit_test(forms_of_ikev1),
		cmocka_unit_test(numbers_out_of_range), cmocka_unit_test(keys_of_no_use),
		cmocka_unit_test(nobody_elses),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}
