/* Routes to the clients of peers, through rtnetlink. */
#include "pluto/kernel/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/marks.h"
#include "pluto/kernel/own_addr.h"

struct route {
	struct ip_prefix dst;
	struct ip_addr via, src;	/* IP_NONE: on the link; the kernel's choice */
	unsigned ifindex;
};

struct hop {
	struct ip_addr via;
	unsigned ifindex;
};

static uint8_t
af_of(const struct ip_addr *a)
{
	return a->family == IP_V6 ? AF_INET6 : AF_INET;
}

static void
put_addr(struct nlmsghdr *h, uint16_t type, const struct ip_addr *a)
{
	struct span s = ip_addr_span(a);

	if (s.len > 0)
		mnl_attr_put(h, type, s.len, s.ptr);
}

static int
see_hop_attr(const struct nlattr *a, void *ctx)
{
	struct hop *hop = ctx;

	if (mnl_attr_get_type(a) == RTA_OIF && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
		hop->ifindex = mnl_attr_get_u32(a);
	else if (mnl_attr_get_type(a) == RTA_GATEWAY)
		hop->via = ip_addr_from(span_of(mnl_attr_get_payload(a),
						mnl_attr_get_payload_len(a)));
	return MNL_CB_OK;
}

static int
see_hop(const struct nlmsghdr *h, void *ctx)
{
	if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct rtmsg))
		mnl_attr_parse(h, sizeof(struct rtmsg), see_hop_attr, ctx);
	return MNL_CB_OK;
}

/* The way of our own packets (MARK_BYPASS) to DST. */
static int
find_hop(struct rtnl *r, const struct ip_addr *dst, struct hop *out)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	int rc;

	*out = (struct hop){ .ifindex = 0 };
	m->rtm_family = af_of(dst);
	m->rtm_dst_len = (uint8_t)ip_addr_bits(dst->family);
	put_addr(h, RTA_DST, dst);
	mnl_attr_put_u32(h, RTA_MARK, MARK_BYPASS);
	rc = rtnl_talk(r, h, see_hop, out);
	return rc != 0 ? rc : out->ifindex == 0 ? -ENETUNREACH : 0;
}

static struct nlmsghdr *
route_message(struct rtnl *r, const struct route *w, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = rtnl_request(r, type, (uint16_t)(NLM_F_ACK | flags));
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	bool link = type == RTM_NEWROUTE && w->via.family == IP_NONE && w->dst.addr.family == IP_V4;

	m->rtm_family = af_of(&w->dst.addr);
	m->rtm_dst_len = w->dst.len;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = ROUTE_PROTOCOL;
	m->rtm_type = RTN_UNICAST;
	m->rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE
		     : link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	put_addr(h, RTA_DST, &w->dst.addr);
	return h;
}

/* Only ours: the kernel compares the protocol. */
static int
take(struct rtnl *r, const struct route *w)
{
	return rtnl_talk(r, route_message(r, w, RTM_DELROUTE, 0), NULL, NULL);
}

struct match { uint8_t len, protocol; };

static int
see_match(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	struct match *found = ctx;

	if (mnl_nlmsg_get_payload_len(h) >= sizeof(*m))
		*found = (struct match){ m->rtm_dst_len, m->rtm_protocol };
	return MNL_CB_OK;
}

static bool
is_ours(struct rtnl *r, const struct route *w)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	struct match found = { .len = 0 };

	m->rtm_family = af_of(&w->dst.addr);
	m->rtm_dst_len = (uint8_t)ip_addr_bits(w->dst.addr.family);
	m->rtm_flags = RTM_F_FIB_MATCH;
	put_addr(h, RTA_DST, &w->dst.addr);
	return rtnl_talk(r, h, see_match, &found) == 0 && found.len == w->dst.len
		&& found.protocol == ROUTE_PROTOCOL;
}

static int
put(struct rtnl *r, const struct route *w, uint16_t how)
{
	struct nlmsghdr *h = route_message(r, w, RTM_NEWROUTE, NLM_F_CREATE | how);

	put_addr(h, RTA_GATEWAY, &w->via);
	put_addr(h, RTA_PREFSRC, &w->src);
	mnl_attr_put_u32(h, RTA_OIF, w->ifindex);
	return rtnl_talk(r, h, NULL, NULL);
}

