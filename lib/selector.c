/* Traffic selectors (RFC 7296 3.13.1: true ranges) and flows. */
#include "lib/addr.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct traffic_selector
ts_host(const struct ip_addr *a)
{
	return (struct traffic_selector){
		.port_hi = 65535, .addr_lo = *a, .addr_hi = *a,
	};
}

struct traffic_selector
ts_prefix(const struct ip_prefix *p)
{
	struct traffic_selector ts = ts_host(&p->addr);

	for (unsigned i = p->len; i < ip_addr_bits(p->addr.family); i++) {
		unsigned bit = 0x80U >> i % 8;

		ts.addr_lo.bytes[i / 8] &= (uint8_t)~bit;
		ts.addr_hi.bytes[i / 8] |= (uint8_t)bit;
	}
	return ts;
}

bool
ts_eq(const struct traffic_selector *a, const struct traffic_selector *b)
{
	return a->ip_proto == b->ip_proto && a->port_lo == b->port_lo &&
	       a->port_hi == b->port_hi &&
	       ip_addr_eq(&a->addr_lo, &b->addr_lo) &&
	       ip_addr_eq(&a->addr_hi, &b->addr_hi);
}

bool
ts_has_addr(const struct traffic_selector *ts, const struct ip_addr *a)
{
	return a->family != IP_NONE && a->family == ts->addr_lo.family &&
	       a->family == ts->addr_hi.family &&
	       ip_addr_cmp(&ts->addr_lo, a) <= 0 &&
	       ip_addr_cmp(a, &ts->addr_hi) <= 0;
}

bool
ts_contains(const struct traffic_selector *outer,
	    const struct traffic_selector *inner)
{
	return (outer->ip_proto == 0 || outer->ip_proto == inner->ip_proto) &&
	       outer->port_lo <= inner->port_lo &&
	       inner->port_lo <= inner->port_hi &&
	       inner->port_hi <= outer->port_hi &&
	       ip_addr_cmp(&inner->addr_lo, &inner->addr_hi) <= 0 &&
	       ts_has_addr(outer, &inner->addr_lo) &&
	       ts_has_addr(outer, &inner->addr_hi);
}

/* RFC 4301 4.4.1.1: OPAQUE ports are lo 65535, hi 0; they meet only their like
 * and ANY. */
static bool
is_opaque(const struct traffic_selector *ts)
{
	return ts->port_lo == 65535 && ts->port_hi == 0;
}

static bool
is_any_port(const struct traffic_selector *ts)
{
	return ts->port_lo == 0 && ts->port_hi == 65535;
}

static bool
intersect_ports(const struct traffic_selector *a,
		const struct traffic_selector *b, struct traffic_selector *out)
{
	if (is_opaque(a) || is_opaque(b)) {
		out->port_lo = 65535;
		out->port_hi = 0;
		return (is_opaque(a) || is_any_port(a)) &&
		       (is_opaque(b) || is_any_port(b));
	}
	out->port_lo = a->port_lo > b->port_lo ? a->port_lo : b->port_lo;
	out->port_hi = a->port_hi < b->port_hi ? a->port_hi : b->port_hi;
	return out->port_lo <= out->port_hi;
}

bool
ts_intersect(const struct traffic_selector *a, const struct traffic_selector *b,
	     struct traffic_selector *out)
{
	struct traffic_selector ts = { 0 };

	if (a->addr_lo.family == IP_NONE ||
	    a->addr_lo.family != b->addr_lo.family ||
	    a->addr_lo.family != a->addr_hi.family ||
	    b->addr_lo.family != b->addr_hi.family)
		return false;
	if (a->ip_proto != 0 && b->ip_proto != 0 && a->ip_proto != b->ip_proto)
		return false;
	ts.ip_proto = a->ip_proto != 0 ? a->ip_proto : b->ip_proto;
	ts.addr_lo = ip_addr_cmp(&a->addr_lo, &b->addr_lo) > 0 ? a->addr_lo
							       : b->addr_lo;
	ts.addr_hi = ip_addr_cmp(&a->addr_hi, &b->addr_hi) < 0 ? a->addr_hi
							       : b->addr_hi;
	if (!intersect_ports(a, b, &ts) ||
	    ip_addr_cmp(&ts.addr_lo, &ts.addr_hi) > 0)
		return false;
	*out = ts;
	return true;
}

static bool
holds_port(const struct traffic_selector *ts, const struct flow *f, uint16_t port)
{
	if (f->ip_proto == IPPROTO_ICMP || f->ip_proto == IPPROTO_ICMPV6 || is_opaque(ts))
		return true;
	return ts->port_lo <= port && port <= ts->port_hi;
}

