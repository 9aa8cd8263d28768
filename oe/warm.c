/* A pair that traffic is expected for, decided before its first packet. */
#include "oe/engine.h"

bool
oe_is_open(struct oe *oe, const struct flow *f)
{
	const struct group_entry *e = group_set_find(oe->groups, f);

	return e != NULL && policy_group(e->group)->initiate
		&& decided_standing(&oe->decided, &f->src, &f->dst, oe_now(oe)) == NULL
		&& oppo_by_pair(&oe->oppos, &f->src, &f->dst) == NULL;
}

bool
oe_warm(struct oe *oe, const struct flow *f)
{
	bool begun = oe_is_open(oe, f) && oe_begin(oe, f, group_set_find(oe->groups, f), NULL);

	oe_rearm(oe);
	return begun;
}

bool
oe_lacks_key(struct oe *oe, const struct flow *f)
{
	const struct group_entry *e = group_set_find(oe->groups, f);
	const struct decided *d = decided_standing(&oe->decided, &f->src, &f->dst, oe_now(oe));

	return e != NULL && policy_group(e->group)->initiate && d != NULL && d->kind == SHUNT_PASS
		&& (d->evidence == EVIDENCE_ABSENT || d->evidence == EVIDENCE_INSECURE)
		&& !d->keys && d->ike == IKE_OUTCOME_NONE
		&& oppo_by_pair(&oe->oppos, &f->src, &f->dst) == NULL;
}

bool
oe_reopen(struct oe *oe, const struct flow *f)
{
	bool begun = oe_lacks_key(oe, f) && oe_begin(oe, f, group_set_find(oe->groups, f), NULL);

	oe_rearm(oe);
	return begun;
}
