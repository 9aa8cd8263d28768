/* What somebody asked for with ike_initiate, until it is up or has failed. */
#include "pluto/ikev2/attempt.h"

#include <stdio.h>
#include <stdlib.h>

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/sa_init.h"
#include "pluto/ikev2/task.h"

static bool
same_owner(const void *item, const void *key)
{
	const struct attempt *a = item;

	return a->owner == *(const uint64_t *)key;
}

struct attempt *
attempt_find(struct ike_engine *e, uint64_t owner)
{
	return table_find(&e->attempts, number_hash(owner), same_owner, &owner);
}

/* An opportunistic peer that has answered IKE_SA_INIT is there: it waits for DNS, or
 * starts again. */
static enum ike_failure
why_late(const struct attempt *a, const struct ike_sa *sa, uint16_t heard)
{
	if (heard == N_NO_PROPOSAL_CHOSEN)
		return IKE_FAIL_NO_PROPOSAL;
	return a->conn->oe && sa != NULL && sa->state == IKE_AUTH_SENT ? IKE_FAIL_LATER : IKE_FAIL_SILENT;
}

/* The time is over: what is remembered of the peer's words goes with it. */
static void
deadline(struct ike_engine *e, struct timer *t)
{
	struct attempt *a = HEAP_OWNER(&t->node, struct attempt, deadline.node);
	struct ike_sa *sa = ike_sa_find(e, a->ike);
	uint16_t heard = sa != NULL && sa->hs != NULL ? sa->hs->remembered : 0;
	uint64_t owner = a->owner, ike = a->ike;

	if (sa != NULL && a->joined)
		sa->suspect = true;
	attempt_fail(a, why_late(a, sa, heard), heard, NULL);
	attempt_detach(e, owner, ike);
}

struct attempt *
attempt_new(struct ike_engine *e, struct connection *c, uint64_t owner, uint32_t timeout_ms)
{
	struct attempt *a;

	if (attempt_find(e, owner) != NULL)
		return NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	*a = (struct attempt){ .e = e, .owner = owner, .conn = connection_ref(c) };
	if (table_insert(&e->attempts, number_hash(owner), a) != 0) {
		connection_unref(c);
		free(a);
		return NULL;
	}
	a->deadline.fire = deadline;
	if (timeout_ms > 0)
		timer_set(e, &a->deadline, engine_now(e) + timeout_ms);
	return a;
}

void
attempt_end(struct attempt *a)
{
	struct ike_engine *e = a->e;

	timer_stop(e, &a->deadline);
	timer_stop(e, &a->again);
	table_remove(&e->attempts, number_hash(a->owner), same_owner, &a->owner);
	connection_unref(a->conn);
	free(a);
}

void
attempt_fail(struct attempt *a, enum ike_failure why, uint16_t notify, const char *text)
{
	struct ike_engine *e = a->e;
	struct connection *c = connection_ref(a->conn);
	uint64_t owner = a->owner, ike = a->ike;

	attempt_end(a);
	if (why == IKE_FAIL_AUTH_PEER || why == IKE_FAIL_AUTH_US)
		e->stats.auth_failed++;
	event_failed(e, owner, ike, c, why, notify, text);
	connection_unref(c);
}

uint64_t
attempt_begin_ike(struct ike_engine *e, struct connection *c, const struct flow *flow,
		  uint64_t owner)
{
	struct ike_sa *sa = ike_sa_new(e, SA_INITIATOR, NULL, c, &c->local.host,
				       &c->remote.host);

	if (sa == NULL)
		return 0;
	sa->hs->owner = owner;
	if (flow != NULL)
		sa->hs->flow = *flow;
	if (!sa_init_begin(sa)) {
		sa->hs->owner = 0;
		ike_sa_kill(sa, IKE_FAIL_INTERNAL, 0);
		return 0;
	}
	return sa->serial;
}

/* Ours, and nobody's outside. */
#define RETRY_OWNER (1ull << 63)
enum { AGAIN_MS = 1000, AGAIN_MAX_MS = 300000 };

static void
again_fires(struct ike_engine *e, struct timer *t)
{
	struct attempt *a = HEAP_OWNER(&t->node, struct attempt, again.node);
	uint64_t owner = a->owner, ike;

	if (ike_sa_for(e, a->conn) != NULL) {	/* the peer has come meanwhile */
		attempt_end(a);
		return;
	}
	ike = attempt_begin_ike(e, a->conn, NULL, owner);
	a = attempt_find(e, owner);
	if (a != NULL && ike == 0)
		attempt_fail(a, IKE_FAIL_INTERNAL, 0, NULL);
	else if (a != NULL)
		a->ike = ike;
}

static bool
is_of(const struct attempt *a, uint64_t conn_serial)
{
	return (a->owner & RETRY_OWNER) != 0
		&& (a->conn->serial == conn_serial || a->conn->from == conn_serial);
}

static struct attempt *
find_retry(struct ike_engine *e, uint64_t conn_serial)
{
	struct attempt *a;
	size_t at = 0;

	while ((a = table_next(&e->attempts, &at)) != NULL)
		if (is_of(a, conn_serial))
			return a;
	return NULL;
}

