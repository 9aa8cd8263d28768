/* Whether DNS works from here, and whose fault it is when it does not: asks for the
 * root's keys, and when they do not validate for a name that cannot exist. */
#ifndef ADNS_HEALTH_H
#define ADNS_HEALTH_H

#include <time.h>

#include "adns/resolver.h"
#include "lib/loop.h"

typedef void health_fn(void *ctx, enum adns_health now);

struct health {
	struct loop *loop;
	struct resolver resolver;
	bool stub;		/* the resolver validates */
	bool has_root;		/* an anchor is for the root */
	uint32_t well_ms;	/* how long until the next question, when all is well */
	enum adns_health now, judged;
	loop_id timer;
	health_fn *fn;		/* on each change; may be NULL */
	void *ctx;
};

/* What the answer R for the root's keys says. A signature whose dates do not hold at
 * NOW_WALL tells of the clock. */
enum adns_health health_judge(const struct resolver_reply *r, bool stub, bool has_root,
			      time_t now_wall);
/* Asks for the first time; H is filled in but for NOW, JUDGED and TIMER. 0 or -errno. */
int health_begin(struct health *h);
void health_end(struct health *h);

#endif
