/* Proposals, transforms and attributes of IKEv1. */
#include "pluto/wire/v1_attr.h"

#include "pluto/wire/parse.h"

enum { LAST = 0, MORE_PROPOSALS = V1_P, MORE_TRANSFORMS = V1_T, BASIC = 0x8000 };

bool
v1_sa_open(struct span body, struct wire_reader *r, struct parse_error *e)
{
	*e = (struct parse_error){ 0 };
	*r = wire_reader(body);
	if (wire_u32(r, "SA DOI") != V1_DOI_IPSEC)
		wire_bad(r, "SA DOI");
	if (wire_u32(r, "SA situation") != V1_SIT_IDENTITY_ONLY)
		wire_bad(r, "SA situation");
	return wire_ok(r) || parse_fail(e, r, V1_N_BAD_PROPOSAL_SYNTAX);
}

/* One structure behind its generic header; false at the end. */
static bool
next_structure(struct wire_reader *r, uint8_t more, const char *what, struct wire_reader *in)
{
	uint8_t next;
	uint16_t len;

	if (!wire_ok(r) || wire_left(r) == 0)
		return false;
	next = wire_u8(r, what);
	wire_skip(r, 1, what);
	len = wire_u16(r, what);
	if (len < 4 || (next != LAST && next != more) || (next == LAST) != (wire_left(r) + 4 == len))
		wire_bad(r, what);
	else
		*in = wire_sub(r, len - 4u, what);
	return wire_ok(r);
}

/* What IN could not read is R's error: who walks the chain asks R alone. */
static bool
take_over(struct wire_reader *r, const struct wire_reader *in)
{
	if (!wire_ok(in))
		wire_bad(r, in->what);
	return wire_ok(r);
}

bool
v1_proposal_next(struct wire_reader *r, struct v1_proposal *out)
{
	struct wire_reader in;
	uint8_t spi_size;

	*out = (struct v1_proposal){ 0 };
	if (!next_structure(r, MORE_PROPOSALS, "proposal", &in))
		return false;
	out->number = wire_u8(&in, "proposal number");
	out->protocol = wire_u8(&in, "proposal protocol");
	spi_size = wire_u8(&in, "proposal SPI size");
	out->n_transforms = wire_u8(&in, "number of transforms");
	out->spi = wire_bytes(&in, spi_size, "proposal SPI");
	out->transforms = wire_rest(&in);
	return take_over(r, &in);
}

bool
v1_transform_next(struct wire_reader *r, struct v1_transform *out)
{
	struct wire_reader in;

	*out = (struct v1_transform){ 0 };
	if (!next_structure(r, MORE_TRANSFORMS, "transform", &in))
		return false;
	out->number = wire_u8(&in, "transform number");
	out->id = wire_u8(&in, "transform ID");
	wire_skip(&in, 2, "transform reserved");
	out->attributes = wire_rest(&in);
	return take_over(r, &in);
}

/* A number of any length; what is larger than MOST is MOST. */
static uint32_t
variable(struct span bytes, uint32_t most)
{
	struct wire_reader r = wire_reader(bytes);
	uint64_t n = 0;

	while (n <= most && wire_left(&r) > 0)
		n = n << 8 | wire_u8(&r, "attribute");
	return n > most ? most : (uint32_t)n;
}

static void
note(struct v1_attrs *a, uint16_t type, uint32_t value, uint8_t life_type)
{
	bool life = type == life_type || type == life_type + 1;

	if (type == 0 || type >= V1_ATTRS || ((a->seen & 1u << type) != 0 && !life)) {
		a->odd = true;
		return;
	}
	if (type == life_type + 1 && a->value[life_type] == V1_LIFE_SECONDS)
		a->life_s = value;
	else if (type == life_type + 1 && a->value[life_type] == V1_LIFE_KILOBYTES)
		a->life_kb = value;
	a->seen |= 1u << type;
	a->value[type] = value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

bool
v1_attrs_read(struct span attributes, uint8_t life_type, struct v1_attrs *out,
	      struct parse_error *e)
{
	struct wire_reader r = wire_reader(attributes);

	*e = (struct parse_error){ 0 };
	*out = (struct v1_attrs){ 0 };
	while (wire_ok(&r) && wire_left(&r) > 0) {
		uint16_t type = wire_u16(&r, "attribute type");
		uint16_t value = wire_u16(&r, "attribute value");

		if ((type & BASIC) != 0)
			note(out, type & (uint16_t)~BASIC, value, life_type);
		else
			note(out, type, variable(wire_bytes(&r, value, "attribute"), UINT32_MAX),
			     life_type);
	}
	return wire_ok(&r) || parse_fail(e, &r, V1_N_BAD_PROPOSAL_SYNTAX);
}

size_t
v1_open_proposal(struct ike_build *b, bool more, uint8_t number, uint8_t protocol,
		 struct span spi, uint8_t n_transforms)
{
	size_t mark;

	wire_put_u8(&b->w, more ? MORE_PROPOSALS : LAST);
	wire_put_u8(&b->w, 0);
	mark = wire_begin_len16(&b->w);
	wire_put_u8(&b->w, number);
	wire_put_u8(&b->w, protocol);
	wire_put_u8(&b->w, (uint8_t)spi.len);
	wire_put_u8(&b->w, n_transforms);
	wire_put(&b->w, spi);
	return mark;
}

size_t
v1_open_transform(struct ike_build *b, bool more, uint8_t number, uint8_t id)
{
	size_t mark;

	wire_put_u8(&b->w, more ? MORE_TRANSFORMS : LAST);
	wire_put_u8(&b->w, 0);
	mark = wire_begin_len16(&b->w);
	wire_put_u8(&b->w, number);
	wire_put_u8(&b->w, id);
	wire_put_u16(&b->w, 0);
	return mark;
}

void
v1_close(struct ike_build *b, size_t mark)
{
	wire_end_len16(&b->w, mark, 4);
}

void
v1_put_attr(struct ike_build *b, uint16_t type, uint32_t value)
{
	if (value <= UINT16_MAX) {
		wire_put_u16(&b->w, type | BASIC);
		wire_put_u16(&b->w, (uint16_t)value);
		return;
	}
	wire_put_u16(&b->w, type);
	wire_put_u16(&b->w, sizeof(value));
	wire_put_u32(&b->w, value);
}

void
v1_put_sa_head(struct ike_build *b)
{
	wire_put_u32(&b->w, V1_DOI_IPSEC);
	wire_put_u32(&b->w, V1_SIT_IDENTITY_ONLY);
}
