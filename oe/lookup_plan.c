/* Which questions are put to DNS, in which order, and what absence means. */
#include "oe/lookup_plan.h"

#include <stddef.h>

static const struct lookup_step peer_only[] = {
	{
		.story = "the peer's key under its address",
		.during = OPPO_PEER_KEY,
		.whose = WANT_PEER_KEY,
		.if_absent = ABSENCE_FAILS,
		.last = true,
	},
};

static const struct lookup_step own_first[] = {
	{
		.story = "our key under our address",
		.during = OPPO_OWN_KEY,
		.whose = WANT_OWN_KEY,
		.if_absent = ABSENCE_FAILS,
		.last = false,
	},
	{
		.story = "the peer's key under its address",
		.during = OPPO_PEER_KEY,
		.whose = WANT_PEER_KEY,
		.if_absent = ABSENCE_FAILS,
		.last = true,
	},
};

const struct lookup_step *
lookup_plan_default(void)
{
	return peer_only;
}

const struct lookup_step *
lookup_plan_own_first(void)
{
	return own_first;
}

const struct lookup_step *
lookup_plan_next(const struct lookup_step *step)
{
	return step->last ? NULL : step + 1;
}

const struct ip_addr *
lookup_plan_addr(const struct lookup_step *step, const struct flow *f)
{
	return step->whose == WANT_OWN_KEY ? &f->src : &f->dst;
}
