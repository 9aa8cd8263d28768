/* The XFRM netlink socket: one request at a time, and dumps. */
#ifndef PLUTO_KERNEL_XFRM_NL_H
#define PLUTO_KERNEL_XFRM_NL_H

#include <libmnl/libmnl.h>

#include "pluto/kernel/xfrm_msg.h"

struct xfrm_nl;

struct xfrm_nl *xfrm_nl_open(void);	/* NULL with errno */
void xfrm_nl_close(struct xfrm_nl *n);
/* An empty message of TYPE, in the socket's buffer: one at a time. */
struct nlmsghdr *xfrm_nl_request(struct xfrm_nl *n, uint16_t type, uint16_t flags);
/* Sends it and waits for the answer, which CB (or NULL) sees. 0 or -errno. The
 * buffer is wiped: it may have held keys. */
int xfrm_nl_talk(struct xfrm_nl *n, struct nlmsghdr *h, mnl_cb_t cb, void *ctx);

#endif
