/* From the first bytes of an IP packet to the SPI that it names. Pure. */
#ifndef PLUTO_KERNEL_ESP_PACKET_H
#define PLUTO_KERNEL_ESP_PACKET_H

#include "lib/addr.h"

enum { ESP_PACKET_ENOUGH = 128 };	/* bytes that tell everything */

struct esp_packet {
	uint32_t spi;			/* host order */
	struct endpoint remote;		/* port 0: not encapsulated in UDP */
	struct ip_addr local;
};

/* ESP in IP or in UDP (RFC 3948), AH; false for anything else, and behind IPv6
 * extension headers. */
bool esp_packet_read(struct span packet, struct esp_packet *out);

#endif
