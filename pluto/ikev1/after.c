/* The stages between phase 1 and Quick Mode. */
#include "pluto/ikev1/after.h"

#include <stdio.h>
#include <stdlib.h>

#include "pluto/ikev1/info.h"

static void
too_late(struct v1_engine *e, struct timer *t)
{
	struct after *a = HEAP_OWNER(&t->node, struct after, deadline.node);

	for (struct isakmp *sa = e->all; sa != NULL; sa = sa->next)
		if (sa->after == a) {
			after_fail(sa, IKE_FAIL_SILENT, a->stage == AFTER_XAUTH
				   ? "XAUTH was not finished in time"
				   : "Mode Config was not finished in time");
			return;
		}
}

static void
enter(struct isakmp *sa, enum after_stage stage)
{
	const struct connection *c = sa->conn;

	sa->after->stage = stage;
	switch (stage) {
	case AFTER_XAUTH:
		if (c->xauth == CONN_PART_NONE)
			enter(sa, AFTER_MODECFG);
		else
			xauth_begin(sa);
		break;
	case AFTER_MODECFG:
		if (c->modecfg == CONN_PART_NONE)
			enter(sa, AFTER_DONE);
		else
			modecfg_begin(sa);
		break;
	case AFTER_DONE:
		v1_timer_stop(sa->e, &sa->after->deadline);
		isakmp_become_ready(sa);
		break;
	}
}

void
after_begin(struct isakmp *sa)
{
	const struct connection *c = sa->conn;

	if (c->xauth == CONN_PART_NONE && c->modecfg == CONN_PART_NONE) {
		isakmp_become_ready(sa);
		return;
	}
	sa->after = calloc(1, sizeof(*sa->after));
	if (sa->after == NULL) {
		isakmp_kill(sa, IKE_FAIL_INTERNAL, 0);
		return;
	}
	sa->after->deadline.fire = too_late;
	v1_timer_set(sa->e, &sa->after->deadline, v1_now(sa->e) + sa->e->cfg.after_ms);
	enter(sa, AFTER_XAUTH);
}

void
after_next(struct isakmp *sa)
{
	enter(sa, sa->after->stage == AFTER_XAUTH ? AFTER_MODECFG : AFTER_DONE);
}

bool
after_done(const struct isakmp *sa)
{
	if (sa->after != NULL)
		return sa->after->stage == AFTER_DONE;
	return sa->conn->xauth == CONN_PART_NONE && sa->conn->modecfg == CONN_PART_NONE;
}

void
after_fail(struct isakmp *sa, enum ike_failure f, const char *why)
{
	snprintf(sa->after->why, sizeof(sa->after->why), "%s", why);
	log_limited(&sa->e->refuse_limit, LOG_LEVEL_INFO, NULL, "isakmp#%llu, \"%s\": %s",
		    (unsigned long long)sa->serial, sa->conn->name, why);
	info_delete_isakmp(sa);
	isakmp_kill(sa, f, 0);
}

const char *
after_why(const struct isakmp *sa)
{
	return sa->after != NULL ? sa->after->why : NULL;
}

void
after_end(struct isakmp *sa)
{
	if (sa->after == NULL)
		return;
	modecfg_release(sa);
	v1_timer_stop(sa->e, &sa->after->deadline);
	v1_timer_stop(sa->e, &sa->after->ours.out.timer);
}

void
after_free(struct isakmp *sa)
{
	if (sa->after == NULL)
		return;
	after_end(sa);
	sent_clear(sa->e, &sa->after->ours.out);
	sent_clear(sa->e, &sa->after->theirs.out);
	free(sa->after);
	sa->after = NULL;
}

struct connection *
after_own_conn(struct isakmp *sa)
{
	const struct connection *old = sa->conn;
	struct connection *c;

	if (sa->after->owns_conn)
		return sa->conn;
	c = connection_instance(old, NULL, NULL);
	if (c == NULL)
		return NULL;
	if (old->kind == CONN_INSTANCE)
		c->from = old->from;
	connection_unref(sa->conn);
	sa->conn = c;
	sa->after->owns_conn = true;
	return c;
}

struct connection *
isakmp_conn(struct isakmp *sa, struct connection *c)
{
	return sa->after != NULL && sa->after->owns_conn ? sa->conn : c;
}
