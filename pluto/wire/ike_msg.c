/* A datagram, or the inside of SK, to values: pure, and without opinion. */
#include "pluto/wire/ike_msg.h"

static bool
give_up(struct wire_reader *r, struct parse_error *e, uint16_t notify)
{
	*e = (struct parse_error){ .what = r->what, .err = r->err, .notify = notify };
	return false;
}

static bool
refuse(struct parse_error *e, const char *what, enum wire_err err, uint16_t notify)
{
	*e = (struct parse_error){ .what = what, .err = err, .notify = notify };
	return false;
}

bool
ike_hdr_read(struct span datagram, struct ike_hdr *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(datagram);

	wire_copy(&r, out->spi_i, sizeof(out->spi_i), "initiator SPI");
	wire_copy(&r, out->spi_r, sizeof(out->spi_r), "responder SPI");
	out->next_payload = wire_u8(&r, "next payload");
	out->version = wire_u8(&r, "version");
	out->exchange = wire_u8(&r, "exchange type");
	out->flags = wire_u8(&r, "flags");
	out->message_id = wire_u32(&r, "message ID");
	out->length = wire_u32(&r, "length");
	if (!wire_ok(&r))
		return give_up(&r, e, 0);
	if (out->version >> 4 != 2)
		return refuse(e, "major version", WIRE_VALUE,
			      out->version >> 4 > 2 ? N_INVALID_MAJOR_VERSION : 0);
	return true;
}

static bool
is_known(uint8_t type)
{
	return type >= P_SA && type <= P_EAP ? true : type == P_SKF;
}

/* Appends one payload. What nobody knows is skipped, unless it is critical
 * (RFC 7296 2.5); the critical bit of a known payload says nothing. */
static bool
append(struct payload_list *l, const struct payload *p, struct parse_error *e)
{
	if (!is_known(p->type)) {
		if (!p->critical)
			return true;
		refuse(e, "critical payload", WIRE_VALUE, N_UNSUPPORTED_CRITICAL_PAYLOAD);
		e->payload = p->type;
		return false;
	}
	if (l->n == IKE_MAX_PAYLOADS)
		return refuse(e, "number of payloads", WIRE_FULL, N_INVALID_SYNTAX);
	l->p[l->n++] = *p;
	l->seen |= PAYLOAD_BIT(p->type);
	return true;
}

/* The chain from FIRST. SK and SKF end it: their "next payload" field is the
 * first payload inside. */
static bool
read_chain(struct wire_reader *r, uint8_t first, bool outer, struct payload_list *out,
	   struct parse_error *e)
{
	uint8_t type = first;
	unsigned count = 0;

	while (type != P_NONE) {
		struct payload p = { .type = type };
		uint8_t next = wire_u8(r, "next payload"), flags = wire_u8(r, "critical bit");
		uint16_t len = wire_u16(r, "payload length");

		if (len < 4 && wire_ok(r))
			wire_bad(r, "payload length");
		p.critical = flags & 0x80;
		p.body = wire_bytes(r, (size_t)len - 4, "payload");
		if (!wire_ok(r))
			return give_up(r, e, N_INVALID_SYNTAX);
		if (++count > 2 * IKE_MAX_PAYLOADS)
			return refuse(e, "number of payloads", WIRE_FULL, N_INVALID_SYNTAX);
		if (!append(out, &p, e))
			return false;
		if (type == P_SK || type == P_SKF) {
			if (!outer)
				return refuse(e, "SK inside SK", WIRE_VALUE, N_INVALID_SYNTAX);
			break;
		}
		type = next;
	}
	return wire_done(r) ? true : give_up(r, e, N_INVALID_SYNTAX);
}

bool
ike_msg_read(struct span datagram, struct ike_msg *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(datagram);

	out->raw = datagram;
	out->outer.n = 0;
	out->outer.seen = 0;
	if (!ike_hdr_read(datagram, &out->hdr, e))
		return false;
	if (out->hdr.length != datagram.len)
		return refuse(e, "length", WIRE_VALUE, 0);
	wire_skip(&r, IKE_HDR_LEN, "header");
	return read_chain(&r, out->hdr.next_payload, true, &out->outer, e);
}

bool
payload_list_read(struct span plain, uint8_t first, struct payload_list *out,
		  struct parse_error *e)
{
	struct wire_reader r = wire_reader(plain);

	out->n = 0;
	out->seen = 0;
	return read_chain(&r, first, false, out, e);
}

const struct payload *
payload_find(const struct payload_list *l, uint8_t type)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->p[i].type == type)
			return &l->p[i];
	return NULL;
}

static bool
finish(struct wire_reader *r, struct parse_error *e)
{
	return wire_done(r) ? true : give_up(r, e, N_INVALID_SYNTAX);
}

bool
ke_read(struct span body, struct ke_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	out->group = wire_u16(&r, "KE group");
	wire_skip(&r, 2, "KE reserved");
	out->value = wire_rest(&r);
	return finish(&r, e);
}

bool
nonce_read(struct span body, struct span *out, struct parse_error *e)
{
	*out = body;
	if (body.len >= 16 && body.len <= 256)
		return true;
	return refuse(e, "nonce length", WIRE_VALUE, N_INVALID_SYNTAX);
}

bool
notify_read(struct span body, struct notify_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t spi_size;

	out->protocol = wire_u8(&r, "N protocol");
	spi_size = wire_u8(&r, "N SPI size");
	out->type = wire_u16(&r, "N type");
	out->spi = wire_bytes(&r, spi_size, "N SPI");
	out->data = wire_rest(&r);
	return finish(&r, e);
}

bool
delete_read(struct span body, struct delete_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	out->protocol = wire_u8(&r, "D protocol");
	out->spi_size = wire_u8(&r, "D SPI size");
	out->n_spis = wire_u16(&r, "D number of SPIs");
	out->spis = wire_bytes(&r, (size_t)out->spi_size * out->n_spis, "D SPIs");
	if (wire_ok(&r) && out->spi_size != (out->protocol == PROTO_IKE ? 0 : 4))
		wire_bad(&r, "D SPI size");
	return finish(&r, e);
}

bool
auth_read(struct span body, struct auth_body *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);

	out->method = wire_u8(&r, "AUTH method");
	wire_skip(&r, 3, "AUTH reserved");
	out->data = wire_rest(&r);
	return finish(&r, e);
}

static bool
find_notify(const struct payload_list *l, bool any_error, uint16_t type, struct notify_body *out)
{
	struct parse_error ignored;

	for (unsigned i = 0; i < l->n; i++) {
		if (l->p[i].type != P_N || !notify_read(l->p[i].body, out, &ignored))
			continue;
		if (any_error ? out->type < N_FIRST_STATUS : out->type == type)
			return true;
	}
	return false;
}

bool
notify_find(const struct payload_list *l, uint16_t type, struct notify_body *out)
{
	return find_notify(l, false, type, out);
}

bool
notify_find_error(const struct payload_list *l, struct notify_body *out)
{
	return find_notify(l, true, 0, out);
}
