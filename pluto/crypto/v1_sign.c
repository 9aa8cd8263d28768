/* RSA over a bare hash, as IKEv1 has it. */
#include "pluto/crypto/v1_sign.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

static EVP_PKEY_CTX *
context(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *ctx))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	/* No digest is set: what is signed is the block's content as it stands. */
	if (ctx != NULL && init(ctx) > 0
	    && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

struct chunk
v1_sign(const struct private_key *k, struct span hash)
{
	EVP_PKEY_CTX *ctx = k->pub.kind == PUBKEY_RSA ? context(k->evp, EVP_PKEY_sign_init) : NULL;
	struct chunk out = { NULL, 0 };
	size_t len = 0;

	if (ctx != NULL && EVP_PKEY_sign(ctx, NULL, &len, hash.ptr, hash.len) > 0)
		out = chunk_new(len);
	if (out.ptr != NULL
	    && (EVP_PKEY_sign(ctx, out.ptr, &len, hash.ptr, hash.len) <= 0 || len != out.len))
		chunk_free(&out);
	EVP_PKEY_CTX_free(ctx);
	return out;
}

bool
v1_verify(const struct pubkey *k, struct span signature, struct span hash)
{
	EVP_PKEY_CTX *ctx = k->kind == PUBKEY_RSA ? context(k->evp, EVP_PKEY_verify_init) : NULL;
	bool ok = ctx != NULL
		&& EVP_PKEY_verify(ctx, signature.ptr, signature.len, hash.ptr, hash.len) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}
