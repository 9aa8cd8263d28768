/* The packet inside ESP: measured, and checked against the SA's selector. */
#ifndef PLUTO_ESP_INNER_H
#define PLUTO_ESP_INNER_H

#include "lib/addr.h"

enum { INNER_IPV4 = 4, INNER_IPV6 = 41, INNER_DUMMY = 59 };	/* next header */

/* An IP packet whose headers were found to lie inside it. */
struct inner {
	uint8_t version;	/* 4 or 6 */
	uint8_t tos;		/* TOS or traffic class */
	uint8_t proto;		/* behind IPv6 extension headers */
	bool df, fragment;	/* IPv4 flag; part of a fragmented packet */
	bool later_fragment;	/* has no transport header */
	bool plain;		/* no IPv4 options or IPv6 extensions */
	uint16_t l4;		/* where the transport header begins */
	uint32_t len;		/* by the IP header; 64 kB at most */
	uint16_t sport, dport;	/* 0 where there are none */
	struct ip_addr src, dst;
};

/* False when PKT is not one whole IP packet. Bytes behind its end are allowed:
 * they are traffic flow padding (RFC 4303 2.7). */
bool inner_parse(struct span pkt, struct inner *in);
/* RFC 4301 5.2 step 4: does the packet belong to the SA? OUTBOUND says whether
 * its source is the selector's local side. */
bool inner_allowed(const struct inner *in, const struct selector *sel,
		   bool outbound);

#endif
