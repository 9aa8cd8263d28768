/* How much of what resolvers say goes on to pluto: a page on the web may name hundreds of
 * hosts, and a script may be out of its mind. */
#ifndef ADNS_TAP_LIMITS_H
#define ADNS_TAP_LIMITS_H

#include "adns/bucket.h"
#include "adns/tap_note.h"

enum { TAP_SEEN = 1024 };

/* All zero to begin with. */
struct tap_limits {
	uint64_t full_ms;		/* when the bucket of all is full again */
	struct buckets prefixes;
	struct { uint64_t key, until_ms; } seen[TAP_SEEN];
};

/* Leaves in *N the addresses that are worth a look and within the limits; false when none
 * is left. Counts the others. */
bool tap_limits_pass(struct tap_limits *l, struct adns_notice *n, uint64_t now_ms,
		     struct adns_tap_counts *counts);

#endif
