/* Bodies of XFRM netlink messages about policies: selectors, templates,
 * priorities. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>

#include "pluto/kernel/xfrm_put.h"

/* The kernel keeps a policy's limit of bytes and never looks at it: this says
 * whose a policy without a template is. */
static const uint64_t BYPASS_SIGNATURE = 0x706c75746f2d6279;	/* "pluto-by" */

enum { BYTE_BITS = 8, ANY_PORT_HI = 65535 };

/* How many leading bits LO and HI share, if the range is just that prefix. */
static int
range_prefix(const struct traffic_selector *ts)
{
	unsigned bits = ip_addr_bits(ts->addr_lo.family), len = 0;

	for (unsigned i = 0; i < bits; i++) {
		unsigned at = i / BYTE_BITS, bit = 7 - i % BYTE_BITS;
		unsigned lo = ts->addr_lo.bytes[at] >> bit & 1u;
		unsigned hi = ts->addr_hi.bytes[at] >> bit & 1u;

		if (lo == hi && len == i)
			len++;
		else if (lo != 0 || hi != 1)
			return -EOPNOTSUPP;
	}
	return (int)len;
}

uint32_t
xfrm_priority(enum kernel_rank rank, const struct selector *sel)
{
	enum { RANK_STEP = 2000, NARROWEST = 4 * 256 + 3 };

	return ((uint32_t)rank + 1) * RANK_STEP + NARROWEST - selector_narrow(sel);
}

/* In the kernel's selectors an ICMPv6 type stands for the source port. */
struct xfrm_rule
xfrm_exemption(uint8_t dir, uint16_t icmp6_type)
{
	const struct ip_prefix all = { .addr = { .family = IP_V6 } };
	struct xfrm_rule r = { .dir = dir, .rank = KERNEL_RANK_EXEMPT,
		.sel = { ts_prefix(&all), ts_prefix(&all) } };
	struct traffic_selector *src = dir == XFRM_POLICY_OUT ? &r.sel.local : &r.sel.remote;

	r.sel.local.ip_proto = r.sel.remote.ip_proto = IPPROTO_ICMPV6;
	src->port_lo = src->port_hi = icmp6_type;
	return r;
}

static int
put_ports(const struct traffic_selector *ts, uint16_t *port, uint16_t *mask)
{
	if (ts->port_lo == 0 && ts->port_hi == ANY_PORT_HI)
		return 0;
	if (ts->port_lo != ts->port_hi)
		return -EOPNOTSUPP;
	*port = htons(ts->port_lo);
	*mask = 0xffff;
	return 0;
}

static int
put_selector(struct xfrm_selector *x, const struct xfrm_rule *r)
{
	bool out = r->dir == XFRM_POLICY_OUT;
	const struct traffic_selector *src = out ? &r->sel.local : &r->sel.remote;
	const struct traffic_selector *dst = out ? &r->sel.remote : &r->sel.local;
	int slen = range_prefix(src), dlen = range_prefix(dst);

	if (slen < 0 || dlen < 0 || src->ip_proto != dst->ip_proto
	    || put_ports(src, &x->sport, &x->sport_mask) != 0
	    || put_ports(dst, &x->dport, &x->dport_mask) != 0)
		return -EOPNOTSUPP;
	x->saddr = xfrm_addr(&src->addr_lo);
	x->daddr = xfrm_addr(&dst->addr_lo);
	x->prefixlen_s = (uint8_t)slen;
	x->prefixlen_d = (uint8_t)dlen;
	x->family = xfrm_family(&src->addr_lo);
	x->proto = src->ip_proto;
	return 0;
}

static struct xfrm_user_tmpl
template(const struct xfrm_rule *r, uint8_t proto, uint32_t spi, enum ipsec_mode mode)
{
	bool out = r->dir == XFRM_POLICY_OUT;

	return (struct xfrm_user_tmpl){ .id = { .proto = proto, .spi = htonl(spi),
		.daddr = xfrm_addr(out ? &r->remote : &r->local) },
		.saddr = xfrm_addr(out ? &r->local : &r->remote),
		.reqid = r->reqid, .mode = xfrm_mode(mode), .family = xfrm_family(&r->local),
		.aalgos = UINT32_MAX, .ealgos = UINT32_MAX, .calgos = UINT32_MAX };
}

/* The inner one first. A packet that deflate would not shorten comes without
 * IPComp (RFC 3173 2.2), so what comes in need not have it. */
static void
put_templates(struct nlmsghdr *h, const struct xfrm_rule *r)
{
	const enum ipsec_mode outer = r->cpi != 0 ? MODE_TRANSPORT : r->mode;
	struct xfrm_user_tmpl t[2];
	size_t n = 0;

	if (r->cpi != 0) {
		bool out = r->dir == XFRM_POLICY_OUT;

		t[n] = template(r, IPPROTO_COMP, out ? r->cpi : 0, r->mode);
		t[n++].optional = !out;
	}
	t[n++] = template(r, xfrm_ip_proto(r->protocol), r->spi, outer);
	mnl_attr_put(h, XFRMA_TMPL, n * sizeof(*t), t);
}

int
xfrm_put_policy(struct nlmsghdr *h, const struct xfrm_rule *r)
{
	struct xfrm_userpolicy_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));
	int rc = put_selector(&x->sel, r);

	if (rc != 0)
		return rc;
	x->dir = r->dir;
	x->priority = xfrm_priority(r->rank, &r->sel);
	x->action = XFRM_POLICY_ALLOW;
	x->lft = xfrm_forever();
	if (r->bypass)
		x->lft.soft_byte_limit = BYPASS_SIGNATURE;
	else if (r->rank != KERNEL_RANK_EXEMPT)
		put_templates(h, r);
	if (r->if_id != 0)
		mnl_attr_put_u32(h, XFRMA_IF_ID, r->if_id);
	return 0;
}

bool
xfrm_is_bypass(const struct xfrm_userpolicy_info *p)
{
	return p->lft.soft_byte_limit == BYPASS_SIGNATURE;
}

int
xfrm_put_policy_id(struct nlmsghdr *h, const struct xfrm_rule *r)
{
	struct xfrm_userpolicy_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->dir = r->dir;
	if (r->if_id != 0)
		mnl_attr_put_u32(h, XFRMA_IF_ID, r->if_id);
	return put_selector(&x->sel, r);
}
