/* pluto's command line: the rows of options.c, parsed into one value. */
#include "pluto/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/args_file.h"
#include "lib/version.h"

static void
defaults(struct pluto_options *o)
{
	*o = (struct pluto_options){
		.stack = STACK_AUTO,
		.ctlbase = "/run/pluto/pluto",
		.secretsfile = "/etc/ipsec.secrets",
		.ipsecdir = "/etc/ipsec.d",
		.perpeerlogbase = "/var/log/pluto/peer",
		.ikeport = 500,
		.nhelpers = -1,
		.keep_alive_s = 20,
		.oe_deadline_ms = 3000,
		.oe_idle_s = 900,
		.tun_name = "ipsec0",
	};
}

static void
print_help(void)
{
	puts("Usage: pluto [option ...]\n"
	     "Opportunistic encryption: the daemon. See pluto(8).\n");
	for (unsigned i = 0; i < n_pluto_option_rows; i++) {
		const struct option_row *r = &pluto_option_rows[i];
		char left[40];

		if (r->fate == OPTION_REFUSED)
			continue;
		snprintf(left, sizeof(left), "--%s%s", r->name, r->arg == ARG_NONE ? "" : " ARG");
		printf("  %-24s %s%s\n", left, r->story,
		       r->fate == OPTION_IMPLIED ? " (accepted, no effect)" : "");
	}
}

static int
complain(const char *name, const char *what)
{
	fprintf(stderr, "pluto: --%s: %s\n", name, what);
	return -EINVAL;
}

static int
apply(struct pluto_options *o, const struct option_row *r, const char *value)
{
	const char *err = "";
	char line[300];

	if (r->fate == OPTION_IMPLIED)
		return 0;
	if (r->fate == OPTION_REFUSED) {
		snprintf(line, sizeof(line), "not supported: %s", r->story);
		return complain(r->name, line);
	}
	if (r->set(o, value != NULL ? value : r->name, &err) == 0)
		return 0;
	snprintf(line, sizeof(line), "\"%s\" %s", value, err);
	return complain(r->name, line);
}

/* getopt's table, made from ours; freed by the caller. */
static struct option *
long_options(void)
{
	struct option *l = calloc(n_pluto_option_rows + 1, sizeof(*l));

	for (unsigned i = 0; l != NULL && i < n_pluto_option_rows; i++)
		l[i] = (struct option){
			.name = pluto_option_rows[i].name,
			.has_arg = pluto_option_rows[i].arg == ARG_NONE ? no_argument
									: required_argument,
		};
	return l;
}

static enum options_result
parse_args(struct pluto_options *o, int argc, char **argv, const struct option *l)
{
	int c, at;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", l, &at)) != -1) {
		if (c != 0)
			return OPTIONS_EXIT_BAD;	/* getopt has said why */
		if (strcmp(l[at].name, "help") == 0) {
			print_help();
			return OPTIONS_EXIT_OK;
		}
		if (strcmp(l[at].name, "version") == 0) {
			puts("pluto " VERSION);
			return OPTIONS_EXIT_OK;
		}
		if (apply(o, &pluto_option_rows[at], optarg) != 0)
			return OPTIONS_EXIT_BAD;
	}
	if (optind < argc) {
		fprintf(stderr, "pluto: unexpected argument \"%s\"\n", argv[optind]);
		return OPTIONS_EXIT_BAD;
	}
	return OPTIONS_RUN;
}

enum options_result
pluto_options_parse(struct pluto_options *o, int argc, char **argv)
{
	char err[200];
	struct args args;
	struct option *l;
	enum options_result r;

	defaults(o);
	if (args_expand(argc, argv, &args, err, sizeof(err)) != 0) {
		fprintf(stderr, "pluto: %s\n", err);
		return OPTIONS_EXIT_BAD;
	}
	l = long_options();
	if (l == NULL)
		return OPTIONS_EXIT_BAD;
	r = parse_args(o, args.argc, args.argv, l);
	free(l);
	return r;	/* args stay: the options point into them */
}
