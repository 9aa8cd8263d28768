/* From whack's command line to the requests it stands for. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args_file.h"
#include "lib/version.h"
#include "whack/options.h"
#include "whack/replay.h"

/* What has been read so far. */
struct parse {
	struct whack_run *run;
	json_t *left, *end;	/* END is being described; LEFT once --to was seen */
	json_t *conn, *trial, *key, *debug, *login, *actions;
	const char *name;
	const char *replay;		/* a file of requests */
	bool help, version, utc;
};

static int __attribute__((format(printf, 2, 3)))
fail(const struct parse *p, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "whack error: %s%s", p->run->label ? p->run->label : "",
		p->run->label ? " " : "");
	if (p->name != NULL)
		fprintf(stderr, "\"%s\" ", p->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -EINVAL;
}

static int
set_color(struct parse *p, const char *arg)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(arg, names[i]) == 0) {
			p->run->color = (enum whack_color)i;
			return 0;
		}
	}
	return fail(p, "--color %s: not auto, always or never", arg);
}

static int
take_to(struct parse *p)
{
	if (p->left != NULL)
		return fail(p, "--to is there twice");
	if (json_object_get(p->end, "host") == NULL)
		return fail(p, "--host is missing before --to");
	p->left = p->end;
	p->end = json_object();
	return 0;
}

static int
take_global(struct parse *p, const struct whack_option *o, const char *arg)
{
	if (strcmp(o->key, "ctlbase") == 0)
		p->run->ctlbase = arg;
	else if (strcmp(o->key, "label") == 0)
		p->run->label = arg;
	else if (strcmp(o->key, "name") == 0)
		p->name = arg;
	else if (strcmp(o->key, "json") == 0)
		p->run->json = true;
	else if (strcmp(o->key, "async") == 0)
		p->run->async = true;
	else if (strcmp(o->key, "help") == 0)
		p->help = true;
	else if (strcmp(o->key, "version") == 0)
		p->version = true;
	else if (strcmp(o->key, "utc") == 0)
		p->utc = true;
	else if (strcmp(o->key, "whackreplay") == 0)
		p->replay = arg;
	else if (strcmp(o->key, "color") == 0)
		return set_color(p, arg);
	else if (strcmp(o->key, "to") == 0)
		return take_to(p);
	return 0;
}

static json_t *
value_of(const struct parse *p, const struct whack_option *o, const char *arg)
{
	long long n;
	json_t *v;
	char *end;

	switch (o->arg) {
	case WA_NONE:
		return o->value != NULL ? json_string(o->value) : json_true();
	case WA_TEXT:
		v = json_string(arg);
		if (v == NULL)
			fail(p, "--%s: the text is not UTF-8", o->name);
		return v;
	case WA_NUMBER:
		errno = 0;
		n = strtoll(arg, &end, 0);
		if (errno == 0 && *arg != '\0' && *end == '\0')
			return json_integer(n);
		fail(p, "--%s: badly formed number \"%s\"", o->name, arg);
		return NULL;
	}
	return NULL;
}

static int
put_once(const struct parse *p, json_t *in, const struct whack_option *o, const char *arg)
{
	json_t *v;

	if (json_object_get(in, o->key) != NULL)
		return fail(p, "--%s: duplicated flag", o->name);
	v = value_of(p, o, arg);
	return v == NULL ? -EINVAL : json_object_set_new(in, o->key, v);
}

/* "control dns": those that were there, and one more. */
static int
add_word(json_t *in, const struct whack_option *o)
{
	const char *before = json_string_value(json_object_get(in, o->key));

	return json_object_set_new(in, o->key, before == NULL ? json_string(o->value)
				   : json_sprintf("%s %s", before, o->value));
}

static int
take(struct parse *p, const struct whack_option *o, const char *arg)
{
	switch (o->place) {
	case PLACE_GLOBAL:
		return take_global(p, o, arg);
	case PLACE_END:
		return put_once(p, p->end, o, arg);
	case PLACE_CONN:
		return put_once(p, p->conn, o, arg);
	case PLACE_TRIAL:
		return put_once(p, p->trial, o, arg);
	case PLACE_KEY:
		return put_once(p, p->key, o, arg);
	case PLACE_DEBUG:
		return add_word(p->debug, o);
	case PLACE_LOGIN:
		return put_once(p, p->login, o, arg);
	case PLACE_ACTION:
		return put_once(p, p->actions, o, arg);
	case PLACE_REFUSED:
		return fail(p, "--%s: %s", o->name, o->story);
	case PLACE_NOTHING:
		return 0;
	}
	return 0;
}

