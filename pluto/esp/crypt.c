/* Keys of an SA and the per-thread OpenSSL state made from them. */
#include "pluto/esp/crypt.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

#include "pluto/esp/crypt_int.h"

int
esp_keys_init(struct esp_keys *k, const struct esp_suite *s, bool esn,
	      struct span encr, struct span integ)
{
	*k = (struct esp_keys){ .suite = *s, .esn = esn };
	if (encr.len != (size_t)s->key_len + s->salt_len ||
	    s->salt_len > ESP_MAX_SALT ||
	    (!s->aead && integ.len != s->integ_key_len))
		return -EINVAL;
	if (encr.len > 0)	/* NULL and AH have none */
		k->encr = secret_copy(encr);
	if (!s->aead)
		k->integ = secret_copy(integ);
	if ((encr.len > 0 && k->encr.bytes.ptr == NULL) ||
	    (!s->aead && k->integ.bytes.ptr == NULL)) {
		esp_keys_clear(k);
		return -ENOMEM;
	}
	return 0;
}

void
esp_keys_clear(struct esp_keys *k)
{
	secret_free(&k->encr);
	secret_free(&k->integ);
}

/* Before the key: RFC 4309's sizes. */
static bool
setup_ccm(struct esp_crypt *c)
{
	return EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_IVLEN,
				   c->suite.salt_len + c->suite.iv_len, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_TAG,
				   c->suite.icv_len, NULL) == 1;
}

static bool
setup_cipher(struct esp_crypt *c, const struct esp_keys *k, bool seal)
{
	EVP_CIPHER *alg = EVP_CIPHER_fetch(NULL, k->suite.cipher, NULL);
	static const uint8_t no_key[1];
	const uint8_t *key = k->suite.key_len > 0 ? k->encr.bytes.ptr : no_key;
	bool ok;

	c->cipher = EVP_CIPHER_CTX_new();
	ok = alg != NULL && c->cipher != NULL &&
	     EVP_CipherInit_ex2(c->cipher, alg, NULL, NULL, seal, NULL) == 1 &&
	     (!k->suite.ccm || setup_ccm(c)) &&
	     EVP_CipherInit_ex2(c->cipher, NULL, key, NULL, seal, NULL) == 1;
	/* An AEAD has none, and being told so makes every packet slower. */
	if (ok && !k->suite.aead)
		ok = EVP_CIPHER_CTX_set_padding(c->cipher, 0) == 1;
	EVP_CIPHER_free(alg);
	return ok;
}

static bool
setup_mac(struct esp_crypt *c, const struct esp_keys *k)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char digest[32];
	OSSL_PARAM params[2];
	bool ok;

	snprintf(digest, sizeof(digest), "%s", k->suite.digest);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						     digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	c->mac = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
	ok = c->mac != NULL &&
	     EVP_MAC_init(c->mac, k->integ.bytes.ptr, k->integ.bytes.len,
			  params) == 1;
	EVP_MAC_free(hmac);
	return ok;
}

struct esp_crypt *
esp_crypt_new(const struct esp_keys *k, bool seal)
{
	struct esp_crypt *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->suite = k->suite;
	c->esn = k->esn;
	if (k->suite.salt_len > 0)
		memcpy(c->salt, k->encr.bytes.ptr + k->suite.key_len,
		       k->suite.salt_len);
	if ((k->suite.cipher != NULL && !setup_cipher(c, k, seal)) ||
	    (!k->suite.aead && !setup_mac(c, k))) {
		esp_crypt_free(c);
		return NULL;
	}
	return c;
}

void
esp_crypt_free(struct esp_crypt *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->cipher);
	EVP_MAC_CTX_free(c->mac);
	secret_wipe(c, sizeof(*c));
	free(c);
}

static void
free_retired(struct qsbr_item *item)
{
	/* The item is the first member. */
	esp_crypt_free((struct esp_crypt *)(void *)item);
}

void
esp_crypt_retire(struct esp_crypt *c, struct qsbr *q)
{
	qsbr_retire(q, &c->item, free_retired);
}

size_t
esp_inner_offset(const struct esp_suite *s)
{
	return (size_t)ESP_HDR_LEN + s->iv_len;
}

size_t
esp_aad(const struct esp_crypt *c, const uint8_t *pkt, uint64_t seq,
	uint8_t aad[ESP_AAD_MAX])
{
	memcpy(aad, pkt, ESP_HDR_LEN);
	if (!c->esn)
		return ESP_HDR_LEN;
	put_be32(aad + 4, (uint32_t)(seq >> 32));
	put_be32(aad + 8, (uint32_t)seq);
	return ESP_AAD_MAX;
}

bool
esp_mac(struct esp_crypt *c, const uint8_t *pkt, size_t len, uint64_t seq,
	uint8_t icv[ESP_MAX_ICV])
{
	const struct span whole = span_of(pkt, len);

	return esp_mac_parts(c, &whole, 1, seq, icv);
}

bool
esp_mac_parts(struct esp_crypt *c, const struct span *parts, size_t parts_n, uint64_t seq,
	      uint8_t icv[ESP_MAX_ICV])
{
	uint8_t high[4], full[EVP_MAX_MD_SIZE];
	size_t n = 0;
	bool ok;

	put_be32(high, (uint32_t)(seq >> 32));
	/* Without a key the MAC starts over with the one it has. */
	ok = EVP_MAC_init(c->mac, NULL, 0, NULL) == 1;
	for (size_t i = 0; i < parts_n && ok; i++)
		ok = EVP_MAC_update(c->mac, parts[i].ptr, parts[i].len) == 1;
	if (!ok || (c->esn && EVP_MAC_update(c->mac, high, sizeof(high)) != 1) ||
	    EVP_MAC_final(c->mac, full, &n, sizeof(full)) != 1 ||
	    n < c->suite.icv_len)
		return false;
	memcpy(icv, full, c->suite.icv_len);
	return true;
}

void
esp_nonce(const struct esp_crypt *c, const uint8_t *iv,
	  uint8_t nonce[CTR_BLOCK])
{
	enum { COUNTER_IV = 8 };

	memset(nonce, 0, CTR_BLOCK);
	nonce[CTR_BLOCK - 1] = 1;
	memcpy(nonce, c->salt, c->suite.salt_len);
	memcpy(nonce + c->suite.salt_len, iv, COUNTER_IV);
}

bool
esp_tell_len(struct esp_crypt *c, size_t len)
{
	int n;

	return !c->suite.ccm || EVP_CipherUpdate(c->cipher, NULL, &n, NULL, (int)len) == 1;
}
