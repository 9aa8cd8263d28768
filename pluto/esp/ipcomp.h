/* IPComp (RFC 3173) with deflate (RFC 2394): payloads made shorter, and back. */
#ifndef PLUTO_ESP_IPCOMP_H
#define PLUTO_ESP_IPCOMP_H

#include <zlib.h>

#include "lib/span.h"

/* RFC 2394 3.1.1: shorter ones are not worth trying. */
enum { IPCOMP_HDR_LEN = 4, IPCOMP_LEAST = 90 };

/* One thread's; the streams are made at first use and used again then. Zeroed is
 * new. */
struct ipcomp {
	z_stream out, in;
	bool has_out, has_in;
};

void ipcomp_clear(struct ipcomp *c);
/* IPComp's header and IN behind it, compressed, into OUT, which has room for IN.
 * The length; 0 when that is not shorter than IN (RFC 3173 2.2). */
size_t ipcomp_shrink(struct ipcomp *c, uint8_t *out, struct span in, uint8_t next_header,
		     uint16_t cpi);
struct ipcomp_header { uint8_t next_header; uint16_t cpi; };
/* False when IN has no header; its flags are ignored (RFC 3173 3.3). */
bool ipcomp_read(struct span in, struct ipcomp_header *out);
/* What stands behind the header of IN into OUT, at most ROOM bytes. The length; 0
 * when it is no deflate stream, has no end, or is longer. */
size_t ipcomp_grow(struct ipcomp *c, uint8_t *out, size_t room, struct span in);

/* RFC 3173 2.2: after some in a row that would not shrink, others are not tried
 * for a while. Zeroed is new. */
struct ipcomp_luck { uint8_t bad, skip; };
bool ipcomp_try(struct ipcomp_luck *l);
void ipcomp_result(struct ipcomp_luck *l, bool shorter);

#endif
