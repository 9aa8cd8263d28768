/* What the daemon has done since its start, counted for --metrics. */
#ifndef PLUTO_TALLY_H
#define PLUTO_TALLY_H

#include "adns/adns_proto.h"
#include "lib/histogram.h"
#include "oe/oe.h"

enum tally_source { TALLY_NFQUEUE, TALLY_XFRM, TALLY_WHACK, TALLY_DNS, TALLY_SOURCES };

/* How attempts end. */
enum tally_result {
	TALLY_ENCRYPTED, TALLY_NO_KEY, TALLY_BOGUS, TALLY_DNS_TIMEOUT, TALLY_INSECURE, TALLY_SILENT,
	TALLY_AUTH_FAILED, TALLY_REFUSED, TALLY_POLICY, TALLY_RATELIMITED, TALLY_INTERNAL,
	TALLY_RESULTS
};

/* What is asked for, and what the answer is: by verdict, and by how it denies. */
enum tally_type { TALLY_IPSECKEY, TALLY_TXT, TALLY_KEY, TALLY_ADDRESS, TALLY_OTHER, TALLY_TYPES };
enum tally_status { TALLY_SECURE, TALLY_INSECURE_ANSWER, TALLY_BOGUS_ANSWER, TALLY_INDETERMINATE,
	TALLY_STATUSES };
enum tally_denial { TALLY_DENIED_NOT, TALLY_NODATA, TALLY_NXDOMAIN, TALLY_DENIALS };

enum tally_phase { TALLY_PHASE_DNS, TALLY_PHASE_IKE, TALLY_PHASE_TOTAL, TALLY_PHASES };
enum tally_auth { TALLY_AUTH_SECURE, TALLY_AUTH_INSECURE, TALLY_AUTH_NULL, TALLY_AUTH_PINNED,
	TALLY_AUTHS };

struct tally {
	uint64_t acquires[TALLY_SOURCES], attempts[TALLY_RESULTS];
	uint64_t dns_queries[TALLY_TYPES];
	uint64_t dns_answers[TALLY_TYPES][TALLY_STATUSES][TALLY_DENIALS];
	uint64_t dns_busy, dns_ratelimit;	/* questions that were not asked */
	struct histogram dns_time, setup[TALLY_PHASES], first_packet;
	uint64_t dropped_by_policy;
	uint64_t ike_sas[TALLY_AUTHS], child_sas[TALLY_AUTHS];	/* now */
	uint64_t bytes_gone[2], bytes_shown[2];	/* in, out: of SAs that ended; as last told */
	time_t secure_wall;		/* when an answer was last proved; 0: never */
};

void tally_question(struct tally *t, uint16_t rrtype);
/* An answer that took so long. */
void tally_answer(struct tally *t, uint16_t rrtype, const struct adns_answer *a, uint64_t ms);
void tally_attempt(struct tally *t, const struct oe_result *r);

#endif
