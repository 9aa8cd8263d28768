/* Sealing an ESP packet in place (RFC 4303 3.3). */
#include "pluto/esp/crypt.h"

#include "pluto/esp/crypt_int.h"

static void
put_header(uint8_t *pkt, uint32_t spi, uint64_t seq)
{
	put_be32(pkt, spi);
	put_be32(pkt + 4, (uint32_t)seq);
}

/* Padding 1, 2, 3..., its length, next header; the length with it. */
static size_t
put_trailer(const struct esp_suite *s, uint8_t *body, size_t len,
	    uint8_t next_header)
{
	size_t whole = (len + ESP_TRAILER_LEN + s->align - 1) / s->align *
		       s->align;
	uint8_t pad = (uint8_t)(whole - len - ESP_TRAILER_LEN);

	for (uint8_t i = 0; i < pad; i++)
		body[len + i] = (uint8_t)(i + 1);
	body[whole - 2] = pad;
	body[whole - 1] = next_header;
	return whole;
}

static bool
seal_aead(struct esp_crypt *c, uint64_t seq, uint8_t *pkt, uint8_t *body,
	  size_t len)
{
	uint8_t nonce[CTR_BLOCK], aad[ESP_AAD_MAX];
	size_t aad_len = esp_aad(c, pkt, seq, aad);
	int n;

	put_be32(pkt + ESP_HDR_LEN, (uint32_t)(seq >> 32));
	put_be32(pkt + ESP_HDR_LEN + 4, (uint32_t)seq);
	esp_nonce(c, pkt + ESP_HDR_LEN, nonce);
	return EVP_EncryptInit_ex(c->cipher, NULL, NULL, NULL, nonce) == 1 &&
	       esp_tell_len(c, len) &&
	       EVP_EncryptUpdate(c->cipher, NULL, &n, aad, (int)aad_len) == 1 &&
	       EVP_EncryptUpdate(c->cipher, body, &n, body, (int)len) == 1 &&
	       EVP_EncryptFinal_ex(c->cipher, body + len, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_GET_TAG,
				   c->suite.icv_len, body + len) == 1;
}

/* Encrypt, then MAC: CBC, CTR and NULL. */
static bool
seal_and_mac(struct esp_crypt *c, uint64_t seq, uint8_t *pkt, uint8_t *body,
	     size_t len, const uint8_t *iv)
{
	uint8_t icv[ESP_MAX_ICV], block[CTR_BLOCK];
	int n;

	if (c->suite.ctr) {	/* RFC 3686 3.1: unique, and no more */
		put_be32(pkt + ESP_HDR_LEN, (uint32_t)(seq >> 32));
		put_be32(pkt + ESP_HDR_LEN + 4, (uint32_t)seq);
		esp_nonce(c, pkt + ESP_HDR_LEN, block);
		iv = block;
	} else {
		memcpy(pkt + ESP_HDR_LEN, iv, c->suite.iv_len);
	}
	if (EVP_EncryptInit_ex(c->cipher, NULL, NULL, NULL, iv) != 1 ||
	    EVP_EncryptUpdate(c->cipher, body, &n, body, (int)len) != 1 ||
	    !esp_mac(c, pkt, (size_t)(body - pkt) + len, seq, icv))
		return false;
	memcpy(body + len, icv, c->suite.icv_len);
	return true;
}

size_t
esp_seal(struct esp_crypt *c, uint32_t spi, uint64_t seq, uint8_t *pkt,
	 size_t inner_len, uint8_t next_header, const uint8_t *iv)
{
	uint8_t *body = pkt + esp_inner_offset(&c->suite);
	size_t len = put_trailer(&c->suite, body, inner_len, next_header);
	bool ok;

	put_header(pkt, spi, seq);
	if (c->suite.aead)
		ok = seal_aead(c, seq, pkt, body, len);
	else
		ok = seal_and_mac(c, seq, pkt, body, len, iv);
	return ok ? esp_inner_offset(&c->suite) + len + c->suite.icv_len : 0;
}
