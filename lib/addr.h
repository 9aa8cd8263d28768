/* Addresses, prefixes, endpoints, traffic selectors and flows, as values. */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/span.h"

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

/* Unused trailing bytes are zero, so memcmp of two addresses is a comparison. */
struct ip_addr   { enum ip_family family; uint8_t bytes[16]; };
struct ip_prefix { struct ip_addr addr; uint8_t len; };
struct endpoint  { struct ip_addr addr; uint16_t port; };	/* host order */

struct traffic_selector {	/* RFC 7296 3.13.1: a true range */
	uint8_t ip_proto;	/* 0: any */
	uint16_t port_lo, port_hi;
	struct ip_addr addr_lo, addr_hi;
};
struct selector { struct traffic_selector local, remote; };	/* RFC 4301 4.4.1 */
struct flow {			/* what the first packet told us */
	struct ip_addr src, dst;
	uint8_t ip_proto;	/* 0 when unknown */
	uint16_t sport, dport;	/* ICMP: type in sport, code in dport; else 0 */
};

/* Room for the text of any address, prefix, endpoint, selector or flow. */
struct addr_buf { char text[160]; };

size_t ip_addr_size(enum ip_family family);	/* 4, 16 or 0 */
unsigned ip_addr_bits(enum ip_family family);	/* 32, 128 or 0 */
/* From 4 or 16 network-order bytes; any other length gives IP_NONE. */
struct ip_addr ip_addr_from(struct span bytes);
struct span ip_addr_span(const struct ip_addr *a);
bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b);
int ip_addr_cmp(const struct ip_addr *a, const struct ip_addr *b);
bool ip_addr_is_any(const struct ip_addr *a);	/* 0.0.0.0, :: or IP_NONE */
bool ip_addr_is_loopback(const struct ip_addr *a);
bool ip_addr_is_multicast(const struct ip_addr *a);	/* and 255.255.255.255 */
bool ip_addr_is_link_local(const struct ip_addr *a);

/* Text to value: a literal only, never a name. False leaves *OUT untouched. */
bool ip_addr_parse(const char *text, struct ip_addr *out);
/* "192.0.2.0/24", "2001:db8::/32", or a bare address (full length). Host bits
 * below the prefix are cleared. */
bool ip_prefix_parse(const char *text, struct ip_prefix *out);
/* "192.0.2.1", "192.0.2.1:53", "192.0.2.1@53", "[2001:db8::1]:53", "2001:db8::1@53". */
bool endpoint_parse(const char *text, uint16_t default_port, struct endpoint *out);

const char *ip_addr_text(const struct ip_addr *a, struct addr_buf *b);
const char *ip_prefix_text(const struct ip_prefix *p, struct addr_buf *b);
const char *endpoint_text(const struct endpoint *e, struct addr_buf *b);	/* a:port, [a]:port */
const char *ts_text(const struct traffic_selector *ts, struct addr_buf *b);	/* a/32, lo-hi, proto/port */
const char *flow_text(const struct flow *f, struct addr_buf *b);	/* "a -> b tcp 1->2" */

bool ip_prefix_contains(const struct ip_prefix *p, const struct ip_addr *a);
struct ip_prefix ip_prefix_host(const struct ip_addr *a);	/* /32 or /128 */
bool endpoint_eq(const struct endpoint *a, const struct endpoint *b);

struct traffic_selector ts_host(const struct ip_addr *a);	/* that address, any protocol and port */
struct traffic_selector ts_prefix(const struct ip_prefix *p);
bool ts_eq(const struct traffic_selector *a, const struct traffic_selector *b);
bool ts_contains(const struct traffic_selector *outer, const struct traffic_selector *inner);
/* Is its range of addresses one prefix? Then *OUT. */
bool ts_is_prefix(const struct traffic_selector *ts, struct ip_prefix *out);
bool ts_has_addr(const struct traffic_selector *ts, const struct ip_addr *a);
/* The overlap of A and B in *OUT; false when there is none. */
bool ts_intersect(const struct traffic_selector *a, const struct traffic_selector *b,
		  struct traffic_selector *out);

/* Is F traffic of S, outbound? A port that F does not tell (a later fragment)
 * is within any; ICMP has none. */
bool selector_holds(const struct selector *s, const struct flow *f);
bool selector_is_hosts(const struct selector *s);	/* one address at each end */
/* How much of an address and ports S fixes: of two that overlap, the one with
 * the greater number is the more specific. */
unsigned selector_narrow(const struct selector *s);

socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ss);
/* IPv4-mapped IPv6 becomes IPv4. False for families that are not IP. */
bool endpoint_from_sockaddr(const struct sockaddr *sa, struct endpoint *out);

/* A keyed hash for tables that strangers fill (SipHash with a per-process key). */
uint64_t addr_hash(struct span bytes);
uint64_t ip_pair_hash(const struct ip_addr *src, const struct ip_addr *dst);

#endif
