/* The inside of struct oe, shared by the engine's own files. */
#ifndef OE_ENGINE_H
#define OE_ENGINE_H

#include "oe/decided.h"
#include "oe/group_set.h"
#include "oe/oppo_fsm.h"
#include "oe/policy_group.h"
#include "oe/verdict_table.h"

enum {
	LINGER_MS = 60000,	/* how long a late success still finds its request */
	OWN_KEY_MS = 50,	/* how long our own key is waited for, when the peer's is here */
	CROSSING_MS = 250,	/* how long packets wait for ours, where the peer's is up */
	READY_MS = 30,		/* ... and for the peer to know that it is, where ours is not at work */
	AGAIN_MIN_S = 60,	/* an anonymous peer may have a key by now: after its TTL, */
	AGAIN_S = 300,		/* or this, where no TTL is known */
	RENEW_LEAD_MS = 1000,	/* a shunt is looked at this long before it ends */
	RETRY_MS = 4000,	/* a blocked pair that knocks is tried so often, */
	RETRIES_PER_S = 50,	/* and of all of them so many */
	RUN_MAX = 1024,		/* expiries in one oe_run; the rest comes at once after */
};

struct oe {
	struct oe_ports ports;
	struct oe_config cfg;
	struct group_set *groups;	/* owned */
	struct oppo_set oppos;
	struct decided_set decided;
	struct oe_stats stats;
	uint64_t retry_s;		/* the second in which so many were tried again */
	unsigned retries;
	uint64_t wake_ms;		/* what ports->wake_at was last told; UINT64_MAX: nothing */
	struct log_limit limit;
};

static inline uint64_t
oe_now(const struct oe *oe)
{
	return oe->ports.now_ms(oe->ports.ctx);
}

/* engine.c: runs EVENT on O and does what its new state asks for. O may be gone
 * afterwards. */
void oe_dispatch(struct oe *oe, struct oppo *o, enum oppo_event event, struct oppo_detail *d);
/* engine.c: tells the world when oe_run is wanted next. */
void oe_rearm(struct oe *oe);
/* engine.c: begins a request for F, whose policy entry is E, with its first
 * packet or with PACKET NULL. False when there are too many or memory is out. */
bool oe_begin(struct oe *oe, const struct flow *f, const struct group_entry *e,
	      const struct oppo_detail *packet);

static inline void
oe_give(struct oe *oe, held_id id, enum verdict v)
{
	if (id.n != 0)
		oe->ports.verdict(oe->ports.ctx, id, v);
}

/* outcome.c: O is over: shunt, verdicts, record, the last word. O is gone
 * afterwards, or lingers. */
void oe_finish(struct oe *oe, struct oppo *o);

/* What is to be remembered of a pair. */
struct decision {
	struct flow flow;
	oppo_id id;
	enum group_id group;
	struct oppo_facts facts;
};

/* remember.c: stores a decision and tells the kernel; returns the lifetime in
 * seconds (0: until the pair goes down). */
uint32_t oe_remember(struct oe *oe, const struct decision *what);
/* remember.c: the anonymous tunnel that stands where O only asks whether there is a
 * key by now; NULL: there is none. */
struct decided *oe_anonymous_before(struct oe *oe, const struct oppo *o);
/* remember.c: D goes on as it is; what was learned says when to ask again. */
void oe_goes_on(struct oe *oe, struct decided *d, const struct oppo_facts *learned);
/* remember.c: D is due. */
void oe_decided_due(struct oe *oe, struct decided *d);
/* remember.c: D goes, and the pair is trapped again. */
void oe_forget(struct oe *oe, struct decided *d);

/* answer.c: judges a DNS answer, tells its story, and says which event it is. */
enum oppo_event oe_judge_answer(struct oe *oe, struct oppo *o, const struct oe_answer *a,
				struct oppo_detail *d);

/* The same of what DNS says of our own key. */
enum oppo_event oe_judge_own(struct oe *oe, struct oppo *o, const struct oe_answer *a);

/* story.c: lines for people. */
void oe_tell(struct oe *oe, const struct oppo *o, enum oe_stage stage,
	     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void oe_tell_policy(struct oe *oe, const struct oppo *o);
/* "Can not opportunistically initiate for A to B: WHY (DETAIL)". */
void oe_failure_words(char *out, size_t outlen, const struct flow *f, const char *why,
		      const char *detail);
/* The reverse name of A without its final dot, into OUT; returns OUT. */
enum { REVNAME_TEXT = 80 };
const char *oe_revname(const struct ip_addr *a, char out[REVNAME_TEXT]);
/* Seconds from now to WHEN, rounded up; 0 when it has passed. */
uint32_t oe_seconds_to(const struct oe *oe, uint64_t when_ms);

#endif
