/* oe-zone roll: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/number.h"
#include "zones/key_file.h"
#include "zones/push_args.h"
#include "zones/roll.h"

#define ROLL_FILE DEFAULT_IPSECDIR "/roll"
#define KEY_TYPES "ed25519, p256, p384 or rsa"

static const char usage[] =
"usage: oe-zone roll start [options] ADDR|NAME... [@SERVER]\n"
"       oe-zone roll status|activate [options]\n"
"       oe-zone roll finish [options] [@SERVER]\n"
"\n"
"  -k, --key FILE          the key that pluto signs with (default " DEFAULT_IPSECDIR "/private/"
HOST_KEY_NAME ")\n"
"      --type TYPE         of the new key: " KEY_TYPES " (default: as the old one)\n"
"      --secrets FILE      where both keys are named (default /etc/ipsec.secrets)\n"
"      --ctlbase PATH      of the pluto to be told (default /run/pluto/pluto)\n"
"      --file FILE         what is kept between the steps (default " ROLL_FILE ")\n"
"      --margin SECONDS    to wait longer than the times to live ask for\n"
"      --sa-life SECONDS   how long an SA of the old key is given (default 3600)\n"
"  -g, --gateway GW        of records that are not published yet, as with record\n"
"  -t, --ttl SECONDS       of the same (default 3600)\n"
"  -r, --resolver ADDR[@PORT]  ask this resolver (default: those of /etc/resolv.conf)\n"
"  -a, --anchor FILE       trust anchors (default " LOOKUP_ANCHOR ")\n"
"      --json              status: one object\n"
"  -b, --by WAY            how @SERVER is changed: " PUSH_WAYS "\n"
"  -y, --tsig FILE, --socket PATH, --url URL, --api-key FILE: as with push\n"
"  -n, --dry-run           say what would be done, and change nothing\n"
"  -q, --quiet             the exit status, and what went wrong\n"
"  -v, --verbose           print what is changed at @SERVER, as diff does\n"
"\n"
"start makes a new key, and prints the records of both, or gives them to @SERVER;\n"
"status asks every authoritative server and says when the next step may be taken;\n"
"activate lets pluto sign with the new key, and refuses while somebody cannot know it;\n"
"finish takes the old record away, when no SA of the old key is left.\n";

static bool
set_key(void *args, const char *text)
{
	((struct roll_args *)args)->key = text;
	return true;
}

static bool
set_type(void *args, const char *text)
{
	static const struct { const char *name; enum pubkey_kind kind; } types[] = {
		{ "ed25519", PUBKEY_ED25519 }, { "p256", PUBKEY_P256 },
		{ "p384", PUBKEY_P384 }, { "rsa", PUBKEY_RSA } };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, text) == 0) {
			((struct roll_args *)args)->type = types[i].kind;
			return true;
		}
	}
	return false;
}

static bool
set_secrets(void *args, const char *text)
{
	((struct roll_args *)args)->secrets = text;
	return true;
}

static bool
set_ctlbase(void *args, const char *text)
{
	((struct roll_args *)args)->ctlbase = text;
	return true;
}

static bool
set_file(void *args, const char *text)
{
	((struct roll_args *)args)->file = text;
	return true;
}

static bool
set_margin(void *args, const char *text)
{
	return number_parse(text, INT32_MAX, &((struct roll_args *)args)->margin_s);
}

static bool
set_sa_life(void *args, const char *text)
{
	return number_parse(text, INT32_MAX, &((struct roll_args *)args)->sa_life_s);
}

static bool
set_gateway(void *args, const char *text)
{
	((struct roll_args *)args)->q.gateway = text;
	return true;
}

static bool
set_ttl(void *args, const char *text)
{
	return record_ttl_parse(text, &((struct roll_args *)args)->q.ttl);
}

static bool
set_resolver(void *args, const char *text)
{
	return endpoint_parse(text, 53, &((struct roll_args *)args)->resolver);
}

static bool
set_anchor(void *args, const char *text)
{
	((struct roll_args *)args)->anchor = text;
	return true;
}

static bool
set_json(void *args, const char *text)
{
	(void)text;
	return ((struct roll_args *)args)->json = true;
}

static bool
set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct roll_args *)args)->quiet = true;
}

static const struct front_row rows[] = {
	{ "key", 'k', "a file", set_key },
	{ "type", 0, KEY_TYPES, set_type },
	{ "secrets", 0, "a file", set_secrets },
	{ "ctlbase", 0, "a path", set_ctlbase },
	{ "file", 0, "a file", set_file },
	{ "margin", 0, "seconds", set_margin },
	{ "sa-life", 0, "seconds", set_sa_life },
	{ "gateway", 'g', "an address, a name or none", set_gateway },
	{ "ttl", 't', "seconds, 0 to 2147483647", set_ttl },
	{ "resolver", 'r', "ADDR or ADDR@PORT", set_resolver },
	{ "anchor", 'a', "a file", set_anchor },
	{ "json", 0, NULL, set_json },
	{ "by", 'b', PUSH_WAYS, push_set_way },
	{ "tsig", 'y', "a file", push_set_tsig },
	{ "socket", 0, "a socket", push_set_socket },
	{ "url", 0, "http://... or https://...", push_set_url },
	{ "api-key", 0, "a file", push_set_api_key },
	{ "dry-run", 'n', NULL, push_set_dry_run },
	{ "quiet", 'q', NULL, set_quiet },
	{ "verbose", 'v', NULL, push_set_verbose },
};

static const struct {
	const char *name;
	roll_step_fn *run;
	bool names, server;	/* may be given */
	bool begins;		/* there is no file yet */
} steps[] = {
	{ "start", roll_start, true, true, true },
	{ "status", roll_status, false, false, false },
	{ "activate", roll_activate, false, false, false },
	{ "finish", roll_finish, false, true, false },
};

