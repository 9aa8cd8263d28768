/* What was inside ESP or AH, to the packet that it was: IPComp undone, the header
 * of transport mode before it again. */
#ifndef PLUTO_ESP_UNWRAP_H
#define PLUTO_ESP_UNWRAP_H

#include "pluto/esp/worker.h"

struct unwrap {			/* an authentic packet, opened */
	size_t header;		/* AH: the IP header's length, which it begins with */
	size_t offset, len;	/* what was protected */
	uint8_t next_header;	/* what that is */
	uint8_t tos;		/* AH: the outer header's */
};

/* The packet, in PKT or in the worker's room, checked against what SA was made for
 * (RFC 4301 5.2 step 4); NULL when it is not that. */
uint8_t *unwrap(struct worker *w, const struct esp_sa *sa, const struct arrival *a,
		uint8_t *pkt, const struct unwrap *o, struct inner *in);
/* The IPv6 packet, *LEN bytes, of which PKT is what came behind the header. The
 * caller tells worker_rebuilt(). */
uint8_t *unwrap_v6_header(struct worker *w, const struct arrival *a, const uint8_t *pkt,
			  size_t *len);

#endif
