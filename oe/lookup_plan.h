/* Which questions are put to DNS, in which order, and what absence means: one
 * row per question. */
#ifndef OE_LOOKUP_PLAN_H
#define OE_LOOKUP_PLAN_H

#include "oe/oe.h"

/* The life of one request (oppo_fsm.c). */
enum oppo_state {
	OPPO_NEW,		/* made, nothing asked yet */
	OPPO_OWN_KEY,		/* is our own key published? */
	OPPO_PEER_KEY,		/* what key does the peer publish? */
	OPPO_NEGOTIATING,	/* IKE is at work */
	OPPO_CROSSING,		/* the peer's IKE came first, ours is still at work */
	OPPO_SECURED,		/* ended: the pair has a tunnel */
	OPPO_SHUNTED,		/* ended: the pair has a shunt instead */
	OPPO_N_STATES
};

enum absence {
	ABSENCE_NEXT,	/* go on with the next question */
	ABSENCE_FAILS,	/* the attempt is over */
};

struct lookup_step {
	const char *story;	/* "the peer's key under its address" */
	enum oppo_state during;
	enum rr_wanted whose;
	enum absence if_absent;
	bool last;		/* nothing is asked after this one */
};

/* The default plan: the peer's key only. */
const struct lookup_step *lookup_plan_default(void);
/* Our own published key first, as the classic daemon asked; our key is checked
 * when it is loaded, so the default plan saves that round trip. */
const struct lookup_step *lookup_plan_own_first(void);
/* The question after STEP, or NULL. */
const struct lookup_step *lookup_plan_next(const struct lookup_step *step);
/* The address whose reverse name STEP asks about. */
const struct ip_addr *lookup_plan_addr(const struct lookup_step *step, const struct flow *f);

#endif
