/* First packets caught by the kernel's own policies. */
#include "trap/acquire.h"

#include <string.h>


/* Rules that the kernel forgets by itself, in seconds: for a flow whose pair has
 * no shunt; for a moment, so that what the kernel keeps there is looked at. */
enum { FLOW_S = 10, MOMENT_S = 2, SLACK_S = 2, MS = 1000, ALONE_MS = 100 };

static int
put(struct acquire_trap *t, const struct spd_rule *r)
{
	int rc = t->spd.ops->put(t->spd.k, r);

	if (rc != 0)
		log_limited(&t->refused, LOG_LEVEL_ERROR, NULL, "trap: the kernel did not take "
			    "a policy: %s", strerror(-rc));
	return rc;
}

static void
hold_pair(struct acquire_trap *t, const struct flow *f, uint32_t lifetime_s)
{
	const struct spd_rule r = spd_pair(&f->src, &f->dst, SPD_PROTECT, lifetime_s);

	(void)put(t, &r);
}

/* The pair's own rule, under which its packets wait. */
static void
set_apart(struct acquire_trap *t, struct pending_pair *p)
{
	if (p == NULL || p->apart || p->has_shunt)
		return;
	p->apart = true;
	hold_pair(t, &p->a.flow, t->cfg.hold_ms / MS + SLACK_S);
}

static void
alone_no_longer(void *ctx)
{
	struct acquire_trap *t = ctx;
	struct pending_pair *p = pending_oldest(t->pending);

	loop_cancel(t->loop, &t->alone_timer);
	if (p != NULL && p->id.n == t->alone.n)
		set_apart(t, p);
	t->alone = (held_id){ 0 };
}

static void
keep_apart(struct acquire_trap *t, struct pending_pair *p)
{
	if (pending_count(t->pending) > 1) {
		alone_no_longer(t);
		set_apart(t, p);
		return;
	}
	loop_cancel(t->loop, &t->alone_timer);
	t->alone = p->id;
	t->alone_timer = loop_after(t->loop, ALONE_MS, alone_no_longer, t);
}

static void
decide_flow(struct acquire_trap *t, const struct flow *f, enum spd_action action,
	    uint32_t lifetime_s)
{
	struct spd_rule r = spd_pair(&f->src, &f->dst, action, lifetime_s);

	r.ip_proto = f->ip_proto;
	r.sport = f->sport;
	r.dport = f->dport;
	(void)put(t, &r);
}

/* What waits at the rule that was met is looked at again. */
static void
look_again(struct acquire_trap *t, const struct pending_pair *p)
{
	const struct spd_plan_rule *r = spd_plan_find(&t->plan, &p->a.rule);

	if (r != NULL && r->rule.action == SPD_PROTECT)
		(void)put(t, &r->rule);
}

static void
forget(struct acquire_trap *t, const struct pending_pair *p)
{
	int rc = t->spd.ops->forget_acquire(t->spd.k, p->a.seq, &p->a.flow.src, &p->a.flow.dst);

	if (rc != 0) {
		t->stats.verdict_errors++;
		log_limited(&t->refused, LOG_LEVEL_WARN, NULL, "trap: an acquire was not taken "
			    "back: %s; the kernel forgets it by itself", strerror(-rc));
	}
}

static const enum spd_action shunt_action[] = {
	[SHUNT_TRAP] = SPD_PROTECT, [SHUNT_HOLD] = SPD_PROTECT, [SHUNT_PASS] = SPD_BYPASS,
	[SHUNT_DROP] = SPD_DISCARD, [SHUNT_REJECT] = SPD_DISCARD, [SHUNT_KEYED] = SPD_PROTECT,
};

/* The pair's shunt says it already, or the flow gets its own. What waits at the
 * pair's rule is looked at again, unless an SA's policy took it over. */
static void
settle(struct acquire_trap *t, const struct pending_pair *p, enum spd_action action,
       uint32_t lifetime_s)
{
	if (p->has_shunt && shunt_action[p->shunt] == action)
		return;
	if (action != SPD_PROTECT)
		decide_flow(t, &p->a.flow, action, lifetime_s);
	if (p->apart)
		hold_pair(t, &p->a.flow, MOMENT_S);
}

/* A pair that is keyed and asked for all the same, since somebody took its
 * policies away, would be asked for again at once, for ever. */
static bool
may_ask_again(struct acquire_trap *t)
{
	enum { A_SECOND = 256 };
	uint64_t second = monotonic_ms() / MS;

	if (second != t->again_s) {
		t->again_s = second;
		t->again = 0;
	}
	return ++t->again <= A_SECOND;
}

