/* Telling the sender of an inner packet that it was too big (RFC 4301 8.2). */
#ifndef PLUTO_ESP_ICMP_H
#define PLUTO_ESP_ICMP_H

#include "pluto/esp/inner.h"

enum { ICMP_TOO_BIG_MAX = 1280 };

/* Writes "fragmentation needed" or "packet too big" about PKT, as if its
 * destination had sent it; the length, 0 when none may be sent (a later
 * fragment, an ICMP error). */
size_t icmp_too_big(uint8_t out[ICMP_TOO_BIG_MAX], const struct inner *in,
		    const uint8_t *pkt, uint32_t mtu);

#endif
