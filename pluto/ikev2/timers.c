/* What is due and when: the timers of SAs, for whack --listevents. */
#include <stddef.h>

#include "pluto/ikev2/ike_sa.h"

struct row { const char *what; size_t offset; };

static const struct row ike_rows[] = {
	{ "retransmission", offsetof(struct ike_sa, ours.timer) },
	{ "end", offsetof(struct ike_sa, life) },
	{ "rekey", offsetof(struct ike_sa, rekey) },
	{ "liveness", offsetof(struct ike_sa, dpd) },
	{ "idle", offsetof(struct ike_sa, idle) },
	{ "next try", offsetof(struct ike_sa, again) },
	{ "older twin goes", offsetof(struct ike_sa, twin) },
	{ "NAT keepalive", offsetof(struct ike_sa, keepalive) },
};
static const struct row child_rows[] = {
	{ "rekey", offsetof(struct child_sa, rekey) },
	{ "end", offsetof(struct child_sa, life) },
	{ "outbound opens", offsetof(struct child_sa, open) },
};

struct listing { const struct ike_engine *e; ike_timer_fn *fn; void *ctx; };

/* False: enough. */
static bool
tell(const struct listing *l, const void *object, const struct row *r, uint64_t serial,
     const struct connection *conn)
{
	const struct timer *t = (const void *)((const char *)object + r->offset);
	uint64_t now = engine_now(l->e);
	struct ike_timer_info i = { .what = r->what, .serial = serial, .conn = conn };

	if (!heap_has(&t->node))
		return true;
	i.due_in_ms = t->node.key > now ? t->node.key - now : 0;
	return l->fn(l->ctx, &i);
}

static bool
tell_child(const struct listing *l, const struct child_sa *c)
{
	for (size_t i = 0; i < sizeof(child_rows) / sizeof(*child_rows); i++)
		if (!tell(l, c, &child_rows[i], c->serial, c->conn))
			return false;
	return true;
}

static bool
tell_ike(const struct listing *l, const struct ike_sa *sa)
{
	for (size_t i = 0; i < sizeof(ike_rows) / sizeof(*ike_rows); i++)
		if (!tell(l, sa, &ike_rows[i], sa->serial, sa->conn))
			return false;
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (!tell_child(l, c))
			return false;
	return true;
}

void
ike_each_timer(struct ike_engine *e, ike_timer_fn *fn, void *ctx)
{
	const struct listing l = { e, fn, ctx };
	const struct ike_sa *sa;
	size_t at = 0;

	while ((sa = table_next(&e->by_serial, &at)) != NULL)
		if (!tell_ike(&l, sa))
			return;
}