/* One of ours that is there is replaced, in one step when it can be seen;
 * nobody else's is. */
static int
put_anew(struct rtnl *r, const struct route *w)
{
	int rc = put(r, w, NLM_F_EXCL);

	if (rc != -EEXIST)
		return rc;
	if (is_ours(r, w))
		return put(r, w, NLM_F_REPLACE);
	return take(r, w) == 0 ? put(r, w, NLM_F_EXCL) : rc;
}

static int
refuse(int rc, const struct route *w, char *err, size_t errlen)
{
	struct addr_buf dst, src, via;

	ip_prefix_text(&w->dst, &dst);
	if (rc == -EEXIST)
		snprintf(err, errlen, "there is a route to %s already that is not ours; remove it, "
			 "or --updown %%disabled and route by yourself", dst.text);
	else if (rc == -EINVAL && w->src.family != IP_NONE)
		snprintf(err, errlen, "no route to %s with source %s: is that an address of this "
			 "machine?", dst.text, ip_addr_text(&w->src, &src));
	else
		snprintf(err, errlen, "no route to %s by %s: %s", dst.text,
			 w->via.family != IP_NONE ? ip_addr_text(&w->via, &via) : "the link",
			 strerror(-rc));
	return rc;
}

/* The next hop that was named must be on a network of ours; the peer itself
 * means "on the link" to those who write it by habit, and is no next hop of its
 * client when it is not there. */
static int
choose_hop(struct rtnl *r, const struct updown_event *e, struct hop *hop, char *err, size_t errlen)
{
	const struct ip_addr *to = e->nexthop.family != IP_NONE ? &e->nexthop : &e->peer;
	struct addr_buf b;
	int rc;

	if (e->device[0] != '\0') {
		*hop = (struct hop){ .ifindex = if_nametoindex(e->device) };
		if (hop->ifindex != 0)
			return 0;
		snprintf(err, errlen, "there is no device %s", e->device);
		return -ENODEV;
	}
	rc = find_hop(r, to, hop);
	if (rc == 0 && to == &e->nexthop && hop->via.family != IP_NONE)
		rc = -ENETUNREACH;
	if (rc != 0) {
		snprintf(err, errlen, to == &e->peer ? "there is no route to the peer, %s: %s"
			 : "the next hop %s is not on a network of this machine: %s",
			 ip_addr_text(to, &b), strerror(-rc));
		return rc;
	}
	if (to == &e->nexthop && !ip_addr_eq(to, &e->peer))
		hop->via = *to;
	return 0;
}

static bool
has_nothing_to_say(const struct updown_event *e, const struct ip_prefix *dst)
{
	struct ip_prefix peer = ip_prefix_host(&e->peer);

	return e->nexthop.family == IP_NONE && e->srcip.family == IP_NONE && e->device[0] == '\0'
		&& dst->len == peer.len && ip_addr_eq(&dst->addr, &peer.addr);
}

/* DST, or the two halves of everything. */
static unsigned
halves(const struct ip_prefix *dst, struct ip_prefix out[2])
{
	out[0] = out[1] = *dst;
	if (dst->len > 0)
		return 1;
	out[0].len = out[1].len = 1;
	out[1].addr.bytes[0] = 0x80;
	return 2;
}

static int
take_route(struct rtnl *r, const struct ip_prefix *dst)
{
	struct ip_prefix part[2];
	unsigned n = halves(dst, part);
	int rc = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct route w = { .dst = part[i] };
		int e = take(r, &w);

		if (e != 0 && e != -ESRCH)
			rc = e;
	}
	return rc;
}

