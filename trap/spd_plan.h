/* Which rules the kernel's policy database must have so that it asks for the
 * policy groups' prefixes, and for nothing that must pass untouched. Pure. */
#ifndef TRAP_SPD_PLAN_H
#define TRAP_SPD_PLAN_H

#include "lib/spd.h"
#include "trap/trap.h"

struct spd_plan_rule {
	struct spd_rule rule;
	bool open;		/* the packets pass when nobody is there to ask */
};

/* Owned; in the order of spd_compare, no two for the same packets. */
struct spd_plan {
	struct spd_plan_rule *r;
	size_t n;
};

struct spd_plan_input {
	const struct trap_config *cfg;
	const struct trap_prefix *prefixes;
	size_t n_prefixes;
	const struct ip_addr *local;	/* our own addresses, never trapped as destinations */
	size_t n_local;
};

/* How long rules of open groups stand without being renewed: a pluto that died
 * must not stop what may pass. */
enum { SPD_LEASE_S = 10 };

/* 0 or -ENOMEM. */
int spd_plan_make(const struct spd_plan_input *in, struct spd_plan *out);
/* What stands while we are away: what is open passes, what is closed is
 * dropped; nothing at all when nothing is closed. 0 or -ENOMEM. */
int spd_plan_away(const struct spd_plan *here, struct spd_plan *out);
void spd_plan_clear(struct spd_plan *p);
/* The rule for the same packets as R, or NULL. */
const struct spd_plan_rule *spd_plan_find(const struct spd_plan *p, const struct spd_rule *r);

#endif
