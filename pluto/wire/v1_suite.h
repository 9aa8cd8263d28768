/* Phase 2's suites: what a list of proposals stands for, for the files that write and
 * that choose. */
#ifndef PLUTO_WIRE_V1_SUITE_H
#define PLUTO_WIRE_V1_SUITE_H

#include "pluto/wire/v1_sa.h"

struct v1_suite { uint16_t encr, bits, integ; bool esn; };

/* Those of WANT, the best first; how many. */
unsigned v1_suites(const struct v1_phase2 *want, struct v1_suite out[V1_MAX_TRANSFORMS]);
uint8_t v1_phase2_protocol(const struct v1_phase2 *p);	/* ESP or AH */
/* RFC 2407 4.4.3: AH's transforms are named after the hash. */
uint8_t v1_suite_id(const struct v1_suite *s, uint8_t protocol);

#endif
