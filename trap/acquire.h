/* First packets caught by the kernel's own policies, for kernels with ESP and
 * without NFQUEUE: the other way behind the door (trap.h).
 *
 *	ping -> route look-up -> rule "192.1.2.0/24: PROTECT" -> no SA: the kernel
 *	     makes a larval SA, keeps the packet at the rule, and asks us
 *	     -> trap_packet_fn(flow, held 17) -> ... DNS, IKE ...
 *	     -> the SA is installed with the acquire's number (acquire_seq), so
 *	        the larval SA is replaced
 *	     -> set_shunt(pair, KEYED); verdict(17, VERDICT_TUNNEL): the rule is
 *	        written anew, and the kernel looks again at what it keeps there
 *
 * What the kernel keeps (net.core.xfrm_larval_drop=0) it keeps at the rule, a
 * hundred packets, and it looks at the first of them alone: when that one may go
 * all go, each by its own pair's fate, and a pair that is not decided yet loses
 * its packets. So pairs that wait together each get a rule of their own: only
 * what came before that, mostly one packet, shares the group's rule. A pair that
 * waits alone keeps to the group's rule for a moment, and its packets keep their
 * order.
 *
 * A pair is asked for once, whatever its packets; what the group's prefix does
 * by ports is decided for one flow after the other. Where the pair as a whole has
 * no shunt, a verdict becomes a rule for the flow that lasts seconds.
 *
 * Rules of closed groups stand without us, and with nobody to ask the kernel
 * drops. Rules of open groups are renewed as long as we live (SPD_LEASE_S). */
#ifndef TRAP_ACQUIRE_H
#define TRAP_ACQUIRE_H

#include "lib/log.h"
#include "trap/acquire_nl.h"
#include "trap/pending.h"
#include "trap/spd_plan.h"

struct acquire_trap {
	struct loop *loop;
	struct trap_config cfg;
	struct spd spd;			/* owned */
	trap_packet_fn *fn;
	void *ctx;
	struct acquire_nl *nl;		/* owned; NULL until the first set_groups */
	struct pending *pending;	/* owned */
	struct spd_plan plan;		/* owned: the rules that stand */
	struct trap_prefix *prefixes;	/* owned copy */
	struct ip_addr *local;		/* owned copy */
	size_t n_prefixes, n_local;
	held_id alone;			/* waits without others, and without a rule */
	loop_id readable, deadline, renewal, alone_timer;
	struct trap_stats stats;
	struct log_limit full, refused;
	uint64_t again_s;		/* the second that AGAIN counts */
	unsigned again;
};

/* acquire.c: takes what the kernel asks, and gives each pair one verdict. */
void acquire_trap_read(struct acquire_trap *t);
/* As if the kernel had asked A. */
void acquire_trap_take(struct acquire_trap *t, const struct acquire *a);
void acquire_trap_verdict(void *t, held_id id, enum verdict v);
int acquire_trap_set_shunt(void *t, const struct shunt *s);
uint32_t acquire_trap_seq(void *t, const struct ip_addr *local, const struct ip_addr *remote);
/* The kernel forgets every pair that waits. */
void acquire_trap_drop_all(struct acquire_trap *t);

#endif
