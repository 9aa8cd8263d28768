/* One direction of an SA: seals or opens with contexts made once. */
#include "pluto/crypto/cipher.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "lib/wire.h"

enum { KEY_MAX = 32, SALT_MAX = 4, NONCE_LEN = 12, MAC_MAX = 64 };

struct sealer {
	const struct cipher_desc *cipher;
	const struct integ_desc *integ;		/* NULL for AEAD */
	uint8_t key[KEY_MAX], salt[SALT_MAX];
	EVP_CIPHER_CTX *enc, *dec;		/* owned; made at first use */
	EVP_MAC_CTX *mac;			/* owned; keyed; NULL for AEAD */
	uint64_t counter;			/* the next AEAD IV */
};

static EVP_MAC_CTX *
new_mac(const struct integ_desc *d, struct span key)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	char digest[16];
	OSSL_PARAM params[2];

	EVP_MAC_free(hmac);
	strncpy(digest, d->digest, sizeof(digest) - 1);
	digest[sizeof(digest) - 1] = '\0';
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	if (ctx && EVP_MAC_init(ctx, key.ptr, key.len, params) > 0)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static EVP_CIPHER_CTX *
new_cipher(const struct sealer *s, int encrypt)
{
	EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, s->cipher->openssl, NULL);
	EVP_CIPHER_CTX *ctx = c ? EVP_CIPHER_CTX_new() : NULL;
	bool ok = ctx && EVP_CipherInit_ex2(ctx, c, s->key, NULL, encrypt,
	    NULL) > 0;

	EVP_CIPHER_free(c);
	if (ok) {
		EVP_CIPHER_CTX_set_padding(ctx, 0);
		return ctx;
	}
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

/* Do the sizes of the keys fit the algorithms? */
static bool
sizes_fit(const struct cipher_desc *c, const struct integ_desc *i,
	  uint16_t integ, struct span key, struct span integ_key)
{
	if (!c || key.len != (size_t)c->key_len + c->salt_len)
		return false;
	if (c->aead)
		return integ == 0 && integ_key.len == 0;
	return i && integ_key.len == i->key_len;
}

struct sealer *
sealer_new(uint16_t encr, uint16_t key_bits, uint16_t integ, struct span key,
	   struct span integ_key)
{
	const struct cipher_desc *c = cipher_desc(encr, key_bits);
	const struct integ_desc *i = integ_desc(integ);
	struct wire_reader r = wire_reader(key);
	struct sealer *s;

	if (!sizes_fit(c, i, integ, key, integ_key))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->cipher = c;
	wire_copy(&r, s->key, c->key_len, "key");
	wire_copy(&r, s->salt, c->salt_len, "salt");
	if (!c->aead) {
		s->integ = i;
		s->mac = new_mac(i, integ_key);
		if (!s->mac) {
			sealer_free(s);
			return NULL;
		}
	}
	return s;
}

void
sealer_free(struct sealer *s)
{
	if (!s)
		return;
	EVP_CIPHER_CTX_free(s->enc);
	EVP_CIPHER_CTX_free(s->dec);
	EVP_MAC_CTX_free(s->mac);
	secret_wipe(s, sizeof(*s));
	free(s);
}

const struct cipher_desc *
sealer_cipher(const struct sealer *s)
{
	return s->cipher;
}

size_t
sealer_iv_len(const struct sealer *s)
{
	return s->cipher->iv_len;
}

size_t
sealer_icv_len(const struct sealer *s)
{
	return s->integ ? s->integ->icv_len : s->cipher->icv_len;
}

size_t
sealer_block(const struct sealer *s)
{
	return s->cipher->block;
}

/* The context of one direction, made when it is first needed: a sealer is
 * used one way only, and SAs are many. */
static EVP_CIPHER_CTX *
context(struct sealer *s, bool encrypt)
{
	EVP_CIPHER_CTX **ctx = encrypt ? &s->enc : &s->dec;

	if (!*ctx)
		*ctx = new_cipher(s, encrypt);
	return *ctx;
}

/* RFC 4106 4, RFC 5282 4, RFC 7634 2: nonce = salt | IV; CBC takes the IV. */
static bool
start(struct sealer *s, EVP_CIPHER_CTX *ctx, const uint8_t *iv)
{
	uint8_t nonce[NONCE_LEN];

	if (!s->cipher->aead)
		return EVP_CipherInit_ex2(ctx, NULL, NULL, iv, -1, NULL) > 0;
	memcpy(nonce, s->salt, SALT_MAX);
	memcpy(nonce + SALT_MAX, iv, NONCE_LEN - SALT_MAX);
	return EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, -1, NULL) > 0;
}

/* Runs the cipher over DATA in place, up to but without the final call. */
static bool
run(EVP_CIPHER_CTX *ctx, struct span aad, uint8_t *data, size_t len)
{
	int n = 0;

	if (aad.len && EVP_CipherUpdate(ctx, NULL, &n, aad.ptr,
	    (int)aad.len) <= 0)
		return false;
	n = 0;
	if (len && EVP_CipherUpdate(ctx, data, &n, data, (int)len) <= 0)
		return false;
	return n == (int)len;
}

