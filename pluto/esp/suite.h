/* What one choice of algorithms means for an ESP or AH packet: sizes and names. */
#ifndef PLUTO_ESP_SUITE_H
#define PLUTO_ESP_SUITE_H

#include "lib/addr.h"

struct esp_suite {
	const char *cipher;	/* OpenSSL's names; NULL: AH */
	const char *digest;	/* NULL for an AEAD */
	bool aead, ccm, ctr;	/* CCM is an AEAD too */
	uint8_t key_len, salt_len;	/* bytes; the salt stands behind the key */
	uint8_t integ_key_len;
	uint8_t iv_len, icv_len;	/* bytes on the wire */
	uint8_t align;			/* the ciphertext is a multiple of it */
};

enum {
	ESP_HDR_LEN = 8,	/* SPI and sequence number */
	ESP_TRAILER_LEN = 2,	/* pad length and next header */
	ESP_MAX_IV = 16,
	ESP_MAX_ICV = 32,
	ESP_MAX_ALIGN = 16,
	AH_FIXED_LEN = 12,	/* before the ICV */
	AH_MAX_LEN = AH_FIXED_LEN + ESP_MAX_ICV + 4,
	/* The most that ESP adds to an inner packet. */
	ESP_MAX_EXPAND = ESP_HDR_LEN + ESP_MAX_IV + ESP_MAX_ALIGN - 1 +
			 ESP_TRAILER_LEN + ESP_MAX_ICV,
};

/* From IKEv2 transform numbers. False when it is not ours, or when it would
 * encrypt without integrity (RFC 8221 4). */
bool esp_suite_find(uint16_t encr, uint16_t key_bits, uint16_t integ,
		    struct esp_suite *out);
/* The same for AH (RFC 4302): integrity alone. */
bool ah_suite_find(uint16_t integ, struct esp_suite *out);
/* AH's header with its ICV in a packet of that version of IP, padded to its unit
 * (RFC 4302 2.2: 4 bytes, and 8 in IPv6). */
size_t ah_len(const struct esp_suite *s, uint8_t version);
/* Bytes from the SPI to the end of the ICV for an inner packet of INNER. */
size_t esp_sealed_len(const struct esp_suite *s, size_t inner);
/* The largest inner packet whose outer packet still fits PATH_MTU; 0: none. */
size_t esp_inner_mtu(const struct esp_suite *s, enum ip_family outer,
		     bool encap_udp, size_t path_mtu);
/* The same for the suite and outer header that add most. */
size_t esp_worst_inner_mtu(size_t path_mtu);

#endif
