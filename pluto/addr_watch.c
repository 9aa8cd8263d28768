/* The kernel tells when addresses, links or routes of the machine change. What it
 * says is not read: whoever is called looks at how things are by then. */
#include "pluto/addr_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Changes come in heaps: an address goes, its routes go, another comes. */
enum { QUIET_MS = 100, LATEST_MS = 1000, READS_AT_ONCE = 256 };

struct addr_watch {
	struct loop *l;
	loop_timer_fn *fn;
	void *ctx;
	int fd;
	loop_id reading, timer;
	uint64_t first_ms;		/* of the changes that are not told; 0: none */
};

static void
tell(void *ctx)
{
	struct addr_watch *w = ctx;

	w->timer.n = 0;
	w->first_ms = 0;
	w->fn(w->ctx);
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

/* A queue that ran over (ENOBUFS) is a change too. */
static void
ready(void *ctx, int fd, int what)
{
	struct addr_watch *w = ctx;
	char buf[16384];

	(void)what;
	for (int i = 0; i < READS_AT_ONCE; i++)
		if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0 && errno != ENOBUFS)
			break;
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
addr_watch_new(struct loop *l, loop_timer_fn *fn, void *ctx)
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
