/* Public keys: what kind they are, their DNS bytes and fingerprint. */
#include "lib/pubkey.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rr_ipseckey.h"
#include "lib/wire.h"

static enum pubkey_kind
curve_kind(const EVP_PKEY *evp)
{
	char group[32];

	if (EVP_PKEY_get_utf8_string_param(evp, OSSL_PKEY_PARAM_GROUP_NAME,
					   group, sizeof(group), NULL) != 1)
		return PUBKEY_NONE;
	if (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0)
		return PUBKEY_P256;
	if (strcmp(group, "secp384r1") == 0 || strcmp(group, "P-384") == 0)
		return PUBKEY_P384;
	return PUBKEY_NONE;
}

static enum pubkey_kind
kind_of(const EVP_PKEY *evp)
{
	switch (EVP_PKEY_get_base_id(evp)) {
	case EVP_PKEY_RSA:
		return PUBKEY_RSA;
	case EVP_PKEY_EC:
		return curve_kind(evp);
	case EVP_PKEY_ED25519:
		return PUBKEY_ED25519;
	default:
		return PUBKEY_NONE;
	}
}

static unsigned
kind_bits(enum pubkey_kind kind, const EVP_PKEY *evp)
{
	switch (kind) {
	case PUBKEY_RSA:
		return (unsigned)EVP_PKEY_get_bits(evp);
	case PUBKEY_P256:
	case PUBKEY_ED25519:
		return 256;
	case PUBKEY_P384:
		return 384;
	case PUBKEY_NONE:
		break;
	}
	return 0;
}

static uint8_t
kind_alg(enum pubkey_kind kind)
{
	switch (kind) {
	case PUBKEY_RSA:
		return IPSECKEY_RSA;
	case PUBKEY_P256:
	case PUBKEY_P384:
		return IPSECKEY_ECDSA;
	case PUBKEY_ED25519:
		return IPSECKEY_EDDSA;
	case PUBKEY_NONE:
		break;
	}
	return IPSECKEY_NOKEY;
}

static void
put_exponent_len(struct wire_writer *w, size_t len)
{
	if (len < 256) {
		wire_put_u8(w, (uint8_t)len);
		return;
	}
	wire_put_u8(w, 0);
	wire_put_u16(w, (uint16_t)len);
}

static struct chunk
write_rsa(const BIGNUM *e, const BIGNUM *n)
{
	size_t e_len = (size_t)BN_num_bytes(e), n_len = (size_t)BN_num_bytes(n);
	struct chunk c = chunk_new(3 + e_len + n_len);
	struct wire_writer w = wire_writer(c.ptr, c.len);
	uint8_t *e_at, *n_at;

	put_exponent_len(&w, e_len);
	e_at = wire_room(&w, e_len);
	n_at = wire_room(&w, n_len);
	if (e_at == NULL || n_at == NULL || e_len > UINT16_MAX) {
		chunk_free(&c);
		return c;
	}
	BN_bn2bin(e, e_at);
	BN_bn2bin(n, n_at);
	c.len = w.len;
	return c;
}

/* Both numbers with as many octets as the field has. */
static struct chunk
write_point(const BIGNUM *x, const BIGNUM *y, size_t half)
{
	struct chunk c = chunk_new(2 * half);

	if (c.ptr == NULL || BN_bn2binpad(x, c.ptr, (int)half) < 0 ||
	    BN_bn2binpad(y, c.ptr + half, (int)half) < 0)
		chunk_free(&c);
	return c;
}

static struct chunk
write_raw(const EVP_PKEY *evp)
{
	struct chunk c = chunk_new(32);
	size_t len = c.len;

	if (c.ptr == NULL ||
	    EVP_PKEY_get_raw_public_key(evp, c.ptr, &len) != 1 || len != 32)
		chunk_free(&c);
	return c;
}

struct chunk
pubkey_to_dns(const struct pubkey *k)
{
	bool rsa = k->kind == PUBKEY_RSA;
	BIGNUM *a = NULL, *b = NULL;
	struct chunk c = { 0 };

	if (k->kind == PUBKEY_NONE)
		return c;
	if (k->kind == PUBKEY_ED25519)
		return write_raw(k->evp);
	if (EVP_PKEY_get_bn_param(k->evp, rsa ? OSSL_PKEY_PARAM_RSA_E
				  : OSSL_PKEY_PARAM_EC_PUB_X, &a) == 1 &&
	    EVP_PKEY_get_bn_param(k->evp, rsa ? OSSL_PKEY_PARAM_RSA_N
				  : OSSL_PKEY_PARAM_EC_PUB_Y, &b) == 1)
		c = rsa ? write_rsa(a, b) : write_point(a, b, k->bits / 8);
	BN_free(a);
	BN_free(b);
	return c;
}

static bool
set_fingerprint(struct pubkey *k)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct chunk key = pubkey_to_dns(k);
	char *text = NULL;

	if (ctx != NULL && key.len != 0 &&
	    EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, &k->alg, 1) == 1 &&
	    EVP_DigestUpdate(ctx, key.ptr, key.len) == 1 &&
	    EVP_DigestFinal_ex(ctx, digest, NULL) == 1)
		text = base64_encode(SPAN_OF(digest));
	/* 43 characters: the padding is left out. */
	if (text != NULL)
		snprintf(k->fingerprint, sizeof(k->fingerprint), "SHA256:%.43s",
			 text);
	EVP_MD_CTX_free(ctx);
	chunk_free(&key);
	free(text);
	return k->fingerprint[0] != '\0';
}

bool
pubkey_from_evp(EVP_PKEY *evp, struct pubkey *out)
{
	struct pubkey k = { .kind = kind_of(evp), .evp = evp };

	if (k.kind == PUBKEY_NONE)
		return false;
	k.bits = kind_bits(k.kind, evp);
	k.alg = kind_alg(k.kind);
	if (!set_fingerprint(&k) || EVP_PKEY_up_ref(evp) != 1)
		return false;
	*out = k;
	return true;
}

struct pubkey
pubkey_ref(const struct pubkey *k)
{
	if (k->evp == NULL || EVP_PKEY_up_ref(k->evp) != 1)
		return (struct pubkey){ 0 };
	return *k;
}

void
pubkey_free(struct pubkey *k)
{
	EVP_PKEY_free(k->evp);
	*k = (struct pubkey){ 0 };
}

bool
pubkey_eq(const struct pubkey *a, const struct pubkey *b)
{
	return a->kind == b->kind && a->kind != PUBKEY_NONE &&
	       EVP_PKEY_eq(a->evp, b->evp) == 1;
}

const char *
pubkey_kind_text(const struct pubkey *k, char buf[16])
{
	switch (k->kind) {
	case PUBKEY_RSA:
		snprintf(buf, 16, "rsa%u", k->bits);
		return buf;
	case PUBKEY_P256:
		return strcpy(buf, "p256");
	case PUBKEY_P384:
		return strcpy(buf, "p384");
	case PUBKEY_ED25519:
		return strcpy(buf, "ed25519");
	case PUBKEY_NONE:
		break;
	}
	return strcpy(buf, "none");
}

const char *
pubkey_short(const struct pubkey *k, char buf[24])
{
	size_t len = strlen(k->fingerprint);

	if (len < 13)
		return strcpy(buf, "none");
	snprintf(buf, 24, "%.11s..%s", k->fingerprint, k->fingerprint + len - 2);
	return buf;
}
