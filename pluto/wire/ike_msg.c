/* A datagram, or the inside of SK, to a header and a chain of payloads. */
#include "pluto/wire/ike_msg.h"

#include "pluto/wire/parse.h"

static bool
is_known(uint8_t type)
{
	return (type >= P_SA && type <= P_EAP) || type == P_SKF;
}

static bool
is_sealed(uint8_t type)
{
	return type == P_SK || type == P_SKF;
}

static bool
spi_is_zero(const uint8_t spi[8])
{
	static const uint8_t zero[8];

	return span_eq(span_of(spi, 8), SPAN_OF(zero));
}

bool
ike_hdr_read_version(struct span datagram, unsigned major, uint16_t notify, struct ike_hdr *out,
		     struct parse_error *e)
{
	struct wire_reader r = wire_reader(datagram);
	struct ike_hdr h = { 0 };

	*e = (struct parse_error){ 0 };
	wire_copy(&r, h.spi_i, sizeof(h.spi_i), "initiator's SPI");
	wire_copy(&r, h.spi_r, sizeof(h.spi_r), "responder's SPI");
	h.next_payload = wire_u8(&r, "next payload");
	h.version = wire_u8(&r, "version");
	h.exchange = wire_u8(&r, "exchange type");
	h.flags = wire_u8(&r, "flags");
	h.message_id = wire_u32(&r, "message ID");
	h.length = wire_u32(&r, "length");
	*out = h;
	if (!wire_ok(&r))
		return parse_fail(e, &r, 0);
	/* RFC 7296 2.5: whatever the minor version, but this major one. */
	if (h.version >> 4 != major)
		return parse_bad(e, "major version", notify);
	if (h.length != datagram.len)
		return parse_bad(e, "length of the message", 0);
	if (spi_is_zero(h.spi_i))
		return parse_bad(e, "initiator's SPI", 0);
	return true;
}

bool
ike_hdr_read(struct span datagram, struct ike_hdr *out, struct parse_error *e)
{
	return ike_hdr_read_version(datagram, 2, N_INVALID_MAJOR_VERSION, out, e);
}

/* One payload behind its generic header; false when the chain must stop. */
static bool
read_payload(struct wire_reader *r, uint8_t *type, struct payload *p)
{
	uint8_t next = wire_u8(r, "next payload");
	uint8_t flags = wire_u8(r, "critical bit");
	uint16_t len = wire_u16(r, "payload length");

	*p = (struct payload){
		.type = *type,
		.critical = (flags & 0x80) != 0,
	};
	*type = next;
	if (wire_ok(r) && len < 4)
		wire_bad(r, "payload length");
	else if (wire_ok(r))
		p->body = wire_bytes(r, len - 4u, "payload");
	return wire_ok(r);
}

/* RFC 7296 2.5: an unknown payload is skipped, or fatal when it is critical;
 * the critical bit of a known one means nothing. */
static bool
keep(struct payload_list *l, const struct payload *p, struct parse_error *e)
{
	if (is_known(p->type)) {
		l->p[l->n++] = *p;
		l->seen |= PAYLOAD_BIT(p->type);
		return true;
	}
	if (!p->critical)
		return true;
	e->payload = p->type;
	return parse_bad(e, "critical payload", N_UNSUPPORTED_CRITICAL_PAYLOAD);
}

/* Payloads up to type none; outside, SK or SKF ends the chain, and its next
 * payload field belongs to what is inside. */
static bool
read_chain(struct wire_reader *r, uint8_t type, bool outer,
	   struct payload_list *out, uint16_t notify, struct parse_error *e)
{
	bool sealed = false;

	*out = (struct payload_list){ 0 };
	for (unsigned count = 0; type != P_NONE && !sealed; count++) {
		struct payload p;

		if (count == IKE_MAX_PAYLOADS)
			return parse_bad(e, "number of payloads", notify);
		if (!outer && is_sealed(type))
			return parse_bad(e, "SK inside SK", notify);
		if (!read_payload(r, &type, &p))
			return parse_fail(e, r, notify);
		if (!keep(out, &p, e))
			return false;
		sealed = is_sealed(p.type);
	}
	if (!wire_done(r))
		return parse_fail(e, r, notify);
	return true;
}

/* RFC 7296 3.10.1: INVALID_SYNTAX is said only about what was encrypted, so
 * what is broken outside is dropped. */
bool
ike_msg_read(struct span datagram, struct ike_msg *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(datagram);

	*out = (struct ike_msg){ .raw = datagram };
	if (!ike_hdr_read(datagram, &out->hdr, e))
		return false;
	wire_skip(&r, IKE_HDR_LEN, "header");
	return read_chain(&r, out->hdr.next_payload, true, &out->outer, 0, e);
}

bool
payload_list_read(struct span plain, uint8_t first, struct payload_list *out,
		  struct parse_error *e)
{
	struct wire_reader r = wire_reader(plain);

	*e = (struct parse_error){ 0 };
	return read_chain(&r, first, false, out, N_INVALID_SYNTAX, e);
}

const struct payload *
payload_find(const struct payload_list *l, uint8_t type)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->p[i].type == type)
			return &l->p[i];
	return NULL;
}
