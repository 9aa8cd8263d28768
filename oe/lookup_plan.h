/* Which questions are put to DNS for a pair, all at once: one row per question. */
#ifndef OE_LOOKUP_PLAN_H
#define OE_LOOKUP_PLAN_H

#include "oe/oe.h"

/* The life of one request (oppo_fsm.c). */
enum oppo_state {
	OPPO_NEW,		/* made, nothing asked yet */
	OPPO_PEER_KEY,		/* what key does the peer publish? */
	OPPO_OWN_KEY,		/* the peer's is here; is our own published still? */
	OPPO_NEGOTIATING,	/* IKE is at work */
	OPPO_CROSSING,		/* the peer's IKE came first, ours is still at work */
	OPPO_SECURED,		/* ended: the pair has a tunnel */
	OPPO_SHUNTED,		/* ended: the pair has a shunt instead */
	OPPO_N_STATES
};

struct lookup_step {
	const char *story;	/* "the peer's key under its address" */
	enum rr_wanted whose;
};

/* All that is asked for a pair, in the order of asking; *N rows. */
const struct lookup_step *lookup_plan(size_t *n);
/* The address whose reverse name is asked about. */
const struct ip_addr *lookup_addr(enum rr_wanted whose, const struct flow *f);

#endif
