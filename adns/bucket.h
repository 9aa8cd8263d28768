/* Token buckets: how many lookups one prefix of addresses may begin. */
#ifndef ADNS_BUCKET_H
#define ADNS_BUCKET_H

#include "lib/revname.h"

enum { BUCKETS = 4096 };

/* All zero to begin with. Two prefixes that meet in one slot, which a stranger
 * cannot bring about, share its tokens. */
struct buckets {
	unsigned burst, per_s;	/* per_s 0: no limit */
	uint64_t full_ms[BUCKETS];	/* when each is full again, monotonic */
};

/* The part of a reverse name that stands for the /24 or the /48, else the last two
 * labels; points into NAME. */
const char *bucket_prefix(const struct dns_name *name);
/* Takes a token of the one bucket that is full again at *FULL_MS; PER_S is not 0. */
bool bucket_take(uint64_t *full_ms, unsigned burst, unsigned per_s, uint64_t now_ms);
/* Takes a token of the prefix of NAME; false when there is none. */
bool buckets_take(struct buckets *b, const struct dns_name *name, uint64_t now_ms);

#endif
