/* ipsec auto: a connection of ipsec.conf, by whack. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conf/load.h"
#include "lib/version.h"

enum { STATUS_BAD = 1, STATUS_USAGE = 64, UNKNOWN_NAME = 21 };

struct auto_run {
	struct conf_run run;
	const char *config, *xauthuser, *xauthpass;
	bool async;
};

typedef int act_fn(const struct auto_run *a, const char *name, const char *what);

/* FN for NAME, or for each of its parts when the file gives it several subnets: the
 * first status that is not 0. */
static int
each_part(const struct auto_run *a, const char *name, const char *what, act_fn *fn)
{
	char err[500];
	struct conf *c = conf_read(a->config, err, sizeof(err));
	const struct conf_section *s = c != NULL ? conf_find(c, name) : NULL;
	bool parts = s != NULL && s->has_parts;
	int status = parts ? 0 : fn(a, name, what);

	for (size_t i = 0; parts && i < c->n; i++) {
		const struct conf_section *p = &c->sections[i];
		int one = p->part_of != NULL && strcmp(p->part_of, name) == 0 ? fn(a, p->name, what) : 0;

		status = status == 0 ? one : status;
	}
	conf_free(c);
	return status;
}

/* The conn as it stands in the file. */
static int
add(const struct auto_run *a, const char *name, const char *what)
{
	const struct conf_section *s;
	struct conf_loadable l = { .n_keys = 0 };
	char err[500] = "";
	int status = STATUS_BAD;
	struct conf *c = conf_read(a->config, err, sizeof(err));

	(void)what;
	s = c != NULL ? conf_find(c, name) : NULL;
	if (c != NULL && s == NULL)
		snprintf(err, sizeof(err), "%s has no conn %.64s", a->config, name);
	if (s != NULL && loadable_make(c, s, true, &l, err, sizeof(err)))
		status = loadable_add(&a->run, &l, name, false);
	if (*err != '\0')
		fprintf(stderr, "%s: %s\n", a->run.who, err);
	loadable_clear(&l);
	conf_free(c);
	return status;
}

static int
replace(const struct auto_run *a, const char *name, const char *what)
{
	struct conf_run quiet = a->run;
	int status;

	quiet.quiet = true;
	status = conf_act(&quiet, name, "delete", NULL);
	return status == 0 || status == UNKNOWN_NAME ? add(a, name, what) : status;
}

static int
act(const struct auto_run *a, const char *name, const char *what)
{
	return conf_act(&a->run, name, what, NULL);
}

/* The user that the file names, unless the command line does. */
static void
put_user(const struct auto_run *a, const char *name, struct conf_words *w)
{
	char err[500], user[300] = "";
	struct conf *c = a->xauthuser == NULL ? conf_read(a->config, err, sizeof(err)) : NULL;
	const struct conf_section *s = c != NULL ? conf_find(c, name) : NULL;
	struct conf_conn conn;

	if (a->xauthuser != NULL)
		snprintf(user, sizeof(user), "%s", a->xauthuser);
	for (int side = CONF_LEFT; s != NULL && side <= CONF_RIGHT; side++) {
		const char *text = conf_resolve(c, s, &conn, err, sizeof(err))
			? conf_text(&conn, "xauthusername", (enum conf_side)side) : NULL;

		if (text != NULL)
			snprintf(user, sizeof(user), "%s", text);
	}
	conf_free(c);
	if (*user != '\0')
		conf_words_option(w, "xauthuser", user);
}

static int
up(const struct auto_run *a, const char *name, const char *what)
{
	struct conf_words w = { .n = 0 };
	int status;

	conf_words_option(&w, "name", name);
	conf_words_option(&w, what, NULL);
	if (a->async)
		conf_words_option(&w, "asynchronous", NULL);
	put_user(a, name, &w);
	if (a->xauthpass != NULL)
		conf_words_option(&w, "xauthpass", a->xauthpass);
	status = conf_run(&a->run, "whack", &w);
	conf_words_clear(&w);
	return status;
}

static int
ask(const struct auto_run *a, const char *name, const char *what)
{
	struct conf_words w = { .n = 0 };
	int status;

	(void)name;
	conf_words_option(&w, what, NULL);
	status = conf_run(&a->run, "whack", &w);
	conf_words_clear(&w);
	return status;
}

