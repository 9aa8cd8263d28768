/* Faults that a test asks for: their names. */
#include "pluto/impair.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *word; uint32_t bit; } rows[] = {
	{ "delay-adns-key-answer", IMPAIR_DELAY_KEY },
	{ "delay-adns-txt-answer", IMPAIR_DELAY_TXT },
	{ "bust-mi2", IMPAIR_BUST_MI2 },
	{ "bust-mr2", IMPAIR_BUST_MR2 },
	{ "sa-fail", IMPAIR_SA_FAIL },
	{ "die-oninfo", IMPAIR_DIE_ONINFO },
	{ "jacob-two-two", IMPAIR_TWICE },
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
