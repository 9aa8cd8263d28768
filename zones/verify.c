/* The steps of oe-zone verify, and how each is told. */
#include "zones/verify.h"

#include <stdarg.h>
#include <string.h>

#include "lib/rr_ipseckey.h"
#include "zones/output.h"
#include "zones/verbs.h"
#include "zones/verify_host.h"

enum { TEXT_MAX = 1000 };

static const char *const words[] = { [VERIFY_OK] = "ok", [VERIFY_WARNING] = "warning",
	[VERIFY_ERROR] = "error", [VERIFY_UNKNOWN] = "unknown", [VERIFY_BOGUS] = "bogus" };

static void
json_pair(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	output_json_string(out, text);
}

static void
say_json(const struct verify *v, const char *what, enum verify_status status,
	 const struct finding_rule *rule, const char *text)
{
	fputs("{\"event\":\"step\"", v->out);
	json_pair(v->out, "name", v->asked);
	json_pair(v->out, "step", what);
	json_pair(v->out, "status", words[status]);
	json_pair(v->out, "text", text);
	if (rule != NULL) {
		json_pair(v->out, "id", rule->id);
		json_pair(v->out, "finding", rule->name);
		json_pair(v->out, "fix", rule->fix);
	}
	fputs("}\n", v->out);
}

static void
say(struct verify *v, const char *what, enum verify_status status, const struct finding_rule *rule,
    const char *text)
{
	if (status > v->worst)
		v->worst = status;
	if (v->quiet)
		return;
	if (v->json)
		say_json(v, what, status, rule, text);
	else if (rule == NULL)
		fprintf(v->out, "  %-11s %-8s%s\n", what, words[status], text);
	else
		fprintf(v->out, "  %-11s %-8s%s (%s %s, fix: %s)\n", what, words[status], text, rule->id,
			rule->name, rule->fix);
}

void
verify_ok(struct verify *v, const char *what, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(v, what, VERIFY_OK, NULL, text);
}

static enum verify_status
status_of(enum finding f)
{
	static const enum verify_status statuses[] = { [FINDING_NOTE] = VERIFY_OK,
		[FINDING_WARNING] = VERIFY_WARNING, [FINDING_ERROR] = VERIFY_ERROR };

	if (f == FIND_BOGUS)
		return VERIFY_BOGUS;
	return f == FIND_NO_ANSWER ? VERIFY_UNKNOWN : statuses[finding_rule(f)->severity];
}

void
verify_find(struct verify *v, const char *what, enum finding f, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(v, what, status_of(f), finding_rule(f), text);
}

const char *
verify_owner(const struct verify *v)
{
	return v->keys != NULL && v->keys->canonname != NULL ? v->keys->canonname : v->name.text;
}

/* What is looked at where there are records to look at. */
static void (*const steps[])(struct verify *v) = {
	verify_keys,		/* peers can use each of them */
	verify_gateways,	/* and their gateways say the same */
	verify_txt,		/* and the records of old */
	verify_size,		/* and get them by UDP */
	verify_signature,	/* for as long as they are kept */
	verify_servers,		/* whichever server they ask */
	verify_forward,		/* and the name that goes with the address says the same */
	verify_ike,		/* and somebody is there */
};

int
verify_exit(enum verify_status worst)
{
	static const int statuses[] = { [VERIFY_OK] = EXIT_OK, [VERIFY_WARNING] = EXIT_OK,
		[VERIFY_ERROR] = EXIT_FAILED, [VERIFY_UNKNOWN] = EXIT_ASKED_IN_VAIN,
		[VERIFY_BOGUS] = EXIT_BOGUS };

	return statuses[worst];
}

bool
verify_subject(const char *text, struct verify *v)
{
	v->is_addr = ip_addr_parse(text, &v->addr);
	if (v->is_addr)
		v->name = revname_of(&v->addr);
	return v->is_addr || output_zone_parse(text, &v->name);
}

static void
verdict(const struct verify *v)
{
	bool ready = v->worst <= VERIFY_WARNING;

	if (v->quiet)
		return;
	if (!v->json) {
		fprintf(v->out, "ready: %s\n", ready ? "yes" : "no");
		return;
	}
	fputs("{\"event\":\"result\"", v->out);
	json_pair(v->out, "name", v->asked);
	json_pair(v->out, "owner", v->name.text);
	json_pair(v->out, "status", words[v->worst]);
	fprintf(v->out, ",\"ready\":%s}\n", ready ? "true" : "false");
}

enum verify_status
verify_name(struct verify *v, const char *asked)
{
	v->asked = asked;
	v->worst = VERIFY_OK;
	v->verdict = lookup_ask(v->ctx, v->name.text, RRTYPE_IPSECKEY, &v->keys);
	if (!v->quiet && !v->json)
		fprintf(v->out, "%s -> %s\n", asked, v->name.text);
	verify_chain(v);
	if (v->keys != NULL && v->keys->havedata && v->verdict != LOOKUP_BOGUS)
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
			steps[i](v);
	if (v->host != NULL && v->keys != NULL && v->keys->havedata && v->verdict != LOOKUP_BOGUS)
		verify_own_key(v->host, v);
	ub_resolve_free(v->keys);
	v->keys = NULL;
	verdict(v);
	return v->worst;
}
