/* The few rtnetlink requests that the data planes make, one at a time. */
#include "pluto/kernel/rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/fault.h"
#include "lib/marks.h"

enum { BUFFER = 32768, DEFAULT_MTU = 1500, LEAST_MTU = 1280, MOST_MTU = 65535,
	PATIENCE_S = 5, LAST_METRIC = 0x7fffffff };
enum { QUEUE_PACKETS = 4096 };
enum { RP_FILTER_OFF = 0, RP_FILTER_LOOSE = 2 };
enum { DUMMY_ADDRESS = 0xc0000008 };	/* 192.0.0.8, RFC 7600 */

struct rtnl {
	struct mnl_socket *nl;
	unsigned portid;
	uint32_t seq;
	_Alignas(8) char buf[BUFFER];
};

struct rtnl *
rtnl_open(void)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct rtnl *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (r->nl == NULL || mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		rtnl_close(r);
		return NULL;
	}
	(void)setsockopt(mnl_socket_get_fd(r->nl), SOL_SOCKET, SO_RCVTIMEO,
			 &patience, sizeof(patience));
	r->portid = mnl_socket_get_portid(r->nl);
	return r;
}

void
rtnl_close(struct rtnl *r)
{
	int err = errno;

	if (r == NULL)
		return;
	if (r->nl != NULL)
		mnl_socket_close(r->nl);
	free(r);
	errno = err;
}

struct nlmsghdr *
rtnl_request(struct rtnl *r, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(r->buf);

	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	h->nlmsg_seq = ++r->seq;
	return h;
}

int
rtnl_talk(struct rtnl *r, struct nlmsghdr *h, mnl_cb_t cb, void *ctx)
{
	ssize_t n;
	int more;

	if (fault(FAULT_NETLINK_REFUSES))
		return -EPERM;
	if (mnl_socket_sendto(r->nl, h, h->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(r->nl, r->buf, sizeof(r->buf));
		if (n < 0)
			return -errno;
		more = mnl_cb_run(r->buf, (size_t)n, r->seq, r->portid, cb,
				  ctx);
		if (more < 0)
			return -errno;
	} while (more > 0);
	return 0;
}

static struct nlmsghdr *
link_request(struct rtnl *r, unsigned ifindex, unsigned flags)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_NEWLINK, NLM_F_ACK);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(h, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = (int)ifindex;
	ifi->ifi_flags = flags;
	ifi->ifi_change = flags;
	return h;
}

static int
find_rp_filter(const struct nlattr *attr, void *ctx)
{
	uint32_t *value = ctx;

	if (mnl_attr_get_type(attr) == NETCONFA_RP_FILTER &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*value = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int
see_netconf(const struct nlmsghdr *h, void *ctx)
{
	if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct netconfmsg))
		mnl_attr_parse(h, sizeof(struct netconfmsg), find_rp_filter,
			       ctx);
	return MNL_CB_OK;
}

/* conf/all/rp_filter, which is a lower bound for every device. */
static uint32_t
common_rp_filter(struct rtnl *r)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETNETCONF, NLM_F_ACK);
	struct netconfmsg *n = mnl_nlmsg_put_extra_header(h, sizeof(*n));
	uint32_t value = RP_FILTER_LOOSE;

	n->ncm_family = AF_INET;
	mnl_attr_put_u32(h, NETCONFA_IFINDEX, (uint32_t)NETCONFA_IFINDEX_ALL);
	(void)rtnl_talk(r, h, see_netconf, &value);
	return value;
}

static int
add_dummy_address(struct rtnl *r, unsigned ifindex)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_NEWADDR,
				     NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
	struct ifaddrmsg *a = mnl_nlmsg_put_extra_header(h, sizeof(*a));

	a->ifa_family = AF_INET;
	a->ifa_prefixlen = 32;
	a->ifa_scope = RT_SCOPE_HOST;
	a->ifa_index = ifindex;
	mnl_attr_put_u32(h, IFA_LOCAL, htonl(DUMMY_ADDRESS));
	return rtnl_talk(r, h, NULL, NULL);
}

