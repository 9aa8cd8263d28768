/* oe-zone record: the records of one key. */
#include <getopt.h>
#include <stdio.h>

#include "zones/key_file.h"
#include "zones/record_args.h"

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
"      --rrkey             a KEY record (RFC 4322); RSA alone\n"
"  -q, --quiet             without the line that describes the key\n";

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
	{ "key", 'k', "a file", record_set_key },
	{ "gateway", 'g', "an address, a name or none", record_set_gateway },
	{ "precedence", 'p', "0 to 255", record_set_precedence },
	{ "ttl", 't', "seconds, 0 to 2147483647", record_set_ttl },
	{ "output", 'o', OUTPUT_FORMATS, record_set_format },
	{ "zone", 'z', "the name of a zone", record_set_zone },
	{ "generic", 0, NULL, record_set_generic },
	{ "ipseckey", 0, NULL, set_ipseckey },
	{ "txt", 0, NULL, set_txt },
	{ "rrkey", 0, NULL, set_rrkey },
	{ "quiet", 'q', NULL, record_set_quiet },
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
	struct pubkey key;
	int status = record_args_load(PROG, a, &key);

	if (status == EXIT_OK) {
		status = print_all(a, &key, owners, n);
		pubkey_free(&key);
	}
	return status;
}

int
verb_record(int argc, char **argv)
{
	struct record_args a = record_args_default();
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	if (status >= 0)
		return status;
	return optind < argc ? record(&a, argv + optind, argc - optind) : front_usage(&f);
}
