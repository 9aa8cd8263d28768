/* What oe-zone roll prints: servers, dates, and what is next. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "zones/roll.h"

const char *
roll_date(uint64_t at, char out[32])
{
	time_t t = (time_t)at;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

static const struct { const char *word, *text; } has[] = {
	[ROLL_HAS_NONE] = { "waits", "neither key" },
	[ROLL_HAS_OLD] = { "waits", "the old key alone" },
	[ROLL_HAS_NEW] = { "ok", "the new key alone" },
	[ROLL_HAS_BOTH] = { "ok", "both keys" },
	[ROLL_SILENT] = { "unknown", "" },
};

static void
say_server(void *arg, const struct roll_at *at)
{
	struct addr_buf b;

	(void)arg;
	printf("  %-11s %-8s%s ", "server", has[at->has].word, at->place->owner.text);
	if (at->has == ROLL_SILENT)
		printf("%s\n", at->why);
	else
		printf("%s %s has %s in %s, ttl %u\n", at->server->host.text,
		       ip_addr_text(&at->server->addr, &b), has[at->has].text, roll_type_name(at->type),
		       at->ttl_s);
}

bool
roll_save(struct roll_run *run)
{
	return run->a->push.dry || roll_write(run->a->file, &run->r, run->err, sizeof(run->err));
}

int
roll_look_and_note(struct roll_run *run, bool loud)
{
	if (!roll_look(run->ctx, &run->r, loud && !run->a->quiet ? say_server : NULL, NULL, &run->seen, &run->worst,
		       run->err, sizeof(run->err)))
		return front_failed(ROLL_PROG, run->err);
	if (run->r.activated_s == 0)
		roll_note(&run->r, &run->seen, run->now);
	return roll_save(run) ? EXIT_OK : front_failed(ROLL_PROG, run->err);
}

void
roll_say_next(const struct roll_run *run)
{
	const struct roll *r = &run->r;
	char seen[32], when[32];

	if (run->a->quiet)
		return;
	if (r->activated_s > 0)
		printf("next: oe-zone roll finish, from %s on (pluto signs with the new key since %s)\n",
		       roll_date(roll_over(r), when), roll_date(r->activated_s, seen));
	else if (r->seen_s == 0)
		printf("next: wait until every server has both records, then oe-zone roll status\n");
	else
		printf("next: oe-zone roll activate, from %s on (every server has the new record since %s, "
		       "caches hold the old answer for %" PRIu64 " seconds, and %" PRIu64 " for safety)\n",
		       roll_date(roll_ready(r), when), roll_date(r->seen_s, seen), r->wait_s,
		       roll_margin(r));
}

static void
say_json_server(void *arg, const struct roll_at *at)
{
	static const char *const words[] = { [ROLL_HAS_NONE] = "none", [ROLL_HAS_OLD] = "old",
		[ROLL_HAS_NEW] = "new", [ROLL_HAS_BOTH] = "both", [ROLL_SILENT] = "unknown" };
	struct addr_buf b;

	(void)arg;
	fputs("{\"event\":\"server\",\"name\":", stdout);
	output_json_string(stdout, at->place->asked);
	printf(",\"owner\":\"%s\",\"type\":\"%s\",\"host\":\"%s\",\"address\":\"%s\",\"has\":\"%s\","
	       "\"ttl\":%u}\n", at->place->owner.text, roll_type_name(at->type), at->server != NULL ? at->server->host.text : "",
	       at->server != NULL && at->server->addr.family != IP_NONE
	       ? ip_addr_text(&at->server->addr, &b) : "", words[at->has], at->ttl_s);
}

/* Null where it is not known yet. */
static void
json_date(const char *key, uint64_t at)
{
	char text[32];

	if (at == 0)
		printf(",\"%s\":null", key);
	else
		printf(",\"%s\":\"%s\"", key, roll_date(at, text));
}

static const char *
step_word(const struct roll_run *run)
{
	const struct roll *r = &run->r;

	if (r->activated_s > 0)
		return run->now < roll_over(r) ? "activated" : "over";
	if (r->seen_s == 0)
		return "publishing";
	return run->now < roll_ready(r) ? "waiting" : "ready";
}

static void
say_json(const struct roll_run *run)
{
	const struct roll *r = &run->r;

	printf("{\"event\":\"result\",\"step\":\"%s\",\"key\":", step_word(run));
	output_json_string(stdout, r->key);
	printf(",\"old\":\"%s\",\"new\":\"%s\",\"wait\":%" PRIu64 ",\"margin\":%" PRIu64, r->old_print,
	       r->new_print, r->wait_s, roll_margin(r));
	json_date("started", r->started_s);
	json_date("seen", r->seen_s);
	json_date("ready", roll_ready(r));
	json_date("activated", r->activated_s);
	json_date("over", roll_over(r));
	fputs("}\n", stdout);
}

static int
status_of(const struct roll_run *run)
{
	uint64_t when = run->r.activated_s > 0 ? roll_over(&run->r) : roll_ready(&run->r);

	if (run->seen.silent > 0)
		return EXIT_ASKED_IN_VAIN;
	return when > 0 && run->now >= when ? EXIT_OK : EXIT_FAILED;
}

static void
say_keys(const struct roll *r)
{
	char when[32];

	printf("%s, since %s\n  %-11s %s%s\n  %-11s %s%s\n", r->key, roll_date(r->started_s, when),
	       "old key", r->old_print, r->activated_s == 0 ? ", pluto signs with it" : "",
	       "new key", r->new_print, r->activated_s > 0 ? ", pluto signs with it" : "");
}

int
roll_status(struct roll_run *run)
{
	const struct roll *r = &run->r;
	int status;

	if (run->a->json) {
		if (!roll_look(run->ctx, r, say_json_server, NULL, &run->seen, &run->worst, run->err,
			       sizeof(run->err)))
			return front_failed(ROLL_PROG, run->err);
		if (r->activated_s == 0)
			roll_note(&run->r, &run->seen, run->now);
		if (!roll_save(run))
			return front_failed(ROLL_PROG, run->err);
		say_json(run);
		return status_of(run);
	}
	if (!run->a->quiet)
		say_keys(r);
	status = roll_look_and_note(run, true);
	if (status == EXIT_OK)
		roll_say_next(run);
	return status == EXIT_OK ? status_of(run) : status;
}
