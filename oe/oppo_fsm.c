/* The life of one request: state times event, every cell filled. */
#include "oe/oppo_fsm.h"

#include <assert.h>
#include <string.h>

static enum oppo_state
stay(struct oppo *o, struct oppo_detail *d)
{
	(void)d;
	return o->state;
}

static enum oppo_state
ask(struct oppo *o, struct oppo_detail *d)
{
	(void)o;
	(void)d;
	return OPPO_PEER_KEY;
}

static enum oppo_state
hold(struct oppo *o, struct oppo_detail *d)
{
	oppo_hold(o, d->held, d->flow);
	return o->state;
}

static enum oppo_state
use_keys(struct oppo *o, struct oppo_detail *d)
{
	o->facts = d->facts;
	o->gateways = d->gateways;
	o->n_gateways = d->n_gateways;
	d->gateways = NULL;
	d->n_gateways = 0;
	o->nameless = o->facts.anonymous;
	o->n_at = gateway_run(o->gateways, o->n_gateways, &o->flow.dst);
	o->tries = 1;
	return o->own_awaited ? OPPO_OWN_KEY : OPPO_NEGOTIATING;
}

static enum oppo_state
negotiate(struct oppo *o, struct oppo_detail *d)
{
	(void)o;
	(void)d;
	return OPPO_NEGOTIATING;
}

static enum oppo_state
fail_by_evidence(struct oppo *o, struct oppo_detail *d)
{
	o->facts = d->facts;
	return OPPO_SHUNTED;
}

/* An impostor among several gateways is told, whatever became of the others. */
static void
note_failure(struct oppo *o, const struct oppo_facts *f)
{
	if (o->facts.ike == IKE_OUTCOME_KEY_MISMATCH)
		return;
	o->facts.ike = f->ike;
	if (f->detail[0] != '\0')
		memcpy(o->facts.detail, f->detail, sizeof(o->facts.detail));
}

/* Who spoke IKEv2 and refused would refuse again. */
static bool
may_speak_v1(const struct oppo *o, enum ike_outcome why)
{
	return o->legacy && !o->ikev1 && o->n_at > 0 && why == IKE_OUTCOME_SILENT;
}

/* RFC 4322 3.2.5: it has failed when every gateway has. */
static enum oppo_state
next_gateway(struct oppo *o, struct oppo_detail *d)
{
	note_failure(o, &d->facts);
	o->heard = false;
	if (may_speak_v1(o, d->facts.ike)) {
		o->ikev1 = true;
	} else {
		o->at += o->n_at;
		if (o->at >= o->n_gateways)
			return OPPO_SHUNTED;
		o->n_at = gateway_run(&o->gateways[o->at], o->n_gateways - o->at, &o->flow.dst);
		o->ikev1 = false;
	}
	o->tries++;
	return OPPO_NEGOTIATING;
}

static enum oppo_state
secure(struct oppo *o, struct oppo_detail *d)
{
	o->facts.ike = IKE_OUTCOME_UP;
	o->facts.anonymous = d->facts.anonymous;
	memcpy(o->facts.detail, d->facts.detail, sizeof(o->facts.detail));
	return OPPO_SECURED;
}

/* RFC 7619 3.3: what is proven stays so while it stands, whatever comes beside it. */
static enum oppo_state
both_up(struct oppo *o, struct oppo_detail *d)
{
	if (o->theirs_gone || o->facts.anonymous || !d->facts.anonymous)
		return secure(o, d);
	return OPPO_SECURED;
}

/* Each began one. A peer may keep but one, and not say which: the packets wait
 * until ours has ended too, and take the way that both know. */
static enum oppo_state
cross(struct oppo *o, struct oppo_detail *d)
{
	if (o->state == OPPO_CROSSING)
		both_up(o, d);
	else
		secure(o, d);
	o->at_work = o->at_work || o->state == OPPO_NEGOTIATING;
	o->theirs_gone = false;
	return OPPO_CROSSING;
}

/* We have not begun. The peer has yet to hear our answer before it can open what
 * we send. */
static enum oppo_state
come(struct oppo *o, struct oppo_detail *d)
{
	return o->n_held > 0 ? cross(o, d) : secure(o, d);
}

