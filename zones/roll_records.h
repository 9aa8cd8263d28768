/* The records that a roll-over publishes: those that a server has, with what is changed. Needs
 * libldns. */
#ifndef ZONES_ROLL_RECORDS_H
#define ZONES_ROLL_RECORDS_H

#include "zones/record.h"
#include "zones/roll_look.h"

/* Each prints lines of a zone file, and is false with a sentence in ERR. */

/* The records of PLACE at S, the old key's and beside it the new key's, tried after it. Where the
 * old key's is not published, Q says how both are. */
bool roll_records_both(FILE *out, const struct server *s, const struct roll_place *place,
		       const struct record_request *q, const struct pubkey *old,
		       const struct pubkey *fresh, char *err, size_t errlen);
/* The records of PLACE at S without the old key's, whose precedence the new key's now has. */
bool roll_records_new(FILE *out, const struct server *s, const struct roll_place *place,
		      const struct roll *r, char *err, size_t errlen);

#endif
