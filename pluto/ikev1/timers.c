/* What is due and when: the timers of SAs, for whack --listevents. */
#include <stddef.h>

#include "pluto/ikev1/inside.h"

struct row { const char *what; size_t offset; };

static const struct row isakmp_rows[] = {
	{ "retransmission", offsetof(struct isakmp, out.timer) },
	{ "end", offsetof(struct isakmp, life) },
	{ "rekey", offsetof(struct isakmp, rekey) },
	{ "liveness", offsetof(struct isakmp, dpd) },
};
static const struct row child_rows[] = {
	{ "rekey", offsetof(struct v1_child, rekey) },
	{ "end", offsetof(struct v1_child, life) },
	{ "idle", offsetof(struct v1_child, idle) },
};

struct listing { const struct v1_engine *e; ike_timer_fn *fn; void *ctx; };

/* False: enough. */
static bool
tell(const struct listing *l, const void *object, const struct row *r, uint64_t serial,
     const struct connection *conn)
{
	const struct timer *t = (const void *)((const char *)object + r->offset);
	uint64_t now = v1_now(l->e);
	struct ike_timer_info i = { .what = r->what, .serial = serial, .conn = conn };

	if (!heap_has(&t->node))
		return true;
	i.due_in_ms = t->node.key > now ? t->node.key - now : 0;
	return l->fn(l->ctx, &i);
}

void
v1_each_timer(struct v1_engine *e, ike_timer_fn *fn, void *ctx)
{
	const struct listing l = { e, fn, ctx };

	for (const struct isakmp *sa = e->all; sa != NULL; sa = sa->next)
		for (size_t i = 0; i < sizeof(isakmp_rows) / sizeof(*isakmp_rows); i++)
			if (!tell(&l, sa, &isakmp_rows[i], sa->serial, sa->conn))
				return;
	for (const struct v1_child *c = e->children; c != NULL; c = c->next)
		for (size_t i = 0; i < sizeof(child_rows) / sizeof(*child_rows); i++)
			if (!tell(&l, c, &child_rows[i], c->serial, c->conn))
				return;
}
