/* IKE_SA_INIT: both sides' first message (RFC 7296 1.2, 2.6, 2.7, 2.10). */
#ifndef PLUTO_IKEV2_SA_INIT_H
#define PLUTO_IKEV2_SA_INIT_H

#include "pluto/ikev2/ike_step.h"

enum { NONCE_LEN = 32 };

/* Initiator: makes a key pair in the pool, then sends. False: cannot start. */
bool sa_init_begin(struct ike_sa *sa);
/* Responder: a request for which no SA exists. Answers without memory (cookie,
 * INVALID_KE_PAYLOAD, NO_PROPOSAL_CHOSEN), or makes a half-open SA. */
void sa_init_receive(struct ike_engine *e, const struct ike_msg *msg,
		     const struct endpoint *local, const struct endpoint *remote);
/* What both sides say besides SA, KE and nonce. A responder says only what the
 * initiator has said too: what goes to a stranger is no longer than what came. */
void sa_init_notifies(struct ike_sa *sa, struct ike_build *b);
/* What the peer said so. */
void sa_init_read_notifies(struct ike_sa *sa, const struct payload_list *in,
			   const struct ike_hdr *hdr, const struct endpoint *local,
			   const struct endpoint *remote);
/* SKEYSEED and all that follows, from the shared secret. 0 or -errno. */
int sa_init_derive(struct ike_sa *sa, const struct secret *shared);
const struct proposal_list *sa_init_proposals(const struct connection *c);

#endif
