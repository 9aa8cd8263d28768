/* What seal.c and open.c share: the OpenSSL state of one SA in one thread. */
#ifndef PLUTO_ESP_CRYPT_INT_H
#define PLUTO_ESP_CRYPT_INT_H

#include <openssl/evp.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/crypt.h"

enum { ESP_NONCE_LEN = 12, ESP_MAX_SALT = 4, CTR_BLOCK = 16, ESP_AAD_MAX = 12 };

struct esp_crypt {
	struct qsbr_item item;
	struct esp_suite suite;
	bool esn;
	uint8_t salt[ESP_MAX_SALT];
	EVP_CIPHER_CTX *cipher;	/* keyed; only the IV changes; NULL: AH */
	EVP_MAC_CTX *mac;	/* NULL for an AEAD */
};

/* RFC 4106 5: SPI and sequence number, 64 bits of it with ESN. Its length. */
size_t esp_aad(const struct esp_crypt *c, const uint8_t *pkt, uint64_t seq,
	       uint8_t aad[ESP_AAD_MAX]);
/* HMAC over PARTS, and the high bits with ESN, cut to the ICV. */
bool esp_mac_parts(struct esp_crypt *c, const struct span *parts, size_t n, uint64_t seq,
		   uint8_t icv[ESP_MAX_ICV]);
/* HMAC over LEN bytes of PKT (and the high bits with ESN), cut to the ICV. */
bool esp_mac(struct esp_crypt *c, const uint8_t *pkt, size_t len, uint64_t seq,
	     uint8_t icv[ESP_MAX_ICV]);
/* Salt and the 8 bytes of IV on the wire; behind them 1, where CTR counts. */
void esp_nonce(const struct esp_crypt *c, const uint8_t *iv,
	       uint8_t nonce[CTR_BLOCK]);
/* CCM wants to know how much there is before all else; the others do not care. */
bool esp_tell_len(struct esp_crypt *c, size_t len);

#endif
