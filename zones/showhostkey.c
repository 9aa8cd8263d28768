/* showhostkey: prints the DNS record of this host's key. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "zones/key_file.h"
#include "zones/record.h"
#include "zones/verbs.h"

static const char usage[] =
"usage: ipsec showhostkey --ipseckey [options] ADDR|NAME\n"
"\n"
"  --key FILE        default IPSECDIR/private/" HOST_KEY_NAME "\n"
"  --ipsecdir DIR    default " DEFAULT_IPSECDIR "\n"
"  --gateway GW      address, name or none (default: the address)\n"
"  --precedence N    0 to 255, lower is tried first (default 10)\n"
"\n"
"Without --ipseckey the key's kind and fingerprint are printed.\n";

struct show_args {
	const char *key, *ipsecdir;
	bool ipseckey;
	struct record_request q;
};

static const struct option options[] = {
	{ "ipseckey", no_argument, NULL, 'i' },
	{ "key", required_argument, NULL, 'k' },
	{ "ipsecdir", required_argument, NULL, 'd' },
	{ "gateway", required_argument, NULL, 'g' },
	{ "precedence", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int
one_option(int c, struct show_args *a)
{
	switch (c) {
	case 'i':
		a->ipseckey = true;
		return -1;
	case 'k':
		a->key = optarg;
		return -1;
	case 'd':
		a->ipsecdir = optarg;
		return -1;
	case 'g':
		a->q.gateway = optarg;
		return -1;
	case 'p':
		if (record_precedence_parse(optarg, &a->q.precedence))
			return -1;
		fprintf(stderr, "showhostkey: precedence \"%s\": expected 0 "
		    "to 255\n", optarg);
		return EXIT_USAGE_ERROR;
	case 'h':
		fputs(usage, stdout);
		return EXIT_OK;
	default:
		fputs(usage, stderr);
		return EXIT_USAGE_ERROR;
	}
}

static int
print_record(const struct show_args *a, const struct pubkey *key)
{
	struct record r;
	char err[200] = "cannot write";
	bool ok = record_make(&a->q, key, &r, err, sizeof(err)) &&
	    record_print(stdout, &r, RECORD_ZONE) && fflush(stdout) == 0;

	if (!ok)
		fprintf(stderr, "showhostkey: %s\n", err);
	record_clear(&r);
	return ok ? EXIT_OK : EXIT_FAILED;
}

static int
show(const struct show_args *a)
{
	char path[PATH_MAX], err[200] = "the name of IPSECDIR is too long";
	struct pubkey key = { 0 };
	const char *file = a->key;
	int status = EXIT_OK;
	char kind[16];

	if (!file && key_file_default(a->ipsecdir, path, sizeof(path)))
		file = path;
	if (!file || !key_file_load(file, &key, err, sizeof(err))) {
		fprintf(stderr, "showhostkey: %s\n", err);
		return EXIT_FAILED;
	}
	if (a->ipseckey)
		status = print_record(a, &key);
	else
		printf("%s %s\n", pubkey_kind_text(&key, kind),
		    key.fingerprint);
	pubkey_free(&key);
	return status;
}

int
main(int argc, char **argv)
{
	struct show_args a = { .ipsecdir = DEFAULT_IPSECDIR,
		.q = { .ttl = 3600, .precedence = 10 } };
	int c, status = -1;

	while (status < 0 &&
	    (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = one_option(c, &a);
	if (status >= 0)
		return status;
	if (a.ipseckey ? optind + 1 != argc : optind != argc) {
		fputs(usage, stderr);
		return EXIT_USAGE_ERROR;
	}
	a.q.owner = argv[optind];
	return show(&a);
}
