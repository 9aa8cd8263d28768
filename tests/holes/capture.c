/* Capture files: pcap and pcapng, Ethernet, raw IP and loopback; whatever they hold. */
#include "tests/holes/capture.h"

#include "lib/wire.h"

enum { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW_BSD = 12, LINK_RAW_OPENBSD = 14, LINK_RAW = 101,
	LINK_LOOP = 108, LINK_SLL = 113, LINK_IPV4 = 228, LINK_IPV6 = 229, LINK_SLL2 = 276 };
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_SIMPLE = 3, BLOCK_PACKET = 6 };
enum { PROTO_UDP = 17, PROTO_ESP_IP = 50, PROTO_AH_IP = 51, PROTO_IPCOMP_IP = 108 };
enum { VLAN = 0x8100, MARKER = 4, MAX_INTERFACES = 64 };

struct reading {
	captured_fn *fn;
	void *ctx;
	bool swapped;		/* the file's numbers have their low octet first */
	unsigned n;
	unsigned links[MAX_INTERFACES], n_links;
};

static uint32_t
number(const struct reading *f, struct wire_reader *r, const char *what)
{
	uint32_t v = wire_u32(r, what);

	return f->swapped ? __builtin_bswap32(v) : v;
}

static void
tell(struct reading *f, struct captured *c, enum capture_kind kind, struct span bytes)
{
	c->number = f->n;
	c->kind = kind;
	c->bytes = bytes;
	f->fn(f->ctx, c);
}

/* RFC 3948 2: what port 4500 carries. */
static void
take_natt(struct reading *f, struct captured *c, struct span d)
{
	struct wire_reader r = wire_reader(d);

	if (d.len > MARKER && wire_u32(&r, "marker") == 0)
		tell(f, c, CAPTURE_IKE, wire_rest(&r));
	else if (d.len > 1)
		tell(f, c, CAPTURE_ESP, d);
}

static void
take_udp(struct reading *f, struct captured *c, struct wire_reader r)
{
	uint16_t len;
	struct span d;

	c->from.port = wire_u16(&r, "source port");
	c->to.port = wire_u16(&r, "destination port");
	len = wire_u16(&r, "length");
	wire_skip(&r, 2, "checksum");
	d = wire_rest(&r);
	if (!wire_ok(&r))
		return;
	if (len >= 8 && d.len > len - 8u)
		d.len = len - 8u;
	if (c->from.port == 4500 || c->to.port == 4500)
		take_natt(f, c, d);
	else if (c->from.port == 500 || c->to.port == 500)
		tell(f, c, CAPTURE_IKE, d);
}

static void
take_ip(struct reading *f, struct span packet)
{
	struct wire_reader r = wire_reader(packet);
	struct captured c = { .number = f->n };
	uint8_t first = wire_u8(&r, "version"), proto;
	bool v6 = first >> 4 == 6;

	wire_skip(&r, v6 ? 5 : 8, "length, identification");
	proto = wire_u8(&r, "protocol");
	wire_skip(&r, v6 ? 1 : 2, "checksum");
	c.from.addr = ip_addr_from(wire_bytes(&r, v6 ? 16 : 4, "source"));
	c.to.addr = ip_addr_from(wire_bytes(&r, v6 ? 16 : 4, "destination"));
	if (!v6 && (first & 15) > 5)
		wire_skip(&r, ((first & 15) - 5u) * 4u, "options");
	if (!wire_ok(&r) || (first >> 4 != 4 && !v6))
		return;
	if (proto == PROTO_UDP)
		take_udp(f, &c, r);
	else if (proto == PROTO_ESP_IP)
		tell(f, &c, CAPTURE_ESP, wire_rest(&r));
	else if (proto == PROTO_AH_IP || proto == PROTO_IPCOMP_IP)
		tell(f, &c, CAPTURE_IP, packet);
}

static void
take_frame(struct reading *f, unsigned link, struct span frame)
{
	struct wire_reader r = wire_reader(frame);

	f->n++;
	switch (link) {
	case LINK_ETHERNET:
		wire_skip(&r, 12, "addresses");
		if (wire_u16(&r, "type") == VLAN)
			wire_skip(&r, 4, "VLAN");
		break;
	case LINK_NULL:
	case LINK_LOOP:
		wire_skip(&r, 4, "family");
		break;
	case LINK_SLL:
		wire_skip(&r, 16, "cooked header");
		break;
	case LINK_SLL2:
		wire_skip(&r, 20, "cooked header");
		break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		break;
	default:
		return;
	}
	frame = wire_rest(&r);
	if (wire_ok(&r))
		take_ip(f, frame);
}

static void
read_pcap(struct reading *f, struct wire_reader *r)
{
	unsigned link;

	wire_skip(r, 16, "pcap header");
	/* Above these bits it says how the frames end. */
	link = number(f, r, "link type") & 0xffff;
	while (wire_ok(r) && wire_left(r) > 0) {
		uint32_t len;

		wire_skip(r, 8, "time");
		len = number(f, r, "captured length");
		wire_skip(r, 4, "length");
		if (wire_ok(r) && len > wire_left(r))
			len = (uint32_t)wire_left(r);
		if (wire_ok(r))
			take_frame(f, link, wire_bytes(r, len, "frame"));
	}
}

static void
read_block(struct reading *f, uint32_t type, struct wire_reader body)
{
	uint32_t interface = 0, len = (uint32_t)wire_left(&body);

	if (type == BLOCK_INTERFACE && f->n_links < MAX_INTERFACES) {
		uint32_t v = number(f, &body, "link type");

		f->links[f->n_links++] = f->swapped ? v & 0xffff : v >> 16;
	}
	if (type != BLOCK_PACKET && type != BLOCK_SIMPLE)
		return;
	if (type == BLOCK_PACKET) {
		interface = number(f, &body, "interface");
		wire_skip(&body, 8, "time");
		len = number(f, &body, "captured length");
	}
	wire_skip(&body, 4, "length");
	if (!wire_ok(&body) || interface >= f->n_links)
		return;
	if (len > wire_left(&body))
		len = (uint32_t)wire_left(&body);
	take_frame(f, f->links[interface], wire_bytes(&body, len, "frame"));
}

static void
read_pcapng(struct reading *f, struct wire_reader *r)
{
	while (wire_ok(r) && wire_left(r) > 0) {
		uint32_t type = number(f, r, "block type"), len = number(f, r, "block length");

		if (len < 12 || len - 8 > wire_left(r))
			break;
		read_block(f, type, wire_sub(r, len - 12, "block"));
		wire_skip(r, 4, "block length");
	}
}

int
capture_each(struct span file, captured_fn *fn, void *ctx, const char **err)
{
	struct reading f = { .fn = fn, .ctx = ctx };
	struct wire_reader r = wire_reader(file), magic = r;
	uint32_t m = wire_u32(&r, "magic");

	if (m == BLOCK_SECTION) {
		wire_skip(&r, 4, "block length");
		f.swapped = wire_u32(&r, "byte order") == 0x4d3c2b1a;
		read_pcapng(&f, &magic);
	} else if (m == 0xa1b2c3d4 || m == 0xa1b23c4d) {
		read_pcap(&f, &r);
	} else if (m == 0xd4c3b2a1 || m == 0x4d3cb2a1) {
		f.swapped = true;
		read_pcap(&f, &r);
	} else {
		*err = "neither pcap nor pcapng";
		return -1;
	}
	return (int)f.n;
}
