/* oe-zone watch: says when a name becomes ready, or no longer is. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/number.h"
#include "zones/front.h"
#include "zones/verify.h"

#define PROG "oe-zone watch"

static const char usage[] =
"usage: oe-zone watch [options] ADDR|NAME...\n"
"\n"
"  -r, --resolver ADDR[@PORT]  ask this resolver (default: those of /etc/resolv.conf)\n"
"  -a, --anchor FILE       trust anchors (default " LOOKUP_ANCHOR ")\n"
"  -i, --interval SECONDS  1 to 86400 between two looks (default 300)\n"
"  -c, --count N           end after so many looks (default: only when it is stopped)\n"
"      --no-ike            send no first message of IKE to the gateways\n"
"\n"
"Looks as verify does, and prints a line for each name at first, and whenever its state\n"
"is another.\n";

struct watch_args {
	struct endpoint resolver;
	const char *anchor;
	unsigned interval_s;
	unsigned long count;	/* 0: no end */
	bool no_ike;
};

static bool
set_resolver(void *args, const char *text)
{
	return endpoint_parse(text, 53, &((struct watch_args *)args)->resolver);
}

static bool
set_anchor(void *args, const char *text)
{
	((struct watch_args *)args)->anchor = text;
	return true;
}

static bool
set_interval(void *args, const char *text)
{
	unsigned long n;

	if (!number_parse(text, 86400, &n) || n == 0)
		return false;
	((struct watch_args *)args)->interval_s = (unsigned)n;
	return true;
}

static bool
set_count(void *args, const char *text)
{
	return number_parse(text, INT32_MAX, &((struct watch_args *)args)->count);
}

static bool
set_no_ike(void *args, const char *text)
{
	(void)text;
	return ((struct watch_args *)args)->no_ike = true;
}

static const struct front_row rows[] = {
	{ "resolver", 'r', "ADDR or ADDR@PORT", set_resolver },
	{ "anchor", 'a', "a file", set_anchor },
	{ "interval", 'i', "seconds, 1 to 86400", set_interval },
	{ "count", 'c', "a number", set_count },
	{ "no-ike", 0, NULL, set_no_ike },
};

struct watched {
	const char *asked;
	struct verify v;
	int status;		/* -1: not yet looked at */
};

static void
say(const struct watched *w)
{
	static const char *const words[] = { [VERIFY_OK] = "ready", [VERIFY_WARNING] = "ready, with warnings",
		[VERIFY_ERROR] = "not ready", [VERIFY_UNKNOWN] = "unknown", [VERIFY_BOGUS] = "bogus" };
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%s %s %s\n", stamp, w->asked, words[w->status]);
	fflush(stdout);
}

/* A new context each time: what the last one had in its cache is not what is there. */
static int
look(const struct watch_args *a, struct watched *w, int n)
{
	char err[400];
	struct ub_ctx *ctx = lookup_open(a->resolver.addr.family != IP_NONE ? &a->resolver : NULL,
					 a->anchor, err, sizeof(err));

	if (ctx == NULL) {
		front_failed(PROG, err);
		return EXIT_ASKED_IN_VAIN;
	}
	for (int i = 0; i < n; i++) {
		int before = w[i].status;

		w[i].v.ctx = ctx;
		w[i].status = (int)verify_name(&w[i].v, w[i].asked);
		if (w[i].status != before)
			say(&w[i]);
	}
	ub_ctx_delete(ctx);
	return EXIT_OK;
}

static int
watch(const struct watch_args *a, struct watched *w, int n)
{
	int status = look(a, w, n);

	for (unsigned long i = 1; status == EXIT_OK && (a->count == 0 || i < a->count); i++) {
		sleep(a->interval_s);
		status = look(a, w, n);
	}
	return status;
}

int
verb_watch(int argc, char **argv)
{
	struct watch_args a = { .anchor = LOOKUP_ANCHOR, .interval_s = 300 };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv), n;
	struct watched *w;

	if (status >= 0)
		return status;
	n = argc - optind;
	if (n == 0)
		return front_usage(&f);
	w = calloc((size_t)n, sizeof(*w));
	if (w == NULL)
		return front_failed(PROG, "no memory");
	for (int i = 0; i < n && status < 0; i++) {
		w[i] = (struct watched){ argv[optind + i], { .out = stdout, .quiet = true,
			.no_ike = a.no_ike }, -1 };
		if (!verify_subject(argv[optind + i], &w[i].v))
			status = front_complain(PROG, "name", argv[optind + i], "an address or a host name");
	}
	if (status < 0)
		status = watch(&a, w, n);
	free(w);
	return status;
}