/* Whatever is wrong with the file's text and its conns; nobody is asked. */
static int
check(const struct auto_run *a, const char *name, const char *what)
{
	char err[500];
	struct conf *c = conf_read(a->config, err, sizeof(err));
	int status = c != NULL ? 0 : STATUS_BAD;

	(void)name, (void)what;
	if (c == NULL)
		fprintf(stderr, "%s: %s\n", a->run.who, err);
	for (size_t i = 0; c != NULL && i < c->n; i++) {
		struct conf_loadable l;

		if (conf_find(c, c->sections[i].name) != &c->sections[i])
			continue;
		if (!loadable_make(c, &c->sections[i], false, &l, err, sizeof(err))) {
			fprintf(stderr, "%s: %s\n", a->run.who, err);
			status = STATUS_BAD;
		}
		loadable_clear(&l);
	}
	conf_free(c);
	return status;
}

struct auto_action {
	const char *name, *whack;
	act_fn *run;
	bool named;
	const char *story;
};

static const struct auto_action actions[] = {
	{ "add", NULL, add, true, "load the conn into the daemon" },
	{ "replace", NULL, replace, true, "the same, in place of the one that is there" },
	{ "delete", "delete", act, true, "forget it" },
	{ "up", "initiate", up, true, "bring it up, and tell every step" },
	{ "down", "terminate", act, true, "take it down" },
	{ "route", "route", act, true, "bring it up when its first packet comes" },
	{ "ondemand", "route", act, true, "the same as --route" },
	{ "unroute", "unroute", act, true, "undo that" },
	{ "check", NULL, check, false, "tell what is wrong with the file, and do nothing" },
	{ "ready", "listen", ask, false, "have the daemon serve" },
	{ "status", "status", ask, false, "what the daemon knows" },
	{ "rereadsecrets", "rereadsecrets", ask, false, "load the secrets again" },
	{ "rereadall", "rereadall", ask, false, "the same" },
};
enum { N_ACTIONS = sizeof(actions) / sizeof(*actions) };

static const struct option others[] = {
	{ "config", required_argument, NULL, 'C' },
	{ "ctlbase", required_argument, NULL, 'c' },
	{ "showonly", no_argument, NULL, 's' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "asynchronous", no_argument, NULL, 'a' },
	{ "xauthuser", required_argument, NULL, 'u' },
	{ "xauthpass", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
};
enum { N_OTHERS = sizeof(others) / sizeof(*others), FIRST_ACTION = 1000 };

static int
help(FILE *to, int status)
{
	fputs("usage: ipsec auto [--config FILE] [--ctlbase PATH] [--showonly | --verbose]\n"
	      "                  [--asynchronous] [--xauthuser NAME] [--xauthpass WORD] ACTION [NAME]\n\n",
	      to);
	for (int i = 0; i < N_ACTIONS; i++)
		fprintf(to, "  --%-14s %s\n", actions[i].name, actions[i].story);
	return status;
}

/* getopt's table: ours, then the actions. */
static void
long_options(struct option l[N_OTHERS + N_ACTIONS + 1])
{
	memset(l, 0, sizeof(*l) * (N_OTHERS + N_ACTIONS + 1));
	memcpy(l, others, sizeof(others));
	for (int i = 0; i < N_ACTIONS; i++)
		l[N_OTHERS + i] = (struct option){ actions[i].name, no_argument, NULL, FIRST_ACTION + i };
}

static int
run(const struct auto_run *a, const struct auto_action *x, int argc, char **argv)
{
	int wanted = x->named ? 1 : 0;

	if (argc - optind != wanted) {
		fprintf(stderr, "ipsec auto: --%s takes %s\n", x->name,
			x->named ? "the name of one connection" : "no name");
		return STATUS_USAGE;
	}
	return x->named ? each_part(a, argv[optind], x->whack, x->run) : x->run(a, NULL, x->whack);
}

int
main(int argc, char **argv)
{
	struct auto_run a = { .run.who = "ipsec auto", .config = "/etc/ipsec.conf" };
	struct option l[N_OTHERS + N_ACTIONS + 1];
	const struct auto_action *x = NULL;
	int c;

	long_options(l);
	while ((c = getopt_long(argc, argv, "", l, NULL)) != -1) {
		switch (c) {
		case 'C': a.config = optarg; break;
		case 'c': a.run.ctlbase = optarg; break;
		case 's': a.run.show = true; break;
		case 'v': a.run.verbose = true; break;
		case 'a': a.async = true; break;
		case 'u': a.xauthuser = optarg; break;
		case 'p': a.xauthpass = optarg; break;
		case 'h': return help(stdout, 0);
		case '?': return STATUS_USAGE;
		default:
			if (x != NULL) {
				fputs("ipsec auto: one action at a time\n", stderr);
				return STATUS_USAGE;
			}
			x = &actions[c - FIRST_ACTION];
		}
	}
	if (x == NULL)
		return help(stderr, STATUS_USAGE);
	return run(&a, x, argc, argv);
}
