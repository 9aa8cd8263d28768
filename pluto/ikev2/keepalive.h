/* One octet now and then, so that a NAT keeps its mapping (RFC 3948 4). */
#ifndef PLUTO_IKEV2_KEEPALIVE_H
#define PLUTO_IKEV2_KEEPALIVE_H

#include "pluto/ikev2/ike_sa.h"

/* SA is up, or NAT detection has another result. */
void keepalive_schedule(struct ike_sa *sa);

#endif
