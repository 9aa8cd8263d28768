/* Judges a DNS answer: which event it is for the request, and its story. */
#include "oe/engine.h"

#include <stdio.h>

#include "oe/bogus_cause.h"

/* "IPSECKEY 1 record, TXT 2 records" */
static void
count_records(const struct oe_answer *a, char out[80])
{
	static const char *const names[] = {
		[GW_FROM_IPSECKEY] = "IPSECKEY", [GW_FROM_TXT] = "TXT", [GW_FROM_KEY] = "KEY",
	};
	size_t len = 0;

	out[0] = '\0';
	for (unsigned r = GW_FROM_IPSECKEY; r <= GW_FROM_KEY; r++) {
		size_t n = 0;

		for (size_t i = 0; i < a->n_gateways; i++)
			n += a->gateways[i].record == r;
		if (n > 0 && len < 80)
			len += (size_t)snprintf(out + len, 80 - len, "%s%s %zu record%s",
						len > 0 ? ", " : "", names[r], n, n == 1 ? "" : "s");
	}
}

static void
tell_answer(struct oe *oe, const struct oppo *o, const struct oe_answer *a, const char *why)
{
	static const char what[] = "IPSECKEY or TXT";
	char records[80];

	switch (a->evidence) {
	case EVIDENCE_SECURE:
	case EVIDENCE_INSECURE:
		count_records(a, records);
		if (a->n_gateways > 0)
			oe_tell(oe, o, STAGE_DNS, "< %s, ttl %u, %s", records, a->ttl_s,
				evidence_name(a->evidence));
		else if (why[0] != '\0')
			oe_tell(oe, o, STAGE_DNS, "< no usable %s, %s: %s", what,
				evidence_name(a->evidence), why);
		else
			oe_tell(oe, o, STAGE_DNS, "< no %s, %s (nothing is proven)", what,
				evidence_name(a->evidence));
		break;
	case EVIDENCE_ABSENT:
		oe_tell(oe, o, STAGE_DNS, "< no %s, ttl %u, SECURE (proven)", what, a->ttl_s);
		break;
	case EVIDENCE_MALFORMED:
		oe_tell(oe, o, STAGE_DNS, "< no %s that can be read: %s", what, why);
		break;
	case EVIDENCE_BOGUS:
		oe_tell(oe, o, STAGE_DNS, "< BOGUS, not used: %s", why);
		oe_tell(oe, o, STAGE_DNS, "likely cause: %s", bogus_cause(why)->likely);
		break;
	case EVIDENCE_NONE:
	case EVIDENCE_UNKNOWN:
	case EVIDENCE_N:
		oe_tell(oe, o, STAGE_DNS, "< no answer: %s", why);
		break;
	}
}

/* The fate of each record; MAY_USE is false where DNSSEC does not vouch. */
static void
tell_keys(struct oe *oe, const struct oppo *o, const struct gateway_list *l, bool may_use)
{
	const struct ip_addr *peer = &o->flow.dst, *chosen = NULL;
	char line[400];

	for (size_t i = 0; i < l->n; i++) {
		const char *fate = l->all[i].skipped;

		if (fate == NULL && !may_use)
			fate = "not used: DNSSEC does not vouch for it";
		else if (fate == NULL)
			fate = chosen == NULL ? "chosen"
				: ip_addr_eq(chosen, gateway_addr(l->all[i].gw, peer)) ? "accepted too"
				: "the next, should that fail";
		if (chosen == NULL && l->all[i].skipped == NULL)
			chosen = gateway_addr(l->all[i].gw, peer);
		gateway_story(&l->all[i], peer, i, fate, line, sizeof(line));
		oe_tell(oe, o, STAGE_KEY, "%s", line);
	}
}

/* The words that follow the table's reason. */
static void
detail_words(const struct oppo *o, const struct gateway_list *l, const char *why,
	     struct oppo_facts *facts)
{
	char name[REVNAME_TEXT];

	if (facts->evidence == EVIDENCE_BOGUS)
		snprintf(facts->detail, sizeof(facts->detail), "%s", bogus_cause(why)->brief);
	else if (why[0] != '\0')
		snprintf(facts->detail, sizeof(facts->detail), "%s", why);
	else if (l->n > 0 && l->n_usable == 0)
		snprintf(facts->detail, sizeof(facts->detail), "#1 %s", l->all[0].skipped);
	else
		snprintf(facts->detail, sizeof(facts->detail), "%s",
			 oe_revname(&o->flow.dst, name));
}

/* A key that nobody vouches for proves nothing: then none is asked for. */
static bool
goes_anonymous(struct oe *oe, const struct oppo *o, enum evidence e)
{
	return (e == EVIDENCE_INSECURE || e == EVIDENCE_ABSENT)
		&& o->has_group
		&& oe_anonymous_before(oe, o) == NULL
		&& policy_group(o->group)->initiate && oe_may_be_anonymous(oe, &o->flow);
}

static enum oppo_event
event_of(enum evidence e, bool usable)
{
	switch (e) {
	case EVIDENCE_SECURE:
	case EVIDENCE_INSECURE:
		return usable ? OPPO_EV_KEY_FOUND : OPPO_EV_KEY_ABSENT;
	case EVIDENCE_ABSENT:
		return OPPO_EV_KEY_ABSENT;
	case EVIDENCE_BOGUS:
	case EVIDENCE_MALFORMED:
		return OPPO_EV_KEY_BOGUS;
	case EVIDENCE_NONE:
	case EVIDENCE_UNKNOWN:
	case EVIDENCE_N:
		break;
	}
	return OPPO_EV_DNS_FAILED;
}

enum oppo_event
oe_judge_answer(struct oe *oe, struct oppo *o, const struct oe_answer *a, struct oppo_detail *d)
{
	enum evidence e = a->evidence;
	const char *why = a->why != NULL ? a->why : "";
	struct gateway_list l;
	bool vouched;

	if (e == EVIDENCE_NONE || (unsigned)e >= EVIDENCE_N)
		e = EVIDENCE_UNKNOWN;
	vouched = e == EVIDENCE_SECURE;
	/* Records are looked at only where they may be shown to people as such. */
	size_t n = e == EVIDENCE_SECURE || e == EVIDENCE_INSECURE ? a->n_gateways : 0;

	gateway_judge(&l, a->gateways, n, o->id.n);
	tell_answer(oe, o, a, why);
	tell_keys(oe, o, &l, vouched);
	d->facts = (struct oppo_facts){
		.evidence = e,
		.keys = l.n_usable > 0,
		.ttl_s = a->ttl_s,
	};
	detail_words(o, &l, why, &d->facts);
	if (vouched)
		d->n_gateways = gateway_copy_usable(&l, &o->flow.dst, &d->gateways);
	if (vouched && d->n_gateways == 0 && l.n_usable > 0)
		d->facts.ike = IKE_OUTCOME_INTERNAL;
	if (!goes_anonymous(oe, o, e))
		return event_of(e, d->n_gateways > 0);
	d->facts.anonymous = true;
	oe_tell(oe, o, STAGE_KEY, "none that is proven; going on anonymously (--oe-null)");
	return OPPO_EV_ANONYMOUS;
}

enum oppo_event
oe_judge_own(struct oe *oe, struct oppo *o, const struct oe_answer *a)
{
	o->own_awaited = false;
	o->own = a->own;
	if (a->why != NULL && a->why[0] != '\0' && a->own != OWN_KEY_MISSING)
		oe_tell(oe, o, STAGE_DNS, "%s", a->why);
	return OPPO_EV_OWN_KNOWN;
}
