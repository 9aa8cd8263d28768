/* A responder's IKE SAs whose peer has proved nothing yet: found by the initiator's
 * SPI, and counted by where they seem to come from. */
#ifndef PLUTO_IKEV2_HALF_OPEN_H
#define PLUTO_IKEV2_HALF_OPEN_H

#include "lib/addr.h"

struct ike_engine;
struct ike_sa;

enum { HALF_OPEN_COUNTS = 4096 };

/* By /24 or /56. The room is fixed, so that strangers cannot make it grow: prefixes
 * may share a count, and which ones do is different in every process. */
struct half_open_counts { unsigned n[HALF_OPEN_COUNTS]; };

/* Once for each, and until half_open_leave, which does no harm to others. */
void half_open_enter(struct ike_sa *sa);
void half_open_leave(struct ike_sa *sa);
/* Whose request came from REMOTE with SPI_I; or NULL. */
struct ike_sa *half_open_find(struct ike_engine *e, const uint8_t spi_i[8],
			      const struct ip_addr *remote);
/* How many between two addresses: counted up to MOST. */
unsigned half_open_of_pair(const struct ike_engine *e, const struct ip_addr *local,
			   const struct ip_addr *remote, unsigned most);
/* How many from the prefix of REMOTE; never too few. */
unsigned half_open_nearby(const struct ike_engine *e, const struct ip_addr *remote);

#endif
