/* oe-zone verify: what peers will find in DNS. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "zones/front.h"
#include "zones/verify.h"

#define PROG "oe-zone verify"

static const char usage[] =
"usage: oe-zone verify [options] ADDR|NAME...\n"
"\n"
"  -r, --resolver ADDR[@PORT]  ask this resolver (default: those of /etc/resolv.conf)\n"
"  -a, --anchor FILE       trust anchors (default " LOOKUP_ANCHOR ")\n"
"      --no-ike            send no first message of IKE to the gateways\n"
"  -q, --quiet             the exit status alone\n"
"      --json              one object a step, and one a name\n"
"      --strict            exit status 2 where there are warnings\n"
"\n"
"Asks the resolver, validates its answers, asks each authoritative server of the zone,\n"
"compares, and sends each gateway the first message of IKE.\n";

struct verify_args {
	struct endpoint resolver;
	const char *anchor;
	bool quiet, strict, no_ike, json;
};

static bool
set_resolver(void *args, const char *text)
{
	return endpoint_parse(text, 53, &((struct verify_args *)args)->resolver);
}

static bool
set_anchor(void *args, const char *text)
{
	((struct verify_args *)args)->anchor = text;
	return true;
}

static bool
set_no_ike(void *args, const char *text)
{
	(void)text;
	return ((struct verify_args *)args)->no_ike = true;
}

static bool
set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct verify_args *)args)->quiet = true;
}

static bool
set_json(void *args, const char *text)
{
	(void)text;
	return ((struct verify_args *)args)->json = true;
}

static bool
set_strict(void *args, const char *text)
{
	(void)text;
	return ((struct verify_args *)args)->strict = true;
}

static const struct front_row rows[] = {
	{ "resolver", 'r', "ADDR or ADDR@PORT", set_resolver },
	{ "anchor", 'a', "a file", set_anchor },
	{ "no-ike", 0, NULL, set_no_ike },
	{ "quiet", 'q', NULL, set_quiet },
	{ "json", 0, NULL, set_json },
	{ "strict", 0, NULL, set_strict },
};

static int
verify(const struct verify_args *a, struct ub_ctx *ctx, char **names, int n)
{
	enum verify_status worst = VERIFY_OK;

	for (int i = 0; i < n; i++) {
		struct verify v = { .out = stdout, .ctx = ctx, .quiet = a->quiet,
			.json = a->json, .no_ike = a->no_ike };
		enum verify_status status;

		if (!verify_subject(names[i], &v))
			return front_complain(PROG, "name", names[i], "an address or a host name");
		status = verify_name(&v, names[i]);
		worst = status > worst ? status : worst;
	}
	return worst == VERIFY_WARNING && a->strict ? EXIT_WARNINGS : verify_exit(worst);
}

int
verb_verify(int argc, char **argv)
{
	struct verify_args a = { .anchor = LOOKUP_ANCHOR };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);
	struct ub_ctx *ctx;
	char err[400];

	if (status >= 0)
		return status;
	if (optind == argc)
		return front_usage(&f);
	ctx = lookup_open(a.resolver.addr.family != IP_NONE ? &a.resolver : NULL, a.anchor, err,
			  sizeof(err));
	if (ctx == NULL) {
		front_failed(PROG, err);
		return EXIT_ASKED_IN_VAIN;
	}
	status = verify(&a, ctx, argv + optind, argc - optind);
	ub_ctx_delete(ctx);
	return status;
}
