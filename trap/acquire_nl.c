/* The netlink socket on which the kernel asks for SAs: reads it, and makes good
 * what it lost. Needs libmnl. */
#include "trap/acquire_nl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "lib/loop.h"

enum { ROOM = 32768, BATCH = 64, RECEIVE_BUFFER = 4 << 20, ASK_AGAIN_MS = 1000 };

struct acquire_nl {
	int fd;
	uint32_t reqid;
	uint64_t asked_ms;	/* when all was last asked for */
	bool lost;		/* not yet made good */
	struct acquire_nl_stats stats;
	struct log_limit full, odd;
	_Alignas(8) uint8_t buf[ROOM];
};

static int
open_socket(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK,
		.nl_groups = 1u << (XFRMNLGRP_ACQUIRE - 1) };
	const int room = RECEIVE_BUFFER;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

struct acquire_nl *
acquire_nl_open(uint32_t reqid)
{
	struct acquire_nl *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->reqid = reqid;
	n->fd = open_socket();
	if (n->fd < 0) {
		free(n);
		return NULL;
	}
	return n;
}

void
acquire_nl_close(struct acquire_nl *n)
{
	if (n == NULL)
		return;
	close(n->fd);
	free(n);
}

int
acquire_nl_fd(const struct acquire_nl *n)
{
	return n->fd;
}

void
acquire_nl_ask(struct acquire_nl *n)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->buf);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	h->nlmsg_type = XFRM_MSG_GETSA;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	n->asked_ms = monotonic_ms();
	/* EBUSY: the answer to the last question is still coming. */
	n->lost = sendto(n->fd, h, h->nlmsg_len, 0, (struct sockaddr *)&kernel,
			 sizeof(kernel)) < 0;
}

/* A lost question is asked again by the pair's next packet, unless somebody else
 * heard it, too: then the kernel waits for an answer, and is asked to which. */
static void
overrun(struct acquire_nl *n)
{
	n->stats.overruns++;
	n->lost = true;
	log_limited(&n->full, LOG_LEVEL_WARN, NULL, "trap: the kernel asked for more SAs at once "
		    "than the socket holds; it is asked which ones");
}

static void
read_one(struct acquire_nl *n, size_t len, acquire_fn *fn, void *ctx)
{
	const char *bad = "";

	if (acquire_parse(span_of(n->buf, len), n->reqid, fn, ctx, &bad))
		return;
	n->stats.malformed++;
	log_limited(&n->odd, LOG_LEVEL_WARN, NULL, "trap: the kernel's message is not understood "
		    "at its %s; left unread", bad);
}

void
acquire_nl_read(struct acquire_nl *n, acquire_fn *fn, void *ctx)
{
	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_nl from = { .nl_pid = 1 };
		socklen_t fromlen = sizeof(from);
		ssize_t len = recvfrom(n->fd, n->buf, sizeof(n->buf), MSG_TRUNC,
				       (struct sockaddr *)&from, &fromlen);

		if ((len < 0 && errno == ENOBUFS) || (len > 0 && fault(FAULT_NETLINK_OVERRUN)))
			overrun(n);
		else if (len <= 0)
			break;
		else if (from.nl_pid == 0 && (size_t)len <= sizeof(n->buf))
			read_one(n, (size_t)len, fn, ctx);
	}
	if (n->lost && monotonic_ms() - n->asked_ms >= ASK_AGAIN_MS)
		acquire_nl_ask(n);
}

struct acquire_nl_stats
acquire_nl_stats(const struct acquire_nl *n)
{
	return n->stats;
}
