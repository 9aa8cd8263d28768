/* Routes to the clients of peers: what the default updown does, in the daemon
 * and in ipsec _updown. They stand in the main table under a protocol number of
 * their own, by which they are told from everybody else's. */
#ifndef PLUTO_KERNEL_ROUTE_H
#define PLUTO_KERNEL_ROUTE_H

#include "pluto/kernel/rtnl.h"
#include "pluto/kernel/updown_event.h"

enum { ROUTE_PROTOCOL = 50 };	/* "proto 50", as ESP's number; nobody has it */

/* Puts the route of E (UPDOWN_ROUTE), or takes it away (UPDOWN_UNROUTE: one that
 * is gone is fine); a source address that the peer assigned comes before it
 * (UPDOWN_PREPARE) and goes with it; other verbs do nothing. The route leads to the peer's client,
 * by E's next hop or the way to the peer, or into E's device, and prefers E's
 * source address. A default route becomes its two halves: nobody's is replaced.
 * A host pair without next hop or source address needs none. 0, or -errno with
 * a sentence in ERR. */
int route_updown(struct rtnl *r, const struct updown_event *e, char *err, size_t errlen);
/* Removes every route that is ours, whoever of us made it. How many, or -errno. */
int route_sweep(struct rtnl *r);

#endif
