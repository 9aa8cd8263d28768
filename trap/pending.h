/* The acquires that wait for a verdict: one for each pair of addresses, with an
 * id, a limit and a deadline each. Pure. */
#ifndef TRAP_PENDING_H
#define TRAP_PENDING_H

#include "lib/shunt.h"
#include "trap/acquire_msg.h"

struct pending;

struct pending_pair {
	held_id id;
	struct acquire a;	/* the newest: an older one has expired in the kernel */
	bool closed;		/* dropped at the deadline; else passed */
	bool answered;		/* an SA has been given its number */
	bool apart;		/* the pair has a rule of its own, where its packets wait */
	bool has_shunt;		/* while it waited the pair was given this */
	enum shunt_kind shunt;
	uint64_t deadline_ms;	/* monotonic */
};

struct pending *pending_new(unsigned max, uint32_t hold_ms);	/* NULL: no memory */
void pending_free(struct pending *p);
/* The pair's, or NULL; may be changed but for its addresses, id and deadline. */
struct pending_pair *pending_find(struct pending *p, const struct ip_addr *local,
				  const struct ip_addr *remote);
/* Adds a pair that is not there; NULL when there are too many, or no memory. */
struct pending_pair *pending_add(struct pending *p, const struct acquire *a, uint64_t now_ms);
/* The one that waits longest, or NULL. */
struct pending_pair *pending_oldest(struct pending *p);
/* Takes ID out into *OUT: true once, false ever after. */
bool pending_take(struct pending *p, held_id id, struct pending_pair *out);
/* The oldest, when its deadline is at or before NOW_MS, taken out. */
bool pending_take_expired(struct pending *p, uint64_t now_ms, struct pending_pair *out);
/* When the oldest deadline is; false when nothing waits. */
bool pending_deadline(const struct pending *p, uint64_t *ms);
unsigned pending_count(const struct pending *p);

#endif
