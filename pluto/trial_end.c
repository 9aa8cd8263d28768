/* The end of a trial: what it leaves behind, what to do next, and the last line. */
#include "pluto/daemon_oe.h"

#include <stdio.h>

/* The address stands between BEFORE and AFTER. */
struct advice {
	int code;
	enum ike_outcome ike;	/* IKE_OUTCOME_NONE: whatever became of IKE */
	bool about_us;		/* our address, not the peer's */
	const char *before, *after;
};

static const struct advice advices[] = {
	{ RC_NOKEY, IKE_OUTCOME_NONE, false,
	  "if it should encrypt, its operator looks with: oe-zone verify ", "" },
	{ RC_NORETRANSMISSION, IKE_OUTCOME_NONE, false,
	  "is ", " up, and are UDP ports 500 and 4500 open on the way to it?" },
	{ RC_INTERNALERR, IKE_OUTCOME_NONE, true, "the log of ", " says more" },
	{ RC_DNS_BOGUS, IKE_OUTCOME_NONE, false,
	  "its operator mends the zone, and looks with: oe-zone verify ", "" },
	{ RC_DNS_UNKNOWN, IKE_OUTCOME_NONE, false,
	  "the question about ", " goes on; whack --listdns says whether DNS works from here" },
	{ RC_INSECURE, IKE_OUTCOME_NONE, false,
	  "the zone that holds ", " is to be signed; pluto --oe-null encrypts without proof" },
	{ RC_POLICY, IKE_OUTCOME_NONE, false,
	  "what is done with ", " is said in IPSECDIR/policies" },
	{ RC_AUTH_FAILED, IKE_OUTCOME_REFUSED, true,
	  "it looks for our key in DNS, and so do we with: oe-zone verify ", "" },
	{ RC_AUTH_FAILED, IKE_OUTCOME_LATER, true,
	  "its DNS may be slow to see our key; we look for it with: oe-zone verify ", "" },
	{ RC_AUTH_FAILED, IKE_OUTCOME_NONE, false,
	  "its key was changed and DNS does not know, or it is somebody else: oe-zone verify ", "" },
	{ RC_PEER_REFUSED, IKE_OUTCOME_NONE, false, "the log of ", " says why" },
};

static const struct advice *
advice_for(int code, enum ike_outcome ike)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (advices[i].code == code
		    && (advices[i].ike == IKE_OUTCOME_NONE || advices[i].ike == ike))
			return &advices[i];
	return NULL;
}

/* "" where there is nothing to do. */
static void
advice_text(const struct oe_result *r, int code, char *out, size_t len)
{
	const struct advice *a = advice_for(code, r->ike);
	struct addr_buf b;

	out[0] = '\0';
	if (a != NULL)
		snprintf(out, len, "%s%s%s", a->before,
			 ip_addr_text(a->about_us ? &r->flow.src : &r->flow.dst, &b), a->after);
}

/* The cause decides the code: that our own key was not believed is one of its own. */
static int
code_of(const struct watch *w, const struct oe_result *r)
{
	bool said_no = r->ike == IKE_OUTCOME_REFUSED || r->ike == IKE_OUTCOME_LATER;

	return said_no && w->failure == RC_AUTH_FAILED ? w->failure : r->code;
}

static json_t *
result_json(const struct oe_result *r, const struct watch *w, const char *advice)
{
	struct addr_buf here, there;
	bool up = r->outcome == OE_ENCRYPTED;
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:b,s:s}",
			      "here", ip_addr_text(&r->flow.src, &here),
			      "there", ip_addr_text(&r->flow.dst, &there),
			      "outcome", oe_outcome_name(r->outcome),
			      "dnssec", evidence_name(r->evidence), "ike", ike_outcome_name(r->ike),
			      "group", r->group, "remembered_s", (int)r->lifetime_s,
			      "authenticated", up && !r->anonymous, "advice", advice);

	if (up && w->child != 0) {
		json_object_set_new(o, "ike_sa", json_integer((json_int_t)w->ike));
		json_object_set_new(o, "child_sa", json_integer((json_int_t)w->child));
	}
	return o;
}

/* "pass for 300 s; ...": of what was remembered, and only that. */
static void
tell_rest(struct daemon *d, oppo_id id, const struct oe_result *r, const char *advice)
{
	char text[300], left[60] = "";

	if (r->outcome == OE_ENCRYPTED)
		return;
	if (r->lifetime_s > 0)
		snprintf(left, sizeof(left), "remembered for %u s%s", r->lifetime_s,
			 advice[0] != '\0' ? "; " : "");
	snprintf(text, sizeof(text), "%s%s", left, advice);
	if (text[0] != '\0')
		watch_tell(&d->watches, id.n, RC_COMMENT, oe_stage_name(STAGE_RESULT), text);
}

static void
last_words(const struct oe_result *r, const struct watch *w, char *out, size_t len)
{
	const char *joint = r->outcome == OE_ENCRYPTED ? "and" : "-";
	int n = snprintf(out, len, "result: %s %s %s", oe_outcome_name(r->outcome), joint, r->reason);

	if (r->outcome == OE_ENCRYPTED && w->child != 0 && n > 0 && (size_t)n < len)
		snprintf(out + n, len - (size_t)n, "  SA #%llu/#%llu", (unsigned long long)w->ike,
			 (unsigned long long)w->child);
}

void
daemon_trial_ended(struct daemon *d, oppo_id id, const struct oe_result *r)
{
	const struct watch *w = watch_find(&d->watches, id.n);
	char advice[160], text[512];
	int code;

	if (w == NULL)
		return;
	code = code_of(w, r);
	advice_text(r, code, advice, sizeof(advice));
	tell_rest(d, id, r, advice);
	last_words(r, w, text, sizeof(text));
	watch_end(&d->watches, id.n, result_json(r, w, advice), code, text);
}
