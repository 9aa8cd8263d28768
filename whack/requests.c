/* From whack's command line to the requests it stands for. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/args_file.h"
#include "lib/version.h"
#include "whack/parse.h"

int
whack_fail(const struct parse *p, const char *fmt, ...)
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
	return whack_fail(p, "--color %s: not auto, always or never", arg);
}

static int
take_to(struct parse *p)
{
	if (p->left != NULL)
		return whack_fail(p, "--to is there twice");
	if (json_object_get(p->end, "host") == NULL)
		return whack_fail(p, "--host is missing before --to");
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
			whack_fail(p, "--%s: the text is not UTF-8", o->name);
		return v;
	case WA_NUMBER:
		errno = 0;
		n = strtoll(arg, &end, 0);
		if (errno == 0 && *arg != '\0' && *end == '\0')
			return json_integer(n);
		whack_fail(p, "--%s: badly formed number \"%s\"", o->name, arg);
		return NULL;
	}
	return NULL;
}

static int
put_once(const struct parse *p, json_t *in, const struct whack_option *o, const char *arg)
{
	json_t *v;

	if (json_object_get(in, o->key) != NULL)
		return whack_fail(p, "--%s: duplicated flag", o->name);
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
take_family(struct parse *p, const struct whack_option *o)
{
	char *at = strcmp(o->key, "outer") == 0 ? &p->outer : &p->inner;

	if (*at != 0)
		return whack_fail(p, "--%s: duplicated flag, or the other family was said", o->name);
	*at = o->name[strlen(o->name) - 1];
	return 0;
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
	case PLACE_FAMILY:
		return take_family(p, o);
	case PLACE_DEBUG:
		return add_word(p->debug, o);
	case PLACE_LOGIN:
		return put_once(p, p->login, o, arg);
	case PLACE_ACTION:
		return put_once(p, p->actions, o, arg);
	case PLACE_REFUSED:
		return whack_fail(p, "--%s: %s", o->name, o->story);
	}
	return 0;
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
		whack_fail(&p, "%s", err);
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
		rc = whack_plan(&p, args.argc, args.argv);
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
