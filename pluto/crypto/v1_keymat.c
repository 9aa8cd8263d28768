/* IKEv1's keys and hashes: SKEYID and what follows from it. */
#include "pluto/crypto/v1_keymat.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/wire.h"
#include "pluto/crypto/cipher.h"
#include "pluto/crypto/prf.h"
#include "pluto/wire/ike_const.h"

enum { NONCE_MAX = 256, MOST_PARTS = 8, MOST_BLOCKS = 255 };

static struct secret
one_prf(uint16_t prf, struct span key, const struct span *parts, size_t n)
{
	struct secret out = secret_new(prf_len(prf));

	if (out.bytes.ptr != NULL && prf_parts(prf, key, parts, n, out.bytes.ptr) != 0)
		secret_free(&out);
	return out;
}

/* With a shared secret it is known, with signatures the nonces are the key. */
static struct secret
skeyid(const struct v1_keymat_in *in)
{
	uint8_t both[2 * NONCE_MAX];
	struct wire_writer w = wire_writer(both, sizeof(both));

	if (in->skeyid.len > 0)
		return secret_copy(in->skeyid);
	wire_put(&w, in->ni);
	wire_put(&w, in->nr);
	if (!wire_fits(&w))
		return (struct secret){ { NULL, 0 } };
	return one_prf(in->prf, wire_written(&w), &in->shared, 1);
}

/* SKEYID_d, _a, _e: prf(SKEYID, before | g^xy | CKY-I | CKY-R | number). */
static struct secret
skeyid_of(const struct v1_keymat_in *in, const struct secret *key, struct span before,
	  uint8_t number)
{
	const struct span parts[] = { before, in->shared, SPAN_OF(in->cky_i), SPAN_OF(in->cky_r),
		{ &number, 1 } };

	return one_prf(in->prf, secret_span(key), parts, sizeof(parts) / sizeof(*parts));
}

/* Appendix B: when SKEYID_e is too short, K1 = prf(SKEYID_e, 0), Kn =
 * prf(SKEYID_e, Kn-1). */
static struct secret
cipher_key(uint16_t prf, const struct secret *e, size_t len)
{
	const size_t block = prf_len(prf);
	uint8_t k[V1_HASH_MAX] = { 0 };
	struct span before = { k, 1 };
	struct secret out = secret_new(len);
	bool ok = out.bytes.ptr != NULL;

	if (ok && e->bytes.len >= len)
		memcpy(out.bytes.ptr, e->bytes.ptr, len);
	for (size_t at = 0; ok && e->bytes.len < len && at < len; at += block) {
		ok = prf_parts(prf, secret_span(e), &before, 1, k) == 0;
		before.len = block;
		memcpy(out.bytes.ptr + at, k, len - at < block ? len - at : block);
	}
	secret_wipe(k, sizeof(k));
	if (!ok)
		secret_free(&out);
	return out;
}

int
v1_keymat_derive(const struct v1_keymat_in *in, struct v1_keymat *out)
{
	const struct cipher_desc *c = cipher_desc(in->encr, in->encr_bits);
	struct secret e = { { NULL, 0 } };

	*out = (struct v1_keymat){ .prf = in->prf };
	if (prf_len(in->prf) == 0 || c == NULL || c->aead || in->ni.len == 0 || in->nr.len == 0
	    || in->shared.len == 0)
		return -EINVAL;
	out->skeyid = skeyid(in);
	if (out->skeyid.bytes.ptr != NULL)
		out->skeyid_d = skeyid_of(in, &out->skeyid, (struct span){ 0 }, 0);
	if (out->skeyid_d.bytes.ptr != NULL)
		out->skeyid_a = skeyid_of(in, &out->skeyid, secret_span(&out->skeyid_d), 1);
	if (out->skeyid_a.bytes.ptr != NULL)
		e = skeyid_of(in, &out->skeyid, secret_span(&out->skeyid_a), 2);
	if (e.bytes.ptr != NULL)
		out->cipher_key = cipher_key(in->prf, &e, c->key_len);
	secret_free(&e);
	if (out->cipher_key.bytes.ptr != NULL)
		return 0;
	v1_keymat_free(out);
	return -EINVAL;
}

void
v1_keymat_free(struct v1_keymat *k)
{
	secret_free(&k->skeyid);
	secret_free(&k->skeyid_d);
	secret_free(&k->skeyid_a);
	secret_free(&k->cipher_key);
}

static int
with_length(uint16_t prf, int rc)
{
	return rc != 0 ? rc : (int)prf_len(prf);
}

int
v1_auth_hash(const struct v1_keymat *k, struct span g_mine, struct span g_yours,
	     const uint8_t cky_mine[8], const uint8_t cky_yours[8], struct span sai_b,
	     struct span id_b, uint8_t *out)
{
	const struct span parts[] = { g_mine, g_yours, { cky_mine, 8 }, { cky_yours, 8 }, sai_b,
		id_b };

