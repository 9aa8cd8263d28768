/* oe-zone mail: the letter to whoever holds the reverse zone. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "zones/key_file.h"
#include "zones/mail.h"
#include "zones/record_args.h"

#define PROG "oe-zone mail"

static const char usage[] =
"usage: oe-zone mail [options] ADDR...\n"
"\n"
"  -k, --key FILE          private or public key, PEM or DER; - is standard\n"
"                          input (default " DEFAULT_IPSECDIR "/private/"
HOST_KEY_NAME ")\n"
"  -g, --gateway GW        address, name or none (default: the address)\n"
"  -p, --precedence N      0 to 255, lower is tried first (default 10)\n"
"  -t, --ttl SECONDS       default 3600\n"
"\n"
"Prints what to send; sends nothing.\n";

static const struct front_row rows[] = {
	{ "key", 'k', "a file", record_set_key },
	{ "gateway", 'g', "an address, a name or none", record_set_gateway },
	{ "precedence", 'p', "0 to 255", record_set_precedence },
	{ "ttl", 't', "seconds, 0 to 2147483647", record_set_ttl },
};

/* All of it or nothing: half a letter would be sent. */
static int
print(const struct letter *l)
{
	char err[200], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool ok;

	if (out == NULL)
		return front_failed(PROG, "no memory");
	ok = mail_write(out, l, err, sizeof(err));
	ok = fclose(out) == 0 && ok;
	if (ok)
		fputs(text, stdout);
	free(text);
	return ok && fflush(stdout) == 0 ? EXIT_OK : front_failed(PROG, ok ? "cannot write" : err);
}

int
verb_mail(int argc, char **argv)
{
	struct record_args a = record_args_default();
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);
	struct pubkey key;
	struct letter l;
	struct ip_addr addr;

	if (status >= 0)
		return status;
	if (optind == argc)
		return front_usage(&f);
	for (int i = optind; i < argc; i++)
		if (!ip_addr_parse(argv[i], &addr))
			return front_complain(PROG, "address", argv[i], "an IPv4 or IPv6 address");
	status = record_args_load(PROG, &a, &key);
	if (status != EXIT_OK)
		return status;
	l = (struct letter){ &key, a.q, argv + optind, argc - optind };
	status = print(&l);
	pubkey_free(&key);
	return status;
}
