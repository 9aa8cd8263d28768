/* whack's requests about opportunism: try, explain, list. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_oe.h"
#include "pluto/daemon_routes.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MS = 5000 };

/* A field that may be missing (0); false, told to C, when it is out of range. */
static bool
small(struct daemon *d, ctl_client c, const json_t *request, const char *key, long max,
      uint16_t *out)
{
	json_int_t n = json_integer_value(json_object_get(request, key));

	if (n < 0 || n > max) {
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "%s is not 0 to %ld", key, max);
		return false;
	}
	*out = (uint16_t)n;
	return true;
}

static const char *
text_of(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

static bool
read_here(struct daemon *d, ctl_client c, const json_t *request, struct flow *f)
{
	uint16_t proto;

	*f = (struct flow){ .ip_proto = 0 };
	if (!small(d, c, request, "proto", 255, &proto)
	    || !small(d, c, request, "sport", 65535, &f->sport)
	    || !small(d, c, request, "dport", 65535, &f->dport))
		return false;
	f->ip_proto = (uint8_t)proto;
	if (ip_addr_parse(text_of(request, "here"), &f->src) && !ip_addr_is_any(&f->src))
		return true;
	ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "\"%.80s\" is not an address to start from",
		   text_of(request, "here"));
	return false;
}

static void
run_trial(struct daemon *d, ctl_client c, const struct flow *f, uint64_t start_us)
{
	const struct own_key *own = daemon_own_key(d, &f->src);
	struct addr_buf b;
	oppo_id id;

	if (f->src.family != f->dst.family) {
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "the two addresses are of different "
			   "families");
		return;
	}
	if (!local_addrs_has(&d->addrs, &f->src) && !daemon_speaks_for(d, f)) {
		ctl_result(d->ctl, c, NULL, RC_ORIENT, "result: ERROR - %s is neither an address of this "
			   "machine (after --listen) nor of a host behind it", ip_addr_text(&f->src, &b));
		return;
	}
	watch_expect_since(&d->watches, c, start_us);
	d->tally.acquires[TALLY_WHACK]++;
	id = oe_trial(d->oe, f);
	if (!watch_bind(&d->watches, id.n)) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, id.n == 0 ? "no memory for a trial"
			   : "too many clients are watching");
		return;
	}
	if (own != NULL && (own->wrong || own->absent))
		watch_tell(&d->watches, id.n, RC_LOG_SERIOUS, "key", own->text);
}

/* Starts now; the trial follows when the address is here. */
static void
ask_name(struct daemon *d, ctl_client c, const struct flow *f, const char *text)
{
	uint16_t rrtype = f->src.family == IP_V4 ? RRTYPE_A : RRTYPE_AAAA;
	struct dns_name name;
	char line[300];
	unsigned slot = 0;

	while (slot < MAX_NAMED_TRIALS && d->named_trials[slot].c.n != 0)
		slot++;
	if (!dns_name_from_host(span_str(text), &name)) {
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "\"%.80s\" is neither an address nor a "
			   "name", text);
		return;
	}
	if (slot == MAX_NAMED_TRIALS
	    || daemon_ask(d, LOOKUP_TRIAL_NAME, slot, &name, rrtype, NAME_MS) == NULL) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "too many trials of names are running");
		return;
	}
	d->named_trials[slot] = (struct named_trial){ .c = c, .flow = *f, .start_us = monotonic_us() };
	snprintf(line, sizeof(line), "> %s %s", name.text, rrtype == RRTYPE_A ? "A" : "AAAA");
	watch_tell_before(&d->watches, c, d->named_trials[slot].start_us, "dns", line);
}

void
daemon_trial_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct named_trial t = d->named_trials[l->about];
	char line[400];
	struct addr_buf b;

	memset(&d->named_trials[l->about], 0, sizeof(t));
	if (a->status == ADNS_ANSWERED && a->n_rdata > 0 && a->security != ADNS_BOGUS)
		t.flow.dst = ip_addr_from(a->rdata[0]);
	if (t.flow.dst.family == IP_NONE) {
		ctl_result(d->ctl, t.c, NULL, RC_NOPEERIP, "result: ERROR - no address for %s (%s, %s)",
			   l->name.text, adns_status_name(a->status), adns_security_name(a->security));
		return;
	}
	snprintf(line, sizeof(line), "< %s is %s, %s", l->name.text, ip_addr_text(&t.flow.dst, &b),
		 adns_security_name(a->security));
	watch_tell_before(&d->watches, t.c, t.start_us, "dns", line);
	run_trial(d, t.c, &t.flow, t.start_us);
}

void
cmd_oppo(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *there = text_of(request, "there");
	struct addr_buf b;
	struct flow f;

	if (!read_here(d, c, request, &f))
		return;
	if (!ip_addr_parse(there, &f.dst)) {
		ask_name(d, c, &f, there);
		return;
	}
	if (json_is_true(json_object_get(request, "async"))) {
		oe_trial(d->oe, &f);
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "trying %s", flow_text(&f, &b));
		return;
	}
	run_trial(d, c, &f, monotonic_us());
}

