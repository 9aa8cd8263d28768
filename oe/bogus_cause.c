/* From a validator's words about a bogus answer to what is likely behind them. */
#include "oe/bogus_cause.h"

#include <string.h>

static const struct {
	const char *says;		/* part of the validator's words; "": any */
	struct bogus_cause cause;
} rows[] = {
	{ "expired", { "its signatures have expired",
		"the zone was not signed again in time; or our clock is ahead" } },
	{ "inception", { "its signatures are not valid yet",
		"our clock is behind, or that of whoever signs is ahead" } },
	{ "no signatures", { "it has no signatures",
		"the zone is no longer signed while its parent still has a DS; or somebody on "
		"the way strips them" } },
	{ " DS", { "no key of the zone is the one that its parent names",
		"the zone's key was changed, and the DS at its parent was not" } },
	{ "verification failed", { "a signature does not fit its record",
		"the record was forged on the way, or changed without being signed again" } },
	{ "crypto", { "a signature does not fit its record",
		"the record was forged on the way, or changed without being signed again" } },
	{ "NSEC", { "the denial is not proved",
		"the zone's server or signer is broken" } },
	{ "DNSKEY", { "the zone's keys are not to be had",
		"its servers do not answer, or their answers are stripped on the way" } },
	{ "", { "DNSSEC does not accept it",
		"whack --listdns tells whether DNS works from here" } },
};

const struct bogus_cause *
bogus_cause(const char *why)
{
	size_t i = 0;

	while (strstr(why, rows[i].says) == NULL)
		i++;
	return &rows[i].cause;
}