static int
take(const struct roll_args *a, size_t step)
{
	static struct roll_run run;
	int status;

	run = (struct roll_run){ .a = a, .now = (uint64_t)time(NULL) };
	if (!steps[step].begins && !roll_read(a->file, &run.r, run.err, sizeof(run.err)))
		return front_failed(ROLL_PROG, run.err);
	run.ctx = lookup_open(a->resolver.addr.family != IP_NONE ? &a->resolver : NULL, a->anchor, run.err,
			      sizeof(run.err));
	if (run.ctx == NULL) {
		front_failed(ROLL_PROG, run.err);
		return EXIT_ASKED_IN_VAIN;
	}
	status = steps[step].run(&run);
	ub_ctx_delete(run.ctx);
	return status;
}

/* The server stands last, as with push. */
static bool
arguments(struct roll_args *a, size_t step, int argc, char **argv)
{
	a->names = argv + optind;
	a->n_names = argc - optind;
	if (a->n_names > 0 && a->names[a->n_names - 1][0] == '@')
		a->server = a->names[--a->n_names];
	return (steps[step].names ? a->n_names > 0 && a->n_names <= ROLL_NAMES : a->n_names == 0) &&
		(a->server == NULL || steps[step].server);
}

int
verb_roll(int argc, char **argv)
{
	struct roll_args a = { .push = { .prog = ROLL_PROG, .quiet = true }, .anchor = LOOKUP_ANCHOR,
		.key = DEFAULT_IPSECDIR "/private/" HOST_KEY_NAME, .file = ROLL_FILE,
		.secrets = "/etc/ipsec.secrets", .ctlbase = "/run/pluto/pluto",
		.q = { .ttl = 3600, .precedence = 10 }, .sa_life_s = 3600 };
	const struct front f = { ROLL_PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	size_t n = sizeof(steps) / sizeof(*steps), step = 0;
	int status;

	while (argc > 1 && step < n && strcmp(steps[step].name, argv[1]) != 0)
		step++;
	if (argc > 1 && step < n) {
		argc--;
		argv++;
	}
	status = front_options(&f, argc, argv);
	if (status >= 0)
		return status;
	if (argc < 1 || step == n || !arguments(&a, step, argc, argv))
		return front_usage(&f);
	if (push_refuses(&a.push) != NULL) {
		front_failed(ROLL_PROG, push_refuses(&a.push));
		return EXIT_USAGE_ERROR;
	}
	return take(&a, step);
}
