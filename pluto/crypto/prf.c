/* HMAC as prf, and prf+ on top of it. */
#include "pluto/crypto/prf.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "pluto/wire/ike_const.h"

struct prf_desc {
	uint16_t prf;		/* IANA transform type 2 */
	const char *digest;
	size_t len;		/* output, and preferred key length */
};

static const struct prf_desc descs[] = {
	{ PRF_HMAC_MD5, "MD5", 16 },	/* RFC 2104: IKEv1 alone, and only when named */
	{ PRF_HMAC_SHA1, "SHA1", 20 },	/* RFC 2104: only for peers of old */
	{ PRF_HMAC_SHA2_256, "SHA256", 32 },	/* RFC 4868 */
	{ PRF_HMAC_SHA2_384, "SHA384", 48 },
	{ PRF_HMAC_SHA2_512, "SHA512", 64 },
};

enum { PRF_MAX_LEN = 64, PRF_PLUS_MAX_BLOCKS = 255 };

static const struct prf_desc *
find(uint16_t prf)
{
	for (size_t i = 0; i < sizeof(descs) / sizeof(*descs); i++)
		if (descs[i].prf == prf)
			return &descs[i];
	return NULL;
}

size_t
prf_len(uint16_t prf)
{
	const struct prf_desc *d = find(prf);

	return d ? d->len : 0;
}

/* Fetched once: a fetch takes locks that every worker would meet. */
static EVP_MAC *hmac;

static void
fetch_hmac(void)
{
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

static EVP_MAC_CTX *
hmac_ctx(const struct prf_desc *d)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char digest[16];
	OSSL_PARAM params[2];
	EVP_MAC_CTX *ctx;

	if (pthread_once(&once, fetch_hmac) != 0 || !hmac)
		return NULL;
	ctx = EVP_MAC_CTX_new(hmac);
	if (!ctx)
		return NULL;
	strncpy(digest, d->digest, sizeof(digest) - 1);
	digest[sizeof(digest) - 1] = '\0';
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	if (EVP_MAC_CTX_set_params(ctx, params) > 0)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

/* One prf over PARTS with a context whose digest is set. */
static bool
one(EVP_MAC_CTX *ctx, struct span key, const struct span *parts, size_t n,
    uint8_t *out, size_t outlen)
{
	/* A NULL key would mean "the key of last time" to OpenSSL. */
	const uint8_t *k = key.len ? key.ptr : (const uint8_t *)"";
	size_t got = 0;

	if (EVP_MAC_init(ctx, k, key.len, NULL) <= 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (parts[i].len &&
		    EVP_MAC_update(ctx, parts[i].ptr, parts[i].len) <= 0)
			return false;
	return EVP_MAC_final(ctx, out, &got, outlen) > 0 && got == outlen;
}

int
prf_parts(uint16_t prf, struct span key, const struct span *parts, size_t n,
	  uint8_t *out)
{
	const struct prf_desc *d = find(prf);
	EVP_MAC_CTX *ctx = d ? hmac_ctx(d) : NULL;
	bool ok = ctx && one(ctx, key, parts, n, out, d->len);

	EVP_MAC_CTX_free(ctx);
	return ok ? 0 : -EINVAL;
}

/* RFC 7296 2.13: T1 = prf(K, S | 0x01), Tn = prf(K, Tn-1 | S | n). */
static bool
blocks(EVP_MAC_CTX *ctx, const struct prf_desc *d, struct span key,
       struct span seed, struct chunk out)
{
	uint8_t t[PRF_MAX_LEN];
	size_t done = 0;
	bool ok = true;

	for (uint8_t n = 1; ok && done < out.len; n++) {
		const struct span parts[] = {
			{ t, n > 1 ? d->len : 0 }, seed, { &n, 1 },
		};
		size_t take = out.len - done < d->len ? out.len - done : d->len;

		ok = one(ctx, key, parts, 3, t, d->len);
		memcpy(out.ptr + done, t, take);
		done += take;
	}
	secret_wipe(t, sizeof(t));
	return ok;
}

int
prf_plus(uint16_t prf, struct span key, struct span seed, struct secret *out,
	 size_t len)
{
	const struct prf_desc *d = find(prf);
	EVP_MAC_CTX *ctx;
	bool ok = false;

	*out = (struct secret){ { NULL, 0 } };
	if (!d || len == 0 || len > d->len * PRF_PLUS_MAX_BLOCKS)
		return -EINVAL;
	ctx = hmac_ctx(d);
	*out = secret_new(len);
	if (ctx && out->bytes.ptr)
		ok = blocks(ctx, d, key, seed, out->bytes);
	EVP_MAC_CTX_free(ctx);
	if (!ok)
		secret_free(out);
	return ok ? 0 : -EINVAL;
}