static void
answer(struct acquire_trap *t, const struct pending_pair *p, enum verdict v)
{
	static const struct { enum spd_action action; uint32_t lifetime_s; } rows[] = {
		[VERDICT_TUNNEL] = { SPD_PROTECT, 0 },
		[VERDICT_PASS] = { SPD_BYPASS, FLOW_S },
		[VERDICT_DROP] = { SPD_DISCARD, MOMENT_S },
		[VERDICT_REJECT] = { SPD_DISCARD, MOMENT_S },
	};

	if (v != VERDICT_TUNNEL || (!p->answered && may_ask_again(t)))
		forget(t, p);
	settle(t, p, rows[v].action, rows[v].lifetime_s);
	look_again(t, p);
	t->stats.released += v == VERDICT_TUNNEL || v == VERDICT_PASS;
}

static void arm(struct acquire_trap *t);

static void
on_deadline(void *ctx)
{
	struct acquire_trap *t = ctx;
	struct pending_pair p;

	t->deadline = (loop_id){ 0 };
	while (pending_take_expired(t->pending, monotonic_ms(), &p)) {
		t->stats.dropped_deadline += p.closed;
		answer(t, &p, p.closed ? VERDICT_DROP : VERDICT_PASS);
	}
	arm(t);
}

/* One timer, for the oldest; it may find that one gone. */
static void
arm(struct acquire_trap *t)
{
	uint64_t at, now = monotonic_ms();

	if (t->deadline.n == 0 && pending_deadline(t->pending, &at))
		t->deadline = loop_after(t->loop, at > now ? at - now : 0, on_deadline, t);
}

static void
too_many(struct acquire_trap *t, const struct acquire *a)
{
	struct addr_buf b;

	t->stats.dropped_full++;
	log_limited(&t->full, LOG_LEVEL_WARN, NULL, "trap: %u pairs wait already; %s is left until "
		    "the kernel asks again", pending_count(t->pending), flow_text(&a->flow, &b));
}

static bool
is_closed(const struct acquire_trap *t, const struct acquire *a)
{
	const struct spd_plan_rule *r = spd_plan_find(&t->plan, &a->rule);

	return r == NULL || !r->open;
}

/* Not in the list: it came from a host behind us, or the address is new. */
static bool
is_ours(const struct acquire_trap *t, const struct ip_addr *a)
{
	for (size_t i = 0; i < t->n_local; i++)
		if (ip_addr_eq(&t->local[i], a))
			return true;
	return false;
}

static void
on_acquire(void *ctx, const struct acquire *a)
{
	struct acquire_trap *t = ctx;
	struct trapped told = { .source = TRAP_ACQUIRE, .flow = a->flow,
		.forwarded = !is_ours(t, &a->flow.src), .reqid = t->spd.reqid,
		.when_ms = monotonic_ms() };
	struct pending_pair *p = pending_find(t->pending, &a->flow.src, &a->flow.dst);

	t->stats.trapped++;
	if (p != NULL) {	/* one negotiation, whatever wants it */
		t->stats.duplicates += p->a.seq != a->seq;
		p->a.seq = a->seq;
		p->answered = false;
		return;
	}
	p = pending_add(t->pending, a, told.when_ms);
	if (p == NULL) {
		too_many(t, a);
		return;
	}
	p->closed = told.closed = is_closed(t, a);
	told.held = p->id;
	keep_apart(t, p);
	t->fn(t->ctx, &told);
}

void
acquire_trap_take(struct acquire_trap *t, const struct acquire *a)
{
	on_acquire(t, a);
	arm(t);
}

void
acquire_trap_read(struct acquire_trap *t)
{
	acquire_nl_read(t->nl, on_acquire, t);
	arm(t);
}

/* The rules change next: nothing is said of the pair. */
void
acquire_trap_drop_all(struct acquire_trap *t)
{
	struct pending_pair p;

	while (pending_take_expired(t->pending, UINT64_MAX, &p))
		forget(t, &p);
}

void
acquire_trap_verdict(void *ctx, held_id id, enum verdict v)
{
	struct acquire_trap *t = ctx;
	struct pending_pair p;

	if (pending_take(t->pending, id, &p))
		answer(t, &p, v);
}

int
acquire_trap_set_shunt(void *ctx, const struct shunt *s)
{
	struct acquire_trap *t = ctx;
	struct pending_pair *p = pending_find(t->pending, &s->local, &s->remote);
	struct spd_rule r = spd_pair(&s->local, &s->remote, shunt_action[s->kind], s->lifetime_s);
	int rc;

	if (s->kind == SHUNT_KEYED)	/* the SA brings its own policy */
		return 0;
	rc = r.action != SPD_PROTECT ? t->spd.ops->put(t->spd.k, &r)
		: t->spd.ops->remove(t->spd.k, &r);
	if (p != NULL && rc == 0) {
		p->has_shunt = r.action != SPD_PROTECT;
		p->shunt = s->kind;
	}
	return rc;
}

uint32_t
acquire_trap_seq(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct acquire_trap *t = ctx;
	struct pending_pair *p = pending_find(t->pending, local, remote);

	if (p == NULL)
		return 0;
	p->answered = true;
	return p->a.seq;
}
