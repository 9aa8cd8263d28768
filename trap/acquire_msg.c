/* Reads acquires, and larval SAs of a dump, from XFRM netlink. */
#include "trap/acquire_msg.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include "lib/wire.h"

enum { ALIGN = 4, V4_SIZE = 4, V6_SIZE = 16 };

/* The bytes to the next multiple of four, as far as there are any: the last
 * message need not be filled up. */
static void
skip_padding(struct wire_reader *r, size_t len)
{
	size_t pad = (ALIGN - len % ALIGN) % ALIGN;

	wire_skip(r, pad < wire_left(r) ? pad : wire_left(r), "padding");
}

static struct ip_addr
addr_of(const xfrm_address_t *x, uint16_t family)
{
	return ip_addr_from(span_of(x, family == AF_INET6 ? V6_SIZE : V4_SIZE));
}

static bool
known_family(uint16_t family)
{
	return family == AF_INET || family == AF_INET6;
}

static bool
one_pair(const struct xfrm_selector *s)
{
	unsigned bits = s->family == AF_INET6 ? 128 : 32;

	return known_family(s->family) && s->prefixlen_s == bits && s->prefixlen_d == bits;
}

static struct flow
flow_of(const struct xfrm_selector *s)
{
	return (struct flow){ .src = addr_of(&s->saddr, s->family),
		.dst = addr_of(&s->daddr, s->family), .ip_proto = s->proto,
		.sport = ntohs(s->sport), .dport = ntohs(s->dport) };
}

static struct ip_prefix
prefix_of(const xfrm_address_t *x, uint16_t family, uint8_t len)
{
	return (struct ip_prefix){ .addr = addr_of(x, family), .len = len };
}

static struct spd_rule
rule_of(const struct xfrm_selector *s)
{
	struct spd_rule r = { .action = SPD_PROTECT };
	unsigned bits = s->family == AF_INET6 ? 128 : 32;

	if (!known_family(s->family) || s->prefixlen_s > bits || s->prefixlen_d > bits)
		return r;
	r.local = prefix_of(&s->saddr, s->family, s->prefixlen_s);
	r.remote = prefix_of(&s->daddr, s->family, s->prefixlen_d);
	r.ip_proto = s->proto;
	r.sport = s->sport_mask != 0 ? ntohs(s->sport) : 0;
	r.dport = s->dport_mask != 0 ? ntohs(s->dport) : 0;
	return r;
}

/* Is there a template of ours among the attributes? */
static bool
has_template(struct wire_reader *r, uint32_t reqid)
{
	bool found = false;

	while (wire_ok(r) && wire_left(r) > 0) {
		struct nlattr a;
		struct xfrm_user_tmpl t;

		wire_copy(r, &a, sizeof(a), "attribute header");
		if (wire_ok(r) && a.nla_len < sizeof(a))
			wire_bad(r, "attribute length");
		struct wire_reader in = wire_sub(r, a.nla_len - sizeof(a), "attribute");

		if (wire_ok(r) && (a.nla_type & NLA_TYPE_MASK) == XFRMA_TMPL) {
			wire_copy(&in, &t, sizeof(t), "template");
			if (!wire_ok(&in))
				wire_bad(r, "template");
			found = found || (t.reqid == reqid && t.mode == XFRM_MODE_TRANSPORT
					  && t.id.proto == IPPROTO_ESP);
		}
		skip_padding(r, a.nla_len);
	}
	return found && wire_ok(r);
}

static bool
read_acquire(struct wire_reader *r, uint32_t reqid, struct acquire *out)
{
	struct xfrm_user_acquire x;

	wire_copy(r, &x, sizeof(x), "acquire");
	if (!has_template(r, reqid))
		return false;
	if (!one_pair(&x.sel)) {
		wire_bad(r, "selector of an acquire");
		return false;
	}
	*out = (struct acquire){ .flow = flow_of(&x.sel), .seq = x.seq,
		.rule = rule_of(&x.policy.sel) };
	return true;
}

static bool
read_larval(struct wire_reader *r, uint32_t reqid, struct acquire *out)
{
	struct xfrm_usersa_info x;

	wire_copy(r, &x, sizeof(x), "SA");
	if (!wire_ok(r) || x.id.spi != 0 || x.reqid != reqid || x.seq == 0
	    || x.mode != XFRM_MODE_TRANSPORT || x.id.proto != IPPROTO_ESP)
		return false;
	if (!one_pair(&x.sel)) {
		wire_bad(r, "selector of a larval SA");
		return false;
	}
	*out = (struct acquire){ .flow = flow_of(&x.sel), .seq = x.seq };
	return true;
}

static const struct {
	uint16_t type;
	bool (*read)(struct wire_reader *r, uint32_t reqid, struct acquire *out);
} readers[] = {
	{ XFRM_MSG_ACQUIRE, read_acquire },
	{ XFRM_MSG_NEWSA, read_larval },
};

static void
read_message(struct wire_reader *r, uint16_t type, uint32_t reqid, acquire_fn *fn, void *ctx)
{
	struct acquire a;

	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++)
		if (readers[i].type == type && readers[i].read(r, reqid, &a))
			fn(ctx, &a);
}

bool
acquire_parse(struct span datagram, uint32_t reqid, acquire_fn *fn, void *ctx,
	      const char **bad)
{
	struct wire_reader r = wire_reader(datagram);

	while (wire_ok(&r) && wire_left(&r) > 0) {
		struct nlmsghdr h;

		wire_copy(&r, &h, sizeof(h), "netlink header");
		if (wire_ok(&r) && h.nlmsg_len < sizeof(h))
			wire_bad(&r, "netlink length");
		struct wire_reader in = wire_sub(&r, h.nlmsg_len - sizeof(h), "message");

		if (wire_ok(&r))
			read_message(&in, h.nlmsg_type, reqid, fn, ctx);
		if (wire_ok(&r) && !wire_ok(&in))
			wire_bad(&r, in.what);
		skip_padding(&r, h.nlmsg_len);
	}
	if (!wire_ok(&r))
		*bad = r.what;
	return wire_ok(&r);
}
