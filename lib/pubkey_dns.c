/* Public keys from DNS bytes, with the limits a hostile zone must not exceed. */
#include "lib/pubkey.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

#include "lib/rr_ipseckey.h"
#include "lib/wire.h"

enum {
	MAX_RSA_BITS = 8192,
	MAX_EXPONENT_BYTES = 8,
	ED25519_BYTES = 32,
	P256_BYTES = 64,
	P384_BYTES = 96,
};

static unsigned min_rsa_bits = 2048;

void
pubkey_min_rsa_bits(unsigned bits)
{
	min_rsa_bits = bits;
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *evp = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &evp, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		evp = NULL;
	EVP_PKEY_CTX_free(ctx);
	return evp;
}

static EVP_PKEY *
rsa_evp(struct span e, struct span n)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn_e = BN_bin2bn(e.ptr, (int)e.len, NULL);
	BIGNUM *bn_n = BN_bin2bn(n.ptr, (int)n.len, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *evp = NULL;

	if (bld != NULL && bn_e != NULL && bn_n != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn_n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, bn_e) == 1)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params != NULL)
		evp = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn_e);
	BN_free(bn_n);
	return evp;
}

/* Bits from the highest that is set; the first octet is not zero. */
static size_t
bit_count(struct span n)
{
	size_t bits = 8 * n.len;

	for (unsigned top = n.ptr[0]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

static const char *
rsa_problem(struct span e, struct span n)
{
	/* RFC 3110 2: no leading zero octets in either. */
	if (e.len == 0 || n.len == 0 || e.ptr[0] == 0 || n.ptr[0] == 0)
		return "RSA exponent or modulus is empty or begins with zero";
	if (n.len > MAX_RSA_BITS / 8)
		return "RSA modulus is longer than 8192 bits";
	if (bit_count(n) < min_rsa_bits)
		return "RSA modulus is too short";
	if (e.len > MAX_EXPONENT_BYTES)
		return "RSA exponent is longer than 64 bits";
	if ((e.ptr[e.len - 1] & 1) == 0 || (e.len == 1 && e.ptr[0] < 3))
		return "RSA exponent is even or one";
	if ((n.ptr[n.len - 1] & 1) == 0)
		return "RSA modulus is even";
	return NULL;
}

/* RFC 3110 2: the exponent's length in one octet, or 0 and two octets. */
static EVP_PKEY *
read_rsa(struct span key, const char **err)
{
	struct wire_reader r = wire_reader(key);
	size_t e_len = wire_u8(&r, "exponent length");
	struct span e, n;

	if (e_len == 0) {
		e_len = wire_u16(&r, "exponent length");
		if (e_len < 256)
			wire_bad(&r, "exponent length");
	}
	e = wire_bytes(&r, e_len, "exponent");
	n = wire_rest(&r);
	*err = wire_ok(&r) ? rsa_problem(e, n) : "RSA key is cut short";
	return *err == NULL ? rsa_evp(e, n) : NULL;
}

/* RFC 6605 4: X and Y without the 0x04 in front; the length tells the curve. */
static EVP_PKEY *
read_ecdsa(struct span key, const char **err)
{
	uint8_t point[1 + P384_BYTES] = { POINT_CONVERSION_UNCOMPRESSED };
	char p256[] = "P-256", p384[] = "P-384";
	OSSL_PARAM params[3];
	EVP_PKEY *evp;

	if (key.len != P256_BYTES && key.len != P384_BYTES) {
		*err = "ECDSA key has neither 64 nor 96 octets";
		return NULL;
	}
	memcpy(point + 1, key.ptr, key.len);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		key.len == P256_BYTES ? p256 : p384, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		point, 1 + key.len);
	params[2] = OSSL_PARAM_construct_end();
	evp = from_params("EC", params);
	if (evp == NULL)
		*err = "ECDSA point is not on the curve";
	return evp;
}

/* X^2 = (y^2 - 1) / (d y^2 + 1) modulo P has a solution: the quotient is a
 * square exactly when the product is. */
static bool
x_exists(const BIGNUM *y, const BIGNUM *p, const BIGNUM *d, BN_CTX *ctx)
{
	BIGNUM *y2 = BN_CTX_get(ctx), *u = BN_CTX_get(ctx);
	BIGNUM *v = BN_CTX_get(ctx);

	return v != NULL && BN_mod_sqr(y2, y, p, ctx) == 1 &&
	       BN_mod_sub(u, y2, BN_value_one(), p, ctx) == 1 &&
	       BN_mod_mul(v, y2, d, p, ctx) == 1 &&
	       BN_mod_add(v, v, BN_value_one(), p, ctx) == 1 &&
	       BN_mod_mul(u, u, v, p, ctx) == 1 &&
	       BN_kronecker(u, p, ctx) >= 0;
}

/* RFC 8032 5.1.3: decoding fails for a y of p or more, and for one without x.
 * OpenSSL would notice no earlier than at a signature. */
static bool
on_ed25519(struct span key)
{
	static const char p_hex[] =
	    "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED";
	static const char d_hex[] =
	    "52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3";
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = NULL, *d = NULL, *y;
	uint8_t copy[ED25519_BYTES];
	bool good = false;

	memcpy(copy, key.ptr, sizeof(copy));
	copy[31] &= 0x7f;
	y = BN_lebin2bn(copy, sizeof(copy), NULL);
	if (ctx != NULL && y != NULL && BN_hex2bn(&p, p_hex) != 0 &&
	    BN_hex2bn(&d, d_hex) != 0)
		good = BN_cmp(y, p) < 0 && x_exists(y, p, d, ctx);
	BN_free(y);
	BN_free(p);
	BN_free(d);
	BN_CTX_free(ctx);
	return good;
}

/* RFC 8080 3: 32 raw octets. */
static EVP_PKEY *
read_ed25519(struct span key, const char **err)
{
	if (key.len != ED25519_BYTES) {
		*err = "EdDSA key has not 32 octets";
		return NULL;
	}
	if (!on_ed25519(key)) {
		*err = "Ed25519 point is not on the curve";
		return NULL;
	}
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.ptr,
					   key.len);
}

static EVP_PKEY *
read_key(uint8_t alg, struct span key, const char **err)
{
	switch (alg) {
	case IPSECKEY_RSA:
		return read_rsa(key, err);
	case IPSECKEY_ECDSA:
		return read_ecdsa(key, err);
	case IPSECKEY_EDDSA:
		return read_ed25519(key, err);
	default:
		*err = "key algorithm is not supported";
		return NULL;
	}
}

bool
pubkey_from_dns(uint8_t alg, struct span key, struct pubkey *out,
		const char **err)
{
	EVP_PKEY *evp;
	bool good;

	*err = NULL;
	evp = read_key(alg, key, err);
	good = evp != NULL && pubkey_from_evp(evp, out);
	if (!good && *err == NULL)
		*err = "the crypto library refused the key";
	/* A refused key leaves entries in OpenSSL's queue of errors. */
	ERR_clear_error();
	EVP_PKEY_free(evp);
	return good;
}
