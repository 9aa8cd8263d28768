/* When SAs are replaced, and when a silent peer is asked for a sign of life. */
#ifndef PLUTO_IKEV2_REKEY_H
#define PLUTO_IKEV2_REKEY_H

#include "pluto/ikev2/ike_sa.h"

/* Lifetimes are local (RFC 7296 2.8): rekey at lifetime - margin * (1 + fuzz),
 * end at lifetime. */
void rekey_schedule_ike(struct ike_sa *sa);
void rekey_schedule_child(struct child_sa *c);
/* An opportunistic peer is looked up first (verify.h). */
bool rekey_ike_now(struct ike_sa *sa);
void rekey_ike_begin(struct ike_sa *sa);	/* without that */
bool rekey_child_now(struct child_sa *c);
/* Deletes it by the proper exchange. */
bool rekey_delete_child(struct child_sa *c);
/* When the last of SA's Child SAs last sent, and received into *LAST_IN when
 * that is later than what it holds (monotonic; 0: never). */
uint64_t rekey_last_out_ms(const struct ike_sa *sa, uint64_t *last_in);
bool rekey_liveness_now(struct ike_sa *sa);
/* idle.c: from now on SA, and each Child SA of it, goes when it is not used for
 * conn->idle_s. */
void idle_watch(struct ike_sa *sa);
/* A hint from nobody in particular that the peer forgot us: asks it, seldom. */
void rekey_hint(struct ike_sa *sa);

#endif
