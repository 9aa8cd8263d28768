/* Reads a zone and the date until which it is not validated. */
#include <stdio.h>
#include <string.h>

#include "lib/negative_anchor.h"

static bool
bad(char err[200], const char *why, const char *text)
{
	snprintf(err, 200, "%s: \"%.100s\"", why, text);
	return false;
}

/* strptime takes more spellings than these two, which have a length each. */
static bool
date_parse(const char *text, time_t *out)
{
	static const struct { const char *format; size_t len; } forms[] = {
		{ "%Y-%m-%d", 10 }, { "%Y-%m-%dT%H:%M:%SZ", 20 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i].format, &tm);
		int day = tm.tm_mday;

		if (end == NULL || *end != '\0' || strlen(text) != forms[i].len)
			continue;
		*out = timegm(&tm);
		return tm.tm_mday == day;	/* else 31 February */
	}
	return false;
}

bool
negative_anchor_parse(const char *text, struct negative_anchor *out, char err[200])
{
	const char *at = strrchr(text, '@');

	*out = (struct negative_anchor){ 0 };
	if (at == NULL || !date_parse(at + 1, &out->until_wall))
		return bad(err, "is not ZONE@YYYY-MM-DD", text);
	if (!dns_name_from_host(span_of(text, (size_t)(at - text)), &out->zone)
	    || strcmp(out->zone.text, ".") == 0)
		return bad(err, "does not name a zone below the root", text);
	snprintf(out->until, sizeof(out->until), "%s", at + 1);
	return true;
}