static json_t *
explanation_json(const struct flow *f, const struct oe_explanation *x)
{
	struct addr_buf here, there;

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:b}",
			 "here", ip_addr_text(&f->src, &here), "there", ip_addr_text(&f->dst, &there),
			 "outcome", oe_outcome_name(x->outcome),
			 "group", x->has_group ? policy_group(x->group)->name : "",
			 "where", x->where, "dnssec", evidence_name(x->evidence),
			 "ike", ike_outcome_name(x->ike), "expires_s", (int)x->expires_s,
			 "authenticated", x->outcome == OE_ENCRYPTED && !x->anonymous);
}

void
cmd_explain(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *there = text_of(request, "there");
	struct oe_explanation x;
	struct addr_buf b;
	struct flow f;

	if (!read_here(d, c, request, &f))
		return;
	if (!ip_addr_parse(there, &f.dst) || f.src.family != f.dst.family) {
		ctl_result(d->ctl, c, NULL, RC_WHACK_PROBLEM, "\"%.80s\" is not an address of IPv%d, as the "
			   "other one is; --oppothere takes names too", there, f.src.family == IP_V4 ? 4 : 6);
		return;
	}
	oe_explain(d->oe, &f, &x);
	if (x.has_group)
		ctl_line(d->ctl, c, RC_COMMENT, "policy  %s in group %s (%s)", flow_text(&f, &b),
			 policy_group(x.group)->name, x.where);
	else
		ctl_line(d->ctl, c, RC_COMMENT, "policy  %s is in no group", flow_text(&f, &b));
	if (x.evidence != EVIDENCE_NONE)
		ctl_line(d->ctl, c, RC_COMMENT, "dns     %s", evidence_name(x.evidence));
	if (x.ike != IKE_OUTCOME_NONE)
		ctl_line(d->ctl, c, RC_COMMENT, "ike     %s", ike_outcome_name(x.ike));
	ctl_result(d->ctl, c, explanation_json(&f, &x), RC_COMMENT, "result: %s - %s",
		   oe_outcome_name(x.outcome), x.reason);
}

/* "12 pairs: 3 encrypted (1 unauthenticated), 8 clear, ..."; what is so now, and what
 * was tried. */
void
cmd_oestatus(struct daemon *d, ctl_client c, const json_t *request)
{
	unsigned blocked;
	struct oe_stats s;
	const struct dns_tap_counts *t = &d->tap.counts;
	char tap[200] = "", again[80] = "";

	(void)request;
	oe_get_stats(d->oe, &s);
	blocked = s.by_kind[SHUNT_DROP] + s.by_kind[SHUNT_REJECT];
	if (d->opt.dns_tap != NULL)
		snprintf(tap, sizeof(tap), "; %llu begun by names looked up (%llu addresses told, %llu "
			 "needed none, %llu too many; %llu keys by name)", (unsigned long long)t->started,
			 (unsigned long long)t->addresses, (unsigned long long)t->settled,
			 (unsigned long long)t->limited, (unsigned long long)t->forward_used);
	if (s.retried > 0)
		snprintf(again, sizeof(again), "; %llu blocked pairs tried again",
			 (unsigned long long)s.retried);
	ctl_result(d->ctl, c, json_pack("{s:I,s:I,s:I,s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:i,s:I,s:I}",
		   "encrypted", (json_int_t)s.encrypted,
		   "clear", (json_int_t)s.clear, "blocked", (json_int_t)s.blocked,
		   "pending", (int)s.pending_now, "remembered", (int)s.decided_now,
		   "by_dns_tap", (json_int_t)t->started, "tap_addresses", (json_int_t)t->addresses,
		   "tap_settled", (json_int_t)t->settled, "tap_limited", (json_int_t)t->limited,
		   "tap_keys", (json_int_t)t->forward_used, "tried_again", (json_int_t)s.retried,
		   "pairs_encrypted", (int)s.by_kind[SHUNT_KEYED], "pairs_clear",
		   (int)s.by_kind[SHUNT_PASS], "pairs_blocked", (int)blocked,
		   "unauthenticated", (json_int_t)d->tally.child_sas[TALLY_AUTH_NULL],
		   "attempts", (json_int_t)s.requests), RC_COMMENT,
		   "%u pairs: %u encrypted (%llu unauthenticated), %u clear, %u blocked; %u pending; "
		   "%llu attempts: %llu encrypted, %llu clear, %llu blocked%s%s", s.decided_now,
		   s.by_kind[SHUNT_KEYED], (unsigned long long)d->tally.child_sas[TALLY_AUTH_NULL],
		   s.by_kind[SHUNT_PASS], blocked, s.pending_now, (unsigned long long)s.requests,
		   (unsigned long long)s.encrypted, (unsigned long long)s.clear,
		   (unsigned long long)s.blocked, again, tap);
}
