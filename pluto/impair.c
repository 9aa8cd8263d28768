/* Faults that a test asks for: their names. */
#include "pluto/impair.h"

#include <stdio.h>
#include <string.h>

#include "lib/fault.h"

static const struct { const char *word; uint32_t bit, fault; } rows[] = {
	{ "delay-adns-key-answer", IMPAIR_DELAY_KEY, 0 },
	{ "delay-adns-txt-answer", IMPAIR_DELAY_TXT, 0 },
	{ "bust-mi2", IMPAIR_BUST_MI2, 0 },
	{ "bust-mr2", IMPAIR_BUST_MR2, 0 },
	{ "sa-fail", IMPAIR_SA_FAIL, 0 },
	{ "die-oninfo", IMPAIR_DIE_ONINFO, 0 },
	{ "jacob-two-two", IMPAIR_TWICE, 0 },
	{ "netlink-refuses", IMPAIR_NETLINK_REFUSES, FAULT_NETLINK_REFUSES },
	{ "netlink-overrun", IMPAIR_NETLINK_OVERRUN, FAULT_NETLINK_OVERRUN },
	{ "no-memory", IMPAIR_NO_MEMORY, FAULT_NO_MEMORY },
	{ "adns-stalls", IMPAIR_ADNS_STALLS, 0 },
	{ "log-full", IMPAIR_LOG_FULL, FAULT_LOG_FULL },
	{ "clock-forward", IMPAIR_CLOCK_FORWARD, FAULT_CLOCK_FORWARD },
	{ "clock-back", IMPAIR_CLOCK_BACK, FAULT_CLOCK_BACK },
};

uint32_t
impair_named(const char *word)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].word, word) == 0)
			return rows[i].bit;
	return 0;
}

const char *
impair_text(uint32_t impair, char *out, size_t outlen)
{
	size_t n = 0;

	snprintf(out, outlen, "none");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && n < outlen; i++)
		if ((rows[i].bit & impair) != 0)
			n += (size_t)snprintf(&out[n], outlen - n, "%s%s", n > 0 ? " " : "", rows[i].word);
	return out;
}

uint32_t
impair_faults(uint32_t impair)
{
	uint32_t faults = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((rows[i].bit & impair) != 0)
			faults |= rows[i].fault;
	return faults;
}