void
attempt_forget_conn(struct ike_engine *e, uint64_t conn_serial)
{
	struct attempt *a;

	while ((a = find_retry(e, conn_serial)) != NULL) {
		uint64_t owner = a->owner, ike = a->ike;

		attempt_end(a);
		attempt_detach(e, owner, ike);
	}
}

/* Doubles with each try that went before. */
static uint32_t
wait_ms(unsigned tried)
{
	uint32_t ms = AGAIN_MS;

	while (tried-- > 1 && ms < AGAIN_MAX_MS)
		ms *= 2;
	return ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS;
}

static bool
may_try_again(const struct attempt *a, enum ike_failure why)
{
	const struct connection *c = a->conn;

	return why == IKE_FAIL_SILENT && !c->oe
		&& (c->keying_tries == 0 || a->tried + 1 < c->keying_tries);
}

/* Whoever asked is told of the first try; the others go on without. */
static void
try_again(struct ike_engine *e, struct connection *c, unsigned tried)
{
	struct attempt *a = find_retry(e, c->serial) == NULL
		? attempt_new(e, c, RETRY_OWNER | engine_new_serial(e), 0) : NULL;

	if (a == NULL)
		return;
	a->tried = tried;
	a->again.fire = again_fires;
	timer_set(e, &a->again, engine_now(e) + wait_ms(tried));
}

static void
fail_and_try_again(struct attempt *a, uint16_t notify)
{
	struct ike_engine *e = a->e;
	struct connection *c = connection_ref(a->conn);
	unsigned tried = a->tried + 1;
	char most[16] = "any number", text[160];

	if (c->keying_tries != 0)
		snprintf(most, sizeof(most), "%u", c->keying_tries);
	snprintf(text, sizeof(text), "the peer did not answer; keying attempt %u of %s begins in %u s",
		 tried + 1, most, wait_ms(tried) / 1000);
	attempt_fail(a, IKE_FAIL_SILENT, notify, text);
	try_again(e, c, tried);
	connection_unref(c);
}

void
attempt_lost(struct ike_engine *e, uint64_t owner, enum ike_failure why, uint16_t notify,
	     const char *text)
{
	struct attempt *a = owner != 0 ? attempt_find(e, owner) : NULL;

	if (a == NULL)
		return;
	if (a->joined && a->restarts == 0 && why == IKE_FAIL_SILENT) {
		a->joined = false;
		a->restarts++;
		a->ike = attempt_begin_ike(e, a->conn, NULL, owner);
		if (a->ike != 0)
			return;
	}
	if (may_try_again(a, why))
		fail_and_try_again(a, notify);
	else
		attempt_fail(a, why, notify, text);
}

void
attempt_anew(struct ike_sa *sa)
{
	enum { MOST = 2 };
	struct ike_engine *e = sa->e;
	uint64_t owner = sa->hs->owner, ike;
	struct attempt *a = owner != 0 ? attempt_find(e, owner) : NULL;
	const struct flow *flow = &sa->hs->flow;

	if (a == NULL || a->restarts >= MOST)
		return;
	a->restarts++;
	ike_line(sa, 0, "ike", "< INVALID_IKE_SPI: the peer has started again; begun anew");
	sa->hs->owner = 0;
	sa->hs->remembered = N_INVALID_IKE_SPI;
	ike = attempt_begin_ike(e, a->conn, flow->src.family != IP_NONE ? flow : NULL, owner);
	a = attempt_find(e, owner);
	if (a != NULL && ike != 0)
		a->ike = ike;
	else if (a != NULL)
		attempt_fail(a, IKE_FAIL_INTERNAL, 0, NULL);
}

void
attempt_refused(struct ike_sa *sa)
{
	enum { LEAD_MS = 100 };
	struct attempt *a = sa->hs->owner != 0 ? attempt_find(sa->e, sa->hs->owner) : NULL;

	if (a != NULL && heap_has(&a->deadline.node)
	    && a->deadline.node.key > engine_now(sa->e) + LEAD_MS)
		timer_set(sa->e, &a->deadline, a->deadline.node.key - LEAD_MS);
}

/* It has come to us meanwhile, so it is slow, not silent. */
static bool
peer_speaks(const struct ike_sa *sa)
{
	struct pair_link *l = pair_index_first(&sa->e->ike_pairs, &sa->local.addr, &sa->remote.addr);

	for (; l != NULL; l = l->next)
		if (((const struct ike_sa *)l->item)->role == SA_RESPONDER)
			return true;
	return false;
}

void
attempt_detach(struct ike_engine *e, uint64_t owner, uint64_t ike)
{
	struct ike_sa *sa = ike_sa_find(e, ike);

	if (sa == NULL)
		return;
	task_drop_owner(sa, owner);
	if (sa->mine != NULL && sa->mine->task.owner == owner)
		sa->mine->task.owner = 0;
	if (sa->hs == NULL || sa->hs->owner != owner)
		return;
	sa->hs->owner = 0;
	/* Once IKE_AUTH is out the peer may believe in this SA: keep what it takes
	 * to accept its late answer. Before that nobody would miss it, unless both
	 * sides are late at once: each would then be waited for in vain. */
	if ((sa->state == IKE_NEW || sa->state == IKE_SA_INIT_SENT) && !peer_speaks(sa))
		ike_sa_kill(sa, IKE_FAIL_CANCELLED, 0);
}
