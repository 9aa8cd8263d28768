/* oe-zone reverse: the reverse zones of a prefix, and what delegates them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "zones/hosts.h"
#include "zones/key_file.h"
#include "zones/record_args.h"
#include "zones/revzone.h"

#define PROG "oe-zone reverse"

static const char usage[] =
"usage: oe-zone reverse [options] PREFIX [ADDR...]\n"
"       oe-zone reverse --parent -n NS... [options] PREFIX\n"
"\n"
"  -f, --hosts FILE        a file with more addresses, one a line; - is standard input\n"
"      --all               every address of the prefix (IPv4)\n"
"      --wildcard          one record for all names that are not listed; needs -g\n"
"  -n, --ns NAME           a name server of the zone, up to 8 times: prints its SOA\n"
"                          and NS records too\n"
"      --parent            print what the holder of the zone above has to add\n"
"      --rfc2317 PATTERN   what the zone of less than a /24 is called: %f is its first\n"
"                          and %l its last number, %n its length (default " REVZONE_PATTERN ")\n"
"  -k, --key FILE          private or public key, PEM or DER; - is standard\n"
"                          input (default " DEFAULT_IPSECDIR "/private/"
HOST_KEY_NAME ")\n"
"  -g, --gateway GW        address, name or none (default: each address itself)\n"
"  -p, --precedence N      0 to 255, lower is tried first (default 10)\n"
"  -t, --ttl SECONDS       default 3600\n"
"  -o, --output FORMAT     " OUTPUT_FORMATS "\n"
"                          (default zone)\n"
"  -q, --quiet             without remarks\n";

enum { NS_MAX = 8 };

struct reverse_args {
	struct record_args common;	/* the first: record_set_key and so on set it */
	const char *hosts_file, *pattern;
	struct dns_name ns[NS_MAX];
	unsigned n_ns;
	bool all, wildcard, parent;
	struct hosts hosts;
};

static bool
set_hosts(void *args, const char *text)
{
	((struct reverse_args *)args)->hosts_file = text;
	return true;
}

static bool
set_pattern(void *args, const char *text)
{
	((struct reverse_args *)args)->pattern = text;
	return true;
}

static bool
add_ns(void *args, const char *text)
{
	struct reverse_args *a = args;

	return a->n_ns < NS_MAX && dns_name_from_host(span_str(text), &a->ns[a->n_ns++]);
}

static bool
set_all(void *args, const char *text)
{
	(void)text;
	return ((struct reverse_args *)args)->all = true;
}

static bool
set_wildcard(void *args, const char *text)
{
	(void)text;
	return ((struct reverse_args *)args)->wildcard = true;
}

static bool
set_parent(void *args, const char *text)
{
	(void)text;
	return ((struct reverse_args *)args)->parent = true;
}

static const struct front_row rows[] = {
	{ "hosts", 'f', "a file", set_hosts },
	{ "all", 0, NULL, set_all },
	{ "wildcard", 0, NULL, set_wildcard },
	{ "ns", 'n', "names of servers, at most 8", add_ns },
	{ "parent", 0, NULL, set_parent },
	{ "rfc2317", 0, "a pattern with %f, %l, %n", set_pattern },
	{ "key", 'k', "a file", record_set_key },
	{ "gateway", 'g', "an address, a name or none", record_set_gateway },
	{ "precedence", 'p', "0 to 255", record_set_precedence },
	{ "ttl", 't', "seconds, 0 to 2147483647", record_set_ttl },
	{ "output", 'o', OUTPUT_FORMATS, record_set_format },
	{ "quiet", 'q', NULL, record_set_quiet },
};

static void
print_ns(const struct reverse_args *a, const struct output *o, const struct dns_name *zone)
{
	for (unsigned i = 0; i < a->n_ns; i++)
		output_rr(o, zone, a->common.q.ttl, "NS", a->ns[i].text);
}

/* A zone that is loaded from this needs both; one that a command changes has them. */
static void
print_apex(const struct reverse_args *a, const struct output *o)
{
	char soa[640];

	if (a->n_ns == 0 || (o->format != OUTPUT_ZONE && o->format != OUTPUT_GENERIC))
		return;
	snprintf(soa, sizeof(soa), "%s hostmaster.%s %lld 3600 600 1209600 300", a->ns[0].text,
		 a->ns[0].text, (long long)time(NULL));
	output_rr(o, &o->zone, a->common.q.ttl, "SOA", soa);
	print_ns(a, o, &o->zone);
}

static int
print_wildcard(const struct reverse_args *a, const struct revzone *z, const struct pubkey *key,
	       const struct output *o)
{
	struct record_request q = a->common.q;
	struct dns_name name;
	struct addr_buf b;

	if (!revzone_wildcard(z, &name))
		return front_failed(PROG, "the name of the zone is too long");
	q.owner = ip_addr_text(&z->prefix.addr, &b);
	return front_record_under(PROG, &q, &name, key, o);
}

