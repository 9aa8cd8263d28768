/* Reads source, destination, protocol and ports of a caught packet. */
#include "trap/packet.h"

#include <netinet/in.h>

#include "lib/wire.h"

enum {
	MAX_EXTENSIONS = 8,
	IPV4_MIN_HEADER = 20,
	FRAG4_OFFSET = 0x1fff,	/* RFC 791 3.1: low 13 bits */
	FRAG6_OFFSET = 0xfff8,	/* RFC 8200 4.5: high 13 bits */
};

/* Protocols whose header begins with source and destination port. */
static bool
has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	       proto == IPPROTO_UDPLITE;
}

/* The transport header: what it cannot tell stays zero. */
static void
read_transport(struct wire_reader *r, struct flow *f)
{
	uint16_t a, b;

	if (has_ports(f->ip_proto)) {
		a = wire_u16(r, "source port");
		b = wire_u16(r, "destination port");
	} else if (f->ip_proto == IPPROTO_ICMP ||
		   f->ip_proto == IPPROTO_ICMPV6) {
		a = wire_u8(r, "ICMP type");
		b = wire_u8(r, "ICMP code");
	} else {
		return;
	}
	if (wire_ok(r)) {
		f->sport = a;
		f->dport = b;
	}
}

/* RFC 791 3.1; FIRST holds version and header length. */
static const char *
read_ipv4(struct wire_reader *r, uint8_t first, struct flow *f)
{
	size_t header = (size_t)(first & 0x0f) * 4;
	uint16_t frag;

	wire_skip(r, 5, "type of service, length, identification");
	frag = wire_u16(r, "fragment offset");
	wire_skip(r, 1, "time to live");
	f->ip_proto = wire_u8(r, "protocol");
	wire_skip(r, 2, "header checksum");
	f->src = ip_addr_from(wire_bytes(r, 4, "source address"));
	f->dst = ip_addr_from(wire_bytes(r, 4, "destination address"));
	if (!wire_ok(r))
		return r->what;
	if (header < IPV4_MIN_HEADER)
		return "header length";
	wire_skip(r, header - IPV4_MIN_HEADER, "options");
	if (wire_ok(r) && (frag & FRAG4_OFFSET) == 0)
		read_transport(r, f);
	return NULL;
}

/* Steps over one extension header (RFC 8200 4). False when NEXT is none, or
 * when nothing that follows it can be read; *NEXT is then what to report. */
static bool
skip_extension(struct wire_reader *r, uint8_t *next, bool *later_fragment)
{
	size_t len;
	uint8_t kind = *next;

	switch (kind) {
	case IPPROTO_FRAGMENT:
		*next = wire_u8(r, "next header");
		wire_skip(r, 1, "reserved");
		*later_fragment = (wire_u16(r, "fragment offset") &
				   FRAG6_OFFSET) != 0;
		wire_skip(r, 4, "identification");
		return wire_ok(r) && !*later_fragment;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case IPPROTO_AH:
		*next = wire_u8(r, "next header");
		len = wire_u8(r, "extension length");
		/* RFC 4302 2.2: AH counts 4-octet units, minus two. */
		len = kind == IPPROTO_AH ? (len + 2) * 4 : (len + 1) * 8;
		wire_skip(r, len - 2, "extension header");
		return wire_ok(r);
	default:
		return false;
	}
}

static bool
is_extension(uint8_t next)
{
	return next == IPPROTO_FRAGMENT || next == IPPROTO_HOPOPTS ||
	       next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_MH || next == IPPROTO_AH;
}

/* RFC 8200 3. */
static const char *
read_ipv6(struct wire_reader *r, struct flow *f)
{
	bool later_fragment = false;
	uint8_t next;
	unsigned i;

	wire_skip(r, 5, "class, flow label, length");
	next = wire_u8(r, "next header");
	wire_skip(r, 1, "hop limit");
	f->src = ip_addr_from(wire_bytes(r, 16, "source address"));
	f->dst = ip_addr_from(wire_bytes(r, 16, "destination address"));
	if (!wire_ok(r))
		return r->what;
	for (i = 0; i < MAX_EXTENSIONS; i++)
		if (!skip_extension(r, &next, &later_fragment))
			break;
	if (!wire_ok(r) || (is_extension(next) && !later_fragment))
		return NULL;
	f->ip_proto = next;
	if (!later_fragment)
		read_transport(r, f);
	return NULL;
}

bool
packet_flow(struct span packet, struct flow *out, const char **err)
{
	struct wire_reader r = wire_reader(packet);
	struct flow f = { .ip_proto = 0 };
	uint8_t first = wire_u8(&r, "version");
	const char *bad;

	switch (first >> 4) {
	case 4:
		bad = read_ipv4(&r, first, &f);
		break;
	case 6:
		bad = read_ipv6(&r, &f);
		break;
	default:
		bad = "version";
		break;
	}
	if (bad != NULL) {
		*err = bad;
		return false;
	}
	*out = f;
	return true;
}
