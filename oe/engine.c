/* The engine itself: takes events, assigns states, asks the world. */
#include "oe/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct oe *
oe_new(const struct oe_ports *ports, const struct oe_config *cfg)
{
	struct oe *oe = calloc(1, sizeof(*oe));

	if (oe == NULL)
		return NULL;
	oe->ports = *ports;
	oe->cfg = *cfg;
	oe->limit.burst = 100;
	oe->wake_ms = UINT64_MAX;
	oe->groups = group_set_new(NULL, 0);
	oe->decided.max = cfg->max_decided;
	if (oe->groups == NULL) {
		oe_free(oe);
		return NULL;
	}
	return oe;
}

void
oe_free(struct oe *oe)
{
	if (oe == NULL)
		return;
	oppo_set_clear(&oe->oppos);
	decided_clear(&oe->decided);
	group_set_free(oe->groups);
	free(oe);
}

static uint32_t
time_left_ms(const struct oe *oe, const struct oppo *o)
{
	uint64_t now = oe_now(oe);

	return o->due.key > now ? (uint32_t)(o->due.key - now) : 1;
}

static void
tell_question(struct oe *oe, const struct oppo *o, const struct ip_addr *addr)
{
	char name[REVNAME_TEXT];

	oe_revname(addr, name);
	if (oe->cfg.dns_words != NULL)
		oe_tell(oe, o, STAGE_DNS, "> %s IPSECKEY, TXT  (%s)", name, oe->cfg.dns_words);
	else
		oe_tell(oe, o, STAGE_DNS, "> %s IPSECKEY, TXT", name);
}

/* All questions at once; O may be over before the last is asked. */
static void
ask_dns(struct oe *oe, struct oppo *o)
{
	struct flow flow = o->flow;
	uint32_t left = time_left_ms(oe, o);
	oppo_id id = o->id;
	size_t n;
	const struct lookup_step *step = lookup_plan(&n);

	o->own_awaited = oe->cfg.own_key;
	for (size_t i = 0; i < n; i++) {
		if (step[i].whose == WANT_OWN_KEY && !oe->cfg.own_key)
			continue;
		if (step[i].whose == WANT_PEER_KEY)
			tell_question(oe, o, lookup_addr(step[i].whose, &flow));
		oe->ports.lookup(oe->ports.ctx, id, step[i].whose, &flow, left);
		if ((o = oppo_by_id(&oe->oppos, id)) == NULL)
			return;
	}
}

/* How many attempts there may be, this one among them. */
static unsigned
attempts_left(const struct oppo *o)
{
	unsigned n = 0;

	for (size_t i = o->at; i < o->n_gateways;) {
		i += gateway_run(&o->gateways[i], o->n_gateways - i, &o->flow.dst);
		n += o->legacy ? 2 : 1;
	}
	return n > 1 ? n - o->ikev1 : 1;
}

/* The keys are copied: IKE may end, and O with it, before the call returns. */
static void
ask_ike(struct oe *oe, struct oppo *o)
{
	const struct gateway *now = o->n_at > 0 ? &o->gateways[o->at] : NULL;
	struct gateway *keys = gateways_copy(now, o->n_at);
	const struct oe_attempt a = {
		.gateway = now != NULL ? *gateway_addr(now, &o->flow.dst) : o->flow.dst,
		.keys = keys, .n_keys = o->n_at, .ikev1 = o->ikev1,
		.timeout_ms = time_left_ms(oe, o) / attempts_left(o) };
	struct flow flow = o->flow;
	oppo_id id = o->id;

	if (o->ike_ms == 0)
		o->ike_ms = oe_now(oe);
	if (keys == NULL && now != NULL)
		oe_ike_failed(oe, id, IKE_OUTCOME_INTERNAL, "no memory");
	else
		oe->ports.negotiate(oe->ports.ctx, id, &flow, &a);
	gateways_free(keys, a.n_keys);
}

