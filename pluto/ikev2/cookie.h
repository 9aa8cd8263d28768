/* Cookies of a busy responder: no memory before the peer has shown that it
 * receives at its address (RFC 7296 2.6). */
#ifndef PLUTO_IKEV2_COOKIE_H
#define PLUTO_IKEV2_COOKIE_H

#include "lib/addr.h"
#include "lib/span.h"

enum { COOKIE_LEN = 33, COOKIE_MAX = 64, COOKIE_ROTATE_MS = 60000 };

/* Two secrets: the one in use and the one before it. Zeroed is "none yet". */
struct cookie_secrets {
	uint8_t version;		/* of the current one */
	bool have[2];
	uint8_t key[2][32];		/* index: version & 1 */
	uint64_t made_ms;
};

/* Is a fresh secret due? Then hand 32 random octets to cookie_rotate. */
bool cookie_due(const struct cookie_secrets *s, uint64_t now_ms);
void cookie_rotate(struct cookie_secrets *s, const uint8_t key[32], uint64_t now_ms);
/* version | HMAC-SHA2-256(secret; Ni | IPi | SPIi). False when HMAC fails. */
bool cookie_make(const struct cookie_secrets *s, struct span ni, const struct ip_addr *peer,
		 const uint8_t spi_i[8], uint8_t out[COOKIE_LEN]);
bool cookie_good(const struct cookie_secrets *s, struct span cookie, struct span ni,
		 const struct ip_addr *peer, const uint8_t spi_i[8]);

#endif
