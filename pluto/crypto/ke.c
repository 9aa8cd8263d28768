/* Key exchange through OpenSSL: one row per group we speak. */
#include "pluto/crypto/ke.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "pluto/wire/ike_const.h"

enum ke_kind { KE_KIND_MODP, KE_KIND_ECP, KE_KIND_X25519 };

struct ke_desc {
	uint16_t group;			/* IANA transform type 4 */
	enum ke_kind kind;
	const char *type, *name;	/* OpenSSL's algorithm and group */
	size_t value_len, shared_len;	/* bytes on the wire; of g^ir */
};

static const struct ke_desc descs[] = {
	/* RFC 2409 6.2: OpenSSL has no name for it. Weak, and only when named */
	{ KE_MODP1024, KE_KIND_MODP, "DH", NULL, 128, 128 },
	/* RFC 3526: safe primes with generator 2; the first is weak too */
	{ KE_MODP1536, KE_KIND_MODP, "DH", "modp_1536", 192, 192 },
	{ KE_MODP2048, KE_KIND_MODP, "DH", "modp_2048", 256, 256 },
	{ KE_MODP3072, KE_KIND_MODP, "DH", "modp_3072", 384, 384 },
	{ KE_MODP4096, KE_KIND_MODP, "DH", "modp_4096", 512, 512 },
	{ KE_MODP6144, KE_KIND_MODP, "DH", "modp_6144", 768, 768 },
	{ KE_MODP8192, KE_KIND_MODP, "DH", "modp_8192", 1024, 1024 },
	/* RFC 5903: x|y on the wire, the secret is x alone */
	{ KE_ECP256, KE_KIND_ECP, "EC", "P-256", 64, 32 },
	{ KE_ECP384, KE_KIND_ECP, "EC", "P-384", 96, 48 },
	{ KE_ECP521, KE_KIND_ECP, "EC", "P-521", 132, 66 },
	/* RFC 8031 */
	{ KE_X25519, KE_KIND_X25519, "X25519", NULL, 32, 32 },
};

enum { KE_MAX_VALUE = 1024, POINT_UNCOMPRESSED = 0x04 };

struct ke_pair {
	const struct ke_desc *desc;
	EVP_PKEY *evp;			/* owned */
	uint8_t value[KE_MAX_VALUE];
};

static const struct ke_desc *
find(uint16_t group)
{
	for (size_t i = 0; i < sizeof(descs) / sizeof(*descs); i++)
		if (descs[i].group == group)
			return &descs[i];
	return NULL;
}

bool
ke_known(uint16_t group)
{
	return find(group) != NULL;
}

size_t
ke_value_len(uint16_t group)
{
	const struct ke_desc *d = find(group);

	return d ? d->value_len : 0;
}

/* Our public value in wire form, from OpenSSL's (padded, or 0x04|x|y) form. */
static bool
public_value(struct ke_pair *k)
{
	uint8_t buf[KE_MAX_VALUE + 1];
	size_t skip = k->desc->kind == KE_KIND_ECP ? 1 : 0, len = 0;

	if (!EVP_PKEY_get_octet_string_param(k->evp,
	    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, buf, sizeof(buf), &len))
		return false;
	if (len != k->desc->value_len + skip)
		return false;
	if (skip && buf[0] != POINT_UNCOMPRESSED)
		return false;
	memcpy(k->value, buf + skip, k->desc->value_len);
	return true;
}

/* MODP-1024 as parameters: the prime of RFC 2409, generator 2. */
static EVP_PKEY *
modp_1024(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *p = BN_get_rfc2409_prime_1024(NULL), *g = BN_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *evp = NULL;

	if (ctx && bld && p && g && BN_set_word(g, 2) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, p) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_G, g))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (!params || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &evp, EVP_PKEY_KEY_PARAMETERS, params) <= 0)
		evp = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(p);
	BN_free(g);
	EVP_PKEY_CTX_free(ctx);
	return evp;
}

static EVP_PKEY_CTX *
generator(const struct ke_desc *d)
{
	EVP_PKEY *params;
	EVP_PKEY_CTX *ctx;

	if (d->group != KE_MODP1024)
		return EVP_PKEY_CTX_new_from_name(NULL, d->type, NULL);
	params = modp_1024();
	ctx = params ? EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL) : NULL;
	EVP_PKEY_free(params);
	return ctx;
}

static EVP_PKEY *
new_private(const struct ke_desc *d)
{
	EVP_PKEY_CTX *ctx = generator(d);
	EVP_PKEY *evp = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) <= 0)
		goto out;
	if (d->name && EVP_PKEY_CTX_set_group_name(ctx, d->name) <= 0)
		goto out;
	if (EVP_PKEY_generate(ctx, &evp) <= 0)
		evp = NULL;
