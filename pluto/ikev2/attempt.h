/* What somebody asked for with ike_initiate, until it is up or has failed. */
#ifndef PLUTO_IKEV2_ATTEMPT_H
#define PLUTO_IKEV2_ATTEMPT_H

#include "pluto/ikev2/ike_sa.h"

struct attempt {
	struct ike_engine *e;
	uint64_t owner;
	uint64_t ike;			/* serial of the IKE SA it rides on */
	struct connection *conn;	/* a reference */
	bool joined;			/* on an IKE SA that was up already */
	unsigned restarts;		/* new IKE SAs after one that the peer does not know */
	unsigned tried;			/* attempts before this one (--keyingtries) */
	struct timer deadline, again;
};

/* NULL without memory, or when the owner has one already. OWNER is not 0. */
struct attempt *attempt_new(struct ike_engine *e, struct connection *c, uint64_t owner,
			    uint32_t timeout_ms);
struct attempt *attempt_find(struct ike_engine *e, uint64_t owner);
void attempt_end(struct attempt *a);	/* without a word */
/* The FAILED event, and the end. TEXT is a sentence, or NULL for the usual one. */
void attempt_fail(struct attempt *a, enum ike_failure why, uint16_t notify, const char *text);
/* An IKE SA that OWNER waited for is gone: fails it, or starts once more when
 * it had only joined. */
void attempt_lost(struct ike_engine *e, uint64_t owner, enum ike_failure why, uint16_t notify,
		  const char *text);
/* The peer says, without proof, that it does not know SA, whose IKE_AUTH is out: it may
 * have started again. The attempt goes on with a new IKE SA, at most twice; should the
 * right answer come after all, SA is used. */
void attempt_anew(struct ike_sa *sa);
/* The peer has refused, without proof: the wait goes on, but ends a moment before who
 * set its length ends it as silence. */
void attempt_refused(struct ike_sa *sa);
/* No further tries for a connection, or one made from it. */
void attempt_forget_conn(struct ike_engine *e, uint64_t conn_serial);
/* Stops pursuing what OWNER wanted, wherever it stands. */
void attempt_detach(struct ike_engine *e, uint64_t owner, uint64_t ike);
/* A new IKE SA for CONN, its first message on the way. 0 when it cannot start. */
uint64_t attempt_begin_ike(struct ike_engine *e, struct connection *c, const struct flow *flow,
			   uint64_t owner);

#endif
