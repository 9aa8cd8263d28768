/* Who answers for a name with authority: the servers of the zone that holds it. Needs
 * libunbound. */
#ifndef ZONES_AUTHORITY_H
#define ZONES_AUTHORITY_H

#include "lib/revname.h"
#include "zones/lookup.h"

enum { AUTHORITIES_MAX = 16 };

struct authority {
	struct dns_name host;
	struct ip_addr addr;	/* family IP_NONE: the host has no address */
};

struct authorities {
	struct dns_name zone;
	struct authority at[AUTHORITIES_MAX];
	unsigned n;		/* what is more than AUTHORITIES_MAX is left out */
};

/* False: no NS record of OWNER, or of a name above it, is found. */
bool authorities_find(struct ub_ctx *ctx, const char *owner, struct authorities *out);

#endif
