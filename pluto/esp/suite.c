/* What one choice of algorithms means for an ESP or AH packet: sizes and names. */
#include "pluto/esp/suite.h"

#include "pluto/crypto/cipher.h"
#include "pluto/wire/ike_const.h"

enum { IPV4_HDR = 20, IPV6_HDR = 40, UDP_HDR = 8, ESP_PAD_UNIT = 4 };

static const struct cipher_desc *
find_cipher(uint16_t encr, uint16_t key_bits)
{
	const struct cipher_desc *c = cipher_desc(encr, key_bits);

	/* ChaCha20 has one key length, so callers may leave it out or not. */
	if (c == NULL && encr == ENCR_CHACHA20_POLY1305)
		c = cipher_desc(encr, key_bits == 0 ? 256 : 0);
	return c;
}

bool
esp_suite_find(uint16_t encr, uint16_t key_bits, uint16_t integ,
	       struct esp_suite *out)
{
	const struct cipher_desc *c = find_cipher(encr, key_bits);
	const struct integ_desc *i = NULL;

	if (c == NULL || c->iv_len > ESP_MAX_IV || c->block > ESP_MAX_ALIGN)
		return false;
	if (!c->aead) {
		i = integ == INTEG_NONE ? NULL : integ_desc(integ);
		if (i == NULL)
			return false;
	}
	*out = (struct esp_suite){
		.cipher = c->openssl,
		.digest = i == NULL ? NULL : i->digest,
		.aead = c->aead,
		.ccm = encr == ENCR_AES_CCM_16,
		.ctr = encr == ENCR_AES_CTR,
		.key_len = c->key_len,
		.salt_len = c->salt_len,
		.integ_key_len = i == NULL ? 0 : i->key_len,
		.iv_len = c->iv_len,
		.icv_len = i == NULL ? c->icv_len : i->icv_len,
		.align = c->aead || c->block < ESP_PAD_UNIT ?
			 ESP_PAD_UNIT : c->block,
	};
	return out->icv_len > 0 && out->icv_len <= ESP_MAX_ICV;
}

bool
ah_suite_find(uint16_t integ, struct esp_suite *out)
{
	const struct integ_desc *i = integ == INTEG_NONE ? NULL : integ_desc(integ);

	if (i == NULL)
		return false;
	*out = (struct esp_suite){ .digest = i->digest,
		.integ_key_len = i->key_len, .icv_len = i->icv_len,
		.align = ESP_PAD_UNIT };
	return true;
}

size_t
ah_len(const struct esp_suite *s, uint8_t version)
{
	size_t unit = version == 6 ? 8 : 4, len = (size_t)AH_FIXED_LEN + s->icv_len;

	return (len + unit - 1) / unit * unit;
}

size_t
esp_sealed_len(const struct esp_suite *s, size_t inner)
{
	size_t body = inner + ESP_TRAILER_LEN;

	body = (body + s->align - 1) / s->align * s->align;
	return ESP_HDR_LEN + s->iv_len + body + s->icv_len;
}

static size_t
fit(size_t path_mtu, size_t overhead, size_t align)
{
	size_t body;

	if (path_mtu <= overhead)
		return 0;
	body = (path_mtu - overhead) / align * align;
	return body > ESP_TRAILER_LEN ? body - ESP_TRAILER_LEN : 0;
}

size_t
esp_inner_mtu(const struct esp_suite *s, enum ip_family outer, bool encap_udp,
	      size_t path_mtu)
{
	size_t overhead = outer == IP_V6 ? IPV6_HDR : IPV4_HDR;

	overhead += encap_udp ? UDP_HDR : 0;
	overhead += (size_t)ESP_HDR_LEN + s->iv_len + s->icv_len;
	return fit(path_mtu, overhead, s->align);
}

size_t
esp_worst_inner_mtu(size_t path_mtu)
{
	return fit(path_mtu, IPV6_HDR + UDP_HDR + ESP_HDR_LEN + ESP_MAX_IV +
		   ESP_MAX_ICV, ESP_MAX_ALIGN);
}
