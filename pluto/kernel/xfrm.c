/* The plane for kernels with ESP: SAs and policies through XFRM netlink. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/kernel/planes.h"
#include "pluto/kernel/spi_pool.h"
#include "pluto/kernel/xfrm_flow.h"
#include "pluto/kernel/xfrm_nl.h"

struct xfrm {
	struct loop *l;
	struct kernel_events ev;
	struct xfrm_nl *nl;
	struct spi_pool *spis;
	struct xfrm_flows flows;
	int events_fd;
	loop_id reading;
	char text[96];
};

static const uint8_t dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_FWD, XFRM_POLICY_OUT };

static uint32_t
alloc_spi(void *k)
{
	struct xfrm *x = k;

	return spi_pool_take(x->spis);
}

static void
free_spi(void *k, uint32_t spi)
{
	struct xfrm *x = k;

	spi_pool_release(x->spis, spi);
}

/* A policy of one direction for the newest SA; without one it goes. What leaves
 * names its SA, so that a new one is current at once; what comes in may come
 * by any SA of the flow. */
static int
set_policy(struct xfrm *x, const struct xfrm_flow *w, uint8_t dir)
{
	const struct xfrm_sa *sa = w->sas[dir == XFRM_POLICY_OUT ? SA_OUT : SA_IN];
	struct xfrm_rule r = { .dir = dir, .rank = w->rank, .sel = w->sel, .reqid = w->reqid };
	struct nlmsghdr *h;
	int rc;

	if (sa != NULL) {
		h = xfrm_nl_request(x->nl, XFRM_MSG_UPDPOLICY, NLM_F_ACK);
		r.mode = sa->mode;
		r.local = sa->local.addr;
		r.remote = sa->remote.addr;
		r.spi = dir == XFRM_POLICY_OUT ? sa->spi : 0;
		rc = xfrm_put_policy(h, &r);
	} else {
		h = xfrm_nl_request(x->nl, XFRM_MSG_DELPOLICY, NLM_F_ACK);
		rc = xfrm_put_policy_id(h, &r);
	}
	return rc != 0 ? rc : xfrm_nl_talk(x->nl, h, NULL, NULL);
}

static int
set_policies(struct xfrm *x, const struct xfrm_flow *w, enum sa_direction dir)
{
	int rc;

	if (dir == SA_OUT)
		return set_policy(x, w, XFRM_POLICY_OUT);
	rc = set_policy(x, w, XFRM_POLICY_IN);
	return rc != 0 ? rc : set_policy(x, w, XFRM_POLICY_FWD);
}

static struct nlmsghdr *
name_sa(struct xfrm *x, const struct xfrm_sa *sa, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, type, flags);

	xfrm_put_sa_id(h, sa->dir == SA_OUT ? &sa->remote.addr : &sa->local.addr, sa->spi);
	return h;
}

static int
delete_sa(struct xfrm *x, const struct xfrm_sa *sa)
{
	return xfrm_nl_talk(x->nl, name_sa(x, sa, XFRM_MSG_DELSA, NLM_F_ACK), NULL, NULL);
}

static int
install_sa(struct xfrm *x, const struct kernel_sa *sa, uint32_t reqid)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_NEWSA,
					     NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	int rc = xfrm_put_sa(h, sa, reqid);

	return rc != 0 ? rc : xfrm_nl_talk(x->nl, h, NULL, NULL);
}

static int
add_sa(void *k, const struct kernel_sa *sa)
{
	struct xfrm *x = k;
	struct xfrm_sa *n;
	int rc;

	if (xfrm_flows_find(&x->flows, sa->dir, sa->spi, &sa->remote.addr) != NULL)
		return -EEXIST;
	if (sa->dir == SA_IN && !spi_pool_claim(x->spis, sa->spi))
		return -ENOMEM;
	n = xfrm_flows_add(&x->flows, sa);
	if (n == NULL)
		return -ENOMEM;
	rc = install_sa(x, sa, n->flow->reqid);
	if (rc != 0) {
		xfrm_flows_remove(&x->flows, n);
		return rc;
	}
	rc = set_policies(x, n->flow, sa->dir);
	if (rc != 0) {
		xfrm_sa_unlink(n);
		(void)set_policies(x, n->flow, sa->dir);
		(void)delete_sa(x, n);
		xfrm_flows_remove(&x->flows, n);
	}
	return rc;
}

