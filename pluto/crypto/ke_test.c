/* Key exchange against published values, hostile values, and itself. */
#include "pluto/crypto/vectors.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "pluto/crypto/ke.h"

struct ke_case {
	int tc;
	bool valid;
	const char *peer, *priv, *shared, *note;
};

static const struct ke_case p256[] = {
#include "tests/vectors/ecdh_p256.inc"
};
static const struct ke_case p384[] = {
#include "tests/vectors/ecdh_p384.inc"
};
static const struct ke_case p521[] = {
#include "tests/vectors/ecdh_p521.inc"
};
static const struct ke_case x25519[] = {
#include "tests/vectors/x25519.inc"
};
static const struct {
	uint16_t group;
	const char *priv, *peer, *shared;
} modp_zeros[] = {
#include "tests/vectors/modp_leading_zeros.inc"
};

static const uint16_t groups[] = { 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31 };

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *evp = NULL;

	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &evp, EVP_PKEY_KEYPAIR,
	    params), 1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	return evp;
}

static struct ke_pair *
ecp_pair(uint16_t group, const char *name, const char *priv)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EC_GROUP *g = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(name));
	EC_POINT *q = EC_POINT_new(g);
	BIGNUM *d = NULL;
	uint8_t pub[133];
	size_t n;
	EVP_PKEY *evp;

	BN_hex2bn(&d, priv);
	assert_int_equal(EC_POINT_mul(g, q, d, NULL, NULL, NULL), 1);
	n = EC_POINT_point2oct(g, q, POINT_CONVERSION_UNCOMPRESSED, pub,
	    sizeof(pub), NULL);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, name,
	    0);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, pub, n);
	evp = from_params("EC", bld);
	EC_POINT_free(q);
	EC_GROUP_free(g);
	BN_free(d);
	return ke_adopt(group, evp);
}

static struct ke_pair *
modp_pair(uint16_t group, const char *name, const char *priv)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *x = NULL, *y = BN_new();
	EVP_PKEY *evp;

	/* The public half plays no part in g^ir: any value in range will do. */
	BN_hex2bn(&x, priv);
	BN_set_word(y, 4);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, name,
	    0);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, x);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, y);
	evp = from_params("DH", bld);
	BN_free(x);
	BN_free(y);
	return ke_adopt(group, evp);
}

static struct ke_pair *
x25519_pair(const char *priv)
{
	struct chunk c = unhex(priv);
	EVP_PKEY *evp = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL,
	    c.ptr, c.len);

	chunk_free(&c);
	return ke_adopt(31, evp);
}

/* Runs one case and gives both back. */
static void
run_case(const struct ke_case *c, struct ke_pair *k)
{
	struct chunk peer = unhex(c->peer);
	struct secret s;
	int rc;

	assert_non_null(k);
	rc = ke_shared(k, chunk_span(peer), &s);
	same_verdict(rc == 0, c->valid, c->tc, c->note);
	if (rc == 0)
		same_hex(secret_span(&s), c->shared, c->note);
	else
		assert_null(s.bytes.ptr);
	secret_free(&s);
	chunk_free(&peer);
	ke_free(k);
}

static void
ecdh_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(p256); i++)
		run_case(&p256[i], ecp_pair(19, "P-256", p256[i].priv));
	for (size_t i = 0; i < N_ROWS(p384); i++)
		run_case(&p384[i], ecp_pair(20, "P-384", p384[i].priv));
	for (size_t i = 0; i < N_ROWS(p521); i++)
		run_case(&p521[i], ecp_pair(21, "P-521", p521[i].priv));
}

static void
x25519_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(x25519); i++)
		run_case(&x25519[i], x25519_pair(x25519[i].priv));
}

static const char *
modp_name(uint16_t group)
{
	return group == 14 ? "modp_2048" : group == 15 ? "modp_3072" :
	    "modp_4096";
}

