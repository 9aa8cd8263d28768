/* What the daemon has done, counted for --metrics. */
#include <time.h>

#include "pluto/tally.h"
#include "lib/fault.h"

static enum tally_type
type_of(uint16_t rrtype)
{
	switch (rrtype) {
	case RRTYPE_IPSECKEY:	return TALLY_IPSECKEY;
	case RRTYPE_TXT:	return TALLY_TXT;
	case RRTYPE_KEY:	return TALLY_KEY;
	case RRTYPE_A:
	case RRTYPE_AAAA:	return TALLY_ADDRESS;
	default:		return TALLY_OTHER;
	}
}

void
tally_question(struct tally *t, uint16_t rrtype)
{
	t->dns_queries[type_of(rrtype)]++;
}

static enum tally_status
status_of(const struct adns_answer *a)
{
	switch (a->status) {
	case ADNS_ANSWERED:
	case ADNS_NODATA:
	case ADNS_NXDOMAIN:
		break;
	case ADNS_FAILED:
	case ADNS_TIMED_OUT:
	case ADNS_BUSY:
		return TALLY_INDETERMINATE;
	}
	switch (a->security) {
	case ADNS_SECURE:	return TALLY_SECURE;
	case ADNS_INSECURE:	return TALLY_INSECURE_ANSWER;
	case ADNS_BOGUS:	return TALLY_BOGUS_ANSWER;
	}
	return TALLY_INDETERMINATE;
}

void
tally_answer(struct tally *t, uint16_t rrtype, const struct adns_answer *a, uint64_t ms)
{
	enum tally_status status = status_of(a);
	enum tally_denial denial = a->status == ADNS_NODATA ? TALLY_NODATA
		: a->status == ADNS_NXDOMAIN ? TALLY_NXDOMAIN : TALLY_DENIED_NOT;

	t->dns_answers[type_of(rrtype)][status][denial]++;
	if (a->status == ADNS_BUSY)
		t->dns_ratelimit++;
	else
		histogram_add(&t->dns_time, (double)ms / 1e3);
	if (status == TALLY_SECURE)
		t->secure_wall = wall_s();
}

/* The columns of the verdict table, from what decides to what does not. */
static enum tally_result
result_of(const struct oe_result *r)
{
	static const enum tally_result by_ike[IKE_OUTCOME_N] = {
		[IKE_OUTCOME_UP] = TALLY_ENCRYPTED, [IKE_OUTCOME_SILENT] = TALLY_SILENT,
		[IKE_OUTCOME_REFUSED] = TALLY_REFUSED, [IKE_OUTCOME_KEY_MISMATCH] = TALLY_AUTH_FAILED,
		[IKE_OUTCOME_LATER] = TALLY_REFUSED, [IKE_OUTCOME_INTERNAL] = TALLY_INTERNAL,
	};
	enum { CODE_INSECURE = 62, CODE_POLICY = 63 };

	if (r->ike > IKE_OUTCOME_NONE && r->ike < IKE_OUTCOME_N)
		return by_ike[r->ike];
	if (r->code == CODE_POLICY)
		return TALLY_POLICY;
	switch (r->evidence) {
	case EVIDENCE_BOGUS:
	case EVIDENCE_MALFORMED:	return TALLY_BOGUS;
	case EVIDENCE_UNKNOWN:		return TALLY_DNS_TIMEOUT;
	case EVIDENCE_NONE:		return TALLY_RATELIMITED;
	case EVIDENCE_INSECURE:		return r->code == CODE_INSECURE ? TALLY_INSECURE : TALLY_NO_KEY;
	case EVIDENCE_SECURE:
	case EVIDENCE_ABSENT:
	case EVIDENCE_N:		break;
	}
	return TALLY_NO_KEY;
}

void
tally_attempt(struct tally *t, const struct oe_result *r)
{
	enum tally_result result = result_of(r);

	t->attempts[result]++;
	if (r->released > 0)
		histogram_add(&t->first_packet, r->total_ms / 1e3);
	if (result != TALLY_ENCRYPTED || !r->negotiated)
		return;
	histogram_add(&t->setup[TALLY_PHASE_DNS], (r->total_ms - r->ike_ms) / 1e3);
	histogram_add(&t->setup[TALLY_PHASE_IKE], r->ike_ms / 1e3);
	histogram_add(&t->setup[TALLY_PHASE_TOTAL], r->total_ms / 1e3);
}
