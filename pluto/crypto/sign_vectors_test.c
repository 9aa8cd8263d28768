/* Signatures: published cases. */
#include "pluto/crypto/sign_test.h"

#include <stdlib.h>

#include <openssl/x509.h>

struct sig_case {
	int tc;
	bool valid;
	unsigned key;
	const char *msg, *sig, *note;
};

#define CASES(name) \
	static const struct sig_case name[] =
#define KEYS(name) \
	static const char *const name[] =

CASES(pss) {
#include "tests/vectors/rsa_pss_sha256.inc"
};
KEYS(pss_keys) {
#include "tests/vectors/rsa_pss_sha256_keys.inc"
};
CASES(pkcs1_256) {
#include "tests/vectors/rsa_pkcs1_sha256.inc"
};
KEYS(pkcs1_256_keys) {
#include "tests/vectors/rsa_pkcs1_sha256_keys.inc"
};
CASES(pkcs1_384) {
#include "tests/vectors/rsa_pkcs1_sha384.inc"
};
KEYS(pkcs1_384_keys) {
#include "tests/vectors/rsa_pkcs1_sha384_keys.inc"
};
CASES(pkcs1_512) {
#include "tests/vectors/rsa_pkcs1_sha512.inc"
};
KEYS(pkcs1_512_keys) {
#include "tests/vectors/rsa_pkcs1_sha512_keys.inc"
};
CASES(p256) {
#include "tests/vectors/ecdsa_p256.inc"
};
KEYS(p256_keys) {
#include "tests/vectors/ecdsa_p256_keys.inc"
};
CASES(p256_rs) {
#include "tests/vectors/ecdsa_p256_rs.inc"
};
KEYS(p256_rs_keys) {
#include "tests/vectors/ecdsa_p256_rs_keys.inc"
};
CASES(p384_rs) {
#include "tests/vectors/ecdsa_p384_rs.inc"
};
KEYS(p384_rs_keys) {
#include "tests/vectors/ecdsa_p384_rs_keys.inc"
};
CASES(ed25519) {
#include "tests/vectors/ed25519.inc"
};
KEYS(ed25519_keys) {
#include "tests/vectors/ed25519_keys.inc"
};
static const struct {
	int tc;
	bool valid;
	unsigned key;
	uint8_t hash;
	const char *msg, *sig;
} pss_misc[] = {
#include "tests/vectors/rsa_pss_misc.inc"
};
KEYS(pss_misc_keys) {
#include "tests/vectors/rsa_pss_misc_keys.inc"
};

static struct pubkey
key_of(const char *spki)
{
	struct chunk der = unhex(spki);
	const unsigned char *p = der.ptr;
	EVP_PKEY *evp = d2i_PUBKEY(NULL, &p, (long)der.len);
	struct pubkey k;

	assert_non_null(evp);
	assert_true(pubkey_from_evp(evp, &k));
	EVP_PKEY_free(evp);
	chunk_free(&der);
	return k;
}

static bool
verdict(const char *spki, uint8_t method, const struct sig_alg *a,
	const char *msg_hex, const char *sig_hex)
{
	struct pubkey k = key_of(spki);
	struct chunk msg = unhex(msg_hex), sig = unhex(sig_hex);
	struct chunk data = wrapped(a, chunk_span(sig));
	const char *how = NULL;
	bool ok = verify_auth(&k, method, chunk_span(data), chunk_span(msg),
	    &how);

	assert_non_null(how);
	chunk_free(&data);
	chunk_free(&sig);
	chunk_free(&msg);
	pubkey_free(&k);
	return ok;
}

static void
run(const struct sig_case *c, size_t n, const char *const *keys,
    uint8_t method, const struct sig_alg *a)
{
	for (size_t i = 0; i < n; i++)
		same_verdict(verdict(keys[c[i].key], method, a, c[i].msg,
		    c[i].sig), c[i].valid, c[i].tc, c[i].note);
}

static void
pss_vectors(void **state)
{
	(void)state;
	run(pss, N_ROWS(pss), pss_keys, 14, row(PUBKEY_RSA, SIG_PSS, 2));
	for (size_t i = 0; i < N_ROWS(pss_misc); i++)
		same_verdict(verdict(pss_misc_keys[pss_misc[i].key], 14,
		    row(PUBKEY_RSA, SIG_PSS, pss_misc[i].hash),
		    pss_misc[i].msg, pss_misc[i].sig), pss_misc[i].valid,
		    pss_misc[i].tc, "salt length");
}

static void
pkcs1_vectors(void **state)
{
	(void)state;
	run(pkcs1_256, N_ROWS(pkcs1_256), pkcs1_256_keys, 14,
	    row(PUBKEY_RSA, SIG_PKCS1, 2));
	run(pkcs1_256, N_ROWS(pkcs1_256), pkcs1_256_keys, 1, NULL);
	run(pkcs1_384, N_ROWS(pkcs1_384), pkcs1_384_keys, 14,
	    row(PUBKEY_RSA, SIG_PKCS1, 3));
	run(pkcs1_512, N_ROWS(pkcs1_512), pkcs1_512_keys, 14,
	    row(PUBKEY_RSA, SIG_PKCS1, 4));
}

static void
ecdsa_vectors(void **state)
{
	(void)state;
	run(p256, N_ROWS(p256), p256_keys, 14,
	    row(PUBKEY_P256, SIG_ECDSA, 2));
	run(p256_rs, N_ROWS(p256_rs), p256_rs_keys, 9, NULL);
	run(p384_rs, N_ROWS(p384_rs), p384_rs_keys, 10, NULL);
}

static void
ed25519_vectors(void **state)
{
	(void)state;
	run(ed25519, N_ROWS(ed25519), ed25519_keys, 14,
	    row(PUBKEY_ED25519, SIG_EDDSA, 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pss_vectors),
		cmocka_unit_test(pkcs1_vectors),
		cmocka_unit_test(ecdsa_vectors),
		cmocka_unit_test(ed25519_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
