/* What a server has, compared with what a zone file says: the records that peers look
 * for (IPSECKEY, KEY, and TXT of RFC 4322) of the names in the file. Needs libldns. */
#ifndef ZONES_ZONE_DIFF_H
#define ZONES_ZONE_DIFF_H

#include <stdio.h>

#include "zones/server.h"

struct zone_diff {
	ldns_rr_list *missing;	/* owned: in the file alone */
	ldns_rr_list *extra;	/* owned: at the server alone; also where the time to live differs */
};

/* ORIGIN, with its final dot, is of names before any $ORIGIN. False with a sentence in
 * ERR: a record of the file cannot be read, or the server does not say. */
bool zone_diff_make(FILE *f, const char *file, const char *origin, const struct server *s,
		    struct zone_diff *out, char *err, size_t errlen);
/* A line a record: with - at the server alone, with + in the file alone. */
void zone_diff_print(const struct zone_diff *d);
void zone_diff_free(struct zone_diff *d);

#endif