static bool
finish(EVP_CIPHER_CTX *ctx)
{
	uint8_t none[KEY_MAX];
	int n = 0;

	return EVP_CipherFinal_ex(ctx, none, &n) > 0 && n == 0;
}

/* The truncated HMAC over AAD | IV | ciphertext. */
static bool
icv_of(struct sealer *s, struct span aad, struct span iv, struct span data,
       uint8_t out[MAC_MAX])
{
	size_t len = 0;

	return EVP_MAC_init(s->mac, NULL, 0, NULL) > 0 &&
	    (!aad.len || EVP_MAC_update(s->mac, aad.ptr, aad.len) > 0) &&
	    EVP_MAC_update(s->mac, iv.ptr, iv.len) > 0 &&
	    (!data.len || EVP_MAC_update(s->mac, data.ptr, data.len) > 0) &&
	    EVP_MAC_final(s->mac, out, &len, MAC_MAX) > 0 &&
	    len >= s->integ->icv_len;
}

static bool
fits(const struct sealer *s, struct span aad, size_t len)
{
	return aad.len <= INT_MAX && len <= INT_MAX &&
	    len % s->cipher->block == 0;
}

/* A counter never repeats under one key (RFC 4106 3.1); CBC must not be
 * predictable (RFC 3602 3). */
static bool
new_iv(struct sealer *s, uint8_t *iv)
{
	struct wire_writer w = wire_writer(iv, s->cipher->iv_len);

	if (!s->cipher->aead)
		return RAND_bytes(iv, s->cipher->iv_len) > 0;
	if (s->counter == UINT64_MAX)
		return false;
	wire_put_u64(&w, s->counter++);
	return wire_fits(&w);
}

static bool
seal_aead(struct sealer *s, struct span aad, const uint8_t *iv, uint8_t *data,
	  size_t len, uint8_t *icv)
{
	EVP_CIPHER_CTX *ctx = context(s, true);

	return ctx && start(s, ctx, iv) && run(ctx, aad, data, len) &&
	    finish(ctx) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
	    s->cipher->icv_len, icv) > 0;
}

static bool
seal_cbc(struct sealer *s, struct span aad, const uint8_t *iv, uint8_t *data,
	 size_t len, uint8_t *icv)
{
	const struct span none = { NULL, 0 };
	EVP_CIPHER_CTX *ctx = context(s, true);
	uint8_t mac[MAC_MAX];

	if (!ctx || !start(s, ctx, iv) || !run(ctx, none, data, len))
		return false;
	if (!finish(ctx) || !icv_of(s, aad, span_of(iv, s->cipher->iv_len),
	    span_of(data, len), mac))
		return false;
	memcpy(icv, mac, s->integ->icv_len);
	return true;
}

int
sealer_seal(struct sealer *s, struct span aad, uint8_t *iv, uint8_t *data,
	    size_t len, uint8_t *icv)
{
	bool ok = fits(s, aad, len) && new_iv(s, iv);

	if (ok)
		ok = s->cipher->aead ? seal_aead(s, aad, iv, data, len, icv) :
		    seal_cbc(s, aad, iv, data, len, icv);
	return ok ? 0 : -EINVAL;
}

static bool
open_aead(struct sealer *s, struct span aad, struct span iv, uint8_t *data,
	  size_t len, struct span icv)
{
	EVP_CIPHER_CTX *ctx = context(s, false);
	uint8_t tag[MAC_MAX];

	memcpy(tag, icv.ptr, icv.len);
	return ctx && start(s, ctx, iv.ptr) && EVP_CIPHER_CTX_ctrl(ctx,
	    EVP_CTRL_AEAD_SET_TAG, (int)icv.len, tag) > 0 &&
	    run(ctx, aad, data, len) && finish(ctx);
}

static bool
open_cbc(struct sealer *s, struct span aad, struct span iv, uint8_t *data,
	 size_t len, struct span icv)
{
	const struct span none = { NULL, 0 };
	EVP_CIPHER_CTX *ctx = context(s, false);
	uint8_t mac[MAC_MAX];

	if (!ctx || !icv_of(s, aad, iv, span_of(data, len), mac))
		return false;
	if (!span_eq_secret(span_of(mac, icv.len), icv))
		return false;
	return start(s, ctx, iv.ptr) && run(ctx, none, data, len) &&
	    finish(ctx);
}

int
sealer_open(struct sealer *s, struct span aad, struct span iv, uint8_t *data,
	    size_t len, struct span icv)
{
	bool ok = fits(s, aad, len) && iv.len == s->cipher->iv_len &&
	    icv.len == sealer_icv_len(s);

	if (ok)
		ok = s->cipher->aead ? open_aead(s, aad, iv, data, len, icv) :
		    open_cbc(s, aad, iv, data, len, icv);
	return ok ? 0 : -EBADMSG;
}
