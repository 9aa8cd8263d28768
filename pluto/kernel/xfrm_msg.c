/* Bodies of XFRM netlink messages about SAs, written from our values. */
#include "pluto/kernel/xfrm_msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/udp.h>
#include <string.h>

#include "lib/marks.h"
#include "pluto/kernel/xfrm_alg.h"
#include "pluto/kernel/xfrm_put.h"

enum { DEFAULT_WINDOW = 1024, MOST_WINDOW = 4096, WORD_BITS = 32 };

bool
xfrm_reqid_ours(uint32_t reqid)
{
	return reqid >= XFRM_REQID_FIRST && reqid <= XFRM_REQID_LAST;
}

uint8_t
xfrm_ip_proto(enum sa_protocol p)
{
	return p == SA_AH ? IPPROTO_AH : IPPROTO_ESP;
}

xfrm_address_t
xfrm_addr(const struct ip_addr *a)
{
	xfrm_address_t x = { .a6 = { 0 } };

	memcpy(&x, a->bytes, sizeof(x));
	return x;
}

struct ip_addr
xfrm_addr_back(const xfrm_address_t *a, uint16_t family)
{
	return ip_addr_from(span_of(a, family == AF_INET6 ? sizeof(a->a6) : sizeof(a->a4)));
}

uint16_t
xfrm_family(const struct ip_addr *a)
{
	return a->family == IP_V6 ? AF_INET6 : AF_INET;
}

uint8_t
xfrm_mode(enum ipsec_mode m)
{
	return m == MODE_TUNNEL ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

struct xfrm_lifetime_cfg
xfrm_forever(void)
{
	return (struct xfrm_lifetime_cfg){
		.soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
		.soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF };
}

static uint64_t
limit(uint64_t n)
{
	return n != 0 ? n : XFRM_INF;
}

static struct xfrm_lifetime_cfg
lifetime(const struct kernel_sa *sa)
{
	return (struct xfrm_lifetime_cfg){
		.soft_byte_limit = limit(sa->soft_bytes),
		.hard_byte_limit = limit(sa->hard_bytes),
		.soft_packet_limit = limit(sa->soft_packets),
		.hard_packet_limit = limit(sa->hard_packets),
		.soft_add_expires_seconds = sa->soft_s,
		.hard_add_expires_seconds = sa->hard_s };
}

/* A window of its own even without ESN: the short form knows 32 packets. */
static void
put_window(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	struct { struct xfrm_replay_state_esn s; uint32_t bits[MOST_WINDOW / WORD_BITS]; } w
		= { .s = { .replay_window = DEFAULT_WINDOW } };
	uint32_t words;

	if (sa->replay_window > 0 && sa->replay_window <= MOST_WINDOW)
		w.s.replay_window = sa->replay_window;
	words = (w.s.replay_window + WORD_BITS - 1) / WORD_BITS;
	w.s.bmp_len = words;
	mnl_attr_put(h, XFRMA_REPLAY_ESN_VAL, sizeof(w.s) + words * sizeof(uint32_t), &w);
}

xfrm_address_t
xfrm_src(const struct xfrm_place *p)
{
	return xfrm_addr(p->dir == SA_OUT ? &p->local.addr : &p->remote.addr);
}

xfrm_address_t
xfrm_dst(const struct xfrm_place *p)
{
	return xfrm_addr(p->dir == SA_OUT ? &p->remote.addr : &p->local.addr);
}

void
xfrm_put_encap(struct nlmsghdr *h, const struct xfrm_place *p)
{
	const bool out = p->dir == SA_OUT;
	struct xfrm_encap_tmpl e = { .encap_type = UDP_ENCAP_ESPINUDP,
		.encap_sport = htons(out ? p->local.port : p->remote.port),
		.encap_dport = htons(out ? p->remote.port : p->local.port) };

	mnl_attr_put(h, XFRMA_ENCAP, sizeof(e), &e);
}

static struct xfrm_place
place(const struct kernel_sa *sa)
{
	return (struct xfrm_place){ sa->dir, sa->local, sa->remote, sa->encap_udp };
}

/* What an SA and its IPComp SA have in common. What may be inside is for the
 * policies to say: a tunnel takes both families. */
static struct xfrm_usersa_info *
put_body(struct nlmsghdr *h, const struct kernel_sa *sa, const struct xfrm_sa_more *more,
	 enum ipsec_mode mode)
{
	struct xfrm_usersa_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));
	const struct xfrm_place p = place(sa);

	x->id.daddr = xfrm_dst(&p);
	x->saddr = xfrm_src(&p);
	x->family = xfrm_family(&sa->local.addr);
	x->mode = xfrm_mode(mode);
	x->reqid = more->reqid;
	x->seq = more->seq;
	x->flags = sa->mode == MODE_TUNNEL ? XFRM_STATE_AF_UNSPEC : 0;
	x->flags |= sa->clear_df ? XFRM_STATE_NOPMTUDISC : 0;
	x->lft = xfrm_forever();
	if (more->if_id != 0)
		mnl_attr_put_u32(h, XFRMA_IF_ID, more->if_id);
	return x;
}

