/* The last messages of phase 1: we prove who we are, the peer proves who it
 * is; with signatures the work is done in the pool. */
#ifndef PLUTO_IKEV1_PROVE_H
#define PLUTO_IKEV1_PROVE_H

#include "pluto/ikev1/phase1.h"

/* Our proof, with SENDING called once it is there. V1_WAIT, or V1_FATAL. */
typedef bool prove_send_fn(struct isakmp *sa, struct span proof);
enum v1_result prove_own(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending);
/* Keeps the peer's HASH or SIG of IN for prove_peer. */
void prove_take(struct isakmp *sa, const struct v1_chain *in);
/* Checks the one that was kept; then, with SENDING, makes ours as well and sends it. */
enum v1_result prove_peer(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending);

#endif
