/* The packet inside ESP: measured, and checked against the SA's selector. */
#include "pluto/esp/inner.h"

#include <netinet/in.h>

#include "lib/wire.h"

enum { V4_HDR = 20, V6_HDR = 40, MAX_EXTENSIONS = 8 };
enum { V4_DF = 0x4000, V4_MF = 0x2000, V4_OFFSET = 0x1fff };

static void
parse_ports(struct wire_reader *r, struct inner *in)
{
	if (in->later_fragment)
		return;
	switch (in->proto) {
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_SCTP:
	case IPPROTO_DCCP: case IPPROTO_UDPLITE:
		in->sport = wire_u16(r, "source port");
		in->dport = wire_u16(r, "destination port");
		break;
	case IPPROTO_ICMP: case IPPROTO_ICMPV6:
		/* RFC 4301 4.4.1.1: one selector value made of both. */
		in->sport = in->dport = wire_u16(r, "ICMP type and code");
		break;
	default:
		break;
	}
}

static bool
parse_v4(struct span pkt, struct inner *in)
{
	struct wire_reader r = wire_reader(pkt);
	size_t ihl = (size_t)(wire_u8(&r, "version") & 0xf) * 4;
	uint16_t frag;

	in->tos = wire_u8(&r, "TOS");
	in->len = wire_u16(&r, "total length");
	wire_skip(&r, 2, "identification");
	frag = wire_u16(&r, "fragment offset");
	wire_skip(&r, 1, "TTL");
	in->proto = wire_u8(&r, "protocol");
	wire_skip(&r, 2, "header checksum");
	in->src = ip_addr_from(wire_bytes(&r, 4, "source"));
	in->dst = ip_addr_from(wire_bytes(&r, 4, "destination"));
	if (!wire_ok(&r) || ihl < V4_HDR || in->len < ihl || in->len > pkt.len)
		return false;
	in->df = (frag & V4_DF) != 0;
	in->fragment = (frag & (V4_MF | V4_OFFSET)) != 0;
	in->later_fragment = (frag & V4_OFFSET) != 0;
	in->plain = ihl == V4_HDR;
	in->l4 = (uint16_t)ihl;
	wire_skip(&r, ihl - V4_HDR, "options");
	r.end = pkt.ptr + in->len;
	parse_ports(&r, in);
	return true;
}

/* Walks to the transport header. What cannot be walked stays an extension,
 * which no selector with a protocol matches. */
static void
skip_extensions(struct wire_reader *r, struct inner *in)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		uint8_t type = in->proto;
		uint16_t off;
		uint8_t next, size;

		if (type != IPPROTO_HOPOPTS && type != IPPROTO_ROUTING &&
		    type != IPPROTO_DSTOPTS && type != IPPROTO_FRAGMENT)
			return;
		next = wire_u8(r, "next header");
		size = wire_u8(r, "extension length");
		off = 0;
		if (type == IPPROTO_FRAGMENT) {
			off = wire_u16(r, "fragment offset");
			wire_skip(r, 4, "identification");
			in->fragment = true;
		} else {
			wire_skip(r, (size_t)size * 8 + 6, "extension");
		}
		if (!wire_ok(r))
			return;
		in->plain = false;
		in->proto = next;
		if (off >> 3 != 0) {
			in->later_fragment = true;
			return;
		}
	}
}

static bool
parse_v6(struct span pkt, struct inner *in)
{
	struct wire_reader r = wire_reader(pkt);
	uint32_t first = wire_u32(&r, "version and class");

	in->tos = (uint8_t)(first >> 20);
	in->len = wire_u16(&r, "payload length") + (uint32_t)V6_HDR;
	in->proto = wire_u8(&r, "next header");
	wire_skip(&r, 1, "hop limit");
	in->src = ip_addr_from(wire_bytes(&r, 16, "source"));
	in->dst = ip_addr_from(wire_bytes(&r, 16, "destination"));
	if (!wire_ok(&r) || in->len > pkt.len)
		return false;
	in->plain = true;
	r.end = pkt.ptr + in->len;
	skip_extensions(&r, in);
	in->l4 = (uint16_t)(in->len - wire_left(&r));
	parse_ports(&r, in);
	return true;
}

bool
inner_parse(struct span pkt, struct inner *in)
{
	struct wire_reader r = wire_reader(pkt);

	*in = (struct inner){ .version = wire_u8(&r, "version") >> 4 };
	switch (in->version) {
	case 4:
		return parse_v4(pkt, in);
	case 6:
		return parse_v6(pkt, in);
	default:
		return false;
	}
}

static bool
any_port(const struct traffic_selector *ts)
{
	return ts->port_lo == 0 && ts->port_hi == UINT16_MAX;
}

static bool
side_allowed(const struct traffic_selector *ts, const struct ip_addr *a,
	     const struct inner *in, uint16_t port)
{
	if (!ts_has_addr(ts, a))
		return false;
	if (ts->ip_proto != 0 && ts->ip_proto != in->proto)
		return false;
	if (any_port(ts))
		return true;
	return !in->later_fragment && port >= ts->port_lo &&
	       port <= ts->port_hi;
}

bool
inner_allowed(const struct inner *in, const struct selector *sel, bool outbound)
{
	const struct traffic_selector *src, *dst;

	src = outbound ? &sel->local : &sel->remote;
	dst = outbound ? &sel->remote : &sel->local;
	return side_allowed(src, &in->src, in, in->sport) &&
	       side_allowed(dst, &in->dst, in, in->dport);
}