static void
enter(struct oe *oe, struct oppo *o)
{
	switch (o->state) {
	case OPPO_NEW:
	case OPPO_N_STATES:
		break;
	case OPPO_PEER_KEY:
		ask_dns(oe, o);
		break;
	case OPPO_OWN_KEY:
		if (oe_now(oe) + OWN_KEY_MS < o->due.key)
			oppo_set_due(&oe->oppos, o, oe_now(oe) + OWN_KEY_MS);
		break;
	case OPPO_NEGOTIATING:
		oppo_set_due(&oe->oppos, o, o->started_ms + oe->cfg.deadline_ms);
		ask_ike(oe, o);
		break;
	case OPPO_CROSSING:
		oe_tell(oe, o, STAGE_IKE, "< the peer began too, and its SA is up%s",
			o->at_work ? "; ours may still come" : "");
		oppo_set_due(&oe->oppos, o, oe_now(oe) + (o->at_work ? CROSSING_MS : READY_MS));
		break;
	case OPPO_SECURED:
	case OPPO_SHUNTED:
		oe_finish(oe, o);
		break;
	}
}

static bool
is_answer(enum oppo_event e)
{
	return (e >= OPPO_EV_KEY_FOUND && e <= OPPO_EV_IKE_FAILED) || e == OPPO_EV_OWN_KNOWN;
}

void
oe_dispatch(struct oe *oe, struct oppo *o, enum oppo_event event, struct oppo_detail *d)
{
	const struct oppo_cell *cell = oppo_fsm_cell(o->state, event);
	enum oppo_state from = o->state;
	unsigned tries = o->tries;

	o->state = cell->run(o, d);
	held_id displaced = o->displaced.id;

	o->displaced.id.n = 0;
	gateways_free(d->gateways, d->n_gateways);
	if (o->state != from || o->tries != tries) {
		log_limited(&oe->limit, LOG_LEVEL_INFO, &o->log, "%s -> %s (%s)",
			    oppo_state_name(from), oppo_state_name(o->state), cell->story);
		enter(oe, o);
	} else if (is_answer(event)) {
		oe->stats.late_answers++;
		log_debug_of(LOG_OPPO, &o->log, "%s: %s", oppo_event_name(event), cell->story);
	}
	oe_give(oe, displaced, VERDICT_DROP);
}

void
oe_rearm(struct oe *oe)
{
	struct oppo *o = oppo_soonest(&oe->oppos);
	struct decided *d = decided_soonest(&oe->decided);
	uint64_t next = o != NULL ? o->due.key : UINT64_MAX;

	if (d != NULL && d->due.key < next)
		next = d->due.key;
	if (next >= oe->wake_ms)
		return;
	oe->wake_ms = next;
	oe->ports.wake_at(oe->ports.ctx, next);
}

/* A request past the limit is made for trials only; it ends when it starts. */
static struct oppo *
make_request(struct oe *oe, const struct flow *f, const struct group_entry *e)
{
	struct oppo *o = oppo_new(&oe->oppos, f, oe_now(oe));

	if (o == NULL)
		return NULL;
	o->has_group = e != NULL;
	o->group = e != NULL ? e->group : GROUP_ID_CLEAR;
	o->legacy = oe->cfg.legacy;
	oe->stats.requests++;
	return o;
}

static void
start(struct oe *oe, struct oppo *o)
{
	struct oppo_detail d = { .flow = NULL };
	uint64_t now = oe_now(oe);
	const struct decided *standing = decided_standing(&oe->decided, &o->flow.src,
							  &o->flow.dst, oe_now(oe));

	o->started_ms = now;
	oppo_set_due(&oe->oppos, o, now + oe->cfg.deadline_ms);
	oe_tell_policy(oe, o);
	if (standing != NULL && standing->kind == SHUNT_KEYED && !o->again) {
		o->facts.evidence = (enum evidence)standing->evidence;
		d.facts.anonymous = standing->anonymous;
		strcpy(d.facts.detail, "encrypted already, nothing was negotiated");
		oe_dispatch(oe, o, OPPO_EV_PAIR_UP, &d);
	} else if (!o->has_group || !policy_group(o->group)->initiate ||
		   oe->oppos.n_paired > oe->cfg.max_requests) {
		oe_dispatch(oe, o, OPPO_EV_NOT_ASKED, &d);
	} else {
		oe_dispatch(oe, o, OPPO_EV_START, &d);
	}
}

