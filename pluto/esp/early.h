/* Packets that overtook their SA: kept for a moment, opened when it comes.
 *
 * A responder installs its SAs before it answers and may send at once; the
 * initiator has the packet before it has verified the answer. A first packet
 * must not be lost to that. What nobody's SA claims in time is an unknown SPI.
 */
#ifndef PLUTO_ESP_EARLY_H
#define PLUTO_ESP_EARLY_H

#include "lib/addr.h"

enum { EARLY_MAX = 32, EARLY_BYTES = 2048, EARLY_MS = 100 };

struct arrival {		/* what one receive buffer has in common */
	bool ah;		/* a whole IP packet with AH; else ESP */
	bool wildcard;		/* the socket is bound to no address */
	struct ip_addr bound;	/* else the address it is bound to */
	struct endpoint from, to;
	uint8_t tos, hops;	/* hops: IPv6 AH's alone */
	size_t seg;		/* datagram size when several were joined */
};

struct early_packet {
	struct arrival a;
	uint64_t until_ms;
	size_t len;
	uint8_t pkt[EARLY_BYTES];
};

struct early {			/* in the order in which they came; zeroed is empty */
	unsigned n;
	struct early_packet slot[EARLY_MAX];
};

/* False when it is full or the packet too long: it is lost. */
bool early_keep(struct early *e, const struct arrival *a, const uint8_t *pkt,
		size_t len, uint64_t now_ms);
/* Takes out those for which CLAIM says true; the order stays. CLAIM may change
 * the packet; it says true also for one whose time is over. */
typedef bool early_claim_fn(void *ctx, struct early_packet *p);
void early_each(struct early *e, early_claim_fn *claim, void *ctx);

#endif
