/* The kernel's policy database in the hands of the trap. */
#include "pluto/kernel/xfrm_trap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/xfrm_nl.h"

/* The kernel keeps a policy's limit of bytes and never looks at it: this says
 * whose a policy without a template is. */
static const uint64_t SIGNATURE = 0x706c75746f2d6f65;	/* "pluto-oe" */

struct xfrm_trap {
	struct xfrm_nl *nl;
};

static uint16_t
af_of(enum ip_family f)
{
	return f == IP_V6 ? AF_INET6 : AF_INET;
}

static void
put_selector(struct xfrm_selector *x, const struct spd_rule *r)
{
	const uint16_t every_bit = 0xffff;

	memcpy(&x->saddr, r->local.addr.bytes, sizeof(x->saddr));
	memcpy(&x->daddr, r->remote.addr.bytes, sizeof(x->daddr));
	x->prefixlen_s = r->local.len;
	x->prefixlen_d = r->remote.len;
	x->family = af_of(r->remote.addr.family);
	x->proto = r->ip_proto;
	x->sport = htons(r->sport);
	x->dport = htons(r->dport);
	x->sport_mask = r->sport != 0 ? every_bit : 0;
	x->dport_mask = r->dport != 0 ? every_bit : 0;
}

static uint32_t
priority_of(const struct spd_rule *r)
{
	struct selector s = { .local = ts_prefix(&r->local), .remote = ts_prefix(&r->remote) };

	s.local.ip_proto = s.remote.ip_proto = r->ip_proto;
	if (r->sport != 0)
		s.local.port_lo = s.local.port_hi = r->sport;
	if (r->dport != 0)
		s.remote.port_lo = s.remote.port_hi = r->dport;
	return xfrm_priority(r->exempt ? KERNEL_RANK_EXEMPT : KERNEL_RANK_TRAP, &s);
}

/* Transport, to whoever the packet is for: so each pair of addresses has a
 * larval SA of its own, and none waits for another. Required: with a template
 * of level "use" packets would leave in the clear meanwhile. */
static void
put_template(struct nlmsghdr *h, const struct spd_rule *r)
{
	const struct xfrm_user_tmpl t = { .id.proto = IPPROTO_ESP, .reqid = XFRM_REQID_TRAP,
		.mode = XFRM_MODE_TRANSPORT, .family = af_of(r->remote.addr.family),
		.aalgos = UINT32_MAX, .ealgos = UINT32_MAX, .calgos = UINT32_MAX };

	mnl_attr_put(h, XFRMA_TMPL, sizeof(t), &t);
}

static void
put_policy(struct nlmsghdr *h, const struct spd_rule *r)
{
	struct xfrm_userpolicy_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	put_selector(&x->sel, r);
	x->dir = XFRM_POLICY_OUT;
	x->priority = priority_of(r);
	x->action = r->action == SPD_DISCARD ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	x->lft.soft_byte_limit = SIGNATURE;
	x->lft.hard_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = x->lft.hard_packet_limit = XFRM_INF;
	x->lft.hard_add_expires_seconds = r->lifetime_s;
	if (r->action == SPD_PROTECT)
		put_template(h, r);
}

bool
xfrm_trap_policy(const struct xfrm_userpolicy_info *p)
{
	return p->lft.soft_byte_limit == SIGNATURE && p->dir == XFRM_POLICY_OUT;
}

static struct nlmsghdr *
name_policy(struct xfrm_trap *t, uint16_t type, const struct spd_rule *r)
{
	struct nlmsghdr *h = xfrm_nl_request(t->nl, type, NLM_F_ACK);
	struct xfrm_userpolicy_id *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	x->dir = XFRM_POLICY_OUT;
	put_selector(&x->sel, r);
	return h;
}

/* What stands for the same packets. */
struct standing {
	bool others;		/* a policy that is not the trap's */
	int64_t used;		/* of one that is; -1: there is none */
};

static int
see_standing(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	struct standing *s = ctx;

	if (h->nlmsg_type != XFRM_MSG_NEWPOLICY || mnl_nlmsg_get_payload_len(h) < sizeof(*x))
		return MNL_CB_OK;
	s->others = !xfrm_trap_policy(x);
	if (!s->others)
		s->used = (int64_t)(x->curlft.use_time & INT64_MAX);
	return MNL_CB_OK;
}

static struct standing
standing(struct xfrm_trap *t, const struct spd_rule *r)
{
	struct standing s = { .used = -1 };

	(void)xfrm_nl_talk(t->nl, name_policy(t, XFRM_MSG_GETPOLICY, r), see_standing, &s);
	return s;
}

static int
put(void *k, const struct spd_rule *r)
{
	struct xfrm_trap *t = k;
	struct nlmsghdr *h;

	if (standing(t, r).others && !r->exempt)
		return 0;
	h = xfrm_nl_request(t->nl, XFRM_MSG_UPDPOLICY, NLM_F_ACK);
	put_policy(h, r);
	return xfrm_nl_talk(t->nl, h, NULL, NULL);
}

static int
remove_rule(void *k, const struct spd_rule *r)
{
	struct xfrm_trap *t = k;
	struct standing s = standing(t, r);
	int rc;

	if (s.others || s.used < 0)
		return 0;
	rc = xfrm_nl_talk(t->nl, name_policy(t, XFRM_MSG_DELPOLICY, r), NULL, NULL);
	return rc == -ENOENT ? 0 : rc;
}