/* The policy leaves the SA before the SA goes. */
static int
del_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	struct xfrm *x = k;
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, dir, spi, remote);
	int rc, gone;

	if (sa == NULL)
		return -ENOENT;
	xfrm_sa_unlink(sa);
	rc = set_policies(x, sa->flow, dir);
	gone = delete_sa(x, sa);
	xfrm_flows_remove(&x->flows, sa);
	if (dir == SA_IN)
		spi_pool_release(x->spis, spi);
	/* The kernel has removed it itself at its hard limit. */
	return rc != 0 ? rc : gone == -ESRCH ? 0 : gone;
}

static uint64_t
wall_to_monotonic(uint64_t wall_s)
{
	uint64_t now_s = (uint64_t)time(NULL), now_ms = monotonic_ms();
	uint64_t ago_ms = now_s > wall_s ? (now_s - wall_s) * 1000 : 0;

	return now_ms > ago_ms ? now_ms - ago_ms : 1;
}

static int
find_last_used(const struct nlattr *a, void *ctx)
{
	struct sa_counters *out = ctx;

	if (mnl_attr_get_type(a) == XFRMA_LASTUSED
	    && mnl_attr_validate(a, MNL_TYPE_U64) >= 0)
		out->last_used_ms = wall_to_monotonic(mnl_attr_get_u64(a));
	return MNL_CB_OK;
}

static int
see_counters(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *u = mnl_nlmsg_get_payload(h);
	struct sa_counters *out = ctx;

	if (h->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(h) < sizeof(*u))
		return MNL_CB_OK;
	*out = (struct sa_counters){ .packets = u->curlft.packets, .bytes = u->curlft.bytes,
		.replayed = u->stats.replay + u->stats.replay_window,
		.bad_icv = u->stats.integrity_failed };
	mnl_attr_parse(h, sizeof(*u), find_last_used, out);
	return MNL_CB_OK;
}

static bool
counters(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote,
	 struct sa_counters *out)
{
	struct xfrm *x = k;
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, dir, spi, remote);

	*out = (struct sa_counters){ 0 };
	return sa != NULL && xfrm_nl_talk(x->nl, name_sa(x, sa, XFRM_MSG_GETSA, NLM_F_ACK),
					  see_counters, out) == 0;
}

struct sa_copy {
	size_t len;
	_Alignas(8) char buf[XFRM_MSG_ROOM];
};

static int
copy_sa(const struct nlmsghdr *h, void *ctx)
{
	struct sa_copy *c = ctx;

	if (h->nlmsg_type == XFRM_MSG_NEWSA && h->nlmsg_len <= sizeof(c->buf)
	    && mnl_nlmsg_get_payload_len(h) >= sizeof(struct xfrm_usersa_info)) {
		memcpy(c->buf, h, h->nlmsg_len);
		c->len = h->nlmsg_len;
	}
	return MNL_CB_OK;
}

/* Other ports are an update in place; another address is another SA to the
 * kernel, made of the old one with its keys, numbers and window. */
static int
write_copy(struct xfrm *x, const struct xfrm_sa *sa, const struct sa_copy *c, bool in_place)
{
	struct nlmsghdr *h;
	uint16_t flags = NLM_F_ACK;
	uint32_t seq;

	if (!in_place) {
		int rc = delete_sa(x, sa);

		if (rc != 0)
			return rc;
		flags |= NLM_F_CREATE | NLM_F_EXCL;
	}
	h = xfrm_nl_request(x->nl, in_place ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA, flags);
	seq = h->nlmsg_seq;
	flags = h->nlmsg_flags;
	memcpy(h, c->buf, c->len);
	h->nlmsg_type = in_place ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA;
	h->nlmsg_seq = seq;
	h->nlmsg_flags = flags;
	h->nlmsg_pid = 0;
	return xfrm_nl_talk(x->nl, h, NULL, NULL);
}

static int
move_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *old_remote,
	const struct endpoint *local, const struct endpoint *remote)
{
	struct xfrm *x = k;
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, dir, spi, old_remote);
	struct sa_copy c = { .len = 0 };
	bool in_place;
	int rc;

	if (sa == NULL)
		return -ENOENT;
	if (local->addr.family != sa->local.addr.family)
		return -EAFNOSUPPORT;
	rc = xfrm_nl_talk(x->nl, name_sa(x, sa, XFRM_MSG_GETSA, NLM_F_ACK), copy_sa, &c);
	if (rc == 0)
		rc = c.len == 0 ? -ENOENT
		   : xfrm_readdress_sa((struct nlmsghdr *)c.buf, dir, local, remote);
	in_place = ip_addr_eq(&local->addr, &sa->local.addr)
		&& ip_addr_eq(&remote->addr, &sa->remote.addr);
	if (rc == 0)
		rc = write_copy(x, sa, &c, in_place);
	explicit_bzero(&c, sizeof(c));
	if (rc != 0)
		return rc;
	sa->local = *local;
	sa->remote = *remote;
	return in_place || sa->flow->sas[dir] != sa ? 0 : set_policies(x, sa->flow, dir);
}

