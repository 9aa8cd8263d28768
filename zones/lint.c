/* The rules of oe-zone check, and how a finding is told. */
#include "zones/lint.h"

#include <stdarg.h>
#include <string.h>

#include "zones/output.h"

static const struct {
	const char *id, *name;
	enum lint_severity severity;
	unsigned profiles;	/* whom it concerns */
	const char *fix;
} rules[LINT_IDS] = {
	/* A line that is no record. */
	[LINT_SYNTAX] = { "OE000", "unreadable", LINT_ERROR, LINT_ALL, "write it as RFC 1035 has it" },
	/* dig, BIND and dnssec-signzone break keys; ldns reads the first piece alone. */
	[LINT_SPLIT] = { "OE001", "base64-split", LINT_WARNING, LINT_LDNS, "write the key in one piece" },
	/* Nobody can prove anything with it, and most servers refuse it. */
	[LINT_NO_KEY] = { "OE002", "no-key", LINT_ERROR, LINT_ALL, "add the key: oe-zone record" },
	/* Mnemonics and 0x are BIND's. */
	[LINT_KEY_FLAGS] = { "OE003", "key-flags-not-portable", LINT_ERROR,
			     LINT_KNOT | LINT_NSD | LINT_LDNS | LINT_PDNS, "write 16896 4 1" },
	/* A character-string has 255 octets (RFC 1035 3.3). */
	[LINT_LONG_STRING] = { "OE004", "string-too-long", LINT_ERROR, LINT_ALL,
			       "split it into strings of 250" },
	/* PowerDNS 4.7 knows algorithm 2 alone, and has no dot for no gateway. */
	[LINT_POWERDNS] = { "OE005", "powerdns-cannot-hold", LINT_WARNING, LINT_PDNS,
			    "an RSA key, by oe-zone record -o pdnsutil" },
	/* RFC 4025, 8005 and 9373 have 1 to 4; DSA is used by nobody. */
	[LINT_ALGORITHM] = { "OE006", "algorithm", LINT_ERROR, LINT_ALL, "a key of algorithm 2, 3 or 4" },
	/* Each field within its bounds, the gateway as its type says. */
	[LINT_FIELDS] = { "OE007", "fields", LINT_ERROR, LINT_ALL, "oe-zone record prints it right" },
	/* RFC 1034 3.6.2. */
	[LINT_CNAME] = { "OE008", "cname-and-other-data", LINT_ERROR, LINT_ALL,
			 "put the records where the CNAME points" },
	/* A key in use can be replaced no faster. */
	[LINT_TTL] = { "OE009", "ttl-too-long", LINT_WARNING, LINT_ALL, "3600, or 300 for hosts that move" },
	/* Cut short, even exponent, not on its curve, RSA too small. */
	[LINT_BAD_KEY] = { "OE011", "bad-key", LINT_ERROR, LINT_ALL, "print it again: oe-zone record" },
	/* What no longer fits into 1232 octets of UDP is asked again by TCP. */
	[LINT_SIZE] = { "OE012", "answer-too-big", LINT_WARNING, LINT_ALL, "Ed25519 or P-256 keys" },
	/* RFC 6303: resolvers answer for these themselves. */
	[LINT_SPECIAL] = { "OE015", "special-use", LINT_WARNING, LINT_ALL,
			   "configure the resolvers of all peers to ask you" },
	/* It speaks for every name that has no records of its own. */
	[LINT_WILDCARD] = { "OE016", "wildcard", LINT_NOTE, LINT_ALL, "list the hosts, if you can" },
	/* Peers take the first of the lowest precedence. */
	[LINT_TWICE] = { "OE017", "same-again", LINT_WARNING, LINT_ALL,
			 "one record a key, each with its own precedence" },
	/* Old peers would prove another host than new ones. */
	[LINT_TXT_DIFFERS] = { "OE021", "txt-key-differs", LINT_WARNING, LINT_ALL,
			       "publish the same key in both" },
	/* It begins as RFC 4322 has it, and goes on in another way. */
	[LINT_BAD_TXT] = { "OE023", "txt-malformed", LINT_ERROR, LINT_ALL, "oe-zone record --txt" },
	/* What another file holds, or only BIND would make. */
	[LINT_SKIPPED] = { "OE024", "not-followed", LINT_WARNING, LINT_ALL,
			   "named-compilezone writes the zone as one file" },
};

static const char *const severities[] = { "note", "warning", "error" };

bool
lint_profile_parse(const char *text, unsigned *out)
{
	static const struct { const char *name; unsigned profiles; } rows[] = {
		{ "all", LINT_ALL }, { "bind", LINT_BIND }, { "knot", LINT_KNOT },
		{ "nsd", LINT_NSD }, { "ldns", LINT_LDNS }, { "pdns", LINT_PDNS } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, text) == 0) {
			*out = rows[i].profiles;
			return true;
		}
	}
	return false;
}

/* What none of the servers asked about can use is an error, whatever others can. */
static enum lint_severity
severity_of(const struct lint *l, enum lint_id id)
{
	bool all = (l->profiles & ~rules[id].profiles) == 0;

	return all && rules[id].profiles != LINT_ALL ? LINT_ERROR : rules[id].severity;
}

static void
say_json(const struct lint *l, unsigned line, enum lint_id id, const char *text)
{
	fputs("{\"file\":", l->out);
	output_json_string(l->out, l->file);
	fprintf(l->out, ",\"line\":%u,\"severity\":\"%s\",\"id\":\"%s\",\"name\":\"%s\",\"text\":",
		line, severities[severity_of(l, id)], rules[id].id, rules[id].name);
	output_json_string(l->out, text);
	fputs(",\"fix\":", l->out);
	output_json_string(l->out, rules[id].fix);
	fputs("}\n", l->out);
}

void
lint_say(struct lint *l, unsigned line, enum lint_id id, const char *fmt, ...)
{
	enum lint_severity severity = severity_of(l, id);
	char text[400];
	va_list ap;

	if ((rules[id].profiles & l->profiles) == 0 || (severity == LINT_NOTE && !l->verbose))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->errors += severity == LINT_ERROR;
	l->warnings += severity == LINT_WARNING;
	l->notes += severity == LINT_NOTE;
	if (l->json)
		say_json(l, line, id, text);
	else
		fprintf(l->out, "%s:%u: %s %s %s: %s (fix: %s)\n", l->file, line, severities[severity],
			rules[id].id, rules[id].name, text, rules[id].fix);
}

static void
on_record(void *arg, const struct scan_rr *rr)
{
	static const struct {
		const char *type;
		void (*check)(struct lint *l, const struct scan_rr *rr);
	} checks[] = {
		{ "IPSECKEY", lint_ipseckey }, { "TYPE45", lint_ipseckey },
		{ "TXT", lint_txt }, { "KEY", lint_key },
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
	if (strcmp(rr->type, "RRSIG") != 0 && strcmp(rr->type, "NSEC") != 0)
		lint_set_add(l, rr->owner, &m);
}

static void
on_trouble(void *arg, unsigned line, const char *why)
{
	lint_say(arg, line, LINT_SYNTAX, "%s", why);
}

static void
on_skipped(void *arg, unsigned line, const char *why)
{
	lint_say(arg, line, LINT_SKIPPED, "%s", why);
}

void
lint_zone(struct lint *l, FILE *f, const char *origin)
{
	static const struct scan_calls calls = { on_record, on_trouble, on_skipped };

	zone_scan(f, origin, &calls, l);
	lint_sets_check(l);
	lint_sets_free(l);
}
