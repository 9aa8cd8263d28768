/* The end of a request: shunt, verdicts, and the last word. */
#include "oe/engine.h"

#include <stdio.h>
#include <string.h>

/* Nothing was asked, so nothing is known, so nothing is remembered. */
static bool
is_knowledge(const struct oppo_facts *facts)
{
	return facts->evidence != EVIDENCE_NONE || facts->ike != IKE_OUTCOME_NONE;
}

/* How the peer was proved, and how long it took. */
static void
success_words(const struct oe *oe, const struct oppo *o, char *out, size_t outlen)
{
	uint64_t took = oe_now(oe) - o->started_ms;

	snprintf(out, outlen, "%s (%s) in %llu.%03u s",
		 o->facts.anonymous ? "NOT authenticated" : "authenticated", o->facts.detail,
		 (unsigned long long)(took / 1000), (unsigned)(took % 1000));
}

/* Flows of one pair may belong to different groups: each packet gets its own
 * group's verdict. */
static void
release(struct oe *oe, struct oppo *o)
{
	held_id ids[OPPO_MAX_HELD];
	enum verdict verdicts[OPPO_MAX_HELD];
	unsigned n = o->n_held;

	for (unsigned i = 0; i < n; i++) {
		struct flow f;

		ids[i] = oppo_held(o, i, &f);
		const struct group_entry *e = group_set_find(oe->groups, &f);

		verdicts[i] = e == NULL ? VERDICT_PASS :
			verdict_of_shunt(policy_kind(e, verdict_find(e->group, o->facts.evidence,
								     o->facts.keys, o->facts.ike)->kind));
	}
	o->n_held = 0;
	for (unsigned i = 0; i < n; i++)
		oe_give(oe, ids[i], verdicts[i]);
}

/* The policy changed: every packet meets the new one. */
static void
feed_again(struct oe *oe, struct oppo *o)
{
	unsigned n = o->n_held;

	o->n_held = 0;
	for (unsigned i = 0; i < n; i++) {
		struct flow f;
		held_id id = oppo_held(o, i, &f);

		oe_packet(oe, &f, id);
	}
}

static void
count(struct oe *oe, const struct oppo *o, enum oe_outcome outcome)
{
	oe->stats.by_evidence[o->facts.evidence]++;
	oe->stats.encrypted += outcome == OE_ENCRYPTED;
	oe->stats.clear += outcome == OE_CLEAR;
	oe->stats.blocked += outcome == OE_BLOCKED;
}

static void
fill_result(const struct oe *oe, const struct oppo *o, const struct verdict_row *row,
	    struct oe_result *r)
{
	*r = (struct oe_result){
		.flow = o->flow,
		.outcome = outcome_of_shunt(row->kind),
		.evidence = o->facts.evidence,
		.ike = o->facts.ike,
		.anonymous = o->facts.anonymous,
		.group = o->has_group ? policy_group(o->group)->name : "",
		.code = row->code,
		.total_ms = (uint32_t)(oe_now(oe) - o->started_ms),
		.ike_ms = o->ike_ms != 0 ? (uint32_t)(oe_now(oe) - o->ike_ms) : 0,
		.negotiated = o->ike_ms != 0,
		.released = o->n_held,
	};
	if (o->torn) {
		r->outcome = OE_ERROR;
		r->code = 33;
		oe_failure_words(r->reason, sizeof(r->reason), &o->flow,
				 "the policy changed meanwhile", "");
	} else if (row->kind == SHUNT_KEYED) {
		success_words(oe, o, r->reason, sizeof(r->reason));
	} else if (!o->has_group) {
		oe_failure_words(r->reason, sizeof(r->reason), &o->flow,
				 "no policy group covers the pair", "");
	} else {
		oe_failure_words(r->reason, sizeof(r->reason), &o->flow, row->reason,
				 o->facts.detail);
	}
}

/* IKE won after its deadline had struck: whatever else the pair was about to
 * become, it is keyed now, unless the policy forbids it meanwhile. */
static void
upgrade(struct oe *oe, struct oppo *o)
{
	const struct group_entry *e = group_set_find(oe->groups, &o->flow);
	struct decision what = {
		.flow = o->flow, .id = o->id, .group = o->group, .facts = o->facts,
	};
	struct oppo *other = oppo_by_pair(&oe->oppos, &o->flow.src, &o->flow.dst);

	oppo_free(o);
	if (e == NULL || !policy_group(e->group)->initiate)
		return;
	oe->stats.encrypted++;
	oe_remember(oe, &what);
	if (other != NULL) {
		struct oppo_detail d = { .flow = NULL };

		snprintf(d.facts.detail, sizeof(d.facts.detail), "an earlier attempt won");
		other->facts.evidence = what.facts.evidence;
		oe_dispatch(oe, other, OPPO_EV_PAIR_UP, &d);
	}
}

/* Late answers are waited for only as far as there is room. */
static void
leave(struct oe *oe, struct oppo *o)
{
	unsigned lingering = oe->oppos.n - oe->oppos.n_paired;

	if (o->give_up && !o->torn && lingering < oe->cfg.max_requests)
		oppo_linger(&oe->oppos, o, oe_now(oe) + LINGER_MS);
	else
		oppo_free(o);
}

/* An anonymous tunnel is better than what would come instead, unless DNS names a
 * key by now and the peer has shown another. */
static bool
stay_anonymous(struct oe *oe, struct oppo *o)
{
	struct decided *d = oe_anonymous_before(oe, o);

	if (d == NULL || o->facts.ike == IKE_OUTCOME_UP || o->facts.ike == IKE_OUTCOME_KEY_MISMATCH)
		return false;
	oe_goes_on(oe, d, &o->facts);
	snprintf(o->facts.detail, sizeof(o->facts.detail), "%s", o->facts.keys
		 ? "still anonymous; the key in DNS was not proved" : "still no key in DNS");
	o->facts.evidence = (enum evidence)d->evidence;
	o->facts.ike = IKE_OUTCOME_UP;
	o->facts.anonymous = true;
	return true;
}

void
oe_finish(struct oe *oe, struct oppo *o)
{
	bool goes_on = o->paired && !o->torn && stay_anonymous(oe, o);
	const struct verdict_row *row = verdict_find(o->group, o->facts.evidence, o->facts.keys,
						     o->facts.ike);
	struct decision what = {
		.flow = o->flow, .id = o->id, .group = o->group, .facts = o->facts,
	};
	bool late = !o->paired;
	struct oe_result r;

	oppo_unlink(&oe->oppos, o);
	if (late) {
		upgrade(oe, o);
		return;
	}
	fill_result(oe, o, row, &r);
	if (!o->torn && !goes_on && is_knowledge(&o->facts))
		r.lifetime_s = oe_remember(oe, &what);
	if (o->give_up)
		oe->ports.give_up(oe->ports.ctx, o->id);
	if (row->kind == SHUNT_KEYED && !o->torn)
		oe_tell(oe, o, STAGE_KERNEL, "pair keyed; %u packet%s waiting",
			(unsigned)o->n_held, o->n_held == 1 ? " was" : "s were");
	if (o->torn)
		feed_again(oe, o);
	else
		release(oe, o);
	count(oe, o, r.outcome);
	log_limited(&oe->limit, LOG_LEVEL_INFO, &o->log, "%s: %s",
		    oe_outcome_name(r.outcome), r.reason);
	oe->ports.ended(oe->ports.ctx, o->id, &r);
	leave(oe, o);
}
