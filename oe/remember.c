/* What is remembered: decisions stored, renewed while in use, and forgotten. */
#include "oe/engine.h"

#include <string.h>

static void
tell_kernel(struct oe *oe, const struct ip_addr *local, const struct ip_addr *remote,
	    enum shunt_kind kind, uint32_t lifetime_s)
{
	struct shunt s = {
		.local = *local,
		.remote = *remote,
		.kind = kind,
		.lifetime_s = lifetime_s,
	};
	oe->ports.set_shunt(oe->ports.ctx, &s);
}

void
oe_forget(struct oe *oe, struct decided *d)
{
	struct ip_addr local = d->local, remote = d->remote;
	bool in_kernel = d->in_kernel;

	decided_remove(&oe->decided, d);
	if (in_kernel)
		tell_kernel(oe, &local, &remote, SHUNT_TRAP, 0);
}

static void
look_later(struct oe *oe, struct decided *d)
{
	decided_set_due(&oe->decided, d, oe_now(oe) + d->again_s * 1000ull);
}

void
oe_goes_on(struct oe *oe, struct decided *d, const struct oppo_facts *learned)
{
	uint32_t s = AGAIN_S;

	if (learned->evidence == EVIDENCE_ABSENT)
		s = learned->ttl_s < AGAIN_MIN_S ? AGAIN_MIN_S
			: learned->ttl_s > LIFE_MAX_S ? LIFE_MAX_S : learned->ttl_s;
	d->again_s = (uint16_t)s;
	look_later(oe, d);
}

struct decided *
oe_anonymous_before(struct oe *oe, const struct oppo *o)
{
	struct decided *d = decided_standing(&oe->decided, &o->flow.src, &o->flow.dst, oe_now(oe));

	return o->again && d != NULL && d->kind == SHUNT_KEYED && d->anonymous ? d : NULL;
}

/* The one that would have ended first goes; tunnels do not. */
static void
make_room(struct oe *oe)
{
	struct decided *d;

	for (unsigned tries = 8; tries > 0 && (d = decided_soonest(&oe->decided)) != NULL; tries--) {
		if (d->kind != SHUNT_KEYED) {
			oe_forget(oe, d);
			return;
		}
		look_later(oe, d);
	}
}

/* The record for WHAT; the one that would have ended first makes room. NULL
 * when memory is out, or nothing that is there may go. */
static struct decided *
record_for(struct oe *oe, const struct decision *what)
{
	struct decided_set *set = &oe->decided;
	struct decided *d = decided_find(set, &what->flow.src, &what->flow.dst);

	if (d != NULL)
		return d;
	if (decided_is_full(set))
		make_room(oe);
	return decided_make(set, &what->flow.src, &what->flow.dst);
}

static void
note(struct decided *d, const struct decision *what, enum shunt_kind kind)
{
	d->id = what->id;
	d->ip_proto = what->flow.ip_proto;
	d->sport = what->flow.sport;
	d->dport = what->flow.dport;
	d->evidence = (uint8_t)what->facts.evidence;
	d->ike = (uint8_t)what->facts.ike;
	d->keys = what->facts.keys;
	d->anonymous = what->facts.anonymous && kind == SHUNT_KEYED;
	d->group = (uint8_t)what->group;
}

/* Silence counts up, anything else starts anew. */
static unsigned
count_strike(struct decided *d, const struct verdict_row *row)
{
	unsigned before = d->strikes;

	if (row->rule != LIFE_DOUBLING)
		d->strikes = 0;
	else if (d->strikes < UINT8_MAX)
		d->strikes++;
	return before;
}

/* Nothing leaves, and the peer may be there again at any time. */
static bool
may_come_back(const struct decided *d)
{
	return (d->kind == SHUNT_DROP || d->kind == SHUNT_REJECT)
		&& (d->ike == IKE_OUTCOME_SILENT || d->ike == IKE_OUTCOME_LATER);
}

static uint64_t
end_of(const struct decided *d)
{
	return d->in_kernel ? d->expires_ms - RENEW_LEAD_MS : d->expires_ms;
}