static enum oppo_state
late_for_dns(struct oppo *o, struct oppo_detail *d)
{
	(void)d;
	o->facts.evidence = EVIDENCE_UNKNOWN;
	return OPPO_SHUNTED;
}

/* What DNS said of the peer stays known. */
static enum oppo_state
late_for_ours(struct oppo *o, struct oppo_detail *d)
{
	(void)o;
	(void)d;
	return OPPO_SHUNTED;
}

static enum oppo_state
late_for_ike(struct oppo *o, struct oppo_detail *d)
{
	const struct oppo_facts silent = { .ike = IKE_OUTCOME_SILENT }, later = {
		.ike = IKE_OUTCOME_LATER, .detail = "it answers, and does not decide in time" };

	(void)d;
	note_failure(o, o->heard ? &later : &silent);
	o->give_up = true;
	return OPPO_SHUNTED;
}

static enum oppo_state
ours_failed(struct oppo *o, struct oppo_detail *d)
{
	return o->theirs_gone ? next_gateway(o, d) : OPPO_SECURED;
}

static enum oppo_state
ours_is_late(struct oppo *o, struct oppo_detail *d)
{
	return o->theirs_gone ? late_for_ike(o, d) : OPPO_SECURED;
}

static enum oppo_state
tear_down(struct oppo *o, struct oppo_detail *d)
{
	(void)d;
	o->torn = true;
	o->give_up = o->state == OPPO_NEGOTIATING || o->state == OPPO_CROSSING;
	return OPPO_SHUNTED;
}

static enum oppo_state
not_asked(struct oppo *o, struct oppo_detail *d)
{
	(void)d;
	o->facts.evidence = EVIDENCE_NONE;
	return OPPO_SHUNTED;
}

#define LATE		{ stay, "late, ignored" }
#define NO_REASON	{ stay, "nothing to do" }

static const struct oppo_cell cells[OPPO_N_STATES][OPPO_N_EVENTS] = {
	[OPPO_NEW] = {
		[OPPO_EV_START]      = { ask, "begins" },
		[OPPO_EV_PACKET]     = { hold, "packet waits" },
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = LATE,
		[OPPO_EV_IKE_FAILED] = LATE,
		[OPPO_EV_PAIR_UP]    = { come, "the peer came to us" },
		[OPPO_EV_DEADLINE]   = { late_for_dns, "deadline" },
		[OPPO_EV_TEARDOWN]   = { tear_down, "policy changed" },
		[OPPO_EV_OWN_KNOWN]  = LATE,
		[OPPO_EV_NOT_ASKED]  = { not_asked, "must not ask" },
	},
	[OPPO_PEER_KEY] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = { hold, "packet waits" },
		[OPPO_EV_KEY_FOUND]  = { use_keys, "key found" },
		[OPPO_EV_KEY_ABSENT] = { fail_by_evidence, "no key to use" },
		[OPPO_EV_KEY_BOGUS]  = { fail_by_evidence, "key is bogus" },
		[OPPO_EV_ANONYMOUS]  = { use_keys, "anonymous" },
		[OPPO_EV_DNS_FAILED] = { fail_by_evidence, "DNS failed" },
		[OPPO_EV_CHILD_UP]   = LATE,
		[OPPO_EV_IKE_FAILED] = LATE,
		[OPPO_EV_PAIR_UP]    = { come, "the peer came to us" },
		[OPPO_EV_DEADLINE]   = { late_for_dns, "deadline" },
		[OPPO_EV_TEARDOWN]   = { tear_down, "policy changed" },
		[OPPO_EV_OWN_KNOWN]  = { stay, "ours is known, the peer's is not" },
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
	[OPPO_OWN_KEY] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = { hold, "packet waits" },
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = LATE,
		[OPPO_EV_IKE_FAILED] = LATE,
		[OPPO_EV_PAIR_UP]    = { come, "the peer came to us" },
		[OPPO_EV_DEADLINE]   = { late_for_ours, "deadline" },
		[OPPO_EV_TEARDOWN]   = { tear_down, "policy changed" },
		[OPPO_EV_OWN_KNOWN]  = { negotiate, "both are known" },
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
	[OPPO_NEGOTIATING] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = { hold, "packet waits" },
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = { secure, "child is up" },
		[OPPO_EV_IKE_FAILED] = { next_gateway, "IKE failed" },
		[OPPO_EV_PAIR_UP]    = { cross, "the peer came to us meanwhile" },
		[OPPO_EV_DEADLINE]   = { late_for_ike, "deadline" },
		[OPPO_EV_TEARDOWN]   = { tear_down, "policy changed" },
		[OPPO_EV_OWN_KNOWN]  = LATE,
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
	[OPPO_CROSSING] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = { hold, "packet waits" },
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = { both_up, "child is up" },
		[OPPO_EV_IKE_FAILED] = { ours_failed, "ours failed, theirs is up" },
		[OPPO_EV_PAIR_UP]    = { cross, "the peer came to us again" },
		[OPPO_EV_DEADLINE]   = { ours_is_late, "theirs is up" },
		[OPPO_EV_TEARDOWN]   = { tear_down, "policy changed" },
		[OPPO_EV_OWN_KNOWN]  = LATE,
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
	[OPPO_SECURED] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = NO_REASON,
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = LATE,
		[OPPO_EV_IKE_FAILED] = LATE,
		[OPPO_EV_PAIR_UP]    = NO_REASON,
		[OPPO_EV_DEADLINE]   = NO_REASON,
		[OPPO_EV_TEARDOWN]   = NO_REASON,
		[OPPO_EV_OWN_KNOWN]  = LATE,
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
	/* Lingers after the deadline struck: IKE may still win. */
	[OPPO_SHUNTED] = {
		[OPPO_EV_START]      = NO_REASON,
		[OPPO_EV_PACKET]     = NO_REASON,
		[OPPO_EV_KEY_FOUND]  = LATE,
		[OPPO_EV_KEY_ABSENT] = LATE,
		[OPPO_EV_KEY_BOGUS]  = LATE,
		[OPPO_EV_ANONYMOUS]  = LATE,
		[OPPO_EV_DNS_FAILED] = LATE,
		[OPPO_EV_CHILD_UP]   = { secure, "child is up after all" },
		[OPPO_EV_IKE_FAILED] = LATE,
		[OPPO_EV_PAIR_UP]    = NO_REASON,
		[OPPO_EV_DEADLINE]   = NO_REASON,
		[OPPO_EV_TEARDOWN]   = NO_REASON,
		[OPPO_EV_OWN_KNOWN]  = LATE,
		[OPPO_EV_NOT_ASKED]  = NO_REASON,
	},
};

