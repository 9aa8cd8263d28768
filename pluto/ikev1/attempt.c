/* From the wish for a connection to its Quick Mode. */
#include "pluto/ikev1/attempt.h"

#include <stdlib.h>

#include "pluto/ikev1/after.h"
#include "pluto/ikev1/phase1.h"
#include "pluto/ikev1/quick.h"

struct v1_attempt *
v1_attempt_find(struct v1_engine *e, uint64_t owner)
{
	for (struct v1_attempt *a = e->attempts; owner != 0 && a != NULL; a = a->next)
		if (a->owner == owner)
			return a;
	return NULL;
}

void
v1_attempt_end(struct v1_attempt *a)
{
	struct v1_attempt **at = &a->e->attempts;

	while (*at != NULL && *at != a)
		at = &(*at)->next;
	if (*at != NULL)
		*at = a->next;
	v1_timer_stop(a->e, &a->deadline);
	connection_unref(a->conn);
	free(a);
}

void
v1_attempt_fail(struct v1_attempt *a, enum ike_failure why, uint16_t notify, const char *text)
{
	struct v1_engine *e = a->e;
	struct connection *c = connection_ref(a->conn);
	uint64_t owner = a->owner, isakmp = a->isakmp;

	v1_attempt_end(a);
	v1_tell_failed(e, owner, isakmp, c, why, notify, text);
	connection_unref(c);
}

static void
deadline(struct v1_engine *e, struct timer *t)
{
	struct v1_attempt *a = HEAP_OWNER(&t->node, struct v1_attempt, deadline.node);

	(void)e;
	v1_attempt_fail(a, IKE_FAIL_SILENT, 0, "the time for this attempt is over");
}

static struct v1_attempt *
attempt_new(struct v1_engine *e, struct connection *c, uint64_t owner, uint32_t timeout_ms)
{
	struct v1_attempt *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	*a = (struct v1_attempt){ .next = e->attempts, .e = e, .owner = owner,
		.conn = connection_ref(c), .deadline = { .fire = deadline } };
	e->attempts = a;
	if (timeout_ms != 0)
		v1_timer_set(e, &a->deadline, v1_now(e) + timeout_ms);
	return a;
}

uint64_t
v1_begin_phase1(struct v1_engine *e, struct connection *c, uint64_t owner, uint64_t replaces)
{
	struct isakmp *sa = isakmp_new(e, c, SA_INITIATOR, c->aggressive ? V1_AGGRESSIVE : V1_MAIN,
				       &c->local.host, &c->remote.host);

	if (sa == NULL)
		return 0;
	sa->owner = owner;
	sa->replaces = replaces;
	if (c->aggressive ? aggr_begin(sa) : main_begin(sa))
		return sa->serial;
	sa->owner = 0;
	isakmp_kill(sa, IKE_FAIL_INTERNAL, 0);
	return 0;
}

static void
begin_quick(struct v1_attempt *a, struct isakmp *sa)
{
	if (quick_begin(sa, isakmp_conn(sa, a->conn), a->owner, 0))
		return;
	if (quick_ah_behind_nat(sa, a->conn))
		v1_attempt_fail(a, IKE_FAIL_CHILD, 0, "AH cannot pass the NAT before this host; use ESP");
	else
		v1_attempt_fail(a, IKE_FAIL_INTERNAL, 0, "Quick Mode cannot start");
}

uint64_t
v1_initiate(struct v1_engine *e, struct connection *c, uint64_t owner, uint32_t timeout_ms)
{
	struct isakmp *sa = isakmp_for(e, c);
	struct v1_attempt *a;
	uint64_t serial = 0;

	v1_enter(e);
	a = owner != 0 && v1_attempt_find(e, owner) == NULL
		? attempt_new(e, c, owner, timeout_ms) : NULL;
	if (a == NULL) {
		v1_tell_failed(e, owner, 0, c, IKE_FAIL_INTERNAL, 0, "no memory for the attempt");
	} else if (sa != NULL) {
		a->isakmp = serial = sa->serial;
		if (isakmp_ready(sa))
			begin_quick(a, sa);
	} else {
		a->isakmp = serial = v1_begin_phase1(e, c, owner, 0);
		if (serial == 0)
			v1_attempt_fail(a, IKE_FAIL_INTERNAL, 0, "phase 1 cannot start");
	}
	v1_leave(e);
	return serial;
}

void
v1_give_up(struct v1_engine *e, uint64_t owner)
{
	struct v1_attempt *a = v1_attempt_find(e, owner);

	if (a != NULL)
		v1_attempt_end(a);
}

void
v1_attempts_go_on(struct isakmp *sa)
{
	struct v1_attempt *a, *next;

	for (a = sa->e->attempts; a != NULL; a = next) {
		next = a->next;
		if (a->isakmp == sa->serial)
			begin_quick(a, sa);
	}
}

void
v1_attempts_lost(struct isakmp *sa, enum ike_failure why, uint16_t notify, const char *text)
{
	struct v1_attempt *a, *next;

	for (a = sa->e->attempts; a != NULL; a = next) {
		next = a->next;
		if (a->isakmp == sa->serial)
			v1_attempt_fail(a, why, notify, text);
	}
}
