/* The way of marked traffic (MARK_TUN) into a device: an ip rule and a table of
 * its own, for each family that the host has. */
#ifndef PLUTO_KERNEL_MARKED_ROUTES_H
#define PLUTO_KERNEL_MARKED_ROUTES_H

#include "pluto/kernel/rtnl.h"

struct marked_routes { bool v4, v6; };	/* set, and ours to remove */

/* 0, or -errno for IPv4; IPv6 may be switched off, for the host or for new
 * devices: then v6 stays false. */
int marked_routes_set(struct marked_routes *m, struct rtnl *r, unsigned ifindex);
/* Before the device goes: without the rules nothing more comes. */
void marked_routes_clear(struct marked_routes *m, struct rtnl *r);

#endif