static int64_t
last_used(void *k, const struct spd_rule *r)
{
	return standing(k, r).used;
}

struct listing {
	spd_rule_fn *fn;
	void *ctx;
};

static int
find_template(const struct nlattr *a, void *ctx)
{
	bool *found = ctx;

	*found = *found || mnl_attr_get_type(a) == XFRMA_TMPL;
	return MNL_CB_OK;
}

static struct ip_prefix
prefix_of(const xfrm_address_t *a, uint16_t family, uint8_t len)
{
	const size_t size = family == AF_INET6 ? sizeof(a->a6) : sizeof(a->a4);

	return (struct ip_prefix){ .addr = ip_addr_from(span_of(a, size)), .len = len };
}

static int
see_policy(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	const struct listing *l = ctx;
	bool asks = false;
	struct spd_rule r;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*x) || !xfrm_trap_policy(x))
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*x), find_template, &asks);
	r = (struct spd_rule){ .local = prefix_of(&x->sel.saddr, x->sel.family, x->sel.prefixlen_s),
		.remote = prefix_of(&x->sel.daddr, x->sel.family, x->sel.prefixlen_d),
		.ip_proto = x->sel.proto, .sport = ntohs(x->sel.sport),
		.dport = ntohs(x->sel.dport), .action = asks ? SPD_PROTECT
			: x->action == XFRM_POLICY_BLOCK ? SPD_DISCARD : SPD_BYPASS };
	l->fn(l->ctx, &r);
	return MNL_CB_OK;
}

static int
each(void *k, spd_rule_fn *fn, void *ctx)
{
	struct xfrm_trap *t = k;
	struct listing l = { fn, ctx };

	return xfrm_nl_talk(t->nl, xfrm_nl_request(t->nl, XFRM_MSG_GETPOLICY, NLM_F_DUMP),
			    see_policy, &l);
}

/* A larval SA is found by its number alone, and removed by its SPI alone: it is
 * given one first. */
static int
see_spi(const struct nlmsghdr *h, void *ctx)
{
	const struct xfrm_usersa_info *x = mnl_nlmsg_get_payload(h);
	struct xfrm_usersa_id *id = ctx;

	if (h->nlmsg_type == XFRM_MSG_NEWSA && mnl_nlmsg_get_payload_len(h) >= sizeof(*x))
		*id = (struct xfrm_usersa_id){ .daddr = x->id.daddr, .spi = x->id.spi,
			.family = x->family, .proto = x->id.proto };
	return MNL_CB_OK;
}

static int
name_larval(struct xfrm_trap *t, uint32_t seq, const struct ip_addr *src,
	    const struct ip_addr *dst, struct xfrm_usersa_id *id)
{
	enum { SPI_LOW = 0x100, SPI_HIGH = 0x0fffffff };
	struct nlmsghdr *h = xfrm_nl_request(t->nl, XFRM_MSG_ALLOCSPI, NLM_F_ACK);
	struct xfrm_userspi_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));

	memcpy(&x->info.id.daddr, dst->bytes, sizeof(x->info.id.daddr));
	memcpy(&x->info.saddr, src->bytes, sizeof(x->info.saddr));
	x->info.id.proto = IPPROTO_ESP;
	x->info.family = af_of(dst->family);
	x->info.mode = XFRM_MODE_TRANSPORT;
	x->info.reqid = XFRM_REQID_TRAP;
	x->info.seq = seq;
	x->min = SPI_LOW;
	x->max = SPI_HIGH;
	return xfrm_nl_talk(t->nl, h, see_spi, id);
}

static int
forget_acquire(void *k, uint32_t seq, const struct ip_addr *src, const struct ip_addr *dst)
{
	struct xfrm_trap *t = k;
	struct xfrm_usersa_id id = { .spi = 0 }, *x;
	int rc = name_larval(t, seq, src, dst, &id);
	struct nlmsghdr *h;

	if (rc != 0 || id.spi == 0)
		return rc;
	h = xfrm_nl_request(t->nl, XFRM_MSG_DELSA, NLM_F_ACK);
	x = mnl_nlmsg_put_extra_header(h, sizeof(*x));
	*x = id;
	rc = xfrm_nl_talk(t->nl, h, NULL, NULL);
	return rc == -ESRCH ? 0 : rc;
}

static void
close_trap(void *k)
{
	struct xfrm_trap *t = k;

	xfrm_nl_close(t->nl);
	free(t);
}

static const struct spd_ops ops = {
	.put = put,
	.remove = remove_rule,
	.last_used = last_used,
	.each = each,
	.forget_acquire = forget_acquire,
	.close = close_trap,
};

bool
xfrm_trap_open(struct spd *out, char *err, size_t errlen)
{
	struct xfrm_trap *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->nl = xfrm_nl_open();
	if (t == NULL || t->nl == NULL) {
		snprintf(err, errlen, "kernel policies (XFRM netlink): %s", strerror(errno));
		free(t);
		return false;
	}
	*out = (struct spd){ .ops = &ops, .k = t, .reqid = XFRM_REQID_TRAP };
	return true;
}
