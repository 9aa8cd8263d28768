/* NAT detection: hashes of addresses as each side sees them (RFC 7296 2.23). */
#ifndef PLUTO_IKEV2_NATD_H
#define PLUTO_IKEV2_NATD_H

#include "pluto/wire/ike_build.h"

enum { NATD_LEN = 20 };

/* What the two notifies of a message say about the path. */
struct natd_result {
	bool supported;			/* both notifies were there */
	bool nat_local, nat_remote;	/* somebody rewrites our, or the peer's, address */
};

/* Both notifies for a message that goes LOCAL -> REMOTE. WRONG_SOURCE claims a
 * NAT, so that the peer encapsulates in UDP. */
void natd_write(struct ike_build *b, const uint8_t spi_i[8], const uint8_t spi_r[8],
		const struct endpoint *local, const struct endpoint *remote, bool wrong_source);
/* The SPIs are those of the message's header. */
struct natd_result natd_check(const struct payload_list *l, const struct ike_hdr *h,
			      const struct endpoint *local, const struct endpoint *remote);

#endif
