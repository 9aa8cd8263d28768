/* The zones under in-addr.arpa and ip6.arpa that hold the names of a prefix. */
#ifndef ZONES_REVZONE_H
#define ZONES_REVZONE_H

#include "lib/revname.h"

#define REVZONE_PATTERN "%f-%l"

struct revzone {
	struct ip_prefix prefix;	/* whose names it holds */
	struct dns_name name;
	struct dns_name parent;		/* one label less: where it is delegated from, or below */
	bool classless;			/* RFC 2317: the parent has a CNAME for each address */
};

/* Zones are cut at octets of IPv4 and nibbles of IPv6, so a prefix that ends between
 * two cuts needs several; IPv4 longer than 24 has one, as RFC 2317 says. 1..128. */
unsigned revzone_count(const struct ip_prefix *p);
/* The zone number I of them. PATTERN is the label of an RFC 2317 zone: %f is the first
 * and %l the last number in it, %n the length of the prefix. False when that makes no
 * name. */
bool revzone_nth(const struct ip_prefix *p, unsigned i, const char *pattern, struct revzone *out);
/* The name in Z of an address that its prefix holds. */
struct dns_name revzone_owner(const struct revzone *z, const struct ip_addr *a);
/* "*.ZONE"; false when that is too long. */
bool revzone_wildcard(const struct revzone *z, struct dns_name *out);
/* The first and the last number of an RFC 2317 zone. */
uint8_t revzone_first(const struct revzone *z);
uint8_t revzone_last(const struct revzone *z);

#endif
