/* The records that a roll-over publishes: those that a server has, with what is changed. Needs
 * libldns. */
#ifndef ZONES_ROLL_RECORDS_H
#define ZONES_ROLL_RECORDS_H

#include "zones/record.h"
#include "zones/roll_look.h"

/* True with a sentence in ERR: PLACE has a record of TYPE with the old key, which cannot hold a new
 * one of KIND. */
bool roll_refuses(const struct roll_place *place, unsigned type, enum pubkey_kind kind, char *err,
		  size_t errlen);

/* Each prints lines of a zone file, and is false with a sentence in ERR. */

/* The records of PLACE at S, of each type that has the old key, and beside it the new key's, tried
 * after it. Where none has the old key, Q says what the IPSECKEY records of both are. */
bool roll_records_both(FILE *out, const struct server *s, const struct roll_place *place,
		       const struct record_request *q, const struct pubkey *old,
		       const struct pubkey *fresh, char *err, size_t errlen);
/* The records of PLACE at S without those of the old key, whose precedence the new key's now have. */
bool roll_records_new(FILE *out, const struct server *s, const struct roll_place *place,
		      const struct roll *r, char *err, size_t errlen);

#endif
