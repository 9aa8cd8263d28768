/* How a data plane is opened: one line per plane, chosen by --use-*. */
#ifndef PLUTO_KERNEL_PLANES_H
#define PLUTO_KERNEL_PLANES_H

#include "pluto/kernel/kernel.h"

struct tun_config {
	char name[16];			/* "ipsec0" */
	unsigned queues;		/* 0: number of CPUs, at most 4 */
	uint32_t mtu;			/* 0: from the outer path */
};

/* False with a sentence in ERR that says what is missing and what to do. */
bool tun_open(struct loop *l, const struct tun_config *cfg, const struct kernel_events *ev,
	      struct kernel *out, char *err, size_t errlen);
bool nostack_open(struct loop *l, const struct kernel_events *ev, struct kernel *out);
struct xfrm_config {
	bool offload;			/* ask network devices to do the cryptography */
	const char *offload_dev;	/* this one; NULL: that of the route to the peer */
	/* An xfrm interface of this name carries the traffic of keyed pairs, which
	 * is marked (MARK_TUN); NULL: none, policies alone decide. */
	const char *interface;
};
/* The kernel's own ESP; what an earlier run left there goes. CFG may be NULL:
 * defaults. False with a sentence in ERR. */
bool xfrm_open(struct loop *l, const struct xfrm_config *cfg, const struct kernel_events *ev,
	       struct kernel *out, char *err, size_t errlen);
/* Has it xfrm interfaces? Makes one and removes it. */
bool kernel_has_xfrm_interfaces(void);
/* Does this kernel have ESP? Installs and removes a throw-away XFRM SA. */
bool kernel_has_esp(void);

#endif
