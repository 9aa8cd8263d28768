/* What we want to do on an IKE SA, one request at a time. */
#include "pluto/ikev2/task.h"

#include <stdlib.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/create.h"

enum { AGAIN_MS = 1000, AGAIN_JITTER_MS = 1000 };

static bool
queued(const struct ike_sa *sa, const struct task *t)
{
	for (const struct task *q = sa->tasks; q != NULL; q = q->next)
		if (q->kind == t->kind && q->child == t->child && q->owner == t->owner)
			return true;
	return false;
}

bool
task_add(struct ike_sa *sa, const struct task *t)
{
	struct task **end = &sa->tasks, *copy;

	if (t->kind != TASK_CHILD_NEW && queued(sa, t))
		return true;
	if (sa->n_tasks >= TASKS_MAX || (copy = malloc(sizeof(*copy))) == NULL)
		return false;
	*copy = *t;
	connection_ref(copy->conn);
	while (*end != NULL && t->kind != TASK_IKE_DELETE)
		end = &(*end)->next;
	copy->next = *end;
	*end = copy;
	sa->n_tasks++;
	return true;
}

void
task_free(struct task *t)
{
	connection_unref(t->conn);
	free(t);
}

static struct task *
unlink_task(struct ike_sa *sa, struct task **at)
{
	struct task *t = *at;

	*at = t->next;
	t->next = NULL;
	sa->n_tasks--;
	return t;
}

struct task *
task_take_any(struct ike_sa *sa)
{
	return sa->tasks != NULL ? unlink_task(sa, &sa->tasks) : NULL;
}

bool
task_drop_owner(struct ike_sa *sa, uint64_t owner)
{
	for (struct task **at = &sa->tasks; *at != NULL; at = &(*at)->next)
		if ((*at)->owner == owner) {
			task_free(unlink_task(sa, at));
			return true;
		}
	return false;
}

bool
task_busy(const struct ike_sa *sa, enum task_kind kind, uint64_t child)
{
	if (sa->mine != NULL && sa->mine->task.kind == kind
	    && (child == 0 || sa->mine->task.child == child))
		return true;
	for (const struct task *q = sa->tasks; q != NULL; q = q->next)
		if (q->kind == kind && (child == 0 || q->child == child))
			return true;
	return false;
}

static void
again_fires(struct ike_engine *e, struct timer *t)
{
	(void)e;
	task_run(HEAP_OWNER(&t->node, struct ike_sa, again.node));
}

/* The first that may go now; else the timer is set for the soonest. */
static struct task *
next_task(struct ike_sa *sa)
{
	uint64_t now = engine_now(sa->e), soonest = UINT64_MAX;

	for (struct task **at = &sa->tasks; *at != NULL; at = &(*at)->next) {
		if ((*at)->not_before_ms <= now)
			return unlink_task(sa, at);
		if ((*at)->not_before_ms < soonest)
			soonest = (*at)->not_before_ms;
	}
	if (soonest != UINT64_MAX) {
		sa->again.fire = again_fires;
		timer_set(sa->e, &sa->again, soonest);
	}
	return NULL;
}

void
task_done(struct ike_sa *sa)
{
	if (sa->mine == NULL)
		return;
	negotiation_clear(sa->e, sa->mine);
	free(sa->mine);
	sa->mine = NULL;
}

/* The reference on the connection goes to the negotiation. */
static bool
begin(struct ike_sa *sa, struct task *t)
{
	struct negotiation *n = calloc(1, sizeof(*n));
	uint64_t owner = t->owner;

	if (n == NULL) {
		task_free(t);
		attempt_lost(sa->e, owner, IKE_FAIL_INTERNAL, 0, NULL);
		return false;
	}
	n->task = *t;
	free(t);
	sa->mine = n;
	if (create_begin(sa))
		return true;
	if (sa->mine != NULL)
		sa->mine->task.owner = 0;
	task_done(sa);
	attempt_lost(sa->e, owner, IKE_FAIL_INTERNAL, 0, NULL);
	return false;
}

void
task_run(struct ike_sa *sa)
{
	struct task *t;

	while (sa->mine == NULL && !sa->ours.pending && sa->hs == NULL
	       && sa->state != IKE_GONE && (t = next_task(sa)) != NULL)
		if (begin(sa, t))
			return;
	/* Goodbye to a peer that failed to prove itself: no longer a handshake. */
	if (sa->hs != NULL && sa->state == IKE_DELETING && sa->mine == NULL
	    && !sa->ours.pending && (t = next_task(sa)) != NULL)
		begin(sa, t);
}

bool
task_again(struct ike_sa *sa, const struct task *t)
{
	struct task next = *t;

	next.next = NULL;
	next.tries++;
	if (next.tries >= TASK_TRIES)
		return false;
	next.not_before_ms = engine_now(sa->e)
		+ ((uint64_t)AGAIN_MS << next.tries)
		+ engine_random_below(sa->e, AGAIN_JITTER_MS);
	return task_add(sa, &next);
}