const struct oppo_cell *
oppo_fsm_cell(enum oppo_state s, enum oppo_event e)
{
	assert((unsigned)s < OPPO_N_STATES && (unsigned)e < OPPO_N_EVENTS);
	return &cells[s][e];
}

const char *
oppo_state_name(enum oppo_state s)
{
	static const char *const names[OPPO_N_STATES] = {
		[OPPO_NEW] = "new",
		[OPPO_OWN_KEY] = "own key",
		[OPPO_PEER_KEY] = "peer key",
		[OPPO_NEGOTIATING] = "negotiating",
		[OPPO_CROSSING] = "crossing",
		[OPPO_SECURED] = "secured",
		[OPPO_SHUNTED] = "shunted",
	};
	return (unsigned)s < OPPO_N_STATES ? names[s] : "?";
}

const char *
oppo_event_name(enum oppo_event e)
{
	static const char *const names[OPPO_N_EVENTS] = {
		[OPPO_EV_START] = "start",
		[OPPO_EV_PACKET] = "packet",
		[OPPO_EV_KEY_FOUND] = "key found",
		[OPPO_EV_KEY_ABSENT] = "key absent",
		[OPPO_EV_KEY_BOGUS] = "key bogus",
		[OPPO_EV_ANONYMOUS] = "anonymous",
		[OPPO_EV_DNS_FAILED] = "DNS failed",
		[OPPO_EV_CHILD_UP] = "child up",
		[OPPO_EV_IKE_FAILED] = "IKE failed",
		[OPPO_EV_PAIR_UP] = "pair up",
		[OPPO_EV_DEADLINE] = "deadline",
		[OPPO_EV_TEARDOWN] = "teardown",
		[OPPO_EV_OWN_KNOWN] = "own key known",
		[OPPO_EV_NOT_ASKED] = "not asked",
	};
	return (unsigned)e < OPPO_N_EVENTS ? names[e] : "?";
}
