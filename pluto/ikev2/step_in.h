/* The way in: a datagram for an IKE SA to the payloads that a row can judge. */
#ifndef PLUTO_IKEV2_STEP_IN_H
#define PLUTO_IKEV2_STEP_IN_H

#include "pluto/ikev2/ike_step.h"

/* PLAIN is what IN points into; taken over when the message must wait. */
void step_in_payloads(struct ike_sa *sa, const struct ike_hdr *hdr, const struct payload_list *in,
		      struct span raw, struct chunk *plain, uint8_t first,
		      const struct endpoint *local, const struct endpoint *remote);
/* An authenticated datagram of SA came from REMOTE to LOCAL: the peer's NAT has
 * moved it, or both have moved to port 4500 (RFC 7296 2.23). */
void step_in_follow(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote);
/* Authenticated, but malformed inside: says so. */
void step_in_refuse(struct ike_sa *sa, const struct ike_hdr *hdr, const struct parse_error *err,
		    const struct endpoint *local, const struct endpoint *remote);
/* The attempt behind a handshake hears the precise reason before the end. */
void step_in_fail_owner(struct ike_sa *sa, enum ike_failure why, uint16_t notify);

#endif
