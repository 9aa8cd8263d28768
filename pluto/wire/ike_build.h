/* A message under construction: lengths and next-payload chains are kept by
 * the builder, never by its callers. */
#ifndef PLUTO_WIRE_IKE_BUILD_H
#define PLUTO_WIRE_IKE_BUILD_H

#include "pluto/wire/ike_msg.h"

/* A chain of payloads being written: a whole clear message when it starts with
 * a header, or the inside of SK when it does not. */
struct ike_build {
	struct wire_writer w;
	bool has_header;
	size_t next_at;		/* where the next payload's type must be patched */
	uint8_t first;		/* type of the first payload (for SK's next field) */
};

/* A clear message into BUF. The header's length and next payload are filled in
 * by ike_build_end. */
struct ike_build ike_build_message(void *buf, size_t max, const struct ike_hdr *hdr);
/* Only payloads (to be sealed later). */
struct ike_build ike_build_inner(void *buf, size_t max);
/* Opens a payload; everything written to b->w until ike_build_close is its body. */
size_t ike_build_open(struct ike_build *b, uint8_t type);
void ike_build_close(struct ike_build *b, size_t mark);
void ike_build_payload(struct ike_build *b, uint8_t type, struct span body);
void ike_build_ke(struct ike_build *b, uint16_t group, struct span value);
void ike_build_notify(struct ike_build *b, uint8_t protocol, struct span spi,
		      uint16_t type, struct span data);
void ike_build_delete(struct ike_build *b, uint8_t protocol, uint8_t spi_size,
		      const uint8_t *spis, uint16_t n);
void ike_build_auth(struct ike_build *b, uint8_t method, struct span data);
/* The finished bytes, or an empty span when they did not fit. */
struct span ike_build_end(struct ike_build *b);

#endif
