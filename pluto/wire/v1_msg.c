/* An ISAKMP header and a chain of payloads, to values. */
#include "pluto/wire/v1_msg.h"

#include "pluto/wire/parse.h"

enum { WORD = 4 };

static bool
is_known(uint8_t type)
{
	return type == V1_SA || (type >= V1_KE && type <= V1_ATTR) || type == V1_NAT_D
		|| type == V1_NAT_OA || type == V1_FRAGMENT;
}

bool
v1_hdr_read(struct span datagram, struct ike_hdr *out, struct parse_error *e)
{
	return ike_hdr_read_version(datagram, 1, 0, out, e);
}

/* One payload behind its generic header. The reserved octet is not looked at:
 * peers are known to err there. */
static bool
read_payload(struct wire_reader *r, uint8_t *type, struct v1_payload *p)
{
	uint8_t next = wire_u8(r, "next payload");
	uint16_t len;

	wire_skip(r, 1, "reserved octet");
	len = wire_u16(r, "payload length");
	*p = (struct v1_payload){ .type = *type };
	*type = next;
	if (wire_ok(r) && len < 4)
		wire_bad(r, "payload length");
	else if (wire_ok(r))
		p->body = wire_bytes(r, len - 4u, "payload");
	return wire_ok(r);
}

/* From the end of the first payload to the end of the last. */
static struct span
behind_first(struct span all, const struct v1_chain *c, size_t left)
{
	struct wire_reader r = wire_reader(all);

	if (c->n == 0)
		return (struct span){ 0 };
	wire_skip(&r, c->p[0].body.len + 4, "first payload");
	return wire_bytes(&r, wire_left(&r) - left, "the payloads behind it");
}

bool
v1_chain_read(struct span payloads, uint8_t first, bool padded, struct v1_chain *out,
	      struct parse_error *e)
{
	struct wire_reader r = wire_reader(payloads);
	uint8_t type = first;

	*e = (struct parse_error){ 0 };
	*out = (struct v1_chain){ 0 };
	while (type != P_NONE) {
		struct v1_payload *p = &out->p[out->n];

		if (out->n == V1_MAX_PAYLOADS)
			return parse_bad(e, "number of payloads", V1_N_PAYLOAD_MALFORMED);
		if (!is_known(type)) {
			e->payload = type;
			return parse_bad(e, "payload type", V1_N_INVALID_PAYLOAD_TYPE);
		}
		if (!read_payload(&r, &type, p))
			return parse_fail(e, &r, V1_N_PAYLOAD_MALFORMED);
		out->seen |= V1_BIT(p->type);
		out->n++;
	}
	out->after_first = behind_first(payloads, out, wire_left(&r));
	return padded || wire_left(&r) < WORD || wire_done(&r)
		|| parse_fail(e, &r, V1_N_PAYLOAD_MALFORMED);
}

const struct v1_payload *
v1_find(const struct v1_chain *c, uint8_t type)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->p[i].type == type)
			return &c->p[i];
	return NULL;
}

const struct v1_payload *
v1_find_next(const struct v1_chain *c, const struct v1_payload *p)
{
	bool behind = false;

	for (unsigned i = 0; i < c->n; i++) {
		if (behind && c->p[i].type == p->type)
			return &c->p[i];
		behind = behind || &c->p[i] == p;
	}
	return NULL;
}
