/* Signatures by OpenSSL, one row of the table at a time. */
#include "pluto/crypto/sign_algs.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "lib/wire.h"
#include "pluto/wire/ike_const.h"

#define ID(bytes) { (const uint8_t *)(bytes), sizeof(bytes) - 1 }

/* RFC 8017 A.2.4: sha256WithRSAEncryption and its two sisters. */
#define DER_PKCS1(x) \
	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" x "\x05\x00"
/* RFC 4055 2.1: id-sha256 and its sisters, with NULL parameters. */
#define DER_SHA2(x) \
	"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" x "\x05\x00"
/* RFC 4055 3.1: RSASSA-PSS with hash, MGF1 over the same hash, salt length. */
#define DER_PSS_BODY(x, salt) \
	"\xa0\x0f" DER_SHA2(x) \
	"\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08" \
	DER_SHA2(x) "\xa2\x03\x02\x01" salt
#define DER_PSS_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define DER_PSS(x, salt) \
	"\x30\x41" DER_PSS_OID "\x30\x34" DER_PSS_BODY(x, salt)
/* The same with the default trailer field written out. */
#define DER_PSS_TRAILER(x, salt) \
	"\x30\x46" DER_PSS_OID "\x30\x39" DER_PSS_BODY(x, salt) \
	"\xa3\x03\x02\x01\x01"
/* RFC 5758 3.2: ecdsa-with-SHA256 and its sisters, without parameters. */
#define DER_ECDSA(x) "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" x
/* RFC 8410 3 */
#define DER_ED25519 "\x30\x05\x06\x03\x2b\x65\x70"

#define ROW_PSS(h, name, how, x, salt) \
	{ PUBKEY_RSA, SIG_PSS, h, name, how, \
	  ID(DER_PSS(x, salt)), ID(DER_PSS_TRAILER(x, salt)) }
#define ROW_PKCS1(h, name, how, x) \
	{ PUBKEY_RSA, SIG_PKCS1, h, name, how, ID(DER_PKCS1(x)), { NULL, 0 } }
#define ROW_ECDSA(kind, h, name, how, x) \
	{ kind, SIG_ECDSA, h, name, how, ID(DER_ECDSA(x)), { NULL, 0 } }

static const struct sig_alg algs[] = {
	/* RFC 8247 3.2: PSS before PKCS#1 v1.5 */
	ROW_PSS(SIG_HASH_SHA2_256, "SHA256",
	    "rsa-pss-sha2_256", "\x01", "\x20"),
	ROW_PSS(SIG_HASH_SHA2_384, "SHA384",
	    "rsa-pss-sha2_384", "\x02", "\x30"),
	ROW_PSS(SIG_HASH_SHA2_512, "SHA512",
	    "rsa-pss-sha2_512", "\x03", "\x40"),
	/* RFC 7427 A.1: what a peer without PSS sends */
	ROW_PKCS1(SIG_HASH_SHA2_256, "SHA256", "rsa-pkcs1-sha2_256", "\x0b"),
	ROW_PKCS1(SIG_HASH_SHA2_384, "SHA384", "rsa-pkcs1-sha2_384", "\x0c"),
	ROW_PKCS1(SIG_HASH_SHA2_512, "SHA512", "rsa-pkcs1-sha2_512", "\x0d"),
	/* RFC 7427 A.3: any of the hashes with either curve */
	ROW_ECDSA(PUBKEY_P256, SIG_HASH_SHA2_256, "SHA256",
	    "ecdsa-p256-sha2_256", "\x02"),
	ROW_ECDSA(PUBKEY_P256, SIG_HASH_SHA2_384, "SHA384",
	    "ecdsa-p256-sha2_384", "\x03"),
	ROW_ECDSA(PUBKEY_P256, SIG_HASH_SHA2_512, "SHA512",
	    "ecdsa-p256-sha2_512", "\x04"),
	ROW_ECDSA(PUBKEY_P384, SIG_HASH_SHA2_384, "SHA384",
	    "ecdsa-p384-sha2_384", "\x03"),
	ROW_ECDSA(PUBKEY_P384, SIG_HASH_SHA2_512, "SHA512",
	    "ecdsa-p384-sha2_512", "\x04"),
	ROW_ECDSA(PUBKEY_P384, SIG_HASH_SHA2_256, "SHA256",
	    "ecdsa-p384-sha2_256", "\x02"),
	/* RFC 8420 2: "Identity", the octets are not hashed beforehand */
	{ PUBKEY_ED25519, SIG_EDDSA, SIG_HASH_IDENTITY, NULL, "ed25519",
	  ID(DER_ED25519), { NULL, 0 } },
};

