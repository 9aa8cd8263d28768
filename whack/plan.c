/* The requests that a command line stands for, and what makes no sense of it. */
#include "whack/parse.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "whack/replay.h"

/* '4' or '6'; 0: a name, or a word that stands for nobody in particular. */
static char
family_of(const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n == 0 || strspn(text, "0123456789abcdefABCDEF.:/") != n)
		return 0;
	return strchr(text, ':') != NULL ? '6' : strspn(text, "0123456789./") == n ? '4' : 0;
}

static int
check_family(const struct parse *p, const json_t *from, const char *key, char family,
	     const char *option)
{
	const char *text = json_string_value(json_object_get(from, key));
	char is = family_of(text);

	if (family == 0 || is == 0 || is == family)
		return 0;
	return whack_fail(p, "--%sipv%c: %s is an IPv%c address", option, family, text, is);
}

static int
check_families(const struct parse *p)
{
	const json_t *ends[] = { p->left, p->end };
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = check_family(p, ends[i], "host", p->outer, "");
		if (rc == 0)
			rc = check_family(p, ends[i], "client", p->inner, "tunnel");
	}
	if (rc == 0)
		rc = check_family(p, p->trial, "here", p->inner, "tunnel");
	return rc != 0 ? rc : check_family(p, p->trial, "there", p->inner, "tunnel");
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
		return whack_fail(p, "connection without --name");
	if (p->left == NULL)
		return whack_fail(p, "connection description needs --to between its two ends");
	if (json_object_get(p->end, "host") == NULL)
		return whack_fail(p, "--host is missing after --to");
	if (!is_shunt(p) && json_object_get(p->conn, "auth") == NULL
	    && (json_object_get(p->left, "auth") == NULL || json_object_get(p->end, "auth") == NULL))
		return whack_fail(p, "connection needs --psk, --rsasig or --null; or --pass, --drop or --reject");
	r = request(p, "add");
	json_object_set_new(r, "name", json_string(p->name));
	json_object_set(r, "left", p->left);
	json_object_set(r, "right", p->end);
	if (p->outer != 0)
		json_object_set_new(p->conn, "family", json_integer(p->outer - '0'));
	json_object_set(r, "options", p->conn);
	return 0;
}

static int
plan_trial(struct parse *p)
{
	json_t *r;

	if (json_object_get(p->trial, "here") == NULL || json_object_get(p->trial, "there") == NULL)
		return whack_fail(p, "--oppohere and --oppothere must be used together");
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
		return whack_fail(p, "--addkey, --delkey and --pubkeyrsa, --pubkeyecdsa, --pubkeyeddsa need --keyid");
	if (keys > 0 && json_object_get(p->key, "del") != NULL)
		return whack_fail(p, "--delkey forgets keys; leave out the key");
	if (keys > 1)
		return whack_fail(p, "one key at a time: of --pubkeyrsa, --pubkeyecdsa, --pubkeyeddsa one");
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
		return whack_fail(p, "--explain needs two addresses: --explain HERE THERE");
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
		return whack_fail(p, "--%s needs --name", command);
	r = request(p, command);
	json_object_set_new(r, "name", json_string(p->name));
	if (strcmp(command, "delete") == 0 && p->left != NULL)	/* in place of what is there */
		json_object_set_new(r, "quiet", json_true());
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
		return whack_fail(p, "--whackreplay does nothing else besides");
	p->run->all = true;
	if (replay_read(p->replay, p->run->requests, err, sizeof(err)))
		return 0;
	return whack_fail(p, "--whackreplay %s: %s", p->replay, err);
}

static bool
uses_name(const struct parse *p)
{
	const json_t *r;
	size_t i;

	json_array_foreach(p->run->requests, i, r)
		if (json_object_get(r, "name") != NULL)
			return true;
	return json_array_size(p->run->requests) == 0;
}

int
whack_plan(struct parse *p, int argc, char **argv)
{
	bool describes = p->left != NULL || json_object_size(p->end) > 0
			 || json_object_size(p->conn) > 0;
	int rc = check_families(p), at = optind;

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
		rc = whack_fail(p, "unexpected argument \"%s\"", argv[at]);
	if (rc == 0 && json_object_size(p->login) > 0 && json_object_get(p->actions, "initiate") == NULL
	    && json_object_get(p->actions, "terminate") == NULL)
		rc = whack_fail(p, "--xauthuser and --xauthpass belong to --initiate");
	if (rc == 0 && p->name != NULL && !uses_name(p))
		rc = whack_fail(p, "no reason for --name");
	if (rc == 0 && p->replay != NULL)
		rc = plan_replay(p);
	if (rc == 0 && json_array_size(p->run->requests) == 0)
		rc = whack_fail(p, "no action specified; try --help");
	return rc;
}
