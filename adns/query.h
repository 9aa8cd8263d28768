/* Queries in flight: what was asked, by whom, until when.
 *
 * Identical questions are one lookup with several askers. Each asker gets
 * exactly one answer, at its deadline at the latest; a lookup whose askers are
 * all gone goes on, so that its result is in the cache for the next packet.
 */
#ifndef ADNS_QUERY_H
#define ADNS_QUERY_H

#include "adns/resolver.h"
#include "lib/loop.h"

struct queries;

/* A is valid during the call. May run before queries_ask returns. */
typedef void queries_answer_fn(void *ctx, const struct adns_answer *a);

struct queries_limits {
	unsigned in_flight;	/* lookups given to the resolver; 1024 */
	unsigned waiting;	/* askers beyond those; 4096 */
	const enum adns_health *health;	/* how DNS works now; NULL: not known */
	unsigned burst, per_s;	/* lookups of one prefix (adns/bucket.h); 0: no limit */
};

/* NULL when memory is out. L and R outlive it. */
struct queries *queries_new(struct loop *l, const struct resolver *r,
			    const struct queries_limits *limits,
			    queries_answer_fn *answer, void *ctx);
/* Cancels every lookup; nobody is answered any more. */
void queries_free(struct queries *qs);

/* An id that is in use already, or 0, is ignored with one log line. */
void queries_ask(struct queries *qs, const struct adns_query *q);
/* No answer will be given for ID; its lookup ends when nobody else wants it. */
void queries_cancel(struct queries *qs, uint64_t id);

struct queries_stats {
	unsigned askers, in_flight, waiting;
	uint64_t asked, merged, timed_out, busy, given_up;
};
void queries_get_stats(const struct queries *qs, struct queries_stats *out);

#endif
