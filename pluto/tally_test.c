/* What is counted of attempts and answers: each in one place, and only there. */
#include "lib/test.h"

#include <time.h>

#include "pluto/tally.h"

static const struct { enum evidence evidence; enum ike_outcome ike; int code; enum tally_result is; } ends[] = {
	{ EVIDENCE_SECURE, IKE_OUTCOME_UP, 4, TALLY_ENCRYPTED },
	{ EVIDENCE_ABSENT, IKE_OUTCOME_NONE, 28, TALLY_NO_KEY },
	{ EVIDENCE_SECURE, IKE_OUTCOME_NONE, 28, TALLY_NO_KEY },
	{ EVIDENCE_INSECURE, IKE_OUTCOME_NONE, 28, TALLY_NO_KEY },
	{ EVIDENCE_INSECURE, IKE_OUTCOME_NONE, 62, TALLY_INSECURE },
	{ EVIDENCE_BOGUS, IKE_OUTCOME_NONE, 60, TALLY_BOGUS },
	{ EVIDENCE_UNKNOWN, IKE_OUTCOME_NONE, 61, TALLY_DNS_TIMEOUT },
	{ EVIDENCE_SECURE, IKE_OUTCOME_SILENT, 31, TALLY_SILENT },
	{ EVIDENCE_SECURE, IKE_OUTCOME_REFUSED, 65, TALLY_REFUSED },
	{ EVIDENCE_SECURE, IKE_OUTCOME_LATER, 65, TALLY_REFUSED },
	{ EVIDENCE_SECURE, IKE_OUTCOME_KEY_MISMATCH, 64, TALLY_AUTH_FAILED },
	{ EVIDENCE_SECURE, IKE_OUTCOME_INTERNAL, 32, TALLY_INTERNAL },
	{ EVIDENCE_NONE, IKE_OUTCOME_NONE, 63, TALLY_POLICY },
	{ EVIDENCE_NONE, IKE_OUTCOME_NONE, 61, TALLY_RATELIMITED },
};

static void
test_attempts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const struct oe_result r = { .evidence = ends[i].evidence, .ike = ends[i].ike,
			.code = ends[i].code, .total_ms = 30, .ike_ms = 20, .negotiated = true,
			.released = i % 2 };
		struct tally t = { .dns_busy = 0 };

		tally_attempt(&t, &r);
		for (unsigned k = 0; k < TALLY_RESULTS; k++)
			assert_int_equal(t.attempts[k], k == ends[i].is);
		assert_int_equal(t.first_packet.n, i % 2);
		for (unsigned k = 0; k < TALLY_PHASES; k++)
			assert_int_equal(t.setup[k].n, ends[i].is == TALLY_ENCRYPTED);
	}
}

static uint64_t
counted(const struct tally *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < TALLY_TYPES; i++)
		for (unsigned s = 0; s < TALLY_STATUSES; s++)
			for (unsigned d = 0; d < TALLY_DENIALS; d++)
				n += t->dns_answers[i][s][d];
	return n;
}

static void
test_answers(void **state)
{
	struct adns_answer a = { .status = ADNS_NXDOMAIN, .security = ADNS_SECURE };
	struct tally t = { .dns_busy = 0 };

	(void)state;
	tally_question(&t, RRTYPE_TXT);
	assert_int_equal(t.dns_queries[TALLY_TXT], 1);
	tally_answer(&t, RRTYPE_IPSECKEY, &a, 7);
	assert_int_equal(t.dns_answers[TALLY_IPSECKEY][TALLY_SECURE][TALLY_NXDOMAIN], 1);
	assert_true(t.secure_wall > 0);
	a.status = ADNS_TIMED_OUT;
	tally_answer(&t, RRTYPE_AAAA, &a, 3000);
	assert_int_equal(t.dns_answers[TALLY_ADDRESS][TALLY_INDETERMINATE][TALLY_DENIED_NOT], 1);
	a.status = ADNS_ANSWERED;
	a.security = ADNS_BOGUS;
	tally_answer(&t, 99, &a, 1);
	assert_int_equal(t.dns_answers[TALLY_OTHER][TALLY_BOGUS_ANSWER][TALLY_DENIED_NOT], 1);
	assert_int_equal(t.dns_time.n, 3);
	a.status = ADNS_BUSY;
	tally_answer(&t, RRTYPE_IPSECKEY, &a, 0);
	assert_int_equal(t.dns_ratelimit, 1);
	assert_int_equal(t.dns_time.n, 3);
	assert_int_equal(counted(&t), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attempts),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
