/* The two last messages of phase 1: we prove who we are, the peer proves who it
 * is; with signatures the work is done in the pool. */
#ifndef PLUTO_IKEV1_PROVE_H
#define PLUTO_IKEV1_PROVE_H

#include "pluto/ikev1/phase1.h"

/* Our proof, with SENDING called once it is there. V1_WAIT, or V1_FATAL. */
typedef bool prove_send_fn(struct isakmp *sa, struct span proof);
enum v1_result prove_own(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending);
/* Checks the peer's; then, as responder, makes ours as well and sends it. */
enum v1_result prove_peer(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending);

#endif