bool
selector_holds(const struct selector *s, const struct flow *f)
{
	return ts_has_addr(&s->local, &f->src) && ts_has_addr(&s->remote, &f->dst) &&
	       (s->local.ip_proto == 0 || s->local.ip_proto == f->ip_proto) &&
	       holds_port(&s->local, f, f->sport) && holds_port(&s->remote, f, f->dport);
}

/* The leading bits that all of a range shares. */
static unsigned
shared_bits(const struct traffic_selector *ts)
{
	unsigned bits = ip_addr_bits(ts->addr_lo.family), len = 0;

	while (len < bits && ((ts->addr_lo.bytes[len / 8] ^ ts->addr_hi.bytes[len / 8]) >>
			      (7 - len % 8) & 1) == 0)
		len++;
	return len;
}

/* Four for each bit, so that ports and protocol decide among equals alone. */
unsigned
selector_narrow(const struct selector *s)
{
	return 4 * (shared_bits(&s->local) + shared_bits(&s->remote)) +
	       (s->local.port_lo == s->local.port_hi) +
	       (s->remote.port_lo == s->remote.port_hi) + (s->local.ip_proto != 0);
}

/* The length of the prefix that is exactly the range, or -1. */
static int
range_prefix_len(const struct ip_addr *lo, const struct ip_addr *hi)
{
	unsigned bits = ip_addr_bits(lo->family), len = 0;

	while (len < bits &&
	       ((lo->bytes[len / 8] ^ hi->bytes[len / 8]) >> (7 - len % 8) & 1) == 0)
		len++;
	for (unsigned i = len; i < bits; i++) {
		unsigned bit = 0x80U >> i % 8;

		if ((lo->bytes[i / 8] & bit) != 0 || (hi->bytes[i / 8] & bit) == 0)
			return -1;
	}
	return (int)len;
}

bool
ts_is_prefix(const struct traffic_selector *ts, struct ip_prefix *out)
{
	int len = range_prefix_len(&ts->addr_lo, &ts->addr_hi);

	if (ts->addr_lo.family == IP_NONE || ts->addr_lo.family != ts->addr_hi.family || len < 0)
		return false;
	*out = (struct ip_prefix){ .addr = ts->addr_lo, .len = (uint8_t)len };
	return true;
}

static const char *
proto_name(uint8_t proto, char buf[8])
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmp6";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		snprintf(buf, 8, "%u", proto);
		return buf;
	}
}

static void
ports_text(const struct traffic_selector *ts, char *out, size_t outlen)
{
	if (is_any_port(ts))
		snprintf(out, outlen, "%s", "");
	else if (is_opaque(ts))
		snprintf(out, outlen, "/opaque");
	else if (ts->port_lo == ts->port_hi)
		snprintf(out, outlen, "/%u", ts->port_lo);
	else
		snprintf(out, outlen, "/%u-%u", ts->port_lo, ts->port_hi);
}

const char *
ts_text(const struct traffic_selector *ts, struct addr_buf *b)
{
	int len = range_prefix_len(&ts->addr_lo, &ts->addr_hi);
	struct addr_buf lo, hi;
	char ports[16], proto[8], tail[40] = "";

	ports_text(ts, ports, sizeof(ports));
	if (ts->ip_proto != 0 || ports[0] != '\0')
		snprintf(tail, sizeof(tail), " %s%s",
			 ts->ip_proto != 0 ? proto_name(ts->ip_proto, proto)
					   : "any", ports);
	ip_addr_text(&ts->addr_lo, &lo);
	ip_addr_text(&ts->addr_hi, &hi);
	if (len >= 0)
		snprintf(b->text, sizeof(b->text), "%.50s/%d%s", lo.text, len,
			 tail);
	else
		snprintf(b->text, sizeof(b->text), "%.50s-%.50s%s", lo.text,
			 hi.text, tail);
	return b->text;
}

const char *
flow_text(const struct flow *f, struct addr_buf *b)
{
	struct addr_buf src, dst;
	char proto[8], tail[40] = "";

	if (f->ip_proto != 0 && f->sport == 0 && f->dport == 0)
		snprintf(tail, sizeof(tail), " %s",
			 proto_name(f->ip_proto, proto));
	else if (f->ip_proto != 0)
		snprintf(tail, sizeof(tail), " %s %u->%u",
			 proto_name(f->ip_proto, proto), f->sport, f->dport);
	snprintf(b->text, sizeof(b->text), "%.50s -> %.50s%s",
		 ip_addr_text(&f->src, &src), ip_addr_text(&f->dst, &dst), tail);
	return b->text;
}

bool
selector_is_hosts(const struct selector *s)
{
	return ip_addr_eq(&s->local.addr_lo, &s->local.addr_hi)
		&& ip_addr_eq(&s->remote.addr_lo, &s->remote.addr_hi);
}
