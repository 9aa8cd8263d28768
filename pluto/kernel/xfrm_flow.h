/* What the XFRM plane remembers: its SAs, and the flows (selectors) whose
 * policies point to the newest of them. */
#ifndef PLUTO_KERNEL_XFRM_FLOW_H
#define PLUTO_KERNEL_XFRM_FLOW_H

#include "lib/table.h"
#include "pluto/kernel/kernel.h"

struct xfrm_sa {
	struct xfrm_sa *next;		/* older, of the same flow and direction */
	struct xfrm_flow *flow;
	enum sa_direction dir;
	enum sa_protocol protocol;
	enum ipsec_mode mode;
	uint32_t spi;
	uint16_t cpi;			/* of the IPComp SA beside it, or 0 */
	bool encap;
	bool expired;			/* the kernel has ended it; del_sa is still owed */
	bool told;			/* its soft limit was reported */
	bool offloaded;			/* a device does the work */
	bool seen, due;			/* in the list under way; past its soft limit */
	struct endpoint local, remote;
	uint64_t packets, bytes;	/* counted before it was copied (xfrm_move.c) */
	uint64_t looked_at, looked_ms, used_ms;	/* packets when last asked, and when; when more
						 * were seen */
};

struct xfrm_flow {
	struct selector sel;
	enum kernel_rank rank;
	uint32_t reqid;
	struct xfrm_sa *sas[2];		/* by direction, the newest first */
};

/* Zeroed is empty. */
struct xfrm_flows {
	struct table sas, flows;
	uint32_t last_reqid;
};

/* Notes SA as the newest of its flow; NULL when memory is out. */
struct xfrm_sa *xfrm_flows_add(struct xfrm_flows *f, const struct kernel_sa *sa);
/* REMOTE counts for outbound ones, whose SPIs the peers choose. NULL: none. */
struct xfrm_sa *xfrm_flows_find(const struct xfrm_flows *f, enum sa_direction dir,
				uint32_t spi, const struct ip_addr *remote);
/* Unlinks and frees SA, and its flow when that was the last one. */
void xfrm_flows_remove(struct xfrm_flows *f, struct xfrm_sa *sa);
/* The newest SA of a direction that the kernel still has; when it has none, the
 * newest; NULL: none. */
const struct xfrm_sa *xfrm_flow_current(const struct xfrm_flow *w, enum sa_direction dir);
/* Takes SA out of its flow's list, so that an older one is the newest. */
void xfrm_sa_unlink(struct xfrm_sa *sa);
void xfrm_flows_clear(struct xfrm_flows *f);
/* When SA was last used, 0: never, in milliseconds of the clock that NOW_MS is of. The
 * kernel has counted PACKETS, and says AT_MS, which comes of the wall clock and so may be
 * anything; Linux 6.1 does not say (0). What is new came since this was last asked. */
uint64_t xfrm_sa_used(struct xfrm_sa *sa, uint64_t packets, uint64_t at_ms, uint64_t now_ms);

#endif
