/* Records that hold a host's key, whatever their type: IPSECKEY, and those of RFC 4322. Needs
 * libldns. */
#ifndef ZONES_ROLL_RR_H
#define ZONES_ROLL_RR_H

#include <stdio.h>

#include "lib/pubkey.h"
#include "lib/revname.h"
#include "zones/server.h"

enum {
	ROLL_TYPES = 3, ROLL_IPSECKEY = 0,	/* types have numbers, 0 to ROLL_TYPES - 1 */
	ROLL_LATER = 10,	/* from a record's precedence to that of the next one */
};

ldns_rr_type roll_type(unsigned type);
const char *roll_type_name(unsigned type);
/* Can records of TYPE hold keys of KIND? */
bool roll_type_holds(unsigned type, enum pubkey_kind kind);

/* The key that RR holds, owned by the caller; false: none that is a host's. */
bool roll_rr_key(unsigned type, const ldns_rr *rr, struct pubkey *out);
/* Does RR hold the key with this fingerprint? */
bool roll_rr_is(unsigned type, const ldns_rr *rr, const char *fingerprint);
/* Is RR one that this is about? Of TXT records those of RFC 4322 alone are. */
bool roll_rr_counts(unsigned type, const ldns_rr *rr);
/* The record that is tried first has the lowest; of a KEY record it is 0. */
unsigned roll_rr_precedence(unsigned type, const ldns_rr *rr);
/* That of a record which is tried after RR. */
unsigned roll_rr_later(unsigned type, const ldns_rr *rr);

/* Each prints a line of a zone file; false when it cannot be written. */
bool roll_rr_print(FILE *out, const ldns_rr *rr);
/* LIKE, which has a key, with PRECEDENCE and KEY instead of its own. */
bool roll_rr_print_like(FILE *out, unsigned type, const ldns_rr *like, unsigned precedence,
			const struct pubkey *key);

#endif