static int
put_route(struct rtnl *r, const struct updown_event *e, const struct ip_prefix *dst,
	  char *err, size_t errlen)
{
	struct route w = { .src = e->srcip };
	struct ip_prefix part[2];
	unsigned n = halves(dst, part);
	struct hop hop;
	int rc;

	/* The way to the peer is looked for without our own route to it. */
	if (ip_prefix_contains(dst, &e->peer))
		(void)take_route(r, dst);
	rc = choose_hop(r, e, &hop, err, errlen);
	if (rc != 0)
		return rc;
	w.ifindex = hop.ifindex;
	/* A route of the other family ends on the device: the SA's own outer
	 * address is what is routed then. */
	if (hop.via.family == dst->addr.family)
		w.via = hop.via;
	for (unsigned i = 0; i < n; i++) {
		w.dst = part[i];
		rc = put_anew(r, &w);
		if (rc != 0) {
			if (i > 0)
				(void)take_route(r, dst);
			return refuse(rc, &w, err, errlen);
		}
	}
	return 0;
}

static int
take_assigned(struct rtnl *r, const struct updown_event *e, char *err, size_t errlen)
{
	struct addr_buf b;
	int rc = e->assigned ? own_addr_set(r, &e->srcip, true) : 0;

	if (rc != 0)
		snprintf(err, errlen, "the address %s that the peer gave us cannot be taken: %s",
			 ip_addr_text(&e->srcip, &b), strerror(-rc));
	return rc;
}

int
route_updown(struct rtnl *r, const struct updown_event *e, char *err, size_t errlen)
{
	struct ip_prefix dst;
	struct addr_buf b;
	int rc;

	if (e->verb == UPDOWN_PREPARE)
		return take_assigned(r, e, err, errlen);
	if (e->verb != UPDOWN_ROUTE && e->verb != UPDOWN_UNROUTE)
		return 0;
	if (!ts_is_prefix(&e->sel.remote, &dst)) {
		snprintf(err, errlen, "%s is no prefix, and cannot be routed",
			 ts_text(&e->sel.remote, &b));
		return -EOPNOTSUPP;
	}
	if (e->verb == UPDOWN_ROUTE)
		return has_nothing_to_say(e, &dst) ? 0 : put_route(r, e, &dst, err, errlen);
	rc = take_route(r, &dst);
	if (e->assigned)
		(void)own_addr_set(r, &e->srcip, false);
	if (rc != 0)
		snprintf(err, errlen, "the route to %s was not removed: %s",
			 ip_prefix_text(&dst, &b), strerror(-rc));
	return rc;
}

/* The dump is read whole before anything is removed: one socket. */
enum { SWEEP_AT_ONCE = 256 };
struct sweep { unsigned n; bool more; struct ip_prefix dst[SWEEP_AT_ONCE]; };

static int
see_dst(const struct nlattr *a, void *ctx)
{
	struct ip_prefix *p = ctx;

	if (mnl_attr_get_type(a) == RTA_DST)
		p->addr = ip_addr_from(span_of(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a)));
	return MNL_CB_OK;
}

static int
see_ours(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	struct sweep *s = ctx;
	struct ip_prefix p;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m) || m->rtm_protocol != ROUTE_PROTOCOL
	    || m->rtm_table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	p = (struct ip_prefix){ .len = m->rtm_dst_len,
		.addr.family = m->rtm_family == AF_INET6 ? IP_V6 : IP_V4 };
	mnl_attr_parse(h, sizeof(*m), see_dst, &p);
	s->more = s->n == SWEEP_AT_ONCE;
	if (!s->more)
		s->dst[s->n++] = p;
	return MNL_CB_OK;
}

static int
sweep_some(struct rtnl *r, uint8_t family, struct sweep *s)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	int rc;

	m->rtm_family = family;
	*s = (struct sweep){ .n = 0 };
	rc = rtnl_talk(r, h, see_ours, s);
	for (unsigned i = 0; i < s->n && rc == 0; i++) {
		const struct route w = { .dst = s->dst[i] };

		rc = take(r, &w);
	}
	return rc;
}

int
route_sweep(struct rtnl *r)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct sweep *s = malloc(sizeof(*s));
	int rc = s == NULL ? -ENOMEM : 0, n = 0;

	for (unsigned i = 0; i < sizeof(families) && rc == 0; i++)
		do {
			rc = sweep_some(r, families[i], s);
			n += (int)s->n;
		} while (rc == 0 && s->more);
	free(s);
	return rc != 0 ? rc : n;
}