static int
set_rp_filter(struct rtnl *r, unsigned ifindex, uint32_t value)
{
	struct nlmsghdr *h = link_request(r, ifindex, 0);
	struct nlattr *spec = mnl_attr_nest_start(h, IFLA_AF_SPEC);
	struct nlattr *inet = mnl_attr_nest_start(h, AF_INET);
	struct nlattr *conf = mnl_attr_nest_start(h, IFLA_INET_CONF);

	mnl_attr_put_u32(h, IPV4_DEVCONF_RP_FILTER, value);
	mnl_attr_nest_end(h, conf);
	mnl_attr_nest_end(h, inet);
	mnl_attr_nest_end(h, spec);
	return rtnl_talk(r, h, NULL, NULL);
}

/* A peer's decrypted packet comes from an address that we route elsewhere. On
 * a device without an address even the loose filter refuses that, so it is
 * off; where it is on for all devices, a dummy address makes "loose" work. */
static int
relax_rp_filter(struct rtnl *r, unsigned ifindex)
{
	int err;

	if (common_rp_filter(r) == RP_FILTER_OFF)
		return set_rp_filter(r, ifindex, RP_FILTER_OFF);
	err = set_rp_filter(r, ifindex, RP_FILTER_LOOSE);
	return err != 0 ? err : add_dummy_address(r, ifindex);
}

static int
set_no_autoconf(struct rtnl *r, unsigned ifindex)
{
	struct nlmsghdr *h = link_request(r, ifindex, 0);
	struct nlattr *spec = mnl_attr_nest_start(h, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(h, AF_INET6);

	mnl_attr_put_u8(h, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(h, inet6);
	mnl_attr_nest_end(h, spec);
	return rtnl_talk(r, h, NULL, NULL);
}

int
rtnl_link_prepare(struct rtnl *r, unsigned ifindex, uint32_t mtu)
{
	struct nlmsghdr *h = link_request(r, ifindex, 0);
	int err;

	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	mnl_attr_put_u32(h, IFLA_TXQLEN, QUEUE_PACKETS);
	err = rtnl_talk(r, h, NULL, NULL);
	if (err == 0)
		err = relax_rp_filter(r, ifindex);
	/* Without IPv6 in the kernel there is nothing to switch off. */
	if (err == 0)
		(void)set_no_autoconf(r, ifindex);
	return err;
}

int
rtnl_link_up(struct rtnl *r, unsigned ifindex)
{
	return rtnl_talk(r, link_request(r, ifindex, IFF_UP), NULL, NULL);
}

int
rtnl_rule(struct rtnl *r, int family, bool add)
{
	struct nlmsghdr *h = rtnl_request(r, add ? RTM_NEWRULE : RTM_DELRULE,
		(uint16_t)(NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0)));
	struct fib_rule_hdr *f = mnl_nlmsg_put_extra_header(h, sizeof(*f));
	int err;

	f->family = (uint8_t)family;
	f->action = FR_ACT_TO_TBL;
	f->table = RT_TABLE_UNSPEC;
	mnl_attr_put_u32(h, FRA_PRIORITY, TUN_RULE_PRIORITY);
	mnl_attr_put_u32(h, FRA_FWMARK, MARK_TUN);
	mnl_attr_put_u32(h, FRA_FWMASK, MARK_MASK);
	mnl_attr_put_u32(h, FRA_TABLE, TUN_ROUTE_TABLE);
	err = rtnl_talk(r, h, NULL, NULL);
	return add && err == -EEXIST ? 0 : err;
}

static struct nlmsghdr *
route_request(struct rtnl *r, int family, bool add, uint8_t kind)
{
	struct nlmsghdr *h = rtnl_request(r, add ? RTM_NEWROUTE : RTM_DELROUTE,
		(uint16_t)(NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_REPLACE : 0)));
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->rtm_family = (uint8_t)family;
	m->rtm_table = RT_TABLE_UNSPEC;
	m->rtm_protocol = RTPROT_STATIC;
	m->rtm_scope = family == AF_INET && kind == RTN_UNICAST ?
		       RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	m->rtm_type = kind;
	mnl_attr_put_u32(h, RTA_TABLE, TUN_ROUTE_TABLE);
	return h;
}