bool
oe_begin(struct oe *oe, const struct flow *f, const struct group_entry *e,
	 const struct oppo_detail *packet)
{
	struct oppo *o = NULL;

	if (oe->oppos.n_paired < oe->cfg.max_requests)
		o = make_request(oe, f, e);
	if (o == NULL) {
		oe->stats.refused_full++;
		log_limited(&oe->limit, LOG_LEVEL_WARN, NULL,
			    "busy: %u pairs are being decided", oe->oppos.n_paired);
		return false;
	}
	o->again = packet == NULL;
	if (packet != NULL)
		oppo_hold(o, packet->held, f);
	start(oe, o);
	return true;
}

/* What F gets without a new decision; false when it must wait for one. */
static bool
settled(struct oe *oe, const struct flow *f, const struct group_entry *e, enum verdict *v)
{
	struct decided *d = decided_standing(&oe->decided, &f->src, &f->dst, oe_now(oe));
	bool keyed = d != NULL && d->kind == SHUNT_KEYED;

	if (keyed && (e == NULL || e->group != GROUP_ID_BLOCK)) {
		*v = VERDICT_TUNNEL;
	} else if (e == NULL) {
		*v = VERDICT_PASS;
	} else if (!policy_group(e->group)->initiate) {
		*v = verdict_of_shunt(policy_kind(e, policy_group(e->group)->on_failure));
	} else if (d != NULL) {
		d->knocked = d->knocked || !d->in_kernel;
		*v = verdict_of_shunt(policy_kind(e, verdict_find(e->group, (enum evidence)d->evidence,
								  d->keys, (enum ike_outcome)d->ike)->kind));
	} else {
		return false;
	}
	return true;
}

void
oe_packet(struct oe *oe, const struct flow *f, held_id held)
{
	const struct group_entry *e = group_set_find(oe->groups, f);
	struct oppo_detail d = { .flow = f, .held = held };
	enum verdict v;

	oe->stats.packets++;
	if (settled(oe, f, e, &v)) {
		oe_give(oe, held, v);
		return;
	}
	struct oppo *o = oppo_by_pair(&oe->oppos, &f->src, &f->dst);

	if (o != NULL)
		oe_dispatch(oe, o, OPPO_EV_PACKET, &d);
	else if (!oe_begin(oe, f, e, &d))
		oe_give(oe, held, verdict_of_shunt(policy_kind(e, policy_group(e->group)->on_failure)));
	oe_rearm(oe);
}

static struct oppo *
answered(struct oe *oe, oppo_id id, const char *what)
{
	struct oppo *o = oppo_by_id(&oe->oppos, id);

	if (o == NULL) {
		oe->stats.late_answers++;
		log_debug_of(LOG_OPPO, NULL, "oe#%llu: %s for a request that is gone",
			  (unsigned long long)id.n, what);
	}
	return o;
}

void
oe_dns_answer(struct oe *oe, oppo_id id, enum rr_wanted whose, const struct oe_answer *a)
{
	struct oppo *o = answered(oe, id, "DNS answer");
	struct oppo_detail d = { .flow = NULL };

	if (o == NULL)
		return;
	if (whose == WANT_OWN_KEY ? oppo_is_over(o->state) : o->state != OPPO_PEER_KEY) {
		oe->stats.late_answers++;
		log_debug_of(LOG_OPPO, &o->log, "DNS answer: late, ignored");
		return;
	}
	enum oppo_event event = whose == WANT_OWN_KEY ? oe_judge_own(oe, o, a)
		: oe_judge_answer(oe, o, a, &d);

	oe_dispatch(oe, o, event, &d);
	oe_rearm(oe);
}

