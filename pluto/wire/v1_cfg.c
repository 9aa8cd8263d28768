/* The attributes payload of the Transaction exchange, to values and back. */
#include "pluto/wire/v1_cfg.h"

#include "pluto/wire/parse.h"

enum { BASIC = 0x8000, WORD = 4 };

/* Libreswan fills the payload up to whole words with zeros. */
static bool
is_filling(struct wire_reader *r)
{
	struct wire_reader look = *r;

	if (wire_left(r) >= WORD || !span_is_zero(wire_rest(&look)))
		return false;
	(void)wire_rest(r);
	return true;
}

bool
v1_cfg_next(struct wire_reader *r, struct v1_cfg_value *out)
{
	uint16_t type, value;

	*out = (struct v1_cfg_value){ 0 };
	if (!wire_ok(r) || is_filling(r))
		return false;
	type = wire_u16(r, "configuration attribute");
	value = wire_u16(r, "configuration attribute");
	out->type = type & (uint16_t)~BASIC;
	out->basic = (type & BASIC) != 0;
	if (out->basic)
		out->number = value;
	else
		out->data = wire_bytes(r, value, "configuration attribute");
	return wire_ok(r);
}

bool
v1_cfg_read(struct span body, struct v1_cfg *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body), in;
	struct v1_cfg_value v;

	*e = (struct parse_error){ 0 };
	*out = (struct v1_cfg){ .type = wire_u8(&r, "ATTR type") };
	wire_skip(&r, 1, "ATTR reserved");
	out->id = wire_u16(&r, "ATTR identifier");
	out->attributes = wire_rest(&r);
	in = wire_reader(out->attributes);
	while (v1_cfg_next(&in, &v))
		;
	if (wire_ok(&r) && wire_ok(&in))
		return true;
	*out = (struct v1_cfg){ 0 };
	return parse_fail(e, wire_ok(&r) ? &in : &r, V1_N_PAYLOAD_MALFORMED);
}

bool
v1_cfg_find(const struct v1_cfg *c, uint16_t type, struct v1_cfg_value *out)
{
	struct wire_reader r = wire_reader(c->attributes);

	while (v1_cfg_next(&r, out))
		if (out->type == type)
			return true;
	*out = (struct v1_cfg_value){ 0 };
	return false;
}

uint16_t
v1_cfg_number(const struct v1_cfg *c, uint16_t type, uint16_t missing)
{
	struct v1_cfg_value v;
	struct wire_reader r;

	if (!v1_cfg_find(c, type, &v))
		return missing;
	r = wire_reader(v.data);
	return v.basic ? v.number : wire_u16(&r, "number");
}

size_t
v1_cfg_open(struct ike_build *b, uint8_t type, uint16_t id)
{
	size_t mark = ike_build_open(b, V1_ATTR);

	wire_put_u8(&b->w, type);
	wire_put_u8(&b->w, 0);
	wire_put_u16(&b->w, id);
	return mark;
}

void
v1_cfg_put(struct ike_build *b, uint16_t type, struct span data)
{
	wire_put_u16(&b->w, type);
	wire_put_u16(&b->w, (uint16_t)data.len);
	wire_put(&b->w, data);
}

void
v1_cfg_put_number(struct ike_build *b, uint16_t type, uint16_t number)
{
	wire_put_u16(&b->w, type | BASIC);
	wire_put_u16(&b->w, number);
}
