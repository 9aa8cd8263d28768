/* Which negative trust anchors are in force, and when the next one ends. */
#ifndef ADNS_NEGATIVE_H
#define ADNS_NEGATIVE_H

#include "lib/loop.h"
#include "lib/negative_anchor.h"

/* Leaves out of A those that have expired at NOW_WALL, with a log line for each of
 * either kind; how many stay. */
size_t negative_in_force(struct negative_anchor *a, size_t n, time_t now_wall);

struct negative_watch {
	struct loop *loop;
	time_t first_wall;
	loop_id timer;
	loop_timer_fn *fn;
	void *ctx;
};

/* Calls FN once when the first of N has expired. */
void negative_watch(struct negative_watch *w, struct loop *l, const struct negative_anchor *a,
		    size_t n, loop_timer_fn *fn, void *ctx);
void negative_watch_stop(struct negative_watch *w);

#endif