static json_t *
request(struct parse *p, const char *command)
{
	json_t *r = json_pack("{s:i,s:s}", "version", WHACK_PROTO_VERSION, "command", command);

	json_array_append_new(p->run->requests, r);
	return r;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* It never negotiates, so nobody need prove anything. */
static bool
is_shunt(const struct parse *p)
{
	const char *kind = json_string_value(json_object_get(p->conn, "shunt"));

	return kind != NULL && strcmp(kind, "trap") != 0;
}

static int
plan_add(struct parse *p)
{
	json_t *r;

	if (p->name == NULL)
		return fail(p, "connection without --name");
	if (p->left == NULL)
		return fail(p, "connection description needs --to between its two ends");
	if (json_object_get(p->end, "host") == NULL)
		return fail(p, "--host is missing after --to");
	if (!is_shunt(p) && json_object_get(p->conn, "auth") == NULL
	    && (json_object_get(p->left, "auth") == NULL || json_object_get(p->end, "auth") == NULL))
		return fail(p, "connection needs --psk, --rsasig or --null; or --pass, --drop or --reject");
	r = request(p, "add");
	json_object_set_new(r, "name", json_string(p->name));
	json_object_set(r, "left", p->left);
	json_object_set(r, "right", p->end);
	json_object_set(r, "options", p->conn);
	return 0;
}

static int
plan_trial(struct parse *p)
{
	json_t *r;

	if (json_object_get(p->trial, "here") == NULL || json_object_get(p->trial, "there") == NULL)
		return fail(p, "--oppohere and --oppothere must be used together");
	r = request(p, "oppo");
	json_object_update(r, p->trial);
	if (p->run->async)
		json_object_set_new(r, "async", json_true());
	return 0;
}

/* The protocol and ports alone may also be those of --explain. */
static bool
wants_trial(const struct parse *p)
{
	return json_object_get(p->trial, "here") != NULL || json_object_get(p->trial, "there") != NULL
		|| (json_object_size(p->trial) > 0 && json_object_get(p->actions, "explain") == NULL);
}

static int
plan_key(struct parse *p)
{
	int keys = (json_object_get(p->key, "rsa") != NULL)
		+ (json_object_get(p->key, "ecdsa") != NULL)
		+ (json_object_get(p->key, "eddsa") != NULL);

	if (json_object_get(p->key, "id") == NULL)
		return fail(p, "--addkey and --pubkeyrsa, --pubkeyecdsa, --pubkeyeddsa need --keyid");
	if (keys > 1)
		return fail(p, "one key at a time: of --pubkeyrsa, --pubkeyecdsa, --pubkeyeddsa one");
	json_object_update(request(p, "key"), p->key);
	return 0;
}

static void
plan_debug(struct parse *p)
{
	json_t *r = request(p, "debug");

	json_object_update(r, p->debug);
	if (p->name != NULL)
		json_object_set_new(r, "name", json_string(p->name));
}

static int
plan_explain(struct parse *p, int argc, char **argv, int *at)
{
	json_t *r;

	if (argc - *at < 2)
		return fail(p, "--explain needs two addresses: --explain HERE THERE");
	r = request(p, "explain");
	json_object_update(r, p->trial);
	json_object_set_new(r, "here", json_string(argv[*at]));
	json_object_set_new(r, "there", json_string(argv[*at + 1]));
	*at += 2;
	return 0;
}

/* The daemon has another working directory. */
static json_t *
absolute(const char *path)
{
	char here[PATH_MAX];

	return *path != '/' && getcwd(here, sizeof(here)) != NULL
		? json_sprintf("%s/%s", here, path) : json_string(path);
}

/* The field of an action's value: --myid, --crash, --whackrecord. */
static void
put_text(json_t *r, const char *command, const char *text)
{
	if (strcmp(command, "whackrecord") == 0)
		json_object_set_new(r, "file", absolute(text));
	else
		json_object_set_new(r, strcmp(command, "crash") == 0 ? "peer" : "id",
				    json_string(text));
}

static int
plan_action(struct parse *p, const char *command)
{
	static const char *const named[] = { "route", "unroute", "initiate", "terminate",
		"delete", NULL };
	json_t *r, *serial = json_object_get(p->actions, command);

	if (!is_one_of(command, named)) {
		r = request(p, command);
		if (json_is_integer(serial))
			json_object_set(r, "serial", serial);
		if (json_is_string(serial))
			put_text(r, command, json_string_value(serial));
		if (p->utc && strcmp(command, "listpubkeys") == 0)
			json_object_set_new(r, "utc", json_true());
		return 0;
	}
	if (p->name == NULL)
		return fail(p, "--%s needs --name", command);
	r = request(p, command);
	json_object_set_new(r, "name", json_string(p->name));
	if (strcmp(command, "initiate") != 0)
		return 0;
	json_object_update(r, p->login);
	if (p->run->async)
		json_object_set_new(r, "async", json_true());
	return 0;
}

static int
plan_replay(struct parse *p)
{
	char err[200];

	if (json_array_size(p->run->requests) > 0)
		return fail(p, "--whackreplay does nothing else besides");
	p->run->all = true;
	if (replay_read(p->replay, p->run->requests, err, sizeof(err)))
		return 0;
	return fail(p, "--whackreplay %s: %s", p->replay, err);
}

/* The requests in the order of whack_commands[]. */
static int
plan(struct parse *p, int argc, char **argv)
{
	bool describes = p->left != NULL || json_object_size(p->end) > 0
			 || json_object_size(p->conn) > 0;
	int rc = 0, at = optind;

	for (unsigned i = 0; i < n_whack_commands && rc == 0; i++) {
		const char *c = whack_commands[i].name;

		if (strcmp(c, "add") == 0 && describes)
			rc = plan_add(p);
		else if (strcmp(c, "oppo") == 0 && wants_trial(p))
			rc = plan_trial(p);
		else if (strcmp(c, "debug") == 0 && json_object_size(p->debug) > 0)
			plan_debug(p);
		else if (strcmp(c, "key") == 0 && json_object_size(p->key) > 0)
			rc = plan_key(p);
		else if (json_object_get(p->actions, c) == NULL)
			continue;
		else if (strcmp(c, "explain") == 0)
			rc = plan_explain(p, argc, argv, &at);
		else
			rc = plan_action(p, c);
	}
	if (rc == 0 && at < argc)
		rc = fail(p, "unexpected argument \"%s\"", argv[at]);
	if (rc == 0 && json_object_size(p->login) > 0 && json_object_get(p->actions, "initiate") == NULL)
		rc = fail(p, "--xauthuser and --xauthpass belong to --initiate");
	if (rc == 0 && p->replay != NULL)
		rc = plan_replay(p);
	if (rc == 0 && json_array_size(p->run->requests) == 0)
		rc = fail(p, "no action specified; try --help");
	return rc;
}

static void
print_help(void)
{
	puts("Usage: whack [option ...]\n"
	     "Tells a running pluto what to do. See whack(8).\n");
	for (unsigned i = 0; i < n_whack_options; i++) {
		const struct whack_option *o = &whack_options[i];
		char left[40];

		if (o->place == PLACE_REFUSED)
			continue;
		snprintf(left, sizeof(left), "--%s%s", o->name, o->arg == WA_NONE ? "" : " ARG");
		printf("  %-26s %s\n", left, o->story);
	}
}

static int
read_options(struct parse *p, int argc, char **argv)
{
	struct option *l = calloc(n_whack_options + 1, sizeof(*l));
	int c, at, rc = 0;

	if (l == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < n_whack_options; i++)
		l[i] = (struct option){
			.name = whack_options[i].name,
			.has_arg = whack_options[i].arg == WA_NONE ? no_argument : required_argument,
		};
	optind = 1;
	while (rc == 0 && (c = getopt_long(argc, argv, "", l, &at)) != -1)
		rc = c == 0 ? take(p, &whack_options[at], optarg) : -EINVAL;
	free(l);
	return rc;
}

enum whack_parse_result
whack_options_parse(int argc, char **argv, struct whack_run *out)
{
	struct parse p = { .run = out };
	struct args args;
	char err[200];
	int rc;

	*out = (struct whack_run){ .ctlbase = "/run/pluto/pluto" };
	if (args_expand(argc, argv, &args, err, sizeof(err)) != 0) {
		fail(&p, "%s", err);
		exit(2);	/* the classic status for a bad --optionsfrom */
	}
	out->requests = json_array();
	p.end = json_object();
	p.conn = json_object();
	p.trial = json_object();
	p.key = json_object();
	p.debug = json_object();
	p.login = json_object();
	p.actions = json_object();
	rc = read_options(&p, args.argc, args.argv);
	if (rc == 0 && p.help)
		print_help();
	else if (rc == 0 && p.version)
		puts("whack " VERSION);
	else if (rc == 0)
		rc = plan(&p, args.argc, args.argv);
	json_decref(p.left);
	json_decref(p.end);
	json_decref(p.conn);
	json_decref(p.trial);
	json_decref(p.key);
	json_decref(p.debug);
	json_decref(p.login);
	json_decref(p.actions);
	if (rc == 0 && !p.help && !p.version)
		return WHACK_RUN;
	json_decref(out->requests);
	out->requests = NULL;
	return rc != 0 ? WHACK_EXIT_BAD : WHACK_EXIT_OK;
}
