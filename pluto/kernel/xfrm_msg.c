/* Bodies of XFRM netlink messages, written from our values. */
#include "pluto/kernel/xfrm_msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "pluto/crypto/cipher.h"
#include "pluto/wire/ike_const.h"

enum { DEFAULT_WINDOW = 1024, MOST_WINDOW = 4096, WORD_BITS = 32, MOST_KEY = 64,
	BYTE_BITS = 8, ANY_PORT_HI = 65535 };

/* What the kernel calls our ciphers and integrity algorithms. */
static const struct { uint16_t id; const char *kernel; } kernel_ciphers[] = {
	{ ENCR_AES_GCM_16, "rfc4106(gcm(aes))" },
	{ ENCR_CHACHA20_POLY1305, "rfc7539esp(chacha20,poly1305)" },
	{ ENCR_AES_CBC, "cbc(aes)" },
};
static const struct { uint16_t id; const char *kernel; } kernel_integs[] = {
	{ INTEG_HMAC_SHA1_96, "hmac(sha1)" },
	{ INTEG_HMAC_SHA2_256_128, "hmac(sha256)" },
	{ INTEG_HMAC_SHA2_384_192, "hmac(sha384)" },
	{ INTEG_HMAC_SHA2_512_256, "hmac(sha512)" },
};

/* The kernel's structures end in a flexible key; these have room for ours. */
struct algo {			/* struct xfrm_algo */
	char name[64];
	uint32_t key_bits;
	uint8_t key[MOST_KEY];
};
struct algo_sized {		/* struct xfrm_algo_aead, struct xfrm_algo_auth */
	char name[64];
	uint32_t key_bits, icv_bits;
	uint8_t key[MOST_KEY];
};

bool
xfrm_reqid_ours(uint32_t reqid)
{
	return reqid >= XFRM_REQID_FIRST && reqid <= XFRM_REQID_LAST;
}

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
	enum { RANK_STEP = 2000, MOST_BITS = 256 };
	const struct traffic_selector *ts[] = { &sel->local, &sel->remote };
	unsigned narrow = 0;

	for (unsigned i = 0; i < 2; i++) {
		int len = range_prefix(ts[i]);

		narrow += len > 0 ? 3u * (unsigned)len : 0;
		narrow += ts[i]->port_lo == ts[i]->port_hi ? 1 : 0;
	}
	narrow += sel->local.ip_proto != 0 ? 1 : 0;
	return ((uint32_t)rank + 1) * RANK_STEP + 3 * MOST_BITS + 3 - narrow;
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

static xfrm_address_t
xfrm_addr(const struct ip_addr *a)
{
	xfrm_address_t x = { .a6 = { 0 } };

	memcpy(&x, a->bytes, sizeof(x));
	return x;
}

static uint16_t
af_of(const struct ip_addr *a)
{
	return a->family == IP_V6 ? AF_INET6 : AF_INET;
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
	x->family = af_of(&src->addr_lo);
	x->proto = src->ip_proto;
	return 0;
}

