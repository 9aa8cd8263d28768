/* An address of our own that a peer gave us. */
#ifndef PLUTO_KERNEL_OWN_ADDR_H
#define PLUTO_KERNEL_OWN_ADDR_H

#include "pluto/kernel/rtnl.h"

/* Puts A on the loopback device, or takes it away; being so already is fine. 0 or
 * -errno. */
int own_addr_set(struct rtnl *r, const struct ip_addr *a, bool there);

#endif