static uint64_t
next_look(const struct decided *d, uint64_t now)
{
	uint64_t end = end_of(d);

	return may_come_back(d) && now + RETRY_MS < end ? now + RETRY_MS : end;
}

static void
schedule(struct oe *oe, struct decided *d, const struct oppo_facts *facts, uint32_t lifetime_s)
{
	uint64_t life_ms = (uint64_t)lifetime_s * 1000;
	uint64_t now = oe_now(oe);

	d->phase = d->in_kernel || may_come_back(d) ? DECIDED_STANDS : DECIDED_ENDS;
	if (lifetime_s == 0) {
		d->expires_ms = 0;
		decided_set_due(&oe->decided, d, 0);
		if (d->anonymous && policy_group((enum group_id)d->group)->initiate)
			oe_goes_on(oe, d, facts);
		return;
	}
	d->expires_ms = now + life_ms;
	d->knocked = false;
	decided_set_due(&oe->decided, d, next_look(d, now));
}

uint32_t
oe_remember(struct oe *oe, const struct decision *what)
{
	const struct verdict_row *row = verdict_find(what->group, what->facts.evidence,
						     what->facts.keys, what->facts.ike);
	enum shunt_kind kind = policy_kind(group_set_find(oe->groups, &what->flow), row->kind);
	struct decided *d = record_for(oe, what);
	/* Where ports matter no shunt may speak for the pair, but a tunnel may. */
	bool whole = row->kind == SHUNT_KEYED ||
		!group_set_mixed(oe->groups, &what->flow.src, &what->flow.dst);
	unsigned strikes = d != NULL ? count_strike(d, row) : 0;
	uint32_t lifetime_s = verdict_lifetime(row, what->facts.ttl_s, strikes);
	bool was_in_kernel = d != NULL && d->in_kernel;

	if (d != NULL) {
		decided_set_kind(&oe->decided, d, kind);
		note(d, what, kind);
		d->in_kernel = whole;
		schedule(oe, d, &what->facts, lifetime_s);
	}
	if (whole)
		tell_kernel(oe, &what->flow.src, &what->flow.dst, kind, lifetime_s);
	else if (was_in_kernel)
		tell_kernel(oe, &what->flow.src, &what->flow.dst, SHUNT_TRAP, 0);
	return lifetime_s;
}

static struct flow
flow_of(const struct decided *d)
{
	return (struct flow){
		.src = d->local,
		.dst = d->remote,
		.ip_proto = d->ip_proto,
		.sport = d->sport,
		.dport = d->dport,
	};
}

/* In use, so it is decided again in the background; the shunt stands until the
 * answer is there, whatever the kernel's timeout was. */
static void
renew(struct oe *oe, struct decided *d, const struct group_entry *e)
{
	struct flow f = flow_of(d);
	enum shunt_kind kind = (enum shunt_kind)d->kind;
	uint32_t grace_s = oe->cfg.deadline_ms / 1000 + 2;

	d->phase = DECIDED_RENEWING;
	d->expires_ms = oe_now(oe) + (uint64_t)grace_s * 1000;
	decided_set_due(&oe->decided, d, d->expires_ms);
	tell_kernel(oe, &f.src, &f.dst, kind, grace_s);
	if (oppo_by_pair(&oe->oppos, &f.src, &f.dst) == NULL)
		oe_begin(oe, &f, e, NULL);
}

static bool
in_use(struct oe *oe, struct decided *d)
{
	int64_t used = oe->ports.shunt_used(oe->ports.ctx, &d->local, &d->remote);
	bool grew = used > 0 && used != d->used_seen;

	d->used_seen = used;
	return grew;
}

/* Of all pairs together: who is behind a dead link must not load it. */
static bool
may_retry(struct oe *oe)
{
	uint64_t s = oe_now(oe) / 1000;

	if (s != oe->retry_s)
		oe->retries = 0;
	oe->retry_s = s;
	if (oe->retries >= RETRIES_PER_S) {
		oe->stats.retries_put_off++;
		return false;
	}
	oe->retries++;
	oe->stats.retried++;
	return true;
}