	return with_length(k->prf, prf_parts(k->prf, secret_span(&k->skeyid), parts,
					     sizeof(parts) / sizeof(*parts), out));
}

int
v1_hash(const struct v1_keymat *k, const struct span *parts, size_t n, uint8_t *out)
{
	return with_length(k->prf, prf_parts(k->prf, secret_span(&k->skeyid_a), parts, n, out));
}

static const EVP_MD *
digest_of(uint16_t prf)
{
	switch (prf) {
	case PRF_HMAC_MD5:
		return EVP_md5();
	case PRF_HMAC_SHA1:
		return EVP_sha1();
	case PRF_HMAC_SHA2_256:
		return EVP_sha256();
	case PRF_HMAC_SHA2_384:
		return EVP_sha384();
	case PRF_HMAC_SHA2_512:
		return EVP_sha512();
	}
	return NULL;
}

int
v1_digest(uint16_t prf, const struct span *parts, size_t n, uint8_t *out)
{
	const EVP_MD *md = digest_of(prf);
	EVP_MD_CTX *ctx = md != NULL ? EVP_MD_CTX_new() : NULL;
	bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) > 0;

	for (size_t i = 0; ok && i < n; i++)
		ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) > 0;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) > 0;
	EVP_MD_CTX_free(ctx);
	return ok ? (int)prf_len(prf) : -EINVAL;
}

/* K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni | Nr); Kn has Kn-1 first. */
int
v1_child_keymat(const struct v1_keymat *k, const struct v1_child_in *in, size_t len,
		struct secret *out)
{
	const size_t block = prf_len(k->prf);
	uint8_t last[V1_HASH_MAX];
	struct span parts[] = { { last, 0 }, in->g_qm, { &in->protocol, 1 }, SPAN_OF(in->spi),
		in->ni, in->nr };
	bool ok = block != 0 && len > 0 && len <= block * MOST_BLOCKS;

	*out = ok ? secret_new(len) : (struct secret){ { NULL, 0 } };
	ok = out->bytes.ptr != NULL;
	for (size_t at = 0; ok && at < len; at += block) {
		ok = prf_parts(k->prf, secret_span(&k->skeyid_d), parts,
			       sizeof(parts) / sizeof(*parts), last) == 0;
		parts[0].len = block;
		memcpy(out->bytes.ptr + at, last, len - at < block ? len - at : block);
	}
	secret_wipe(last, sizeof(last));
	if (!ok)
		secret_free(out);
	return ok ? 0 : -EINVAL;
}

static int
cbc(const struct v1_keymat *k, uint16_t encr, uint16_t bits, const uint8_t *iv, uint8_t *data,
    size_t len, bool encrypt)
{
	const struct cipher_desc *d = cipher_desc(encr, bits);
	EVP_CIPHER *c = d != NULL ? EVP_CIPHER_fetch(NULL, d->openssl, NULL) : NULL;
	EVP_CIPHER_CTX *ctx = c != NULL ? EVP_CIPHER_CTX_new() : NULL;
	int done = 0, last = 0;
	bool ok = ctx != NULL && len > 0 && len <= IKE_MAX_DATAGRAM && len % d->block == 0
		&& k->cipher_key.bytes.len == d->key_len
		&& EVP_CipherInit_ex2(ctx, c, k->cipher_key.bytes.ptr, iv, encrypt, NULL) > 0
		&& EVP_CIPHER_CTX_set_padding(ctx, 0) > 0
		&& EVP_CipherUpdate(ctx, data, &done, data, (int)len) > 0
		&& EVP_CipherFinal_ex(ctx, data + done, &last) > 0
		&& (size_t)done + (size_t)last == len;

	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(c);
	return ok ? 0 : -EINVAL;
}

static void
copy_last_block(uint8_t *iv, struct span data, size_t block)
{
	struct wire_reader r = wire_reader(data);

	wire_skip(&r, data.len - block, "all but the last block");
	wire_copy(&r, iv, block, "last block");
}

int
v1_encrypt(const struct v1_keymat *k, uint16_t encr, uint16_t bits, uint8_t *iv, uint8_t *data,
	   size_t len)
{
	int rc = cbc(k, encr, bits, iv, data, len, true);

	if (rc == 0)
		copy_last_block(iv, span_of(data, len), cipher_desc(encr, bits)->block);
	return rc;
}

int
v1_decrypt(const struct v1_keymat *k, uint16_t encr, uint16_t bits, uint8_t *iv, uint8_t *data,
	   size_t len)
{
	const struct cipher_desc *d = cipher_desc(encr, bits);
	uint8_t next[V1_BLOCK_MAX];
	int rc;

	if (d == NULL || d->aead || len == 0 || len % d->block != 0)
		return -EINVAL;
	copy_last_block(next, span_of(data, len), d->block);
	rc = cbc(k, encr, bits, iv, data, len, false);
	if (rc == 0)
		memcpy(iv, next, d->block);
	return rc;
}
