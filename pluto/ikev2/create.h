/* CREATE_CHILD_SA and INFORMATIONAL as their initiator (RFC 7296 1.3, 1.4). */
#ifndef PLUTO_IKEV2_CREATE_H
#define PLUTO_IKEV2_CREATE_H

#include "pluto/ikev2/ike_step.h"

enum { CREATE_ROOM = 8192 };

/* Sends what sa->mine is about, perhaps after work in the pool. False when it
 * cannot or need not be done (any more). */
bool create_begin(struct ike_sa *sa);
/* A key pair of GROUP in the pool; then the task begins once more. */
bool create_with_pair(struct ike_sa *sa, uint16_t group);
bool create_send(struct ike_sa *sa, uint8_t exchange, const struct ike_build *b);
bool child_begin(struct ike_sa *sa);		/* ex_child_i.c */
bool ike_rekey_begin(struct ike_sa *sa);	/* ex_rekey_ike_i.c */
bool informational_begin(struct ike_sa *sa);	/* ex_informational.c */

/* Responder's side: a pair and, with the peer's half, the shared secret. */
enum step_result create_answer_ke(struct step *s, uint16_t group, struct span peer_value);
/* INVALID_KE_PAYLOAD with the group that we want. */
enum step_result create_wants_group(struct step *s, uint16_t group);
struct negotiation *create_yours(struct ike_sa *sa);	/* a fresh one; NULL: no memory */
void create_yours_done(struct ike_sa *sa);

/* collide.c: the lowest of two nonces into OUT (RFC 7296 2.8.1). */
uint16_t collide_lowest(struct span a, struct span b, uint8_t out[256]);
/* What a rekey in flight has made, and nobody will use, goes. */
void ike_rekey_drop_heirs(struct ike_sa *sa);
/* SA is being closed and we have asked for a new IKE SA, which the peer may have by
 * now: that one is closed as soon as it has its keys, since it outlives a Delete of SA. */
bool ike_rekey_awaits_heir(const struct ike_sa *sa);
/* The peer's rekey of SA stands: it takes over now. False: there is none. */
bool ike_rekey_take_peers(struct ike_sa *sa);

#endif