/* Our own ESP passes the trap and the routing rules as pluto's packets do. */
static void
put_mark(struct nlmsghdr *h)
{
	mnl_attr_put_u32(h, XFRMA_SET_MARK, MARK_BYPASS);
	mnl_attr_put_u32(h, XFRMA_SET_MARK_MASK, MARK_MASK);
}

static void
put_offload(struct nlmsghdr *h, const struct kernel_sa *sa, int ifindex)
{
	struct xfrm_user_offload o = { .ifindex = ifindex,
		.flags = (uint8_t)((sa->dir == SA_IN ? XFRM_OFFLOAD_INBOUND : 0)
			| (sa->local.addr.family == IP_V6 ? XFRM_OFFLOAD_IPV6 : 0)) };

	mnl_attr_put(h, XFRMA_OFFLOAD_DEV, sizeof(o), &o);
}

int
xfrm_put_sa(struct nlmsghdr *h, const struct kernel_sa *sa, const struct xfrm_sa_more *more)
{
	/* In a bundle the IPComp SA is the tunnel. */
	struct xfrm_usersa_info *x = put_body(h, sa, more, sa->cpi != 0 ? MODE_TRANSPORT
					      : sa->mode);
	const struct xfrm_place p = place(sa);

	if (sa->local.addr.family != sa->remote.addr.family
	    || (sa->encap_udp && sa->protocol == SA_AH))
		return -EOPNOTSUPP;
	x->id.spi = htonl(sa->spi);
	x->id.proto = xfrm_ip_proto(sa->protocol);
	if (sa->esn)
		x->flags |= XFRM_STATE_ESN;
	/* RFC 4302 2.6: 8 bytes are IPv6's unit, and Linux's for both unless told. */
	if (sa->protocol == SA_AH && sa->local.addr.family == IP_V4)
		x->flags |= XFRM_STATE_ALIGN4;
	x->lft = lifetime(sa);
	put_window(h, sa);
	if (sa->dir == SA_OUT)
		put_mark(h);
	if (p.encap)
		xfrm_put_encap(h, &p);
	if (more->offload)
		put_offload(h, sa, more->ifindex);
	return xfrm_put_algorithms(h, sa);
}

void
xfrm_put_ipcomp(struct nlmsghdr *h, const struct kernel_sa *sa, const struct xfrm_sa_more *more)
{
	struct xfrm_usersa_info *x = put_body(h, sa, more, sa->mode);

	x->id.spi = htonl(sa->cpi);
	x->id.proto = IPPROTO_COMP;
	xfrm_put_deflate(h);
}

void
xfrm_put_sa_name(struct nlmsghdr *h, const struct xfrm_sa_name *n)
{
	struct xfrm_usersa_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->daddr = xfrm_addr(&n->dst);
	x->spi = htonl(n->spi);
	x->family = xfrm_family(&n->dst);
	x->proto = n->proto;
}

void
xfrm_put_spi_request(struct nlmsghdr *h, const struct xfrm_sa_name *n, const struct ip_addr *src)
{
	struct xfrm_userspi_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->info.id.daddr = xfrm_addr(&n->dst);
	x->info.id.proto = n->proto;
	x->info.saddr = xfrm_addr(src);
	x->info.family = xfrm_family(&n->dst);
	x->info.mode = XFRM_MODE_TUNNEL;
	x->info.reqid = XFRM_REQID_FIRST;
	x->min = x->max = n->spi;
}
