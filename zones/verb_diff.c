/* oe-zone diff: what a server has, and what a file says. */
#include <getopt.h>
#include <stdio.h>

#include "zones/front.h"
#include "zones/zone_diff.h"

#define PROG "oe-zone diff"

static const char usage[] =
"usage: oe-zone diff [options] FILE|- @ADDR[@PORT]\n"
"\n"
"      --origin NAME       what the names of the file end in, before any $ORIGIN\n"
"  -q, --quiet             the exit status alone\n"
"\n"
"Asks the server for the names of the file. Lines with + are in the file alone, lines\n"
"with - at the server alone.\n";

struct diff_args {
	struct dns_name origin;
	bool quiet;
};

static bool
set_origin(void *args, const char *text)
{
	return output_zone_parse(text, &((struct diff_args *)args)->origin);
}

static bool
set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct diff_args *)args)->quiet = true;
}

static const struct front_row rows[] = {
	{ "origin", 0, "the name of a zone", set_origin },
	{ "quiet", 'q', NULL, set_quiet },
};

static int
diff(const struct diff_args *a, FILE *f, const char *file, const struct server *s)
{
	struct zone_diff d;
	char err[600];
	int status;

	if (!zone_diff_make(f, file, a->origin.text, s, &d, err, sizeof(err))) {
		front_failed(PROG, err);
		return EXIT_ASKED_IN_VAIN;
	}
	if (!a->quiet)
		zone_diff_print(&d);
	status = ldns_rr_list_rr_count(d.extra) + ldns_rr_list_rr_count(d.missing) > 0
		? EXIT_FAILED : EXIT_OK;
	zone_diff_free(&d);
	return status;
}

int
verb_diff(int argc, char **argv)
{
	struct diff_args a = { .origin = { "." } };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);
	struct server s;
	FILE *in;

	if (status >= 0)
		return status;
	if (optind + 2 != argc)
		return front_usage(&f);
	in = front_open(PROG, argv[optind]);
	if (in == NULL)
		return EXIT_FAILED;
	status = server_open(argv[optind + 1], &s) ? diff(&a, in, argv[optind], &s)
		: front_complain(PROG, "server", argv[optind + 1], "@ADDR or @ADDR@PORT");
	server_close(&s);
	front_close(in);
	return status;
}
