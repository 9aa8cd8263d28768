/* oe-zone check: what is wrong in a zone file, before a server finds it. */
#include <getopt.h>
#include <stdio.h>

#include "zones/front.h"
#include "zones/lint.h"

#define PROG "oe-zone check"

static const char usage[] =
"usage: oe-zone check [options] FILE|-...\n"
"\n"
"      --profile SERVER    all, bind, knot, nsd, ldns or pdns (default all)\n"
"      --origin NAME       what the names of the file end in, before any $ORIGIN\n"
"      --strict            exit status 2 where there are warnings\n"
"      --json              one object a finding\n"
"  -q, --quiet             without the last line\n"
"  -v, --verbose           with notes too\n";

struct check_args {
	struct lint lint;
	struct dns_name origin;
	bool strict, quiet;
};

static bool
set_profile(void *args, const char *text)
{
	return lint_profile_parse(text, &((struct check_args *)args)->lint.profiles);
}

static bool
set_origin(void *args, const char *text)
{
	return output_zone_parse(text, &((struct check_args *)args)->origin);
}

static bool
set_strict(void *args, const char *text)
{
	(void)text;
	return ((struct check_args *)args)->strict = true;
}

static bool
set_json(void *args, const char *text)
{
	(void)text;
	return ((struct check_args *)args)->lint.json = true;
}

static bool
set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct check_args *)args)->quiet = true;
}

static bool
set_verbose(void *args, const char *text)
{
	(void)text;
	return ((struct check_args *)args)->lint.verbose = true;
}

static const struct front_row rows[] = {
	{ "profile", 0, "all, bind, knot, nsd, ldns or pdns", set_profile },
	{ "origin", 0, "the name of a zone", set_origin },
	{ "strict", 0, NULL, set_strict },
	{ "json", 0, NULL, set_json },
	{ "quiet", 'q', NULL, set_quiet },
	{ "verbose", 'v', NULL, set_verbose },
};

static bool
check_file(struct check_args *a, const char *path)
{
	FILE *f = front_open(PROG, path);

	if (f == NULL)
		return false;
	a->lint.file = path;
	lint_zone(&a->lint, f, a->origin.text);
	front_close(f);
	return true;
}

static int
verdict(const struct check_args *a)
{
	const struct lint *l = &a->lint;

	if (!a->quiet && !l->json)
		printf("%u records for IPsec, %u errors, %u warnings\n", l->about, l->errors, l->warnings);
	if (l->errors > 0)
		return EXIT_FAILED;
	return a->strict && l->warnings > 0 ? EXIT_WARNINGS : EXIT_OK;
}

int
verb_check(int argc, char **argv)
{
	struct check_args a = { .lint = { .out = stdout, .profiles = PROFILE_ALL }, .origin = { "." } };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	if (status >= 0)
		return status;
	if (optind == argc)
		return front_usage(&f);
	for (int i = optind; i < argc; i++)
		if (!check_file(&a, argv[i]))
			return EXIT_FAILED;
	return verdict(&a);
}
