/* oe-zone push: makes a server's records those of a file. */
#include <getopt.h>
#include <stdio.h>

#include "zones/front.h"
#include "zones/push_args.h"

#define PROG "oe-zone push"

static const char usage[] =
"usage: oe-zone push -z ZONE [options] FILE|- @ADDR[@PORT]\n"
"\n"
"  -z, --zone ZONE         the zone to be changed\n"
"  -b, --by WAY            " PUSH_WAYS " (default nsupdate)\n"
"  -y, --tsig FILE         nsupdate: the key that signs the update, as tsig-keygen prints it\n"
"      --socket PATH       knotc: the control socket of knotd (default: that of knotc)\n"
"      --url URL           pdns: where the HTTP API is, as http://127.0.0.1:8081\n"
"      --api-key FILE      pdns: a file with its api-key\n"
"  -n, --dry-run           print what would be sent, and change nothing\n"
"  -q, --quiet             say nothing when all went well\n"
"  -v, --verbose           print what is changed, as diff does\n"
"\n"
"Asks the server, a primary, for the names of the file, sends what differs as one\n"
"change, and asks again.\n";

static const struct front_row rows[] = {
	{ "zone", 'z', "the name of a zone", push_set_zone },
	{ "by", 'b', PUSH_WAYS, push_set_way },
	{ "tsig", 'y', "a file", push_set_tsig },
	{ "socket", 0, "a socket", push_set_socket },
	{ "url", 0, "http://... or https://...", push_set_url },
	{ "api-key", 0, "a file", push_set_api_key },
	{ "dry-run", 'n', NULL, push_set_dry_run },
	{ "quiet", 'q', NULL, push_set_quiet },
	{ "verbose", 'v', NULL, push_set_verbose },
};

/* Standard input is read twice, so it is copied. */
static FILE *
copied(FILE *from)
{
	FILE *to = from != NULL ? tmpfile() : NULL;
	char buf[4096];
	size_t n;

	while (to != NULL && (n = fread(buf, 1, sizeof(buf), from)) > 0)
		fwrite(buf, 1, n, to);
	front_close(from);
	return to;
}

int
verb_push(int argc, char **argv)
{
	struct push p = { .prog = PROG };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &p };
	int status = front_options(&f, argc, argv);
	struct server s;
	FILE *in;

	if (status >= 0)
		return status;
	if (optind + 2 != argc || p.zone.text[0] == '\0')
		return front_usage(&f);
	if (push_refuses(&p) != NULL) {
		front_failed(PROG, push_refuses(&p));
		return EXIT_USAGE_ERROR;
	}
	in = copied(front_open(PROG, argv[optind]));
	if (in == NULL)
		return EXIT_FAILED;
	status = server_open(argv[optind + 1], &s) ? push_file(&p, in, argv[optind], &s)
		: front_complain(PROG, "server", argv[optind + 1], "@ADDR or @ADDR@PORT");
	server_close(&s);
	fclose(in);
	return status;
}
