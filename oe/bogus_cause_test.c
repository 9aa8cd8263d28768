/* A validator's words, and what is made of them. */
#include "lib/test.h"

#include <string.h>

#include "oe/bogus_cause.h"

/* As libunbound 1.17 says it. */
static const struct { const char *why, *brief; } words[] = {
	{ "validation failure <a. IPSECKEY IN>: signature expired from 192.0.2.1",
	  "its signatures have expired" },
	{ "validation failure <a. IPSECKEY IN>: signature before inception date from 192.0.2.1",
	  "its signatures are not valid yet" },
	{ "validation failure <a. IPSECKEY IN>: no keys have a DS with algorithm ECDSAP256SHA256 "
	  "from 192.0.2.1 for key b.", "no key of the zone is the one that its parent names" },
	{ "validation failure <a. IPSECKEY IN>: ECDSA signature verification failed from 192.0.2.1",
	  "a signature does not fit its record" },
	{ "validation failure <a. IPSECKEY IN>: signature crypto failed from 192.0.2.1",
	  "a signature does not fit its record" },
	{ "validation failure <a. IPSECKEY IN>: no signatures from 192.0.2.1", "it has no signatures" },
	{ "validation failure <a. IPSECKEY IN>: nodata proof failed from 192.0.2.1: NSEC3 missing",
	  "the denial is not proved" },
	{ "validation failure <a. IPSECKEY IN>: No DNSKEY record from 192.0.2.1 for key b.",
	  "the zone's keys are not to be had" },
	{ "something new", "DNSSEC does not accept it" },
	{ "", "DNSSEC does not accept it" },
};

static void
test_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_string_equal(bogus_cause(words[i].why)->brief, words[i].brief);
		assert_true(strlen(bogus_cause(words[i].why)->likely) > 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
