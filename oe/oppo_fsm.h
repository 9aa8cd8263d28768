/* The life of one request as a table: state times event, every cell filled.
 * Actions note facts and return the next state; engine.c assigns it, logs it,
 * and does what entering a state asks for. */
#ifndef OE_OPPO_FSM_H
#define OE_OPPO_FSM_H

#include "oe/oppo.h"

enum oppo_event {
	OPPO_EV_START,		/* ask the first question */
	OPPO_EV_PACKET,		/* one more packet of the pair */
	OPPO_EV_KEY_FOUND,	/* usable keys, vouched for as far as the group asks */
	OPPO_EV_KEY_ABSENT,	/* no usable key, or none that may be used */
	OPPO_EV_KEY_BOGUS,
	OPPO_EV_ANONYMOUS,	/* no proven key, and none is needed */
	OPPO_EV_DNS_FAILED,
	OPPO_EV_CHILD_UP,
	OPPO_EV_IKE_FAILED,
	OPPO_EV_PAIR_UP,	/* the peer came to us meanwhile */
	OPPO_EV_DEADLINE,
	OPPO_EV_TEARDOWN,	/* the policy changed */
	OPPO_EV_OWN_KNOWN,	/* what DNS says of our own key, or that it is waited for no longer */
	OPPO_EV_NOT_ASKED,	/* policy or load forbids to ask */
	OPPO_N_EVENTS
};

/* What comes with an event; only the fields of that event are read. */
struct oppo_detail {
	const struct flow *flow;	/* PACKET */
	held_id held;			/* PACKET */
	struct gateway *gateways;	/* KEY_FOUND; the action takes them over */
	size_t n_gateways;
	struct oppo_facts facts;	/* KEY_*, ANONYMOUS, DNS_FAILED, IKE_FAILED, *_UP */
};

typedef enum oppo_state oppo_action(struct oppo *o, struct oppo_detail *d);

struct oppo_cell {
	oppo_action *run;
	const char *story;	/* "key found", for the log line of the move */
};

/* The cell; its action is never NULL. */
const struct oppo_cell *oppo_fsm_cell(enum oppo_state s, enum oppo_event e);
const char *oppo_state_name(enum oppo_state s);	/* "peer key" */
const char *oppo_event_name(enum oppo_event e);
static inline bool
oppo_is_over(enum oppo_state s)
{
	return s == OPPO_SECURED || s == OPPO_SHUNTED;
}

#endif
