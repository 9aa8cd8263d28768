/* Rules about signed zones: what is signed, and for how long. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/number.h"
#include "zones/lint.h"

void
lint_soa(struct lint *l, const struct scan_rr *rr)
{
	const struct lint_member m = { .line = rr->line };
	unsigned long n;

	snprintf(l->apex, sizeof(l->apex), "%s", rr->owner);
	if (rr->n_words > 3 && number_parse(rr->word[3].text, INT32_MAX, &n))
		l->refresh_s = (uint32_t)n;
	lint_set_add(l, rr->owner, &m);
}

/* RFC 4034 3.2: YYYYMMDDHHmmSS, or seconds since 1970. */
static bool
parse_time(const char *text, uint64_t *out)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *end = strlen(text) == 14 ? strptime(text, "%Y%m%d%H%M%S", &tm) : NULL;
	unsigned long n;

	if (end != NULL && *end == '\0') {
		*out = (uint64_t)timegm(&tm);
		return true;
	}
	if (!number_parse(text, UINT32_MAX, &n))
		return false;
	*out = n;
	return true;
}

static bool
covers_ours(const char *type)
{
	static const char *const ours[] = { "IPSECKEY", "TYPE45", "TXT", "KEY" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcasecmp(ours[i], type) == 0)
			return true;
	return false;
}

void
lint_rrsig(struct lint *l, const struct scan_rr *rr)
{
	const struct lint_member m = { .line = rr->line, .kind = LINT_IS_RRSIG };
	const char *type = rr->n_words > 0 ? rr->word[0].text : "";
	uint64_t until, needed = l->now_s + rr->ttl + l->refresh_s;

	l->is_signed = true;
	if (!covers_ours(type))
		return;
	if (strcasecmp(type, "IPSECKEY") == 0 || strcasecmp(type, "TYPE45") == 0)
		lint_set_add(l, rr->owner, &m);
	if (rr->n_words < 9 || !parse_time(rr->word[4].text, &until))
		lint_say(l, rr->line, FIND_SYNTAX, "an RRSIG record has nine fields");
	else if (until < l->now_s)
		lint_say(l, rr->line, FIND_EXPIRES, "the signature of %s has expired", type);
	else if (until < needed)
		lint_say(l, rr->line, FIND_EXPIRES, "the signature of %s ends in %llu seconds, caches and "
			 "other servers keep it %u", type, (unsigned long long)(until - l->now_s),
			 rr->ttl + l->refresh_s);
}
