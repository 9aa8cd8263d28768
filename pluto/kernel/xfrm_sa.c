/* SAs of the XFRM plane: they come, they go, they are counted. */
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <time.h>

#include "pluto/kernel/xfrm.h"
#include "lib/fault.h"

struct xfrm_sa_name
xfrm_name(const struct xfrm_sa *sa)
{
	return (struct xfrm_sa_name){ .spi = sa->spi, .proto = xfrm_ip_proto(sa->protocol),
		.dst = sa->dir == SA_OUT ? sa->remote.addr : sa->local.addr };
}

struct xfrm_sa_name
xfrm_comp_name(const struct xfrm_sa *sa)
{
	struct xfrm_sa_name n = xfrm_name(sa);

	n.spi = sa->cpi;
	n.proto = IPPROTO_COMP;
	return n;
}

int
xfrm_delete(struct xfrm *x, const struct xfrm_sa_name *n)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_DELSA, NLM_F_ACK);

	xfrm_put_sa_name(h, n);
	return xfrm_nl_talk(x->nl, h, NULL, NULL);
}

int
xfrm_get(struct xfrm *x, const struct xfrm_sa_name *n, mnl_cb_t cb, void *ctx)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_GETSA, NLM_F_ACK);

	xfrm_put_sa_name(h, n);
	return xfrm_nl_talk(x->nl, h, cb, ctx);
}

static int
write_sa(struct xfrm *x, const struct kernel_sa *sa, const struct xfrm_sa_more *more,
	 uint16_t type)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, type, type == XFRM_MSG_UPDSA ? NLM_F_ACK
					     : NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	int rc = xfrm_put_sa(h, sa, more);

	return rc != 0 ? rc : xfrm_nl_talk(x->nl, h, NULL, NULL);
}

/* A device that refuses these algorithms or that encapsulation is no reason to
 * have no SA. */
static int
write_or_not_offloaded(struct xfrm *x, const struct kernel_sa *sa, struct xfrm_sa_more *more,
		       uint16_t type)
{
	int rc = write_sa(x, sa, more, type);

	if (!more->offload || rc == 0 || rc == -ESRCH || rc == -EEXIST)
		return rc;
	more->offload = false;
	xfrm_offload_refused(x, sa->spi, rc);
	return write_sa(x, sa, more, type);
}

/* The larval SA of an acquire goes when its number comes back. */
static uint32_t
acquire_seq(const struct xfrm *x, const struct kernel_sa *sa)
{
	if (sa->dir != SA_OUT || x->ev.acquire_seq == NULL)
		return 0;
	return x->ev.acquire_seq(x->ev.ctx, &sa->local.addr, &sa->remote.addr);
}

/* In the place of the larval SA that holds its SPI, while that is there. */
static int
install(struct xfrm *x, const struct kernel_sa *sa, struct xfrm_sa *n)
{
	struct xfrm_sa_more more = { .reqid = n->flow->reqid, .seq = acquire_seq(x, sa),
		.if_id = x->if_id, .offload = x->cfg.offload && !sa->encap_udp,
		.ifindex = x->offload_ifindex };
	const bool held = sa->dir == SA_IN && xfrm_spi_held(x, sa->spi);
	int rc = held ? write_or_not_offloaded(x, sa, &more, XFRM_MSG_UPDSA) : -ESRCH;

	if (rc == -ESRCH)
		rc = write_or_not_offloaded(x, sa, &more, XFRM_MSG_NEWSA);
	if (rc == 0 && held)
		xfrm_spi_forget(x, sa->spi);
	if (rc == 0 && more.offload)
		xfrm_offload_note(x, n);
	return rc;
}

int
xfrm_add_comp(struct xfrm *x, const struct kernel_sa *sa, uint32_t reqid)
{
	const struct xfrm_sa_more more = { .reqid = reqid, .if_id = x->if_id };
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_NEWSA,
					     NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);

	xfrm_put_ipcomp(h, sa, &more);
	return xfrm_nl_talk(x->nl, h, NULL, NULL);
}

/* The SAs of N, however many there are; 0, or why one that must be there could
 * not be removed. */
static int
delete_both(struct xfrm *x, const struct xfrm_sa *sa)
{
	const struct xfrm_sa_name esp = xfrm_name(sa), comp = xfrm_comp_name(sa);
	int rc = xfrm_delete(x, &esp);

	x->offloaded -= sa->offloaded;
	if (sa->cpi != 0)
		(void)xfrm_delete(x, &comp);
	/* The kernel has removed it itself at its hard limit. */
	return rc == -ESRCH ? 0 : rc;
}

static int
install_both(struct xfrm *x, const struct kernel_sa *sa, struct xfrm_sa *n)
{
	int rc = sa->cpi != 0 ? xfrm_add_comp(x, sa, n->flow->reqid) : 0;

	if (rc != 0)
		return rc;
	rc = install(x, sa, n);
	if (rc != 0 && sa->cpi != 0) {
		const struct xfrm_sa_name comp = xfrm_comp_name(n);

		(void)xfrm_delete(x, &comp);
	}
	return rc;
}

int
xfrm_add_sa(void *k, const struct kernel_sa *sa)
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
	n->looked_ms = monotonic_ms();
	rc = install_both(x, sa, n);
	if (rc != 0) {
		xfrm_flows_remove(&x->flows, n);
		return rc;
	}
	rc = xfrm_set_policies(x, n->flow, sa->dir);
	if (rc != 0) {
		xfrm_sa_unlink(n);
		(void)xfrm_set_policies(x, n->flow, sa->dir);
		(void)delete_both(x, n);
		xfrm_flows_remove(&x->flows, n);
	} else if (sa->dir == SA_IN) {
		spi_gate_add(x->gate, sa->spi);
	}
	return rc;
}

/* The policy leaves the SA before the SA goes. */
int
xfrm_del_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	struct xfrm *x = k;
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, dir, spi, remote);
	int rc, gone;

	if (sa == NULL)
		return -ENOENT;
	xfrm_sa_unlink(sa);
	rc = xfrm_set_policies(x, sa->flow, dir);
	gone = delete_both(x, sa);
	if (dir == SA_IN)
		cpi_pool_release(&x->cpis, sa->cpi);
	xfrm_flows_remove(&x->flows, sa);
	if (dir == SA_IN) {
		spi_gate_remove(x->gate, spi);
		spi_pool_release(x->spis, spi);
	}
	return rc != 0 ? rc : gone;
}

static uint64_t
wall_to_monotonic(uint64_t at_s)
{
	uint64_t now_s = (uint64_t)wall_s(), now_ms = monotonic_ms();
	uint64_t ago_ms = now_s > at_s ? (now_s - at_s) * 1000 : 0;

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

bool
xfrm_counters(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote,
	      struct sa_counters *out)
{
	struct xfrm *x = k;
	struct xfrm_sa *sa = xfrm_flows_find(&x->flows, dir, spi, remote);
	struct xfrm_sa_name n;

	*out = (struct sa_counters){ 0 };
	if (sa == NULL)
		return false;
	n = xfrm_name(sa);
	if (xfrm_get(x, &n, see_counters, out) != 0)
		return false;
	out->packets += sa->packets;
	out->bytes += sa->bytes;
	out->last_used_ms = xfrm_sa_used(sa, out->packets, out->last_used_ms, monotonic_ms());
	return true;
}
