/* Why traffic of a pair is what it is, and the list of what stands. */
#include "oe/engine.h"

#include <stdio.h>
#include <stdlib.h>

static void
explain_standing(struct oe *oe, const struct decided *d, const struct flow *f,
		 const struct group_entry *e, struct oe_explanation *out)
{
	const struct verdict_row *row;
	enum group_id group = e != NULL ? e->group : (enum group_id)d->group;
	char remembered[64];

	out->evidence = (enum evidence)d->evidence;
	out->ike = (enum ike_outcome)d->ike;
	out->anonymous = d->anonymous;
	out->expires_s = d->expires_ms == 0 ? 0 : oe_seconds_to(oe, d->expires_ms);
	row = verdict_find(group, out->evidence, d->keys, out->ike);
	out->outcome = outcome_of_shunt(row->kind);
	if (row->kind == SHUNT_KEYED) {
		snprintf(out->reason, sizeof(out->reason), "%s%s, evidence %s", row->reason,
			 d->anonymous ? ", unauthenticated (NULL)" : "", evidence_name(out->evidence));
		return;
	}
	snprintf(remembered, sizeof(remembered), "remembered for %u s more", out->expires_s);
	oe_failure_words(out->reason, sizeof(out->reason), f, row->reason, remembered);
}

static void
explain_pending(const struct oppo *o, struct oe_explanation *out)
{
	out->outcome = OE_PENDING;
	out->evidence = o->facts.evidence;
	out->ike = o->facts.ike;
	snprintf(out->reason, sizeof(out->reason), "oe#%llu is at work (%s); %u packets wait",
		 (unsigned long long)o->id.n, oppo_state_name(o->state), o->n_held);
}

static void
explain_policy(const struct group_entry *e, struct oe_explanation *out)
{
	const struct policy_group *g = e != NULL ? policy_group(e->group) : NULL;

	if (g == NULL) {
		out->outcome = OE_CLEAR;
		snprintf(out->reason, sizeof(out->reason), "no policy group covers the pair");
	} else if (g->initiate) {
		out->outcome = OE_PENDING;
		snprintf(out->reason, sizeof(out->reason),
			 "nothing is known yet; the next packet is held and starts an attempt");
	} else {
		out->outcome = outcome_of_shunt(g->on_failure);
		snprintf(out->reason, sizeof(out->reason), "group %s: %s", g->name, g->story);
	}
}

void
oe_explain(struct oe *oe, const struct flow *f, struct oe_explanation *out)
{
	const struct group_entry *e = group_set_find(oe->groups, f);
	const struct decided *d = decided_standing(&oe->decided, &f->src, &f->dst, oe_now(oe));
	const struct oppo *o = oppo_by_pair(&oe->oppos, &f->src, &f->dst);
	bool asks = e != NULL && policy_group(e->group)->initiate;

	*out = (struct oe_explanation){ .has_group = e != NULL };
	if (e != NULL) {
		out->group = e->group;
		snprintf(out->where, sizeof(out->where), "%s", e->where);
	}
	if (d != NULL && (asks || d->kind == SHUNT_KEYED))
		explain_standing(oe, d, f, e, out);
	else if (o != NULL && asks)
		explain_pending(o, out);
	else
		explain_policy(e, out);
}

static struct oe_shunt_info
decided_info(struct oe *oe, const struct decided *d)
{
	uint32_t left = d->expires_ms == 0 ? 0 : oe_seconds_to(oe, d->expires_ms);

	return (struct oe_shunt_info){
		.shunt = {
			.local = d->local,
			.remote = d->remote,
			.kind = (enum shunt_kind)d->kind,
			.lifetime_s = left,
		},
		.evidence = (enum evidence)d->evidence,
		.ike = (enum ike_outcome)d->ike,
		.group = (enum group_id)d->group,
		.anonymous = d->anonymous,
		.expires_s = left,
		.id = d->id,
	};
}

static struct oe_shunt_info
request_info(struct oe *oe, const struct oppo *o)
{
	return (struct oe_shunt_info){
		.shunt = {
			.local = o->flow.src,
			.remote = o->flow.dst,
			.kind = SHUNT_HOLD,
		},
		.evidence = o->facts.evidence,
		.ike = o->facts.ike,
		.group = o->group,
		.expires_s = oe_seconds_to(oe, o->due.key),
		.id = o->id,
		.held = o->n_held,
	};
}

struct scan { struct oe *oe; oe_shunt_fn *fn; void *ctx; bool more; };

static bool
scan_decided(void *ctx, struct decided *d)
{
	struct scan *s = ctx;
	const struct oe_shunt_info i = decided_info(s->oe, d);

	if (d->phase != DECIDED_MEMORY)
		s->more = s->fn(s->ctx, &i);
	return s->more;
}

/* A request holds its pair unless something stands meanwhile. */
static bool
scan_request(void *ctx, struct oppo *o)
{
	struct scan *s = ctx;
	const struct oe_shunt_info i = request_info(s->oe, o);

	if (o->paired && decided_standing(&s->oe->decided, &o->flow.src, &o->flow.dst,
					  oe_now(s->oe)) == NULL)
		s->more = s->fn(s->ctx, &i);
	return s->more;
}

void
oe_scan(struct oe *oe, oe_shunt_fn *fn, void *ctx)
{
	struct scan s = { .oe = oe, .fn = fn, .ctx = ctx, .more = true };

	oppo_each(&oe->oppos, scan_request, &s);
	if (s.more)
		decided_each(&oe->decided, scan_decided, &s);
}

/* Everything that stands, gathered for sorting. */
struct gathered {
	struct oe_shunt_info *all;	/* owned */
	size_t n, room;
};

static bool
gather(void *ctx, const struct oe_shunt_info *i)
{
	struct gathered *g = ctx;

	if (g->n < g->room)
		g->all[g->n++] = *i;
	return g->n < g->room;
}

static int
by_address(const void *va, const void *vb)
{
	const struct oe_shunt_info *a = va, *b = vb;
	int c = ip_addr_cmp(&a->shunt.local, &b->shunt.local);

	return c != 0 ? c : ip_addr_cmp(&a->shunt.remote, &b->shunt.remote);
}

void
oe_each_shunt(struct oe *oe, oe_shunt_fn *fn, void *ctx)
{
	struct gathered g = { .room = oe->decided.n + oe->oppos.n };

	if (g.room == 0)
		return;
	g.all = calloc(g.room, sizeof(g.all[0]));
	if (g.all == NULL) {
		log_error(NULL, "out of memory: shunts not listed");
		return;
	}
	oe_scan(oe, gather, &g);
	qsort(g.all, g.n, sizeof(g.all[0]), by_address);
	for (size_t i = 0; i < g.n && fn(ctx, &g.all[i]); i++)
		continue;
	free(g.all);
}
