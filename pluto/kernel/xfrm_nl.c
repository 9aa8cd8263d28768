/* The XFRM netlink socket: one request at a time, dumps, and expiry events. */
#include "pluto/kernel/xfrm_nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { BUFFER = 32768, PATIENCE_S = 5, SWEEP_BATCH = 256, EVENT_BATCH = 64 };

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

/* What a dump found to delete. */
struct found {
	size_t n;
	struct xfrm_usersa_id sa[SWEEP_BATCH];
	struct xfrm_userpolicy_id policy[SWEEP_BATCH];
};

static int
see_sa(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(h);
	struct found *f = ctx;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*x) || !xfrm_reqid_ours(x->reqid)
	    || f->n == SWEEP_BATCH)
		return MNL_CB_OK;
	f->sa[f->n++] = (struct xfrm_usersa_id){ .daddr = x->id.daddr, .spi = x->id.spi,
		.family = x->family, .proto = x->id.proto };
	return MNL_CB_OK;
}

static int
find_template(const struct nlattr *a, void *ctx)
{
	const struct xfrm_user_tmpl **t = ctx;

	if (mnl_attr_get_type(a) == XFRMA_TMPL && mnl_attr_get_payload_len(a) >= sizeof(**t))
		*t = mnl_attr_get_payload(a);
	return MNL_CB_OK;
}

/* By its template; an exemption, which has none, by its very priority. */
static bool
policy_ours(const struct nlmsghdr *h, const struct xfrm_userpolicy_info *x)
{
	const struct xfrm_rule r = xfrm_exemption(XFRM_POLICY_OUT, 0);
	const struct xfrm_user_tmpl *t = NULL;

	mnl_attr_parse(h, sizeof(*x), find_template, &t);
	return t != NULL ? xfrm_reqid_ours(t->reqid)
		: x->priority == xfrm_priority(r.rank, &r.sel);
}

static int
see_policy(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	struct found *f = ctx;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*x) || f->n == SWEEP_BATCH
	    || x->dir > XFRM_POLICY_FWD || !policy_ours(h, x))
		return MNL_CB_OK;
	f->policy[f->n++] = (struct xfrm_userpolicy_id){ .sel = x->sel, .dir = x->dir };
	return MNL_CB_OK;
}

static int
delete_found(struct xfrm_nl *n, const struct found *f, bool policies)
{
	int rc = 0;

	for (size_t i = 0; i < f->n && rc == 0; i++) {
		struct nlmsghdr *h = xfrm_nl_request(n, policies ? XFRM_MSG_DELPOLICY
						     : XFRM_MSG_DELSA, NLM_F_ACK);
		size_t len = policies ? sizeof(f->policy[i]) : sizeof(f->sa[i]);
		void *x = mnl_nlmsg_put_extra_header(h, len);

		memcpy(x, policies ? (const void *)&f->policy[i] : &f->sa[i], len);
		rc = xfrm_nl_talk(n, h, NULL, NULL);
		if (rc == -ESRCH || rc == -ENOENT)
			rc = 0;		/* it went by itself */
	}
	return rc;
}

/* Policies before SAs: an SA that goes first would make the kernel ask for
 * another. */
int
xfrm_nl_sweep(struct xfrm_nl *n)
{
	struct found *f = calloc(1, sizeof(*f));
	bool policies = true;
	int rc = f == NULL ? -ENOMEM : 0;

	while (rc == 0) {
		f->n = 0;
		rc = xfrm_nl_talk(n, xfrm_nl_request(n, policies ? XFRM_MSG_GETPOLICY
						     : XFRM_MSG_GETSA, NLM_F_DUMP),
				  policies ? see_policy : see_sa, f);
		if (rc == 0)
			rc = delete_found(n, f, policies);
		if (f->n < SWEEP_BATCH && !policies)
			break;
		if (f->n < SWEEP_BATCH)
			policies = false;
	}
	free(f);
	return rc;
}

int
xfrm_nl_events_open(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK,
		.nl_groups = 1u << (XFRMNLGRP_EXPIRE - 1) };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		int err = errno;

		close(fd);
		return -err;
	}
	return fd;
}

struct listener {
	void (*fn)(void *ctx, uint32_t spi);
	void *ctx;
};

static int
see_expire(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_user_expire *x = mnl_nlmsg_get_payload(h);
	const struct listener *l = ctx;

	if (h->nlmsg_type == XFRM_MSG_EXPIRE && mnl_nlmsg_get_payload_len(h) >= sizeof(*x)
	    && xfrm_reqid_ours(x->state.reqid))
		l->fn(l->ctx, ntohl(x->state.id.spi));
	return MNL_CB_OK;
}

/* ENOBUFS loses events; the SAs' hard limits hold all the same. */
void
xfrm_nl_events_read(int fd, void (*fn)(void *ctx, uint32_t spi), void *ctx)
{
	struct listener l = { fn, ctx };
	_Alignas(8) char buf[8192];

	for (int i = 0; i < EVENT_BATCH; i++) {
		ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (n < 0 && errno == ENOBUFS)
			continue;
		if (n <= 0)
			return;
		(void)mnl_cb_run(buf, (size_t)n, 0, 0, see_expire, &l);
	}
}
