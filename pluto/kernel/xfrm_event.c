/* What the kernel tells by itself: SAs at their limits, peers whose NAT has moved
 * them. When it could not tell
 * (ENOBUFS), the SAs are listed, and what is missing has expired. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "pluto/kernel/xfrm.h"
#include "pluto/kernel/xfrm_put.h"

/* Events wait for us as long as the loop is busy: some thousands must fit. */
enum { BATCH = 256, RECEIVE_BYTES = 4 << 20, RESYNC_MS = 100, TRIES = 3 };

/* An SA by its name: telling of one may remove others. */
struct due {
	enum sa_direction dir;
	uint32_t spi;
	struct ip_addr remote;
	bool hard;
};

/* The policies leave an SA that is gone, if there is another. Without one they
 * stay: nothing goes in the clear before the IKE engine has decided. */
static void
tell(struct xfrm *x, const struct due *d)
{
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, d->dir, d->spi, &d->remote);

	if (sa == NULL || sa->expired || (!d->hard && sa->told))
		return;
	sa->told = true;
	if (!d->hard) {
		x->soft++;
		if (x->ev.sa_soft_limit != NULL)
			x->ev.sa_soft_limit(x->ev.ctx, d->spi);
		return;
	}
	x->hard++;
	sa->expired = true;
	(void)xfrm_set_policies(x, sa->flow, sa->dir);
	if (x->ev.sa_hard_limit != NULL)
		x->ev.sa_hard_limit(x->ev.ctx, d->dir, d->spi, &d->remote);
}

/* Ours by what we remember of it: larval SAs of acquires look like it. */
static struct xfrm_sa *
known(const struct xfrm *x, const struct xfrm_usersa_info *u)
{
	const uint32_t spi = ntohl(u->id.spi);
	const struct ip_addr dst = xfrm_addr_back(&u->id.daddr, u->family);
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, SA_OUT, spi, &dst);

	if (sa == NULL)
		sa = xfrm_flows_find(&x->flows, SA_IN, spi, &dst);
	if (sa == NULL || xfrm_ip_proto(sa->protocol) != u->id.proto
	    || sa->flow->reqid != u->reqid
	    || (sa->dir == SA_IN && !ip_addr_eq(&sa->local.addr, &dst)))
		return NULL;
	return sa;
}

static int
see_expire(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_user_expire *e = mnl_nlmsg_get_payload(h);
	struct xfrm *x = ctx;
	struct xfrm_sa *sa;

	if (h->nlmsg_type != XFRM_MSG_EXPIRE || mnl_nlmsg_get_payload_len(h) < sizeof(*e))
		return MNL_CB_OK;
	if (e->state.reqid == XFRM_REQID_FIRST && e->hard) {
		xfrm_spi_renew(x, ntohl(e->state.id.spi));
		return MNL_CB_OK;
	}
	sa = known(x, &e->state);
	if (sa != NULL) {
		const struct due d = { sa->dir, sa->spi, sa->remote.addr, e->hard };

		tell(x, &d);
	}
	return MNL_CB_OK;
}

/* Authenticated ESP in UDP from another address or port than its SA has: told
 * for each packet until the SA is moved. */
static int
see_mapping(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_user_mapping *m = mnl_nlmsg_get_payload(h);
	struct xfrm *x = ctx;
	struct endpoint now;
	struct ip_addr was;
	struct xfrm_sa *sa;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m) || x->ev.peer_moved == NULL)
		return MNL_CB_OK;
	was = xfrm_addr_back(&m->old_saddr, m->id.family);
	now = (struct endpoint){ xfrm_addr_back(&m->new_saddr, m->id.family), ntohs(m->new_sport) };
	sa = xfrm_flows_find(&x->flows, SA_IN, ntohl(m->id.spi), &was);
	if (sa != NULL && sa->flow->reqid == m->reqid)
		x->ev.peer_moved(x->ev.ctx, sa->spi, &now);
	return MNL_CB_OK;
}

