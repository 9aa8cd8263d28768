/* Verifying and opening an ESP packet in place (RFC 4303 3.4). */
#include "pluto/esp/crypt.h"

#include "pluto/esp/crypt_int.h"

bool
esp_len_ok(const struct esp_suite *s, size_t len)
{
	size_t fixed = (size_t)ESP_HDR_LEN + s->iv_len + s->icv_len;

	/* 64 kB is also what keeps the lengths inside OpenSSL's int. */
	return len >= fixed + s->align && len <= UINT16_MAX &&
	       (len - fixed) % s->align == 0;
}

/* The ICV is asked for first, and verified with the only update. */
static bool
open_ccm(struct esp_crypt *c, const uint8_t *nonce, struct span aad, uint8_t *body, size_t len)
{
	int n;

	return EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_TAG,
				   c->suite.icv_len, body + len) == 1 &&
	       EVP_DecryptInit_ex(c->cipher, NULL, NULL, NULL, nonce) == 1 &&
	       esp_tell_len(c, len) &&
	       EVP_DecryptUpdate(c->cipher, NULL, &n, aad.ptr, (int)aad.len) == 1 &&
	       EVP_DecryptUpdate(c->cipher, body, &n, body, (int)len) == 1;
}

static bool
open_aead(struct esp_crypt *c, uint64_t seq, const uint8_t *pkt, uint8_t *body,
	  size_t len)
{
	uint8_t nonce[CTR_BLOCK], aad[ESP_AAD_MAX];
	size_t aad_len = esp_aad(c, pkt, seq, aad);
	int n;

	esp_nonce(c, pkt + ESP_HDR_LEN, nonce);
	if (c->suite.ccm)
		return open_ccm(c, nonce, span_of(aad, aad_len), body, len);
	return EVP_DecryptInit_ex(c->cipher, NULL, NULL, NULL, nonce) == 1 &&
	       EVP_DecryptUpdate(c->cipher, NULL, &n, aad, (int)aad_len) == 1 &&
	       EVP_DecryptUpdate(c->cipher, body, &n, body, (int)len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_TAG,
				   c->suite.icv_len, body + len) == 1 &&
	       EVP_DecryptFinal_ex(c->cipher, body + len, &n) == 1;
}

static bool
check_and_open(struct esp_crypt *c, uint64_t seq, const uint8_t *pkt, uint8_t *body,
	 size_t len)
{
	uint8_t icv[ESP_MAX_ICV], block[CTR_BLOCK];
	const uint8_t *iv = pkt + ESP_HDR_LEN;
	int n;

	if (!esp_mac(c, pkt, (size_t)(body - pkt) + len, seq, icv) ||
	    !span_eq_secret(span_of(icv, c->suite.icv_len),
			    span_of(body + len, c->suite.icv_len)))
		return false;
	if (c->suite.ctr) {
		esp_nonce(c, iv, block);
		iv = block;
	}
	return EVP_DecryptInit_ex(c->cipher, NULL, NULL, NULL, iv) == 1 &&
	       EVP_DecryptUpdate(c->cipher, body, &n, body, (int)len) == 1;
}

bool
esp_unpad(const uint8_t *plain, size_t len, struct esp_opened *out)
{
	size_t pad;

	if (len < ESP_TRAILER_LEN)
		return false;
	pad = plain[len - 2];
	if (pad + ESP_TRAILER_LEN > len)
		return false;
	out->len = len - ESP_TRAILER_LEN - pad;
	out->next_header = plain[len - 1];
	for (size_t i = 0; i < pad; i++) {
		if (plain[out->len + i] != (uint8_t)(i + 1))
			return false;
	}
	return true;
}

enum esp_open_err
esp_open(struct esp_crypt *c, uint64_t seq, uint8_t *pkt, size_t len,
	 struct esp_opened *out)
{
	size_t offset = esp_inner_offset(&c->suite), body;
	bool ok;

	if (!esp_len_ok(&c->suite, len))
		return ESP_SHORT;
	body = len - offset - c->suite.icv_len;
	if (c->suite.aead)
		ok = open_aead(c, seq, pkt, pkt + offset, body);
	else
		ok = check_and_open(c, seq, pkt, pkt + offset, body);
	if (!ok)
		return ESP_BAD_ICV;
	if (!esp_unpad(pkt + offset, body, out))
		return ESP_BAD_PAD;
	out->offset = offset;
	return ESP_OPENED;
}
