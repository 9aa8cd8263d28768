/* Other outer addresses for a living SA: MOBIKE (RFC 4555), or a NAT that gave
 * the peer another address or port.
 *
 * Three ways, as what changes and what Linux 6.1 can do decide:
 * - other ports alone are an update in place;
 * - MIGRATE, which leaves no moment without an SA and the keys in the kernel. It
 *   finds its SA by reqid and addresses: while an old and a new SA of one flow
 *   stand side by side it may take either. It cannot take the encapsulation away,
 *   and leaves the companion of an IPComp tunnel behind;
 * - else a copy is made and the old SA removed, in this order when the kernel can
 *   hold both, which it cannot when their destination is the same.
 * Neither way keeps the SA on a device (offload): the processor does it until the
 * rekey. No IV comes twice: each instance of a cipher has a random start. */
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "pluto/kernel/xfrm.h"
#include "pluto/kernel/xfrm_put.h"
#include "lib/fault.h"

struct move {
	struct xfrm *x;
	struct xfrm_sa *sa;
	struct xfrm_place to;
};

struct copy {
	size_t len;
	uint64_t packets, bytes;
	_Alignas(8) char buf[XFRM_MSG_ROOM];
};

static int
keep_copy(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *u = mnl_nlmsg_get_payload(h);
	struct copy *c = ctx;

	if (h->nlmsg_type == XFRM_MSG_NEWSA && h->nlmsg_len <= sizeof(c->buf)
	    && mnl_nlmsg_get_payload_len(h) >= sizeof(*u)) {
		memcpy(c->buf, h, h->nlmsg_len);
		c->len = h->nlmsg_len;
		c->packets = u->curlft.packets;
		c->bytes = u->curlft.bytes;
	}
	return MNL_CB_OK;
}

/* NOW_S as in xfrm_put_copy. */
static int
write_copy(const struct move *m, const struct copy *c, uint16_t type, uint64_t now_s)
{
	struct nlmsghdr *h = xfrm_nl_request(m->x->nl, type, type == XFRM_MSG_UPDSA ? NLM_F_ACK
					     : NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);

	xfrm_put_copy(h, (const struct nlmsghdr *)c->buf, &m->to, now_s);
	return xfrm_nl_talk(m->x->nl, h, NULL, NULL);
}

static bool
same_place(const struct move *m)
{
	return ip_addr_eq(&m->to.local.addr, &m->sa->local.addr)
		&& ip_addr_eq(&m->to.remote.addr, &m->sa->remote.addr);
}

static bool
same_destination(const struct move *m)
{
	return m->sa->dir == SA_OUT ? ip_addr_eq(&m->to.remote.addr, &m->sa->remote.addr)
				    : ip_addr_eq(&m->to.local.addr, &m->sa->local.addr);
}

/* A packet that comes while there is no SA makes the kernel put a larval one in
 * its place, which an update replaces. */
static int
replace_by_copy(const struct move *m, const struct copy *c)
{
	const struct xfrm_sa_name old = xfrm_name(m->sa);
	const uint64_t now_s = (uint64_t)wall_s();
	int rc;

	if (!same_destination(m))
		return write_copy(m, c, XFRM_MSG_NEWSA, now_s);
	(void)xfrm_delete(m->x, &old);
	rc = write_copy(m, c, XFRM_MSG_NEWSA, now_s);
	return rc == -EEXIST ? write_copy(m, c, XFRM_MSG_UPDSA, now_s) : rc;
}

/* Deflate has no state: a new SA is as good as the old one. */
static int
move_ipcomp(const struct move *m)
{
	const struct xfrm_sa *s = m->sa;
	const struct kernel_sa sa = { .dir = s->dir, .mode = s->mode, .cpi = s->cpi,
		.local = m->to.local, .remote = m->to.remote };
	const struct xfrm_sa_name old = xfrm_comp_name(s);

	if (s->cpi == 0 || same_place(m))
		return 0;
	(void)xfrm_delete(m->x, &old);
	return xfrm_add_comp(m->x, &sa, s->flow->reqid);
}

/* The policies point to the new place before the old SA goes. */
static int
settle(const struct move *m)
{
	const struct xfrm_sa_name old = xfrm_name(m->sa);
	const bool leaves = !same_destination(m);
	struct xfrm_sa *sa = m->sa;
	int rc = 0;

	sa->local = m->to.local;
	sa->remote = m->to.remote;
	sa->encap = m->to.encap;
	m->x->offloaded -= sa->offloaded;
	sa->offloaded = false;
	if (sa->flow->sas[sa->dir] == sa)
		rc = xfrm_set_policies(m->x, sa->flow, sa->dir);
	if (leaves)
		(void)xfrm_delete(m->x, &old);
	return rc;
}