const struct sig_alg *
sig_algs(size_t *n)
{
	*n = sizeof(algs) / sizeof(*algs);
	return algs;
}

/* The salt is as long as the hash (RFC 7427 A.4), on both sides. */
static bool
set_scheme(const struct sig_alg *a, EVP_PKEY_CTX *ctx)
{
	switch (a->scheme) {
	case SIG_PKCS1:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
	case SIG_PSS:
		return EVP_PKEY_CTX_set_rsa_padding(ctx,
		    RSA_PKCS1_PSS_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
		    RSA_PSS_SALTLEN_DIGEST) > 0;
	case SIG_ECDSA:
	case SIG_EDDSA:
		return true;
	}
	return false;
}

struct chunk
sig_make(const struct sig_alg *a, EVP_PKEY *key, struct span octets)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL;	/* belongs to MD */
	struct chunk out = { NULL, 0 };
	size_t len = 0;

	if (!md || EVP_DigestSignInit_ex(md, &ctx, a->digest, NULL, NULL, key,
	    NULL) <= 0 || !set_scheme(a, ctx))
		goto out;
	if (EVP_DigestSign(md, NULL, &len, octets.ptr, octets.len) <= 0)
		goto out;
	out = chunk_new(len);
	if (out.ptr &&
	    EVP_DigestSign(md, out.ptr, &len, octets.ptr, octets.len) > 0)
		out.len = len;	/* ECDSA's DER may be shorter than asked for */
	else
		chunk_free(&out);
out:
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return out;
}

/* Nothing but the exact length can be right; ECDSA's DER is at most so long. */
static bool
length_fits(const struct sig_alg *a, EVP_PKEY *key, size_t len)
{
	int size = EVP_PKEY_get_size(key);

	if (size <= 0 || len > (size_t)size)
		return false;
	return a->scheme == SIG_ECDSA ? len >= 8 : len == (size_t)size;
}

bool
sig_check(const struct sig_alg *a, EVP_PKEY *key, struct span sig,
	  struct span octets)
{
	EVP_MD_CTX *md;
	EVP_PKEY_CTX *ctx = NULL;	/* belongs to MD */
	bool ok;

	if (sig.len == 0 || span_is_zero(sig) || !length_fits(a, key, sig.len))
		return false;
	md = EVP_MD_CTX_new();
	ok = md && EVP_DigestVerifyInit_ex(md, &ctx, a->digest, NULL, NULL,
	    key, NULL) > 0 && set_scheme(a, ctx) &&
	    EVP_DigestVerify(md, sig.ptr, sig.len, octets.ptr,
	    octets.len) == 1;
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return ok;
}

struct chunk
ecdsa_to_rs(struct span der, size_t half)
{
	const unsigned char *p = der.ptr;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)der.len);
	struct chunk rs = s ? chunk_new(2 * half) : (struct chunk){ NULL, 0 };

	if (rs.ptr && (BN_bn2binpad(ECDSA_SIG_get0_r(s), rs.ptr,
	    (int)half) < 0 || BN_bn2binpad(ECDSA_SIG_get0_s(s), rs.ptr + half,
	    (int)half) < 0))
		chunk_free(&rs);
	ECDSA_SIG_free(s);
	return rs;
}

static bool
set_rs(ECDSA_SIG *s, struct span rs, size_t half)
{
	struct wire_reader in = wire_reader(rs);
	BIGNUM *r = BN_bin2bn(wire_bytes(&in, half, "r").ptr, (int)half, NULL);
	BIGNUM *t = BN_bin2bn(wire_bytes(&in, half, "s").ptr, (int)half, NULL);

	if (r && t && ECDSA_SIG_set0(s, r, t))
		return true;
	BN_free(r);
	BN_free(t);
	return false;
}

struct chunk
ecdsa_from_rs(struct span rs, size_t half)
{
	ECDSA_SIG *s = rs.len == 2 * half ? ECDSA_SIG_new() : NULL;
	struct chunk out = { NULL, 0 };
	unsigned char *der = NULL;
	int len = -1;

	if (s && set_rs(s, rs, half))
		len = i2d_ECDSA_SIG(s, &der);
	if (len > 0)
		out = chunk_copy(span_of(der, (size_t)len));
	OPENSSL_free(der);
	ECDSA_SIG_free(s);
	return out;
}
