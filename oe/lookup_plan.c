/* Which questions are put to DNS for a pair, all at once. */
#include "oe/lookup_plan.h"

#include <stddef.h>

static const struct lookup_step steps[] = {
	{ .story = "our key under our address", .whose = WANT_OWN_KEY },
	{ .story = "the peer's key under its address", .whose = WANT_PEER_KEY },
};

const struct lookup_step *
lookup_plan(size_t *n)
{
	*n = sizeof(steps) / sizeof(steps[0]);
	return steps;
}

const struct ip_addr *
lookup_addr(enum rr_wanted whose, const struct flow *f)
{
	return whose == WANT_OWN_KEY ? &f->src : &f->dst;
}