static uint8_t
xfrm_mode(enum ipsec_mode m)
{
	return m == MODE_TUNNEL ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

static int
put_aead(struct nlmsghdr *h, const struct kernel_sa *sa, const char *name, unsigned icv)
{
	struct algo_sized a = { .icv_bits = icv * BYTE_BITS,
		.key_bits = (uint32_t)sa->encr_key.len * BYTE_BITS };

	snprintf(a.name, sizeof(a.name), "%s", name);
	memcpy(a.key, sa->encr_key.ptr, sa->encr_key.len);
	mnl_attr_put(h, XFRMA_ALG_AEAD, offsetof(struct algo_sized, key) + sa->encr_key.len, &a);
	explicit_bzero(&a, sizeof(a));
	return 0;
}

static void
put_cipher(struct nlmsghdr *h, const struct kernel_sa *sa, const char *name)
{
	struct algo a = { .key_bits = (uint32_t)sa->encr_key.len * BYTE_BITS };

	snprintf(a.name, sizeof(a.name), "%s", name);
	memcpy(a.key, sa->encr_key.ptr, sa->encr_key.len);
	mnl_attr_put(h, XFRMA_ALG_CRYPT, offsetof(struct algo, key) + sa->encr_key.len, &a);
	explicit_bzero(&a, sizeof(a));
}

/* RFC 4868 truncations: the kernel's own default for SHA2-256 is not it. */
static int
put_integ(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	const struct integ_desc *d = integ_desc(sa->integ);
	struct algo_sized a = { .key_bits = (uint32_t)sa->integ_key.len * BYTE_BITS };

	if (d == NULL || sa->integ_key.len != d->key_len)
		return -EOPNOTSUPP;
	a.icv_bits = d->icv_len * (uint32_t)BYTE_BITS;
	for (size_t i = 0; i < sizeof(kernel_integs) / sizeof(*kernel_integs); i++)
		if (kernel_integs[i].id == sa->integ)
			snprintf(a.name, sizeof(a.name), "%s", kernel_integs[i].kernel);
	memcpy(a.key, sa->integ_key.ptr, sa->integ_key.len);
	mnl_attr_put(h, XFRMA_ALG_AUTH_TRUNC,
		     offsetof(struct algo_sized, key) + sa->integ_key.len, &a);
	explicit_bzero(&a, sizeof(a));
	return 0;
}

static int
put_algorithms(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	const struct cipher_desc *c = cipher_desc(sa->encr, sa->encr_bits);
	const char *name = NULL;

	if (c == NULL && sa->encr == ENCR_CHACHA20_POLY1305)
		c = cipher_desc(sa->encr, 0);	/* it has one key length */
	for (size_t i = 0; i < sizeof(kernel_ciphers) / sizeof(*kernel_ciphers); i++)
		if (kernel_ciphers[i].id == sa->encr)
			name = kernel_ciphers[i].kernel;
	if (c == NULL || name == NULL || sa->encr_key.len > MOST_KEY
	    || sa->encr_key.len != (size_t)c->key_len + c->salt_len)
		return -EOPNOTSUPP;
	if (c->aead)
		return put_aead(h, sa, name, c->icv_len);
	put_cipher(h, sa, name);
	return put_integ(h, sa);
}

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

static void
put_encap(struct nlmsghdr *h, const struct kernel_sa *sa)
{
	bool out = sa->dir == SA_OUT;
	struct xfrm_encap_tmpl e = { .encap_type = UDP_ENCAP_ESPINUDP,
		.encap_sport = htons(out ? sa->local.port : sa->remote.port),
		.encap_dport = htons(out ? sa->remote.port : sa->local.port) };

	mnl_attr_put(h, XFRMA_ENCAP, sizeof(e), &e);
}

static void
set_outer(struct xfrm_usersa_info *x, enum sa_direction dir, const struct ip_addr *local,
	  const struct ip_addr *remote)
{
	x->id.daddr = xfrm_addr(dir == SA_OUT ? remote : local);
	x->saddr = xfrm_addr(dir == SA_OUT ? local : remote);
	x->family = af_of(local);
}

int
xfrm_put_sa(struct nlmsghdr *h, const struct kernel_sa *sa, uint32_t reqid)
{
	struct xfrm_usersa_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	set_outer(x, sa->dir, &sa->local.addr, &sa->remote.addr);
	x->id.spi = htonl(sa->spi);
	x->id.proto = IPPROTO_ESP;
	x->mode = xfrm_mode(sa->mode);
	x->reqid = reqid;
	/* Policies say what may be inside; a tunnel takes both families. */
	x->flags = sa->mode == MODE_TUNNEL ? XFRM_STATE_AF_UNSPEC : 0;
	if (sa->esn)
		x->flags |= XFRM_STATE_ESN;
	x->lft.soft_byte_limit = x->lft.hard_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = sa->soft_packets != 0 ? sa->soft_packets : XFRM_INF;
	x->lft.hard_packet_limit = sa->hard_packets != 0 ? sa->hard_packets : XFRM_INF;
	put_window(h, sa);
	if (sa->encap_udp)
		put_encap(h, sa);
	return put_algorithms(h, sa);
}

void
xfrm_put_sa_id(struct nlmsghdr *h, const struct ip_addr *dst, uint32_t spi)
{
	struct xfrm_usersa_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->daddr = xfrm_addr(dst);
	x->spi = htonl(spi);
	x->family = af_of(dst);
	x->proto = IPPROTO_ESP;
}

static void
put_template(struct nlmsghdr *h, const struct xfrm_rule *r)
{
	bool out = r->dir == XFRM_POLICY_OUT;
	struct xfrm_user_tmpl t = { .id = { .proto = IPPROTO_ESP, .spi = htonl(r->spi) },
		.reqid = r->reqid, .mode = xfrm_mode(r->mode), .family = af_of(&r->local),
		.aalgos = UINT32_MAX, .ealgos = UINT32_MAX, .calgos = UINT32_MAX };

	t.id.daddr = xfrm_addr(out ? &r->remote : &r->local);
	t.saddr = xfrm_addr(out ? &r->local : &r->remote);
	mnl_attr_put(h, XFRMA_TMPL, sizeof(t), &t);
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
	x->lft.soft_byte_limit = x->lft.hard_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = x->lft.hard_packet_limit = XFRM_INF;
	if (r->rank != KERNEL_RANK_EXEMPT)
		put_template(h, r);
	return 0;
}

int
xfrm_put_policy_id(struct nlmsghdr *h, const struct xfrm_rule *r)
{
	struct xfrm_userpolicy_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->dir = r->dir;
	return put_selector(&x->sel, r);
}

static int
find_encap(const struct nlattr *a, void *ctx)
{
	struct xfrm_encap_tmpl **e = ctx;

	if (mnl_attr_get_type(a) == XFRMA_ENCAP && mnl_attr_get_payload_len(a) >= sizeof(**e))
		*e = mnl_attr_get_payload(a);
	return MNL_CB_OK;
}

int
xfrm_readdress_sa(struct nlmsghdr *h, enum sa_direction dir,
		  const struct endpoint *local, const struct endpoint *remote)
{
	struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(h);
	bool out = dir == SA_OUT;
	struct xfrm_encap_tmpl *e = NULL;

	mnl_attr_parse(h, sizeof(*x), find_encap, &e);
	if (e == NULL)
		return -EINVAL;
	set_outer(x, dir, &local->addr, &remote->addr);
	e->encap_sport = htons(out ? local->port : remote->port);
	e->encap_dport = htons(out ? remote->port : local->port);
	return 0;
}
