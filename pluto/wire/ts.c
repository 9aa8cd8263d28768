/* Traffic selector payloads: read, write, narrow. */
#include "pluto/wire/ts.h"

static bool
read_one(struct wire_reader *r, struct ts_list *out)
{
	uint8_t type = wire_u8(r, "TS type"), proto = wire_u8(r, "TS protocol");
	uint16_t len = wire_u16(r, "TS length");
	size_t size = type == TS_IPV4_ADDR_RANGE ? 4 : type == TS_IPV6_ADDR_RANGE ? 16 : 0;
	struct traffic_selector ts = { .ip_proto = proto };
	struct wire_reader in;

	if (wire_ok(r) && len < 4)
		wire_bad(r, "TS length");
	in = wire_sub(r, (size_t)len - 4, "TS");
	if (size == 0 || !wire_ok(r))
		return wire_ok(r);	/* an unknown type is skipped */
	ts.port_lo = wire_u16(&in, "TS start port");
	ts.port_hi = wire_u16(&in, "TS end port");
	ts.addr_lo = ip_addr_from(wire_bytes(&in, size, "TS start address"));
	ts.addr_hi = ip_addr_from(wire_bytes(&in, size, "TS end address"));
	if (!wire_done(&in)) {
		wire_bad(r, in.what);
		return false;
	}
	if (ip_addr_cmp(&ts.addr_lo, &ts.addr_hi) > 0)
		return true;		/* an empty range matches nothing */
	if (out->n < TS_MAX)
		out->ts[out->n++] = ts;
	return true;
}

bool
ts_list_read(struct span body, struct ts_list *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t count = wire_u8(&r, "TS count");

	out->n = 0;
	wire_skip(&r, 3, "TS reserved");
	for (unsigned i = 0; i < count && wire_ok(&r); i++)
		read_one(&r, out);
	if (count == 0 && wire_ok(&r))
		wire_bad(&r, "TS count");
	if (wire_done(&r))
		return true;
	*e = (struct parse_error){ .what = r.what, .err = r.err, .notify = N_INVALID_SYNTAX };
	return false;
}

static void
write_one(struct wire_writer *w, const struct traffic_selector *ts)
{
	bool v4 = ts->addr_lo.family == IP_V4;

	wire_put_u8(w, v4 ? TS_IPV4_ADDR_RANGE : TS_IPV6_ADDR_RANGE);
	wire_put_u8(w, ts->ip_proto);
	wire_put_u16(w, v4 ? 16 : 40);
	wire_put_u16(w, ts->port_lo);
	wire_put_u16(w, ts->port_hi);
	wire_put(w, ip_addr_span(&ts->addr_lo));
	wire_put(w, ip_addr_span(&ts->addr_hi));
}

void
ts_list_write(struct ike_build *b, uint8_t payload, const struct ts_list *l)
{
	size_t mark = ike_build_open(b, payload);

	wire_put_u8(&b->w, l->n);
	wire_put_zeros(&b->w, 3);
	for (unsigned i = 0; i < l->n; i++)
		write_one(&b->w, &l->ts[i]);
	ike_build_close(b, mark);
}

bool
ts_narrow(const struct ts_list *offered, const struct traffic_selector *limit,
	  struct traffic_selector *out)
{
	for (unsigned i = 0; i < offered->n; i++)
		if (ts_intersect(&offered->ts[i], limit, out))
			return true;
	return false;
}

bool
ts_within(const struct ts_list *answer, const struct traffic_selector *limit)
{
	for (unsigned i = 0; i < answer->n; i++)
		if (!ts_contains(limit, &answer->ts[i]))
			return false;
	return answer->n > 0;
}