int
rtnl_default_route(struct rtnl *r, int family, unsigned ifindex)
{
	struct nlmsghdr *h = route_request(r, family, true, RTN_UNICAST);

	mnl_attr_put_u32(h, RTA_OIF, ifindex);
	return rtnl_talk(r, h, NULL, NULL);
}

int
rtnl_last_route(struct rtnl *r, int family, bool add)
{
	struct nlmsghdr *h = route_request(r, family, add, RTN_UNREACHABLE);

	mnl_attr_put_u32(h, RTA_PRIORITY, LAST_METRIC);
	return rtnl_talk(r, h, NULL, NULL);
}

static int
find_mtu(const struct nlattr *attr, void *ctx)
{
	uint32_t *mtu = ctx;

	if (mnl_attr_get_type(attr) == IFLA_MTU &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*mtu = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int
see_link(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(h);
	uint32_t *smallest = ctx, mtu = 0;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*ifi) ||
	    (ifi->ifi_flags & IFF_UP) == 0 ||
	    (ifi->ifi_flags & IFF_LOOPBACK) != 0 ||
	    ifi->ifi_type == ARPHRD_NONE)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*ifi), find_mtu, &mtu);
	if (mtu >= LEAST_MTU && (*smallest == 0 || mtu < *smallest))
		*smallest = mtu;
	return MNL_CB_OK;
}

uint32_t
rtnl_smallest_mtu(struct rtnl *r)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETLINK, NLM_F_DUMP);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(h, sizeof(*ifi));
	uint32_t smallest = 0;

	ifi->ifi_family = AF_UNSPEC;
	if (rtnl_talk(r, h, see_link, &smallest) != 0 || smallest == 0)
		return DEFAULT_MTU;
	return smallest;
}

static int
find_oif(const struct nlattr *attr, void *ctx)
{
	uint32_t *oif = ctx;

	if (mnl_attr_get_type(attr) == RTA_OIF &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*oif = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int
see_route(const struct nlmsghdr *h, void *ctx)
{
	if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct rtmsg))
		mnl_attr_parse(h, sizeof(struct rtmsg), find_oif, ctx);
	return MNL_CB_OK;
}

static uint32_t
route_device(struct rtnl *r, const struct ip_addr *dst)
{
	struct nlmsghdr *h = rtnl_request(r, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	struct span addr = ip_addr_span(dst);
	uint32_t oif = 0;

	m->rtm_family = dst->family == IP_V6 ? AF_INET6 : AF_INET;
	m->rtm_dst_len = (uint8_t)ip_addr_bits(dst->family);
	mnl_attr_put(h, RTA_DST, addr.len, addr.ptr);
	mnl_attr_put_u32(h, RTA_MARK, MARK_BYPASS);
	return rtnl_talk(r, h, see_route, &oif) == 0 ? oif : 0;
}

static int
see_mtu(const struct nlmsghdr *h, void *ctx)
{
	if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct ifinfomsg))
		mnl_attr_parse(h, sizeof(struct ifinfomsg), find_mtu, ctx);
	return MNL_CB_OK;
}

uint32_t
rtnl_route_mtu(struct rtnl *r, const struct ip_addr *dst)
{
	uint32_t oif = route_device(r, dst), mtu = 0;
	struct nlmsghdr *h = rtnl_request(r, RTM_GETLINK, NLM_F_ACK);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(h, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = (int)oif;
	if (oif == 0 || rtnl_talk(r, h, see_mtu, &mtu) != 0 || mtu == 0)
		return DEFAULT_MTU;
	return mtu > MOST_MTU ? MOST_MTU : mtu;
}
