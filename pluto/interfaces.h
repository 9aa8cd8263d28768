/* Which addresses are ours. */
#ifndef PLUTO_INTERFACES_H
#define PLUTO_INTERFACES_H

#include "lib/addr.h"
#include "pluto/options.h"

enum { MAX_LOCAL_ADDRS = 256 };

struct local_addr {
	struct ip_addr addr;
	struct ip_addr broadcast;	/* of its network; IP_NONE: it has none */
	char ifname[16];
	bool serve;		/* IKE listens here (not loopback or link-local) */
};
struct local_addrs {
	unsigned n;
	struct local_addr a[MAX_LOCAL_ADDRS];
};

/* Every address of the machine; .serve as --interface and --listen say. 0, or
 * -errno. More than 256 addresses are told once and left out. */
int local_addrs_scan(const struct pluto_options *o, struct local_addrs *out);
/* The address that we send from to REMOTE, by the routing table; sends nothing. */
bool local_addr_towards(const struct ip_addr *remote, struct ip_addr *out);
/* Does a route lead to REMOTE for what LOCAL sends? */
bool local_addr_leads(const struct ip_addr *local, const struct ip_addr *remote);
/* The addresses of L that IKE listens at, into OUT (room for all); how many. */
unsigned local_addrs_served(const struct local_addrs *l, struct ip_addr out[MAX_LOCAL_ADDRS]);
bool local_addrs_has(const struct local_addrs *l, const struct ip_addr *a);

#endif
