/* Messages that are too long for one datagram. We say always, by a vendor ID, that we
 * can put parts together, and send them to a peer that has said so too. */
#ifndef PLUTO_IKEV1_FRAG_H
#define PLUTO_IKEV1_FRAG_H

#include "pluto/ikev1/inside.h"

enum { FRAGMENTS_MAX = 16, FRAGMENTS_BYTES = 16384, FRAGMENTS_ALL_BYTES = 4 << 20,
	FRAGMENTS_MS = 10000 };

/* DATAGRAM holds one part: the whole message once all are there, owned by the caller;
 * else empty. A part of another message throws away what there was of the one before. */
struct chunk fragments_take(struct isakmp *sa, const struct ike_hdr *h, struct span datagram);
void fragments_free(struct isakmp *sa);

#endif
