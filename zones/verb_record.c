/* oe-zone record: the IPSECKEY records of one key. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "zones/key_file.h"
#include "zones/record.h"
#include "zones/verbs.h"

static const char usage[] =
"usage: oe-zone record [options] ADDR|NAME...\n"
"\n"
"  -k, --key FILE          private or public key, PEM or DER; - is standard\n"
"                          input (default " DEFAULT_IPSECDIR "/private/"
HOST_KEY_NAME ")\n"
"  -g, --gateway GW        address, name or none (default: the address)\n"
"  -p, --precedence N      0 to 255, lower is tried first (default 10)\n"
"  -t, --ttl SECONDS       default 3600\n"
"  -o, --output FORMAT     zone, generic, nsupdate or json (default zone)\n"
"      --generic           the same as -o generic\n";

struct record_args {
	const char *key;
	struct record_request q;
	enum record_format format;
};

static const struct option options[] = {
	{ "key", required_argument, NULL, 'k' },
	{ "gateway", required_argument, NULL, 'g' },
	{ "precedence", required_argument, NULL, 'p' },
	{ "ttl", required_argument, NULL, 't' },
	{ "output", required_argument, NULL, 'o' },
	{ "generic", no_argument, NULL, 'G' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
complain(const char *what, const char *text, const char *wanted)
{
	fprintf(stderr, "oe-zone record: %s \"%s\": expected %s\n", what, text,
	    wanted);
	return EXIT_USAGE_ERROR;
}

/* -1: go on; else the exit status. */
static int
one_option(int c, struct record_args *a)
{
	switch (c) {
	case 'k':
		a->key = optarg;
		return -1;
	case 'g':
		a->q.gateway = optarg;
		return -1;
	case 'G':
		a->format = RECORD_GENERIC;
		return -1;
	case 'p':
		if (record_precedence_parse(optarg, &a->q.precedence))
			return -1;
		return complain("precedence", optarg, "0 to 255");
	case 't':
		if (record_ttl_parse(optarg, &a->q.ttl))
			return -1;
		return complain("ttl", optarg, "seconds, 0 to 2147483647");
	case 'o':
		if (record_format_parse(optarg, &a->format))
			return -1;
		return complain("format", optarg,
		    "zone, generic, nsupdate or json");
	case 'h':
		fputs(usage, stdout);
		return EXIT_OK;
	default:
		fputs(usage, stderr);
		return EXIT_USAGE_ERROR;
	}
}

static int
print_one(const struct record_args *a, const struct pubkey *key)
{
	struct record r;
	char err[200] = "cannot write";
	bool ok = record_make(&a->q, key, &r, err, sizeof(err));

	if (ok)
		ok = record_print(stdout, &r, a->format) &&
		    fflush(stdout) == 0;
	if (!ok)
		fprintf(stderr, "oe-zone record: %s\n", err);
	record_clear(&r);
	return ok ? EXIT_OK : EXIT_FAILED;
}

static int
print_all(struct record_args *a, char **owners, int n)
{
	struct pubkey key;
	char err[200];
	int status = EXIT_OK;

	if (!key_file_load(a->key, &key, err, sizeof(err))) {
		fprintf(stderr, "oe-zone record: %s\n", err);
		return EXIT_FAILED;
	}
	for (int i = 0; i < n && status == EXIT_OK; i++) {
		a->q.owner = owners[i];
		status = print_one(a, &key);
	}
	pubkey_free(&key);
	return status;
}

int
verb_record(int argc, char **argv)
{
	struct record_args a = {
		.key = DEFAULT_IPSECDIR "/private/" HOST_KEY_NAME,
		.q = { .ttl = 3600, .precedence = 10 },
		.format = RECORD_ZONE,
	};
	int c, status = -1;

	while (status < 0 &&
	    (c = getopt_long(argc, argv, "k:g:p:t:o:h", options, NULL)) != -1)
		status = one_option(c, &a);
	if (status >= 0)
		return status;
	if (optind >= argc) {
		fputs(usage, stderr);
		return EXIT_USAGE_ERROR;
	}
	return print_all(&a, argv + optind, argc - optind);
}
