/* oe-zone push: makes a server's records those of a file. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zones/front.h"
#include "zones/nsupdate.h"

#define PROG "oe-zone push"

static const char usage[] =
"usage: oe-zone push -z ZONE [options] FILE|- @ADDR[@PORT]\n"
"\n"
"  -z, --zone ZONE         the zone to be changed\n"
"  -y, --tsig FILE         the key that signs the update, as tsig-keygen prints it\n"
"  -n, --dry-run           print the commands for nsupdate, and change nothing\n"
"\n"
"Asks the server, a primary, for the names of the file, sends what differs as one\n"
"update through nsupdate, and asks again.\n";

struct push_args {
	struct dns_name zone;
	const char *tsig;
	bool dry;
};

static bool
set_zone(void *args, const char *text)
{
	return output_zone_parse(text, &((struct push_args *)args)->zone);
}

static bool
set_tsig(void *args, const char *text)
{
	((struct push_args *)args)->tsig = text;
	return true;
}

static bool
set_dry_run(void *args, const char *text)
{
	(void)text;
	return ((struct push_args *)args)->dry = true;
}

static const struct front_row rows[] = {
	{ "zone", 'z', "the name of a zone", set_zone },
	{ "tsig", 'y', "a file", set_tsig },
	{ "dry-run", 'n', NULL, set_dry_run },
};

static size_t
differences(const struct zone_diff *d)
{
	return ldns_rr_list_rr_count(d->missing) + ldns_rr_list_rr_count(d->extra);
}

static int
send_update(const struct push_args *a, const char *script, size_t len)
{
	char why[200];
	int rc = nsupdate_run(script, len, a->tsig);

	if (rc == 0)
		return EXIT_OK;
	if (rc < 0)
		snprintf(why, sizeof(why), "nsupdate: %s: is bind9-dnsutils installed?", strerror(-rc));
	else
		snprintf(why, sizeof(why), "the server did not take the update: does it allow this key "
			 "to change %.60s?", a->zone.text);
	return front_failed(PROG, why);
}

static int
update(const struct push_args *a, const struct server *s, const struct zone_diff *d)
{
	char *script = NULL;
	size_t len;
	FILE *out = open_memstream(&script, &len);
	int status = EXIT_OK;

	if (out == NULL)
		return front_failed(PROG, "no memory");
	nsupdate_script(out, s, a->zone.text, d);
	if (fclose(out) != 0)
		status = front_failed(PROG, "no memory");
	else if (a->dry)
		fputs(script, stdout);
	else
		status = send_update(a, script, len);
	free(script);
	return status;
}

static int
compare(const struct push_args *a, FILE *f, const char *file, const struct server *s,
	struct zone_diff *d)
{
	char err[600];

	rewind(f);
	if (zone_diff_make(f, file, a->zone.text, s, d, err, sizeof(err)))
		return EXIT_OK;
	front_failed(PROG, err);
	return EXIT_ASKED_IN_VAIN;
}

/* The server's word alone is not enough: some take an update and drop parts of it. */
static int
confirm(const struct push_args *a, FILE *f, const char *file, const struct server *s, size_t sent)
{
	struct zone_diff d;
	int status = compare(a, f, file, s, &d);

	if (status != EXIT_OK)
		return status;
	if (differences(&d) > 0)
		status = front_failed(PROG, "the server took the update and still differs: oe-zone diff "
				      "tells how");
	else
		printf("%zu changes, and the server has what the file says\n", sent);
	zone_diff_free(&d);
	return status;
}

static int
push(const struct push_args *a, FILE *f, const char *file, const struct server *s)
{
	struct zone_diff d;
	int status = compare(a, f, file, s, &d);
	size_t n;

	if (status != EXIT_OK)
		return status;
	n = differences(&d);
	if (n > 0)
		status = update(a, s, &d);
	zone_diff_free(&d);
	return status != EXIT_OK || a->dry ? status : confirm(a, f, file, s, n);
}

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
	struct push_args a = { 0 };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);
	struct server s;
	FILE *in;

	if (status >= 0)
		return status;
	if (optind + 2 != argc || a.zone.text[0] == '\0')
		return front_usage(&f);
	in = copied(front_open(PROG, argv[optind]));
	if (in == NULL)
		return EXIT_FAILED;
	status = server_open(argv[optind + 1], &s) ? push(&a, in, argv[optind], &s)
		: front_complain(PROG, "server", argv[optind + 1], "@ADDR or @ADDR@PORT");
	server_close(&s);
	fclose(in);
	return status;
}