/* IKE passes every policy; ESP in UDP that comes to port 4500 is the kernel's
 * (RFC 3948), the rest of what comes there is read by the caller. */
static int
prepare_socket(void *k, int fd, const struct endpoint *local)
{
	const bool v6 = local->addr.family == IP_V6;
	const int type = UDP_ENCAP_ESPINUDP;

	(void)k;
	for (size_t i = 0; i < sizeof(dirs); i++) {
		const struct xfrm_userpolicy_info p = { .dir = dirs[i],
			.action = XFRM_POLICY_ALLOW, .sel.family = v6 ? AF_INET6 : AF_INET };

		if (dirs[i] != XFRM_POLICY_FWD
		    && setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
				  v6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, &p, sizeof(p)) != 0)
			return -errno;
	}
	if (local->port == 4500
	    && setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)) != 0)
		return -errno;
	return 0;
}

static const char *
describe(void *k)
{
	struct xfrm *x = k;

	snprintf(x->text, sizeof(x->text), "xfrm: %zu SAs of %zu selectors in the kernel",
		 table_count(&x->flows.sas), table_count(&x->flows.flows));
	return x->text;
}

static void
xfrm_close(void *k)
{
	struct xfrm *x = k;

	loop_cancel(x->l, &x->reading);
	if (x->events_fd >= 0)
		close(x->events_fd);
	if (x->nl != NULL && xfrm_nl_sweep(x->nl) != 0)
		log_warn(NULL, "xfrm: not all of our SAs and policies could be removed");
	xfrm_nl_close(x->nl);
	xfrm_flows_clear(&x->flows);
	spi_pool_free(x->spis);
	free(x);
}

static const struct kernel_ops xfrm_ops = {
	.name = "xfrm",
	.alloc_spi = alloc_spi,
	.free_spi = free_spi,
	.add_sa = add_sa,
	.del_sa = del_sa,
	.counters = counters,
	.prepare_socket = prepare_socket,
	.describe = describe,
	.close = xfrm_close,
	.move_sa = move_sa,
};

static void
events_ready(void *ctx, int fd, int what)
{
	struct xfrm *x = ctx;

	(void)what;
	xfrm_nl_events_read(fd, x->ev.sa_soft_limit, x->ev.ctx);
}

/* Another daemon may have made the same exemption: then it is not ours. */
static int
put_exemptions(struct xfrm *x)
{
	enum { FIRST = 133, LAST = 137 };	/* RFC 4861 */

	for (unsigned type = FIRST; type <= LAST; type++)
		for (size_t i = 0; i < sizeof(dirs); i++) {
			const struct xfrm_rule r = xfrm_exemption(dirs[i], (uint16_t)type);
			struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_NEWPOLICY,
				NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
			int rc = xfrm_put_policy(h, &r);

			if (rc == 0)
				rc = xfrm_nl_talk(x->nl, h, NULL, NULL);
			if (rc != 0 && rc != -EEXIST)
				return rc;
		}
	return 0;
}

static int
start(struct xfrm *x)
{
	int rc;

	x->spis = spi_pool_new();
	x->nl = xfrm_nl_open();
	if (x->spis == NULL || x->nl == NULL)
		return -ENOMEM;
	rc = xfrm_nl_sweep(x->nl);
	if (rc == 0)
		rc = put_exemptions(x);
	if (rc != 0)
		return rc;
	x->events_fd = xfrm_nl_events_open();
	if (x->events_fd < 0)
		return x->events_fd;
	x->reading = loop_fd(x->l, x->events_fd, LOOP_READ, events_ready, x);
	return 0;
}

bool
xfrm_open(struct loop *l, const struct kernel_events *ev, struct kernel *out, char *err,
	  size_t errlen)
{
	struct xfrm *x = calloc(1, sizeof(*x));
	int rc;

	if (x == NULL) {
		snprintf(err, errlen, "no memory for the XFRM plane");
		return false;
	}
	*x = (struct xfrm){ .l = l, .ev = *ev, .events_fd = -1,
		.flows.last_reqid = XFRM_REQID_FIRST };
	rc = start(x);
	if (rc != 0) {
		snprintf(err, errlen, "kernel ESP (XFRM netlink): %s", strerror(-rc));
		xfrm_close(x);
		return false;
	}
	*out = (struct kernel){ .ops = &xfrm_ops, .k = x };
	return true;
}
