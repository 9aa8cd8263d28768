/* Addresses given out by Mode Config: of a connection's pool, to each peer the one
 * that it had. */
#ifndef PLUTO_IKEV1_LEASE_H
#define PLUTO_IKEV1_LEASE_H

#include "pluto/ikev1/inside.h"

enum { LEASES_MAX = 4096 };

/* An address of POOL for WHO of the connection numbered CONN; family IP_NONE: all are
 * taken. It is in use until v1_lease_release; the one longest out of use is given to
 * somebody else first. */
struct ip_addr v1_lease_take(struct v1_engine *e, uint64_t conn,
			     const struct traffic_selector *pool, uint64_t who);
void v1_lease_release(struct v1_engine *e, uint64_t conn, const struct ip_addr *a);
void v1_leases_free(struct v1_engine *e);

#endif
