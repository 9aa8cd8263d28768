/* Sealing and opening of ESP packets in place (RFC 4303 3.3 and 3.4). */
#ifndef PLUTO_ESP_CRYPT_H
#define PLUTO_ESP_CRYPT_H

#include "lib/secret.h"
#include "pluto/esp/qsbr.h"
#include "pluto/esp/suite.h"

/* One SA's keys; wiped by esp_keys_clear(). */
struct esp_keys {
	struct esp_suite suite;
	bool esn;
	struct secret encr, integ;	/* owned; the salt is behind the key */
};

/* Copies the keys. -EINVAL when their length is not the suite's. */
int esp_keys_init(struct esp_keys *k, const struct esp_suite *s, bool esn,
		  struct span encr, struct span integ);
void esp_keys_clear(struct esp_keys *k);

/* One thread's cipher and MAC state for one SA and one direction, made once and
 * used for every packet until the SA rests. */
struct esp_crypt;
struct esp_crypt *esp_crypt_new(const struct esp_keys *k, bool seal);
void esp_crypt_free(struct esp_crypt *c);
/* Frees it when no reader uses it any more. */
void esp_crypt_retire(struct esp_crypt *c, struct qsbr *q);

/* Where the inner packet must stand in the buffer of its outer packet. */
size_t esp_inner_offset(const struct esp_suite *s);

/* PKT has INNER_LEN bytes at esp_inner_offset() and room for esp_sealed_len().
 * Adds header, IV, padding 1, 2, 3..., trailer and ICV. IV is used by CBC only
 * and must be unpredictable; an AEAD counts with SEQ (RFC 4106 3.1). The length
 * of the ESP packet, or 0 when the library failed. */
size_t esp_seal(struct esp_crypt *c, uint32_t spi, uint64_t seq, uint8_t *pkt,
		size_t inner_len, uint8_t next_header, const uint8_t *iv);

enum esp_open_err {
	ESP_OPENED,
	ESP_SHORT,	/* no room for header, IV, trailer and ICV, or unaligned */
	ESP_BAD_ICV,
	ESP_BAD_PAD,
};

struct esp_opened {
	size_t offset, len;	/* the inner packet in PKT, without padding */
	uint8_t next_header;
};

/* Can a packet of LEN bytes be one of this suite at all? */
bool esp_len_ok(const struct esp_suite *s, size_t len);
/* Verifies and decrypts PKT in place; SEQ is the full sequence number. Padding
 * is looked at only after the ICV has verified. */
enum esp_open_err esp_open(struct esp_crypt *c, uint64_t seq, uint8_t *pkt,
			   size_t len, struct esp_opened *out);
/* The padding rules alone (RFC 4303 2.4), for plaintext of LEN bytes: pad
 * length fits and the padding is 1, 2, 3... */
bool esp_unpad(const uint8_t *plain, size_t len, struct esp_opened *out);

#endif
