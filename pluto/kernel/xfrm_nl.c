/* The XFRM netlink socket: one request at a time, and dumps. */
#include "pluto/kernel/xfrm_nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "lib/fault.h"

enum { BUFFER = 32768, PATIENCE_S = 5 };

struct xfrm_nl {
	struct mnl_socket *nl;
	unsigned portid;
	uint32_t seq;
	_Alignas(8) char buf[BUFFER];
};

struct xfrm_nl *
xfrm_nl_open(void)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct xfrm_nl *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	if (n->nl == NULL || mnl_socket_bind(n->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		xfrm_nl_close(n);
		return NULL;
	}
	(void)setsockopt(mnl_socket_get_fd(n->nl), SOL_SOCKET, SO_RCVTIMEO,
			 &patience, sizeof(patience));
	n->portid = mnl_socket_get_portid(n->nl);
	return n;
}

void
xfrm_nl_close(struct xfrm_nl *n)
{
	int err = errno;

	if (n == NULL)
		return;
	if (n->nl != NULL)
		mnl_socket_close(n->nl);
	free(n);
	errno = err;
}

struct nlmsghdr *
xfrm_nl_request(struct xfrm_nl *n, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->buf);

	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	h->nlmsg_seq = ++n->seq;
	return h;
}

static int
converse(struct xfrm_nl *n, struct nlmsghdr *h, mnl_cb_t cb, void *ctx)
{
	ssize_t len;
	int more;

	if (fault(FAULT_NETLINK_REFUSES))
		return -EPERM;
	if (mnl_socket_sendto(n->nl, h, h->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(n->nl, n->buf, sizeof(n->buf));
		if (len < 0)
			return -errno;
		more = mnl_cb_run(n->buf, (size_t)len, n->seq, n->portid, cb, ctx);
		if (more < 0)
			return -errno;
	} while (more > 0);
	return 0;
}

int
xfrm_nl_talk(struct xfrm_nl *n, struct nlmsghdr *h, mnl_cb_t cb, void *ctx)
{
	int rc = converse(n, h, cb, ctx);

	explicit_bzero(n->buf, XFRM_MSG_ROOM);
	return rc;
}
