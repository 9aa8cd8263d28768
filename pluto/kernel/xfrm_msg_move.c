/* XFRM netlink messages that give a living SA other outer addresses. */
#include <libmnl/libmnl.h>
#include <string.h>

#include "pluto/kernel/xfrm_put.h"

/* Numbers left out when an outbound SA is copied: those of the packets that it
 * sends while the copy is made must not come again. */
enum { NUMBERS_SKIPPED = 1024 };

int
xfrm_put_migrate(struct nlmsghdr *h, const struct xfrm_rule *r, const struct xfrm_place *p)
{
	const struct xfrm_place old = { p->dir, { r->local, 0 }, { r->remote, 0 }, false };
	const struct xfrm_user_migrate m = {
		.old_saddr = xfrm_src(&old), .old_daddr = xfrm_dst(&old),
		.new_saddr = xfrm_src(p), .new_daddr = xfrm_dst(p),
		.proto = xfrm_ip_proto(r->protocol), .mode = xfrm_mode(r->mode),
		.reqid = r->reqid, .old_family = xfrm_family(&r->local),
		.new_family = xfrm_family(&p->local.addr) };
	int rc = xfrm_put_policy_id(h, r);

	mnl_attr_put(h, XFRMA_MIGRATE, sizeof(m), &m);
	if (p->encap)
		xfrm_put_encap(h, p);
	return rc;
}

static uint64_t
rest(uint64_t limit, uint64_t used, uint64_t when_over)
{
	if (limit == XFRM_INF)
		return XFRM_INF;
	return limit > used ? limit - used : when_over;
}

/* 0: none. */
static uint64_t
rest_s(uint64_t limit_s, uint64_t age_s)
{
	if (limit_s == 0)
		return 0;
	return limit_s > age_s ? limit_s - age_s : 1;
}

/* The copy counts from nothing again. A soft limit that is over was told. */
static struct xfrm_lifetime_cfg
what_is_left(const struct xfrm_usersa_info *x, uint64_t now_s)
{
	const struct xfrm_lifetime_cfg *l = &x->lft;
	uint64_t packets = x->curlft.packets, bytes = x->curlft.bytes;
	uint64_t age_s = now_s > x->curlft.add_time ? now_s - x->curlft.add_time : 0;

	return (struct xfrm_lifetime_cfg){
		.soft_packet_limit = rest(l->soft_packet_limit, packets, XFRM_INF),
		.hard_packet_limit = rest(l->hard_packet_limit, packets, 1),
		.soft_byte_limit = rest(l->soft_byte_limit, bytes, XFRM_INF),
		.hard_byte_limit = rest(l->hard_byte_limit, bytes, 1),
		.soft_add_expires_seconds = l->soft_add_expires_seconds > age_s
			? l->soft_add_expires_seconds - age_s : 0,
		.hard_add_expires_seconds = rest_s(l->hard_add_expires_seconds, age_s) };
}

/* Without ESN the numbers end at 2^32: no skipping beyond. */
static void
skip_numbers(struct xfrm_replay_state_esn *w, bool esn)
{
	if (w->oseq < UINT32_MAX - NUMBERS_SKIPPED) {
		w->oseq += NUMBERS_SKIPPED;
	} else if (esn) {
		w->oseq += NUMBERS_SKIPPED;
		w->oseq_hi++;
	}
}

/* XFRMA_ALG_AUTH repeats what XFRMA_ALG_AUTH_TRUNC says. */
static bool
is_copied(uint16_t attr)
{
	return attr != XFRMA_ENCAP && attr != XFRMA_OFFLOAD_DEV && attr != XFRMA_LASTUSED
		&& attr != XFRMA_ALG_AUTH;
}

struct copying {
	struct nlmsghdr *h;
	bool skip, esn;
};

static int
copy_attribute(const struct nlattr *a, void *ctx)
{
	const struct copying *c = ctx;
	uint16_t type = mnl_attr_get_type(a), len = mnl_attr_get_payload_len(a);
	struct nlattr *copy = mnl_nlmsg_get_payload_tail(c->h);

	if (!is_copied(type) || !mnl_attr_put_check(c->h, XFRM_MSG_ROOM, type, len,
						    mnl_attr_get_payload(a)))
		return MNL_CB_OK;
	if (c->skip && type == XFRMA_REPLAY_ESN_VAL && len >= sizeof(struct xfrm_replay_state_esn))
		skip_numbers(mnl_attr_get_payload(copy), c->esn);
	return MNL_CB_OK;
}

void
xfrm_put_copy(struct nlmsghdr *h, const struct nlmsghdr *old, const struct xfrm_place *p,
	      uint64_t now_s)
{
	struct xfrm_usersa_info *x = mnl_nlmsg_put_extra_header(h, sizeof(*x));
	struct copying c = { .h = h, .skip = p->dir == SA_OUT };

	memcpy(x, mnl_nlmsg_get_payload(old), sizeof(*x));
	if (now_s != 0)
		x->lft = what_is_left(x, now_s);
	x->id.daddr = xfrm_dst(p);
	x->saddr = xfrm_src(p);
	x->family = xfrm_family(&p->local.addr);
	c.esn = (x->flags & XFRM_STATE_ESN) != 0;
	mnl_attr_parse(old, sizeof(*x), copy_attribute, &c);
	if (p->encap)
		xfrm_put_encap(h, p);
}