void
oe_child_up(struct oe *oe, oppo_id id, const char *how)
{
	struct oppo *o = answered(oe, id, "child up");
	struct oppo_detail d = { .flow = NULL };

	if (o == NULL)
		return;
	d.facts.anonymous = o->nameless;
	snprintf(d.facts.detail, sizeof(d.facts.detail), "%s", how);
	oe_dispatch(oe, o, OPPO_EV_CHILD_UP, &d);
	oe_rearm(oe);
}

void
oe_ike_answers(struct oe *oe, oppo_id id)
{
	struct oppo *o = oppo_by_id(&oe->oppos, id);

	if (o != NULL)
		o->heard = true;
}

void
oe_ike_failed(struct oe *oe, oppo_id id, enum ike_outcome why, const char *reason)
{
	struct oppo *o = answered(oe, id, "IKE failure");
	struct oppo_detail d = { .facts.ike = why };

	if (o == NULL)
		return;
	if (why <= IKE_OUTCOME_UP || why >= IKE_OUTCOME_N)
		d.facts.ike = IKE_OUTCOME_INTERNAL;
	/* No key was named that the peer could have failed to prove. */
	if (why == IKE_OUTCOME_KEY_MISMATCH && o->nameless)
		d.facts.ike = IKE_OUTCOME_REFUSED;
	/* Nor will it believe us soon where DNS does not name our key. */
	if (why == IKE_OUTCOME_LATER && o->own == OWN_KEY_MISSING)
		d.facts.ike = IKE_OUTCOME_REFUSED;
	snprintf(d.facts.detail, sizeof(d.facts.detail), "%s", reason);
	oe_dispatch(oe, o, OPPO_EV_IKE_FAILED, &d);
	oe_rearm(oe);
}

oppo_id
oe_trial(struct oe *oe, const struct flow *f)
{
	struct oppo *o = oppo_by_pair(&oe->oppos, &f->src, &f->dst);

	if (o == NULL)
		o = make_request(oe, f, group_set_find(oe->groups, f));
	if (o == NULL)
		return (oppo_id){ 0 };
	o->trial = true;
	oppo_id id = o->id;

	if (o->state == OPPO_NEW)
		oppo_set_due(&oe->oppos, o, oe_now(oe));
	oe_rearm(oe);
	return id;
}

static void
oppo_due(struct oe *oe, struct oppo *o)
{
	struct oppo_detail d = { .flow = NULL };

	if (o->state == OPPO_NEW) {
		start(oe, o);
	} else if (oppo_is_over(o->state)) {
		oppo_unlink(&oe->oppos, o);
		oppo_free(o);
	} else if (o->state == OPPO_OWN_KEY && oe_now(oe) < o->started_ms + oe->cfg.deadline_ms) {
		o->own_awaited = false;
		oe_dispatch(oe, o, OPPO_EV_OWN_KNOWN, &d);
	} else {
		oe->stats.deadline_struck += o->state != OPPO_CROSSING;
		if (o->state != OPPO_CROSSING)
			oe_tell(oe, o, o->state == OPPO_NEGOTIATING ? STAGE_IKE : STAGE_DNS,
				"gave up: the deadline of %u ms has passed", oe->cfg.deadline_ms);
		oe_dispatch(oe, o, OPPO_EV_DEADLINE, &d);
	}
}

void
oe_run(struct oe *oe)
{
	uint64_t now = oe_now(oe);

	oe->wake_ms = UINT64_MAX;
	for (unsigned i = 0; i < RUN_MAX; i++) {
		struct oppo *o = oppo_soonest(&oe->oppos);
		struct decided *d = decided_soonest(&oe->decided);

		if (o != NULL && o->due.key <= now)
			oppo_due(oe, o);
		else if (d != NULL && d->due.key <= now)
			oe_decided_due(oe, d);
		else
			break;
	}
	oe_rearm(oe);
}

void
oe_get_stats(const struct oe *oe, struct oe_stats *out)
{
	*out = oe->stats;
	out->pending_now = oe->oppos.n_paired;
	out->decided_now = oe->decided.n;
	memcpy(out->by_kind, oe->decided.by_kind, sizeof(out->by_kind));
}