static int
see_event(const struct nlmsghdr *h, void *ctx)
{
	return h->nlmsg_type == XFRM_MSG_MAPPING ? see_mapping(h, ctx) : see_expire(h, ctx);
}

static bool
over(uint64_t used, uint64_t limit)
{
	return limit != XFRM_INF && used >= limit;
}

static int
see_listed(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *u = mnl_nlmsg_get_payload(h);
	struct xfrm_sa *sa = NULL;

	if (h->nlmsg_type == XFRM_MSG_NEWSA && mnl_nlmsg_get_payload_len(h) >= sizeof(*u))
		sa = known(ctx, u);
	if (sa == NULL)
		return MNL_CB_OK;
	sa->seen = true;
	sa->due = over(u->curlft.packets, u->lft.soft_packet_limit)
		|| over(u->curlft.bytes, u->lft.soft_byte_limit);
	return MNL_CB_OK;
}

static int
list_sas(struct xfrm *x)
{
	int rc = -EINTR;

	for (unsigned i = 0; i < TRIES && rc == -EINTR; i++)
		rc = xfrm_nl_talk(x->nl, xfrm_nl_request(x->nl, XFRM_MSG_GETSA, NLM_F_DUMP),
				  see_listed, x);
	return rc;
}

/* After a list: SAs that were not in it have expired. */
static size_t
collect(struct xfrm *x, struct due *out)
{
	struct xfrm_sa *sa;
	size_t at = 0, n = 0;

	while ((sa = table_next(&x->flows.sas, &at)) != NULL) {
		if (!sa->seen || sa->due)
			out[n++] = (struct due){ sa->dir, sa->spi, sa->remote.addr, !sa->seen };
		sa->seen = sa->due = false;
	}
	return n;
}

static void
resync(void *ctx)
{
	struct xfrm *x = ctx;
	struct due *list = calloc(table_count(&x->flows.sas) + 1, sizeof(*list));
	int rc = list == NULL ? -ENOMEM : list_sas(x);
	size_t n = rc == 0 ? collect(x, list) : 0;

	x->resync.n = 0;
	if (rc != 0)
		log_warn(NULL, "xfrm: events were lost and the SAs cannot be listed (%s); an SA "
			 "that ended meanwhile is missed until its peer is silent",
			 strerror(-rc));
	for (size_t i = 0; i < n; i++)
		tell(x, &list[i]);
	free(list);
	xfrm_spi_check(x);
}

static void
events_ready(void *ctx, int fd, int what)
{
	struct xfrm *x = ctx;
	_Alignas(8) char buf[8192];

	(void)what;
	for (unsigned i = 0; i < BATCH; i++) {
		ssize_t n = fault_recv(fd, buf, sizeof(buf));

		if (n < 0 && errno == ENOBUFS) {
			x->events_lost++;
			if (x->resync.n == 0)
				x->resync = loop_after(x->l, RESYNC_MS, resync, x);
			continue;
		}
		if (n <= 0)
			return;
		(void)mnl_cb_run(buf, (size_t)n, 0, 0, see_event, x);
	}
}

int
xfrm_events_start(struct xfrm *x)
{
	const struct sockaddr_nl a = { .nl_family = AF_NETLINK,
		.nl_groups = 1u << (XFRMNLGRP_EXPIRE - 1) | 1u << (XFRMNLGRP_MAPPING - 1) };
	const int bytes = RECEIVE_BYTES;

	x->events_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM);
	if (x->events_fd < 0)
		return -errno;
	/* Past net.core.rmem_max, which is for programs without privilege. */
	(void)setsockopt(x->events_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	if (bind(x->events_fd, (const struct sockaddr *)&a, sizeof(a)) != 0)
		return -errno;
	x->reading = loop_fd(x->l, x->events_fd, LOOP_READ, events_ready, x);
	return 0;
}

void
xfrm_events_stop(struct xfrm *x)
{
	loop_cancel(x->l, &x->reading);
	loop_cancel(x->l, &x->resync);
	if (x->events_fd >= 0)
		close(x->events_fd);
	x->events_fd = -1;
}