/* The shunt stands while the peer is tried. */
static void
try_again(struct oe *oe, struct decided *d, const struct flow *f, const struct group_entry *e)
{
	d->knocked = in_use(oe, d) || d->knocked;	/* kept, should it be put off */
	decided_set_due(&oe->decided, d, next_look(d, oe_now(oe)));
	if (!d->knocked || oppo_by_pair(&oe->oppos, &f->src, &f->dst) != NULL || !may_retry(oe))
		return;
	d->knocked = false;
	oe_begin(oe, f, e, NULL);
}

/* The shunt is gone; how often the peer was silent is kept a while longer, or
 * each attempt would be the first. */
static void
let_go(struct oe *oe, struct decided *d)
{
	if (d->strikes == 0 || d->phase == DECIDED_MEMORY) {
		decided_remove(&oe->decided, d);
		return;
	}
	d->phase = DECIDED_MEMORY;
	decided_set_kind(&oe->decided, d, SHUNT_TRAP);
	d->in_kernel = false;
	decided_set_due(&oe->decided, d, oe_now(oe) + LIFE_MAX_S * 1000);
}

void
oe_decided_due(struct oe *oe, struct decided *d)
{
	struct flow f = flow_of(d);
	const struct group_entry *e = group_set_find(oe->groups, &f);
	bool asks = e != NULL && policy_group(e->group)->initiate;

	if (d->kind == SHUNT_KEYED) {
		look_later(oe, d);
		if (asks && in_use(oe, d) && oppo_by_pair(&oe->oppos, &f.src, &f.dst) == NULL)
			oe_begin(oe, &f, e, NULL);
	} else if (d->phase != DECIDED_STANDS) {
		let_go(oe, d);
	} else if (asks && may_come_back(d) && oe_now(oe) < end_of(d)) {
		try_again(oe, d, &f, e);
	} else if (asks && d->in_kernel && in_use(oe, d)) {
		renew(oe, d, e);
	} else {
		d->phase = DECIDED_ENDS;
		decided_set_due(&oe->decided, d, d->expires_ms);
	}
}

void
oe_pair_up(struct oe *oe, const struct ip_addr *local, const struct ip_addr *remote,
	   bool anonymous)
{
	struct oppo *o = oppo_by_pair(&oe->oppos, local, remote);
	struct decision what = {
		.flow = { .src = *local, .dst = *remote },
		.facts = { .ike = IKE_OUTCOME_UP, .anonymous = anonymous },
	};
	const struct group_entry *e = group_set_find(oe->groups, &what.flow);
	const struct decided *before = decided_standing(&oe->decided, local, remote, oe_now(oe));

	what.group = e != NULL ? e->group : GROUP_ID_CLEAR;
	/* One more tunnel of a keyed pair: how the first was proved stays true. */
	if (before != NULL && before->kind == SHUNT_KEYED && anonymous && !before->anonymous)
		return;		/* nor does one that proves nothing make it less */
	if (before != NULL && before->kind == SHUNT_KEYED && before->anonymous == anonymous) {
		what.id = before->id;
		what.facts.evidence = (enum evidence)before->evidence;
	}
	if (o != NULL) {
		struct oppo_detail d = { .facts = { .detail = "the peer came to us",
			.anonymous = anonymous } };

		oe_dispatch(oe, o, OPPO_EV_PAIR_UP, &d);
	} else {
		oe_remember(oe, &what);
	}
	oe_rearm(oe);
}

void
oe_pair_down(struct oe *oe, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct decided *d = decided_find(&oe->decided, local, remote);
	struct oppo *o = oppo_by_pair(&oe->oppos, local, remote);

	if (o != NULL && o->state == OPPO_CROSSING) {
		o->theirs_gone = true;
		oppo_set_due(&oe->oppos, o, o->started_ms + oe->cfg.deadline_ms);
	} else if (d == NULL) {
		tell_kernel(oe, local, remote, SHUNT_TRAP, 0);
	}
	if (d != NULL && d->kind == SHUNT_KEYED)
		oe_forget(oe, d);
	oe_rearm(oe);
}
