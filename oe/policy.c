/* A new policy: whatever was decided under another group is forgotten. */
#include "oe/engine.h"

#include <stdlib.h>

/* The pairs that the new policy changes, noted first, because telling the world
 * may change the sets. */
struct changed {
	struct oe *oe;
	struct flow *flows;		/* owned */
	size_t n, room;
};

static void
add_changed(struct changed *c, const struct ip_addr *local, const struct ip_addr *remote)
{
	if (c->n == c->room) {
		size_t room = c->room == 0 ? 64 : c->room * 2;
		struct flow *bigger = reallocarray(c->flows, room, sizeof(*bigger));

		if (bigger == NULL)
			return;
		c->flows = bigger;
		c->room = room;
	}
	c->flows[c->n++] = (struct flow){ .src = *local, .dst = *remote };
}

static bool
note_decided(void *ctx, struct decided *d)
{
	struct changed *c = ctx;
	struct flow f = {
		.src = d->local, .dst = d->remote,
		.ip_proto = d->ip_proto, .sport = d->sport, .dport = d->dport,
	};
	const struct group_entry *e = group_set_find(c->oe->groups, &f);
	bool changed;

	if (d->kind == SHUNT_KEYED)
		changed = (e != NULL && e->group == GROUP_ID_BLOCK)
			|| (d->anonymous && !oe_may_be_anonymous(c->oe, &f));
	else
		changed = e == NULL || e->group != (enum group_id)d->group ||
			((d->kind == SHUNT_DROP || d->kind == SHUNT_REJECT)
			 && policy_kind(e, SHUNT_DROP) != (enum shunt_kind)d->kind) ||
			d->in_kernel == group_set_mixed(c->oe->groups, &d->local, &d->remote);
	if (changed && d->phase != DECIDED_MEMORY)
		add_changed(c, &d->local, &d->remote);
	return true;
}

static bool
note_request(void *ctx, struct oppo *o)
{
	struct changed *c = ctx;
	const struct group_entry *e = group_set_find(c->oe->groups, &o->flow);

	if (o->paired && (e == NULL || !o->has_group || e->group != o->group))
		add_changed(c, &o->flow.src, &o->flow.dst);
	return true;
}

void
oe_set_groups(struct oe *oe, const struct group_entry *e, size_t n)
{
	struct group_set *new = group_set_new(e, n);
	struct changed decided = { .oe = oe }, requests = { .oe = oe };

	if (new == NULL) {
		log_error(NULL, "out of memory: the policy is left as it was");
		return;
	}
	group_set_free(oe->groups);
	oe->groups = new;
	decided_each(&oe->decided, note_decided, &decided);
	oppo_each(&oe->oppos, note_request, &requests);
	for (size_t i = 0; i < decided.n; i++) {
		struct flow *f = &decided.flows[i];
		struct decided *d = decided_find(&oe->decided, &f->src, &f->dst);

		if (d != NULL)
			oe_forget(oe, d);
	}
	for (size_t i = 0; i < requests.n; i++) {
		struct flow *f = &requests.flows[i];
		struct oppo *o = oppo_by_pair(&oe->oppos, &f->src, &f->dst);
		struct oppo_detail d = { .flow = NULL };

		if (o != NULL)
			oe_dispatch(oe, o, OPPO_EV_TEARDOWN, &d);
	}
	free(decided.flows);
	free(requests.flows);
	oe_rearm(oe);
}

bool
oe_may_be_anonymous(struct oe *oe, const struct flow *f)
{
	const struct group_entry *e = group_set_find(oe->groups, f);

	return oe->cfg.oe_null && e != NULL && policy_group(e->group)->respond
		&& policy_group(e->group)->on_failure == SHUNT_PASS
		&& !group_set_mixed(oe->groups, &f->src, &f->dst);
}

bool
oe_group_of(struct oe *oe, const struct flow *f, enum group_id *id,
	    const struct group_entry **entry)
{
	const struct group_entry *e = group_set_find(oe->groups, f);

	if (e == NULL)
		return false;
	*id = e->group;
	if (entry != NULL)
		*entry = e;
	return true;
}
