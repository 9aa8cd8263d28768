/* The rules of oe-zone check, and how a finding is told. */
#include "zones/lint.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "zones/output.h"

static const char *const severities[] = { "note", "warning", "error" };

bool
lint_profile_parse(const char *text, unsigned *out)
{
	static const struct { const char *name; unsigned profiles; } rows[] = {
		{ "all", PROFILE_ALL }, { "bind", PROFILE_BIND }, { "knot", PROFILE_KNOT },
		{ "nsd", PROFILE_NSD }, { "ldns", PROFILE_LDNS }, { "pdns", PROFILE_PDNS } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, text) == 0) {
			*out = rows[i].profiles;
			return true;
		}
	}
	return false;
}

/* What none of the servers asked about can use is an error, whatever others can. */
static enum finding_severity
severity_of(const struct lint *l, enum finding id)
{
	const struct finding_rule *rule = finding_rule(id);
	bool all = (l->profiles & ~rule->profiles) == 0;

	return all && rule->profiles != PROFILE_ALL ? FINDING_ERROR : rule->severity;
}

static void
say_json(const struct lint *l, unsigned line, enum finding id, const char *text)
{
	fputs("{\"file\":", l->out);
	output_json_string(l->out, l->file);
	fprintf(l->out, ",\"line\":%u,\"severity\":\"%s\",\"id\":\"%s\",\"name\":\"%s\",\"text\":",
		line, severities[severity_of(l, id)], finding_rule(id)->id, finding_rule(id)->name);
	output_json_string(l->out, text);
	fputs(",\"fix\":", l->out);
	output_json_string(l->out, finding_rule(id)->fix);
	fputs("}\n", l->out);
}

void
lint_say(struct lint *l, unsigned line, enum finding id, const char *fmt, ...)
{
	enum finding_severity severity = severity_of(l, id);
	char text[400];
	va_list ap;

	if ((finding_rule(id)->profiles & l->profiles) == 0 || (severity == FINDING_NOTE && !l->verbose))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->errors += severity == FINDING_ERROR;
	l->warnings += severity == FINDING_WARNING;
	l->notes += severity == FINDING_NOTE;
	if (l->json)
		say_json(l, line, id, text);
	else
		fprintf(l->out, "%s:%u: %s %s %s: %s (fix: %s)\n", l->file, line, severities[severity],
			finding_rule(id)->id, finding_rule(id)->name, text, finding_rule(id)->fix);
}

static void
on_record(void *arg, const struct scan_rr *rr)
{
	static const struct {
		const char *type;
		void (*check)(struct lint *l, const struct scan_rr *rr);
	} checks[] = {
		{ "IPSECKEY", lint_ipseckey }, { "TYPE45", lint_ipseckey },
		{ "TXT", lint_txt }, { "KEY", lint_key }, { "SOA", lint_soa }, { "RRSIG", lint_rrsig },
	};
	struct lint *l = arg;
	const struct lint_member m = { .line = rr->line,
		.kind = strcmp(rr->type, "CNAME") == 0 ? LINT_IS_CNAME : LINT_IS_OTHER };

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if (strcmp(checks[i].type, rr->type) == 0) {
			checks[i].check(l, rr);
			return;
		}
	}
	/* RFC 4034 3, 4: what DNSSEC adds stands beside a CNAME. */
	if (strcmp(rr->type, "NSEC") != 0)
		lint_set_add(l, rr->owner, &m);
}

static void
on_trouble(void *arg, unsigned line, const char *why)
{
	lint_say(arg, line, FIND_SYNTAX, "%s", why);
}

static void
on_skipped(void *arg, unsigned line, const char *why)
{
	lint_say(arg, line, FIND_SKIPPED, "%s", why);
}

void
lint_zone(struct lint *l, FILE *f, const char *origin)
{
	static const struct scan_calls calls = { on_record, on_trouble, on_skipped };

	if (l->now_s == 0)
		l->now_s = (uint64_t)time(NULL);
	snprintf(l->apex, sizeof(l->apex), "%s", origin);
	l->refresh_s = 0;
	l->is_signed = false;
	zone_scan(f, origin, &calls, l);
	lint_sets_check(l);
	lint_sets_free(l);
}
