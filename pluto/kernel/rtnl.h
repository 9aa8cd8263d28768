/* The few rtnetlink requests that the data planes make, one at a time. */
#ifndef PLUTO_KERNEL_RTNL_H
#define PLUTO_KERNEL_RTNL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

struct rtnl;

struct rtnl *rtnl_open(void);	/* NULL with errno */
void rtnl_close(struct rtnl *r);

/* An empty message of TYPE, in the socket's buffer: one at a time. */
struct nlmsghdr *rtnl_request(struct rtnl *r, uint16_t type, uint16_t flags);
/* Sends it, and runs CB (or NULL) over the answer until it ends or is
 * acknowledged. 0 or -errno. */
int rtnl_talk(struct rtnl *r, struct nlmsghdr *h, mnl_cb_t cb, void *ctx);

/* 0 or -errno each. FAMILY is AF_INET or AF_INET6. */

/* The device's MTU, and a queue that holds what comes while a data thread waits
 * for a processor; packets of peers pass the reverse path filter; no IPv6
 * address of its own. */
int rtnl_link_prepare(struct rtnl *r, unsigned ifindex, uint32_t mtu);
int rtnl_link_up(struct rtnl *r, unsigned ifindex);
/* Traffic with MARK_TUN looks into table TUN_ROUTE_TABLE; there already: fine. */
int rtnl_rule(struct rtnl *r, int family, bool add);
/* default dev IFINDEX in that table; goes with the device. */
int rtnl_default_route(struct rtnl *r, int family, unsigned ifindex);
/* A last route of that table that refuses. It stays when we die and the device
 * goes: what was marked for the tunnel must not fall through to the clear. */
int rtnl_last_route(struct rtnl *r, int family, bool add);
/* The smallest MTU of the devices that are up, without loopback and TUN;
 * 1500 when there is none. */
uint32_t rtnl_smallest_mtu(struct rtnl *r);
/* The MTU of the device by which our own packets (MARK_BYPASS) leave for DST,
 * whatever the kernel has learned of the path; 1500 when there is no route. */
uint32_t rtnl_route_mtu(struct rtnl *r, const struct ip_addr *dst);

#endif
