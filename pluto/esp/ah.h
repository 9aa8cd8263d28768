/* AH in an IP packet (RFC 4302): where it stands, what its ICV covers. */
#ifndef PLUTO_ESP_AH_H
#define PLUTO_ESP_AH_H

#include "pluto/esp/crypt.h"
#include "pluto/esp/inner.h"

/* The headers before AH, options and extensions with them, are at most this. */
enum { AH_MAX_BEFORE = 512 };

/* RFC 4302 3.1.1: where AH goes in PKT in transport mode, behind IPv4's options
 * and IPv6's extension headers; *NEXT is the octet that says what follows. 0:
 * nowhere (a fragment, a source route, too many headers). */
size_t ah_place(const struct inner *in, const uint8_t *pkt, size_t *next);
/* PKT, an IP packet of LEN bytes that is complete but for AH, has room for
 * ah_len() at AT. Writes it; NEXT_HEADER is what follows. */
bool ah_seal(struct esp_crypt *c, uint32_t spi, uint64_t seq, uint8_t *pkt, size_t len,
	     size_t at, uint8_t next_header);
struct ah_header {
	uint8_t next_header;
	uint32_t spi, seq;	/* the low half */
	size_t len;		/* as it says */
};
/* False when no AH lies whole at AT of PKT, an IP packet. */
bool ah_read(struct span pkt, size_t at, struct ah_header *out);
/* Verifies the ICV of PKT with AH at AT; SEQ is the full number. The packet is
 * as it was afterwards. */
bool ah_verify(struct esp_crypt *c, uint64_t seq, const uint8_t *pkt, size_t len, size_t at);

#endif
