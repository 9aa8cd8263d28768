/* Quick Mode's client identities and traffic selectors, both ways. */
#include "pluto/wire/v1_msg.h"

enum { ANY_PORT_HI = 65535, OCTET = 8 };

static bool
put_port(const struct v1_id *id, struct traffic_selector *ts)
{
	ts->ip_proto = id->ip_proto;
	ts->port_lo = id->port;
	ts->port_hi = id->port != 0 ? id->port : ANY_PORT_HI;
	/* A port without a protocol says nothing (RFC 2407 4.6.2). */
	return id->port == 0 || id->ip_proto != 0;
}

/* How many ones MASK begins with, if zeros follow them; else -1. */
static int
mask_len(struct span mask)
{
	struct wire_reader r = wire_reader(mask);
	int len = 0;
	bool ended = false;

	while (wire_left(&r) > 0) {
		uint8_t octet = wire_u8(&r, "mask");

		for (int bit = OCTET - 1; bit >= 0; bit--) {
			bool one = (octet >> bit & 1) != 0;

			if (one && ended)
				return -1;
			len += one;
			ended = ended || !one;
		}
	}
	return len;
}

static bool
from_subnet(struct span addr, struct span mask, struct traffic_selector *out)
{
	struct ip_prefix p = { .addr = ip_addr_from(addr) };
	int len = mask_len(mask);

	if (len < 0)
		return false;
	p.len = (uint8_t)len;
	*out = ts_prefix(&p);
	return true;
}

static bool
from_range(struct span lo, struct span hi, struct traffic_selector *out)
{
	*out = (struct traffic_selector){ .addr_lo = ip_addr_from(lo), .addr_hi = ip_addr_from(hi) };
	return ip_addr_cmp(&out->addr_lo, &out->addr_hi) <= 0;
}

/* One row per type: how long an address is, how many there are, what two mean. */
static const struct id_row {
	uint8_t type, len;
	bool (*pair)(struct span a, struct span b, struct traffic_selector *out);
} rows[] = {
	{ ID_IPV4_ADDR, 4, NULL },
	{ ID_IPV6_ADDR, 16, NULL },
	{ V1_ID_IPV4_SUBNET, 4, from_subnet },
	{ V1_ID_IPV6_SUBNET, 16, from_subnet },
	{ V1_ID_IPV4_RANGE, 4, from_range },
	{ V1_ID_IPV6_RANGE, 16, from_range },
};

bool
v1_id_to_ts(const struct v1_id *id, struct traffic_selector *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct id_row *row = &rows[i];
		struct wire_reader r = wire_reader(id->data);
		struct span a = wire_bytes(&r, row->len, "address"), b = a;
		struct ip_addr host = ip_addr_from(a);

		if (row->type != id->type)
			continue;
		if (row->pair != NULL)
			b = wire_bytes(&r, row->len, "mask or end");
		if (!wire_done(&r) || (row->pair != NULL && !row->pair(a, b, out)))
			return false;
		if (row->pair == NULL)
			*out = ts_host(&host);
		return put_port(id, out);
	}
	return false;
}

/* The prefix length when LO to HI is just that prefix, else -1. */
static int
prefix_of(const struct traffic_selector *ts)
{
	unsigned bits = ip_addr_bits(ts->addr_lo.family);

	for (unsigned len = 0; len <= bits; len++) {
		const struct ip_prefix p = { .addr = ts->addr_lo, .len = (uint8_t)len };
		struct traffic_selector t = ts_prefix(&p);

		if (ip_addr_eq(&t.addr_lo, &ts->addr_lo) && ip_addr_eq(&t.addr_hi, &ts->addr_hi))
			return (int)len;
	}
	return -1;
}

static void
put_mask(struct wire_writer *w, unsigned octets, unsigned len)
{
	for (unsigned i = 0; i < octets; i++) {
		unsigned ones = len > i * OCTET ? len - i * OCTET : 0;

		wire_put_u8(w, (uint8_t)((ones >= OCTET ? 0xffu : 0xff00u >> ones) & 0xff));
	}
}

void
v1_id_from_ts(const struct traffic_selector *ts, struct v1_id *id, uint8_t buf[32])
{
	bool v6 = ts->addr_lo.family == IP_V6;
	struct wire_writer w = wire_writer(buf, 32);
	int len = prefix_of(ts);

	*id = (struct v1_id){ .ip_proto = ts->ip_proto,
		.port = ts->port_lo == ts->port_hi ? ts->port_lo : 0 };
	wire_put(&w, ip_addr_span(&ts->addr_lo));
	if (len == (int)ip_addr_bits(ts->addr_lo.family)) {
		id->type = v6 ? ID_IPV6_ADDR : ID_IPV4_ADDR;
	} else if (len >= 0) {
		id->type = v6 ? V1_ID_IPV6_SUBNET : V1_ID_IPV4_SUBNET;
		put_mask(&w, v6 ? 16 : 4, (unsigned)len);
	} else {
		id->type = v6 ? V1_ID_IPV6_RANGE : V1_ID_IPV4_RANGE;
		wire_put(&w, ip_addr_span(&ts->addr_hi));
	}
	id->data = wire_written(&w);
}