out:
	EVP_PKEY_CTX_free(ctx);
	return evp;
}

struct ke_pair *
ke_adopt(uint16_t group, EVP_PKEY *evp)
{
	const struct ke_desc *d = find(group);
	struct ke_pair *k = d && evp ? calloc(1, sizeof(*k)) : NULL;

	if (!k) {
		EVP_PKEY_free(evp);
		return NULL;
	}
	k->desc = d;
	k->evp = evp;
	if (!public_value(k)) {
		ke_free(k);
		return NULL;
	}
	return k;
}

struct ke_pair *
ke_generate(uint16_t group)
{
	const struct ke_desc *d = find(group);

	return d ? ke_adopt(group, new_private(d)) : NULL;
}

uint16_t
ke_group(const struct ke_pair *k)
{
	return k->desc->group;
}

struct span
ke_public(const struct ke_pair *k)
{
	return span_of(k->value, k->desc->value_len);
}

/* RFC 6989 2.1: with a safe prime, 1 < y < p-1 is all there is to check. */
static bool
modp_in_range(const EVP_PKEY *ours, struct span value)
{
	BIGNUM *p = NULL, *y = BN_bin2bn(value.ptr, (int)value.len, NULL);
	bool ok = false;

	if (!y || !EVP_PKEY_get_bn_param(ours, OSSL_PKEY_PARAM_FFC_P, &p))
		goto out;
	if (!BN_sub_word(p, 1))
		goto out;
	ok = !BN_is_zero(y) && !BN_is_one(y) && BN_cmp(y, p) < 0;
out:
	BN_free(p);
	BN_free(y);
	return ok;
}

static EVP_PKEY *
peer_x25519(struct span value)
{
	return EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL,
	    value.ptr, value.len);
}

/* The peer's value as a key in the same group as OURS. */
static EVP_PKEY *
peer_key(const struct ke_pair *k, struct span value)
{
	uint8_t buf[KE_MAX_VALUE + 1] = { POINT_UNCOMPRESSED };
	size_t skip = k->desc->kind == KE_KIND_ECP ? 1 : 0;
	EVP_PKEY *peer;

	if (k->desc->kind == KE_KIND_X25519)
		return peer_x25519(value);
	if (k->desc->kind == KE_KIND_MODP && !modp_in_range(k->evp, value))
		return NULL;
	memcpy(buf + skip, value.ptr, value.len);
	peer = EVP_PKEY_new();
	if (!peer)
		return NULL;
	if (EVP_PKEY_copy_parameters(peer, k->evp) <= 0 ||
	    EVP_PKEY_set1_encoded_public_key(peer, buf, value.len + skip) <= 0) {
		EVP_PKEY_free(peer);
		return NULL;
	}
	return peer;
}

static bool
derive(const struct ke_pair *k, EVP_PKEY *peer, struct secret *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->evp, NULL);
	int validate = k->desc->kind == KE_KIND_ECP;
	unsigned pad = 1;
	size_t len = k->desc->shared_len;
	/* RFC 7296 2.14: g^ir is padded with zeros to the prime's length;
	 * OpenSSL does that only when asked. */
	const OSSL_PARAM padded[] = {
		OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
		OSSL_PARAM_construct_end(),
	};
	const OSSL_PARAM *params =
	    k->desc->kind == KE_KIND_MODP ? padded : NULL;
	bool ok = ctx && EVP_PKEY_derive_init_ex(ctx, params) > 0 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, validate) > 0 &&
	    EVP_PKEY_derive(ctx, out->bytes.ptr, &len) > 0 &&
	    len == k->desc->shared_len;

	/* RFC 8031 5: a small-order point gives zero, which is no secret. */
	if (k->desc->kind == KE_KIND_X25519 && span_is_zero(secret_span(out)))
		ok = false;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

int
ke_shared(const struct ke_pair *k, struct span peer, struct secret *out)
{
	EVP_PKEY *evp;
	bool ok = false;

	*out = (struct secret){ { NULL, 0 } };
	if (peer.len != k->desc->value_len)
		return -EINVAL;
	evp = peer_key(k, peer);
	*out = secret_new(k->desc->shared_len);
	if (evp && out->bytes.ptr)
		ok = derive(k, evp, out);
	EVP_PKEY_free(evp);
	if (!ok)
		secret_free(out);
	return ok ? 0 : -EINVAL;
}

void
ke_free(struct ke_pair *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->evp);
	free(k);
}