static int
print_hosts(const struct reverse_args *a, const struct revzone *z, const struct pubkey *key,
	    const struct output *o)
{
	struct record_request q = a->common.q;
	int status = EXIT_OK;

	for (size_t i = 0; i < a->hosts.n && status == EXIT_OK; i++) {
		struct dns_name name = revzone_owner(z, &a->hosts.addrs[i]);
		struct addr_buf b;

		if (!ip_prefix_contains(&z->prefix, &a->hosts.addrs[i]))
			continue;
		q.owner = ip_addr_text(&a->hosts.addrs[i], &b);
		status = front_record_under(PROG, &q, &name, key, o);
	}
	return status;
}

/* The zone itself. */
static int
print_child(const struct reverse_args *a, const struct revzone *z, const struct pubkey *key,
	    struct output *o)
{
	int status;

	o->zone = z->name;
	output_begin(o);
	print_apex(a, o);
	status = print_hosts(a, z, key, o);
	if (status == EXIT_OK && a->wildcard)
		status = print_wildcard(a, z, key, o);
	return status == EXIT_OK && !output_end(o) ? front_failed(PROG, "cannot write") : status;
}

/* RFC 2317 4: each address is another name for one in the child's zone. */
static void
print_cnames(const struct reverse_args *a, const struct revzone *z, const struct output *o)
{
	struct ip_addr addr = z->prefix.addr;

	for (unsigned i = revzone_first(z); i <= revzone_last(z); i++) {
		struct dns_name own, there;

		addr.bytes[3] = (uint8_t)i;
		own = revname_of(&addr);
		there = revzone_owner(z, &addr);
		output_rr(o, &own, a->common.q.ttl, "CNAME", there.text);
	}
}

/* The zone above it, as far as it concerns this one. */
static int
print_parent(const struct reverse_args *a, const struct revzone *z, struct output *o)
{
	char text[600];

	o->zone = z->parent;
	snprintf(text, sizeof(text), "for the holder of %s, with the DS records of %s once it is "
		 "signed", z->parent.text, z->name.text);
	output_comment(o, text);
	output_begin(o);
	print_ns(a, o, &z->name);
	if (z->classless)
		print_cnames(a, z, o);
	return output_end(o) ? EXIT_OK : front_failed(PROG, "cannot write");
}

static int
print_zones(const struct reverse_args *a, const struct pubkey *key)
{
	unsigned n = revzone_count(&a->hosts.within);
	struct output o = a->common.output;
	int status = EXIT_OK;

	for (unsigned i = 0; i < n && status == EXIT_OK; i++) {
		struct revzone z;
		char text[300];

		if (!revzone_nth(&a->hosts.within, i, a->pattern, &z))
			return front_complain(PROG, "rfc2317", a->pattern, "a label with %f, %l, %n");
		snprintf(text, sizeof(text), "zone %s", z.name.text);
		if (!a->parent)
			output_comment(&o, text);
		status = a->parent ? print_parent(a, &z, &o) : print_child(a, &z, key, &o);
	}
	return status;
}

static int
reverse(struct reverse_args *a)
{
	struct pubkey key = { 0 };
	int status = EXIT_OK;

	/* Each zone has its own name; what needs one shall not ask for it. */
	strcpy(a->common.output.zone.text, ".");
	if (!a->parent && (a->hosts.n > 0 || a->wildcard))
		status = record_args_load(PROG, &a->common, &key);
	if (status == EXIT_OK)
		status = print_zones(a, &key);
	pubkey_free(&key);
	return status;
}

static int
gather(struct reverse_args *a, char **addrs, int n)
{
	char err[300] = "";
	bool ok = true;

	for (int i = 0; i < n && ok; i++)
		ok = hosts_add(&a->hosts, addrs[i], err, sizeof(err));
	if (ok && a->hosts_file != NULL)
		ok = hosts_read(&a->hosts, a->hosts_file, err, sizeof(err));
	if (ok && a->all)
		ok = hosts_all(&a->hosts, err, sizeof(err));
	return ok ? EXIT_OK : front_failed(PROG, err);
}

int
verb_reverse(int argc, char **argv)
{
	struct reverse_args a = { .common = record_args_default(), .pattern = REVZONE_PATTERN };
	const struct front f = { PROG, usage, rows, sizeof(rows) / sizeof(*rows), &a };
	int status = front_options(&f, argc, argv);

	if (status >= 0)
		return status;
	if (optind == argc || (a.wildcard && a.common.q.gateway == NULL) ||
	    (a.parent && (a.n_ns == 0 || optind + 1 != argc || a.hosts_file != NULL || a.all)))
		return front_usage(&f);
	if (!ip_prefix_parse(argv[optind], &a.hosts.within) || a.hosts.within.len == 0)
		return front_complain(PROG, "prefix", argv[optind], "192.0.2.0/24 or 2001:db8::/48");
	status = gather(&a, argv + optind + 1, argc - optind - 1);
	if (status == EXIT_OK)
		status = reverse(&a);
	hosts_free(&a.hosts);
	return status;
}