/* RFC 7296 2.14: zeros in front stay, or one exchange in 256 fails. */
static void
modp_keeps_leading_zeros(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(modp_zeros); i++) {
		const struct ke_case c = {
			.tc = (int)i, .valid = true, .priv = modp_zeros[i].priv,
			.peer = modp_zeros[i].peer,
			.shared = modp_zeros[i].shared, .note = "modp zeros",
		};

		run_case(&c, modp_pair(modp_zeros[i].group,
		    modp_name(modp_zeros[i].group), c.priv));
	}
}

static void
both_sides_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(groups); i++) {
		struct ke_pair *a = ke_generate(groups[i]);
		struct ke_pair *b = ke_generate(groups[i]);
		struct secret sa, sb;

		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(ke_group(a), groups[i]);
		assert_int_equal(ke_public(a).len, ke_value_len(groups[i]));
		assert_false(span_eq(ke_public(a), ke_public(b)));
		assert_int_equal(ke_shared(a, ke_public(b), &sa), 0);
		assert_int_equal(ke_shared(b, ke_public(a), &sb), 0);
		assert_true(span_eq(secret_span(&sa), secret_span(&sb)));
		secret_free(&sa);
		secret_free(&sb);
		ke_free(a);
		ke_free(b);
	}
}

static void
refused(const struct ke_pair *k, struct span value)
{
	struct secret s;

	assert_int_equal(ke_shared(k, value, &s), -EINVAL);
	assert_null(s.bytes.ptr);
}

/* The prime as bytes, plus DELTA in the last one. */
static void
prime_plus(uint16_t group, int delta, uint8_t *out)
{
	size_t len = ke_value_len(group);
	BIGNUM *p = group == 14 ? BN_get_rfc3526_prime_2048(NULL) :
	    group == 15 ? BN_get_rfc3526_prime_3072(NULL) :
	    BN_get_rfc3526_prime_4096(NULL);

	if (delta < 0)
		BN_sub_word(p, (BN_ULONG)-delta);
	else
		BN_add_word(p, (BN_ULONG)delta);
	BN_bn2binpad(p, out, (int)len);
	BN_free(p);
}

static void
modp_range(void **state)
{
	static const int deltas[] = { -1, 0, 1 };
	uint8_t v[1024];

	(void)state;
	for (uint16_t g = 14; g <= 16; g++) {
		struct ke_pair *k = ke_generate(g);
		size_t len = ke_value_len(g);

		memset(v, 0, sizeof(v));
		refused(k, span_of(v, len));
		v[len - 1] = 1;
		refused(k, span_of(v, len));
		for (size_t i = 0; i < N_ROWS(deltas); i++) {
			prime_plus(g, deltas[i], v);
			refused(k, span_of(v, len));
		}
		memset(v, 0xff, sizeof(v));
		refused(k, span_of(v, len));
		ke_free(k);
	}
}

static void
wrong_lengths(void **state)
{
	uint8_t v[600] = { 0 };

	(void)state;
	v[0] = 5;
	for (size_t i = 0; i < N_ROWS(groups); i++) {
		struct ke_pair *k = ke_generate(groups[i]);
		size_t len = ke_value_len(groups[i]);

		refused(k, span_of(NULL, 0));
		refused(k, span_of(v, 1));
		refused(k, span_of(v, len - 1));
		refused(k, span_of(v, len + 1));
		refused(k, span_of(v, len == sizeof(v) ? len / 2 : sizeof(v)));
		ke_free(k);
	}
}

static void
unknown_groups(void **state)
{
	(void)state;
	assert_false(ke_known(0));
	assert_false(ke_known(1));
	assert_false(ke_known(22));
	assert_true(ke_known(31));
	assert_int_equal(ke_value_len(22), 0);
	assert_int_equal(ke_value_len(20), 96);
	assert_null(ke_generate(1));
	assert_null(ke_adopt(14, NULL));
	ke_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecdh_vectors),
		cmocka_unit_test(x25519_vectors),
		cmocka_unit_test(modp_keeps_leading_zeros),
		cmocka_unit_test(both_sides_agree),
		cmocka_unit_test(modp_range),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(unknown_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
