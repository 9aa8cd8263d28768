/* ipsec verify: is this host ready, and can peers find its key? */
#include <getopt.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include "zones/front.h"
#include "zones/key_file.h"
#include "zones/special.h"
#include "zones/verify_host.h"

#define PROG "ipsec verify"

static const char usage[] =
"usage: ipsec verify [options] [ADDR|NAME...]\n"
"\n"
"      --host ADDR|NAME    look at this one in DNS; may be given often, like ADDR\n"
"                          (default: the public addresses of this host)\n"
"      --no-dns            look at this host alone\n"
"      --no-ike            send no first message of IKE to the gateways\n"
"      --key FILE          default IPSECDIR/private/" HOST_KEY_NAME "\n"
"      --secrets FILE      default /etc/ipsec.secrets\n"
"      --ipsecdir DIR      default " DEFAULT_IPSECDIR "\n"
"      --ctlbase PATH      default /run/pluto/pluto\n"
"  -r, --resolver ADDR[@PORT]  ask this resolver (default: those of /etc/resolv.conf)\n"
"  -a, --anchor FILE       trust anchors (default " LOOKUP_ANCHOR ")\n"
"  -q, --quiet             the exit status alone\n"
"      --json              one object a step\n"
"      --strict            exit status 2 where there are warnings\n";

enum { NAMES_MAX = 64 };

struct args {
	struct verify_host host;
	struct endpoint resolver;
	bool no_dns, no_ike, quiet, json, strict;
	const char *name[NAMES_MAX];
	unsigned n_names;
	struct addr_buf own[NAMES_MAX];		/* of the names that are found here */
};

static bool
add_name(void *args, const char *text)
{
	struct args *a = args;
	struct verify v;

	if (a->n_names == NAMES_MAX || !verify_subject(text, &v))
		return false;
	a->name[a->n_names++] = text;
	return true;
}

static bool
set_no_dns(void *args, const char *text)
{
	(void)text;
	return ((struct args *)args)->no_dns = true;
}

static bool
set_no_ike(void *args, const char *text)
{
	(void)text;
	return ((struct args *)args)->no_ike = true;
}

static bool
set_key(void *args, const char *text)
{
	((struct args *)args)->host.key = text;
	return true;
}

static bool
set_secrets(void *args, const char *text)
{
	((struct args *)args)->host.secrets = text;
	return true;
}

static bool
set_ipsecdir(void *args, const char *text)
{
	((struct args *)args)->host.ipsecdir = text;
	return true;
}

static bool
set_ctlbase(void *args, const char *text)
{
	((struct args *)args)->host.ctlbase = text;
	return true;
}

static bool
set_resolver(void *args, const char *text)
{
	((struct args *)args)->host.resolver = true;
	return endpoint_parse(text, 53, &((struct args *)args)->resolver);
}

static bool
set_anchor(void *args, const char *text)
{
	((struct args *)args)->host.anchor = text;
	return true;
}

static bool
set_quiet(void *args, const char *text)
{
	(void)text;
	return ((struct args *)args)->quiet = true;
}

static bool
set_json(void *args, const char *text)
{
	(void)text;
	return ((struct args *)args)->json = true;
}

static bool
set_strict(void *args, const char *text)
{
	(void)text;
	return ((struct args *)args)->strict = true;
}

#define NAME_WANTED "an address or a host name, at most 64"

static const struct front_row rows[] = {
	{ "host", 0, NAME_WANTED, add_name },
	{ "no-dns", 0, NULL, set_no_dns },
	{ "no-ike", 0, NULL, set_no_ike },
	{ "key", 0, "a file", set_key },
	{ "secrets", 0, "a file", set_secrets },
	{ "ipsecdir", 0, "a directory", set_ipsecdir },
	{ "ctlbase", 0, "a path", set_ctlbase },
	{ "resolver", 'r', "ADDR or ADDR@PORT", set_resolver },
	{ "anchor", 'a', "a file", set_anchor },
	{ "quiet", 'q', NULL, set_quiet },
	{ "json", 0, NULL, set_json },
	{ "strict", 0, NULL, set_strict },
};

/* What peers on the Internet would ask about. */
static void
add_own(struct args *a)
{
	struct ifaddrs *all, *i;
	struct endpoint e;

	if (getifaddrs(&all) != 0)
		return;
	for (i = all; i != NULL && a->n_names < NAMES_MAX; i = i->ifa_next)
		if (i->ifa_addr != NULL && endpoint_from_sockaddr(i->ifa_addr, &e) && !special_address(&e.addr)) {
			unsigned n = a->n_names++;

			a->name[n] = ip_addr_text(&e.addr, &a->own[n]);
		}
	freeifaddrs(all);
}

static enum verify_status
about_name(const struct args *a, struct ub_ctx *ctx, const char *name)
{
	struct verify v = { .out = stdout, .ctx = ctx, .quiet = a->quiet, .json = a->json,
		.no_ike = a->no_ike, .host = &a->host };

	verify_subject(name, &v);
	return verify_name(&v, name);
}

static enum verify_status
about_dns(const struct args *a)
{
	enum verify_status worst = VERIFY_OK;
	char err[400];
	struct ub_ctx *ctx = lookup_open(a->host.resolver ? &a->resolver : NULL, a->host.anchor, err,
					 sizeof(err));

	if (ctx == NULL) {
		front_failed(PROG, err);
		return VERIFY_UNKNOWN;
	}
	for (unsigned i = 0; i < a->n_names; i++) {
		enum verify_status status = about_name(a, ctx, a->name[i]);

		worst = status > worst ? status : worst;
	}
	if (a->n_names == 0 && !a->quiet && !a->json)
		puts("no public address: peers beyond a NAT cannot find this host; --host names one");
	ub_ctx_delete(ctx);
	return worst;
}

static int
look(struct args *a)
{
	struct verify v = { .out = stdout, .quiet = a->quiet, .json = a->json };
	enum verify_status worst;

	if (!a->quiet && !a->json)
		puts("this host");
	verify_host(&a->host, &v);
	worst = v.worst;
	if (!a->no_dns) {
		enum verify_status dns;

		if (a->n_names == 0)
			add_own(a);
		dns = about_dns(a);
		worst = dns > worst ? dns : worst;
	}
	verify_host_clear(&a->host);
	return worst == VERIFY_WARNING && a->strict ? EXIT_WARNINGS : verify_exit(worst);
}

int
main(int argc, char **argv)
{
	static struct args a = { .host = { .ctlbase = "/run/pluto/pluto", .secrets = "/etc/ipsec.secrets",
		.ipsecdir = DEFAULT_IPSECDIR, .anchor = LOOKUP_ANCHOR } };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	for (; status < 0 && optind < argc; optind++)
		if (!add_name(&a, argv[optind]))
			status = front_complain(PROG, "name", argv[optind], NAME_WANTED);
	return status < 0 ? look(&a) : status;
}
