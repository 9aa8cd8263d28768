/* The kernel tells when addresses, links or routes of the machine change. Of what it
 * says only default routes are read: whoever is called looks at how things are by then,
 * and sees of a route only where it leads from. */
#include "pluto/addr_watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fault.h"

/* Changes come in heaps: an address goes, its routes go, another comes. */
enum { QUIET_MS = 100, LATEST_MS = 1000, READS_AT_ONCE = 256 };

struct addr_watch {
	struct loop *l;
	addr_watch_fn *fn;
	void *ctx;
	int fd;
	loop_id reading, timer;
	bool way_out;			/* a default route is among the changes */
	uint64_t first_ms;		/* of the changes that are not told; 0: none */
};

static void
tell(void *ctx)
{
	struct addr_watch *w = ctx;
	bool way_out = w->way_out;

	w->timer.n = 0;
	w->first_ms = 0;
	w->way_out = false;
	w->fn(w->ctx, way_out);
}

static void
postpone(struct addr_watch *w)
{
	uint64_t now = monotonic_ms(), wait = QUIET_MS;

	if (w->first_ms == 0)
		w->first_ms = now;
	if (now + wait > w->first_ms + LATEST_MS)
		wait = w->first_ms + LATEST_MS > now ? w->first_ms + LATEST_MS - now : 0;
	loop_cancel(w->l, &w->timer);
	w->timer = loop_after(w->l, wait, tell, w);
}

static bool
is_way_out(const struct nlmsghdr *h)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(h);

	return (h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE)
		&& mnl_nlmsg_get_payload_len(h) >= sizeof(*route) && route->rtm_dst_len == 0
		&& route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST;
}

static void
look(struct addr_watch *w, const void *buf, int len)
{
	for (const struct nlmsghdr *h = buf; mnl_nlmsg_ok(h, len); h = mnl_nlmsg_next(h, &len))
		w->way_out = w->way_out || is_way_out(h);
}

/* A queue that ran over (ENOBUFS) is a change too. */
static void
ready(void *ctx, int fd, int what)
{
	struct addr_watch *w = ctx;
	_Alignas(struct nlmsghdr) char buf[16384];

	(void)what;
	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t n = fault_recv(fd, buf, sizeof(buf));

		if (n < 0 && errno != ENOBUFS)
			break;
		w->way_out = w->way_out || n < 0;
		look(w, buf, n > 0 ? (int)n : 0);
	}
	postpone(w);
}

static int
open_socket(void)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
			| RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

struct addr_watch *
addr_watch_new(struct loop *l, addr_watch_fn *fn, void *ctx)
{
	struct addr_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	*w = (struct addr_watch){ .l = l, .fn = fn, .ctx = ctx, .fd = open_socket() };
	if (w->fd < 0) {
		free(w);
		return NULL;
	}
	w->reading = loop_fd(l, w->fd, LOOP_READ, ready, w);
	return w;
}

void
addr_watch_free(struct addr_watch *w)
{
	if (w == NULL)
		return;
	loop_cancel(w->l, &w->reading);
	loop_cancel(w->l, &w->timer);
	close(w->fd);
	free(w);
}
