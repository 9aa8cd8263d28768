/* Traffic selector payloads: read, write, narrow. */
#include "pluto/wire/ts.h"

#include "pluto/wire/parse.h"

/* RFC 4301 4.4.1.1: ports OPAQUE are written as 65535 to 0. */
static bool
ports_ordered(const struct traffic_selector *ts)
{
	return ts->port_lo <= ts->port_hi ||
	       (ts->port_lo == 65535 && ts->port_hi == 0);
}

/* The body of one selector of a known type, behind its length. */
static void
read_addrs(struct wire_reader *r, size_t size, struct traffic_selector *ts)
{
	ts->port_lo = wire_u16(r, "TS start port");
	ts->port_hi = wire_u16(r, "TS end port");
	ts->addr_lo = ip_addr_from(wire_bytes(r, size, "TS start address"));
	ts->addr_hi = ip_addr_from(wire_bytes(r, size, "TS end address"));
	wire_done(r);
	if (!ports_ordered(ts))
		wire_bad(r, "TS port range");
	if (ip_addr_cmp(&ts->addr_lo, &ts->addr_hi) > 0)
		wire_bad(r, "TS address range");
}

static size_t
addr_size(uint8_t type)
{
	switch (type) {
	case TS_IPV4_ADDR_RANGE:
		return 4;
	case TS_IPV6_ADDR_RANGE:
		return 16;
	default:
		return 0;
	}
}

/* One selector; those of unknown types are passed over, and so is what is
 * beyond TS_MAX. */
static void
read_one(struct wire_reader *r, struct ts_list *out)
{
	uint8_t type = wire_u8(r, "TS type");
	struct traffic_selector ts = { .ip_proto = wire_u8(r, "TS protocol") };
	uint16_t len = wire_u16(r, "TS length");
	struct wire_reader body;

	if (len < 4)
		wire_bad(r, "TS length");
	if (!wire_ok(r))
		return;
	body = wire_sub(r, len - 4u, "TS");
	if (!wire_ok(r) || addr_size(type) == 0)
		return;
	read_addrs(&body, addr_size(type), &ts);
	if (!wire_ok(&body))
		wire_bad(r, body.what);
	else if (out->n < TS_MAX)
		out->ts[out->n++] = ts;
}

bool
ts_list_read(struct span body, struct ts_list *out, struct parse_error *e)
{
	struct wire_reader r = wire_reader(body);
	uint8_t count = wire_u8(&r, "number of TS");

	*out = (struct ts_list){ 0 };
	wire_skip(&r, 3, "TS reserved");
	if (count == 0)
		wire_bad(&r, "number of TS");
	for (unsigned i = 0; i < count && wire_ok(&r); i++)
		read_one(&r, out);
	if (parse_done(e, &r))
		return true;
	out->n = 0;
	return false;
}

static void
write_one(struct ike_build *b, const struct traffic_selector *ts)
{
	bool v4 = ts->addr_lo.family == IP_V4;

	wire_put_u8(&b->w, v4 ? TS_IPV4_ADDR_RANGE : TS_IPV6_ADDR_RANGE);
	wire_put_u8(&b->w, ts->ip_proto);
	wire_put_u16(&b->w, v4 ? 16 : 40);
	wire_put_u16(&b->w, ts->port_lo);
	wire_put_u16(&b->w, ts->port_hi);
	wire_put(&b->w, ip_addr_span(&ts->addr_lo));
	wire_put(&b->w, ip_addr_span(&ts->addr_hi));
}

void
ts_list_write(struct ike_build *b, uint8_t payload, const struct ts_list *l)
{
	size_t mark = ike_build_open(b, payload);

	wire_put_u8(&b->w, l->n);
	wire_put_zeros(&b->w, 3);
	for (unsigned i = 0; i < l->n; i++)
		write_one(b, &l->ts[i]);
	ike_build_close(b, mark);
}

/* RFC 7296 2.9: the first selector is the packet that asks for the SA; a later
 * one that holds the same part and more is what the peer would like best. */
bool
ts_narrow(const struct ts_list *offered, const struct traffic_selector *limit,
	  struct traffic_selector *out)
{
	bool found = false;

	for (unsigned i = 0; i < offered->n; i++) {
		struct traffic_selector part;

		if (!ts_intersect(&offered->ts[i], limit, &part))
			continue;
		if (!found || ts_contains(&part, out))
			*out = part;
		found = true;
	}
	return found;
}

bool
ts_within(const struct ts_list *answer, const struct traffic_selector *limit)
{
	for (unsigned i = 0; i < answer->n; i++)
		if (!ts_contains(limit, &answer->ts[i]))
			return false;
	return answer->n != 0;
}
