/* oe-zone record: the records of one key. */
#include <getopt.h>
#include <stdio.h>

#include "zones/front.h"
#include "zones/key_file.h"

#define PROG "oe-zone record"

static const char usage[] =
"usage: oe-zone record [options] ADDR|NAME...\n"
"\n"
"  -k, --key FILE          private or public key, PEM or DER; - is standard\n"
"                          input (default " DEFAULT_IPSECDIR "/private/"
HOST_KEY_NAME ")\n"
"  -g, --gateway GW        address, name or none (default: the address)\n"
"  -p, --precedence N      0 to 255, lower is tried first (default 10)\n"
"  -t, --ttl SECONDS       default 3600\n"
"  -o, --output FORMAT     " OUTPUT_FORMATS "\n"
"                          (default zone)\n"
"  -z, --zone ZONE         the zone that holds them all: for nsupdate one update,\n"
"                          for knotc one transaction; knotc and pdnsutil need it\n"
"      --generic           the same as -o generic\n"
"      --ipseckey          an IPSECKEY record (default)\n"
"      --txt               a TXT record, X-IPsec-Server (RFC 4322); RSA alone\n"
"      --rrkey             a KEY record (RFC 4322); RSA alone\n";

struct record_args {
	const char *key;
	struct record_request q;
	struct output output;
};

static bool
set_key(void *args, const char *text)
{
	((struct record_args *)args)->key = text;
	return true;
}

static bool
set_gateway(void *args, const char *text)
{
	((struct record_args *)args)->q.gateway = text;
	return true;
}

static bool
set_precedence(void *args, const char *text)
{
	return record_precedence_parse(text, &((struct record_args *)args)->q.precedence);
}

static bool
set_ttl(void *args, const char *text)
{
	return record_ttl_parse(text, &((struct record_args *)args)->q.ttl);
}

static bool
set_format(void *args, const char *text)
{
	return output_format_parse(text, &((struct record_args *)args)->output.format);
}

static bool
set_zone(void *args, const char *text)
{
	return output_zone_parse(text, &((struct record_args *)args)->output.zone);
}

static bool
set_generic(void *args, const char *text)
{
	(void)text;
	((struct record_args *)args)->output.format = OUTPUT_GENERIC;
	return true;
}

static bool
set_ipseckey(void *args, const char *text)
{
	(void)text;
	((struct record_args *)args)->q.kind = RECORD_IPSECKEY;
	return true;
}

static bool
set_txt(void *args, const char *text)
{
	(void)text;
	((struct record_args *)args)->q.kind = RECORD_TXT;
	return true;
}

static bool
set_rrkey(void *args, const char *text)
{
	(void)text;
	((struct record_args *)args)->q.kind = RECORD_KEY;
	return true;
}

static const struct front_row rows[] = {
	{ "key", 'k', "a file", set_key },
	{ "gateway", 'g', "an address, a name or none", set_gateway },
	{ "precedence", 'p', "0 to 255", set_precedence },
	{ "ttl", 't', "seconds, 0 to 2147483647", set_ttl },
	{ "output", 'o', OUTPUT_FORMATS, set_format },
	{ "zone", 'z', "the name of a zone", set_zone },
	{ "generic", 0, NULL, set_generic },
	{ "ipseckey", 0, NULL, set_ipseckey },
	{ "txt", 0, NULL, set_txt },
	{ "rrkey", 0, NULL, set_rrkey },
};

static int
print_all(struct record_args *a, const struct pubkey *key, char **owners, int n)
{
	int status = EXIT_OK;

	output_begin(&a->output);
	for (int i = 0; i < n && status == EXIT_OK; i++) {
		a->q.owner = owners[i];
		status = front_record(PROG, &a->q, key, &a->output);
	}
	/* A transaction that is not whole is never sent. */
	if (status == EXIT_OK && !output_end(&a->output))
		status = front_failed(PROG, "cannot write");
	return status;
}

static int
record(struct record_args *a, char **owners, int n)
{
	const char *why = output_refuses(&a->output);
	struct pubkey key;
	char err[200];
	int status;

	if (why != NULL) {
		fprintf(stderr, PROG ": %s\n", why);
		return EXIT_USAGE_ERROR;
	}
	if (!key_file_load(a->key, &key, err, sizeof(err)))
		return front_failed(PROG, err);
	status = print_all(a, &key, owners, n);
	pubkey_free(&key);
	return status;
}

int
verb_record(int argc, char **argv)
{
	struct record_args a = {
		.key = DEFAULT_IPSECDIR "/private/" HOST_KEY_NAME,
		.q = { .ttl = 3600, .precedence = 10 },
		.output = { .out = stdout, .format = OUTPUT_ZONE },
	};
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	if (status >= 0)
		return status;
	return optind < argc ? record(&a, argv + optind, argc - optind) : front_usage(&f);
}