static int
by_copy(const struct move *m)
{
	const struct xfrm_sa_name old = xfrm_name(m->sa);
	struct copy c = { .len = 0 };
	int rc = xfrm_get(m->x, &old, keep_copy, &c);

	if (rc == 0)
		rc = c.len == 0 ? -ENOENT : replace_by_copy(m, &c);
	explicit_bzero(c.buf, sizeof(c.buf));
	if (rc == 0)
		rc = move_ipcomp(m);
	if (rc != 0)
		return rc;
	m->sa->packets += c.packets;
	m->sa->bytes += c.bytes;
	return settle(m);
}

static int
in_place(const struct move *m)
{
	const struct xfrm_sa_name name = xfrm_name(m->sa);
	struct copy c = { .len = 0 };
	int rc = xfrm_get(m->x, &name, keep_copy, &c);

	if (rc == 0)
		rc = c.len == 0 ? -ENOENT : write_copy(m, &c, XFRM_MSG_UPDSA, 0);
	explicit_bzero(c.buf, sizeof(c.buf));
	return rc != 0 ? rc : settle(m);
}

static bool
can_migrate(const struct move *m)
{
	const struct xfrm_sa *sa = m->sa;

	return sa->mode == MODE_TUNNEL && sa->cpi == 0 && (m->to.encap || !sa->encap)
		&& sa->flow->sas[sa->dir] == sa && sa->next == NULL;
}

static int
migrate(const struct move *m)
{
	const struct xfrm_sa *sa = m->sa;
	const uint8_t dir = sa->dir == SA_OUT ? XFRM_POLICY_OUT : XFRM_POLICY_IN;
	const struct xfrm_rule r = xfrm_rule_for(m->x, sa->flow, dir, sa);
	struct nlmsghdr *h = xfrm_nl_request(m->x->nl, XFRM_MSG_MIGRATE, NLM_F_ACK);
	int rc = xfrm_put_migrate(h, &r, &m->to);

	return rc != 0 ? rc : xfrm_nl_talk(m->x->nl, h, NULL, NULL);
}

struct sighting {
	const struct xfrm_place *at;
	bool seen;
};

static int
see_place(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *u = mnl_nlmsg_get_payload(h);
	struct sighting *s = ctx;

	if (h->nlmsg_type == XFRM_MSG_NEWSA && mnl_nlmsg_get_payload_len(h) >= sizeof(*u)) {
		struct ip_addr src = xfrm_addr_back(&u->saddr, u->family);

		s->seen = ip_addr_eq(&src, s->at->dir == SA_OUT ? &s->at->local.addr
				     : &s->at->remote.addr);
	}
	return MNL_CB_OK;
}

/* MIGRATE says yes also when it found a policy and no SA. */
static bool
arrived(const struct move *m)
{
	struct sighting s = { .at = &m->to };
	struct xfrm_sa_name n = xfrm_name(m->sa);

	n.dst = m->sa->dir == SA_OUT ? m->to.remote.addr : m->to.local.addr;
	return xfrm_get(m->x, &n, see_place, &s) == 0 && s.seen;
}

int
xfrm_move_sa(void *k, enum sa_direction dir, uint32_t spi, const struct ip_addr *old_remote,
	     const struct endpoint *local, const struct endpoint *remote)
{
	struct xfrm *x = k;
	struct move m = { .x = x, .sa = xfrm_flows_find(&x->flows, dir, spi, old_remote),
		.to = { dir, *local, *remote, remote->port != 0 } };

	if (m.sa == NULL)
		return -ENOENT;
	if (local->addr.family != remote->addr.family
	    || (m.sa->protocol == SA_AH && m.to.encap))
		return -EAFNOSUPPORT;
	if (same_place(&m) && m.to.encap == m.sa->encap)
		return m.to.encap ? in_place(&m) : 0;
	/* What is inside has the outer addresses, which the policies know. */
	if (m.sa->mode == MODE_TRANSPORT && !same_place(&m))
		return -EOPNOTSUPP;
	if (can_migrate(&m) && migrate(&m) == 0 && arrived(&m))
		return settle(&m);
	return by_copy(&m);
}
