/* Traffic selector payloads: read, write, narrow (RFC 7296 2.9, 3.13). */
#ifndef PLUTO_WIRE_TS_H
#define PLUTO_WIRE_TS_H

#include "pluto/wire/ike_build.h"

enum { TS_MAX = 16 };
struct ts_list { uint8_t n; struct traffic_selector ts[TS_MAX]; };

/* Unknown selector types are skipped; a count that does not match is an error. */
bool ts_list_read(struct span body, struct ts_list *out, struct parse_error *e);
void ts_list_write(struct ike_build *b, uint8_t payload, const struct ts_list *l);
/* The part of what is OFFERED that LIMIT allows, first match first; false when
 * nothing is left (TS_UNACCEPTABLE). */
bool ts_narrow(const struct ts_list *offered, const struct traffic_selector *limit,
	       struct traffic_selector *out);
/* Every selector of ANSWER lies within LIMIT (the initiator's check). */
bool ts_within(const struct ts_list *answer, const struct traffic_selector *limit);

#endif
