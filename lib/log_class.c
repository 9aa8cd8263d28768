/* The words for the classes of debug lines. */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

/* The first word of a class is the one that is printed. */
static const struct { const char *word; uint32_t classes; } rows[] = {
	{ "raw", LOG_RAW }, { "crypt", LOG_CRYPT }, { "parsing", LOG_PARSING },
	{ "emitting", LOG_EMITTING }, { "control", LOG_CONTROL },
	{ "controlmore", LOG_CONTROLMORE }, { "lifecycle", LOG_LIFECYCLE },
	{ "klips", LOG_KLIPS }, { "pfkey", LOG_PFKEY }, { "nat-t", LOG_NATT },
	{ "natt", LOG_NATT }, { "dpd", LOG_DPD }, { "dns", LOG_DNS }, { "oppo", LOG_OPPO },
	{ "oppoinfo", LOG_OPPOINFO }, { "whackwatch", LOG_WHACKWATCH },
	{ "private", LOG_PRIVATE }, { "all", LOG_ALL }, { "none", 0 },
};

int
log_class_named(const char *word)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].word, word) == 0)
			return (int)rows[i].classes;
	return -1;
}

const char *
log_class_text(uint32_t classes, char *out, size_t outlen)
{
	uint32_t told = 0;
	size_t n = 0;

	snprintf(out, outlen, "%s", classes == 0 ? "none" : "all");
	if (classes == 0 || classes == LOG_ALL)
		return out;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && n < outlen; i++) {
		if (rows[i].classes == LOG_ALL || (rows[i].classes & classes & ~told) == 0)
			continue;
		told |= rows[i].classes;
		n += (size_t)snprintf(&out[n], outlen - n, "%s%s", n > 0 ? " " : "", rows[i].word);
	}
	return out;
}
