/* Reads the command line of adns into a struct, and checks it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "adns/adns_proto.h"
#include "adns/options.h"
#include "lib/number.h"
#include "lib/rr_ipseckey.h"

enum { DNS_PORT = 53, MAX_TIMEOUT_MS = 600000, MAX_HOLDDOWN_S = 30 * 86400 };

enum option_id {
	OPT_FD = 256, OPT_RESOLVER, OPT_RESOLVCONF, OPT_RECURSION, OPT_ANCHOR,
	OPT_USER, OPT_DEBUG, OPT_TYPE, OPT_JSON, OPT_TIMEOUT, OPT_VERSION,
	OPT_SYSLOG, OPT_BACKEND, OPT_NEGATIVE, OPT_STATE, OPT_HOLDDOWN,
	OPT_TAP_FD, OPT_TAP_STREAM_FD, OPT_TAP_UID,
};

static const struct option long_options[] = {
	{ "fd", required_argument, NULL, OPT_FD },
	{ "resolver", required_argument, NULL, OPT_RESOLVER },
	{ "resolvconf", optional_argument, NULL, OPT_RESOLVCONF },
	{ "recursion", no_argument, NULL, OPT_RECURSION },
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "anchor", required_argument, NULL, OPT_ANCHOR },
	{ "anchor-state", required_argument, NULL, OPT_STATE },
	{ "anchor-holddown", required_argument, NULL, OPT_HOLDDOWN },
	{ "negative-anchor", required_argument, NULL, OPT_NEGATIVE },
	{ "tap-fd", required_argument, NULL, OPT_TAP_FD },
	{ "tap-stream-fd", required_argument, NULL, OPT_TAP_STREAM_FD },
	{ "tap-uid", required_argument, NULL, OPT_TAP_UID },
	{ "user", required_argument, NULL, OPT_USER },
	{ "syslog", no_argument, NULL, OPT_SYSLOG },
	{ "debug", no_argument, NULL, OPT_DEBUG },
	{ "query", required_argument, NULL, 'q' },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct type_row {
	const char *name;
	uint16_t number;
};

/* The types whose rdata can leave the message (adns/answer.h). */
static const struct type_row types[] = {
	{ "A", RRTYPE_A },
	{ "TXT", RRTYPE_TXT },
	{ "KEY", RRTYPE_KEY },
	{ "AAAA", RRTYPE_AAAA },
	{ "DS", 43 },
	{ "IPSECKEY", RRTYPE_IPSECKEY },
	{ "DNSKEY", 48 },
};

const char *
options_type_name(uint16_t rrtype)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].number == rrtype)
			return types[i].name;
	return NULL;
}

/* 0: not a type of ours. */
static uint16_t
type_number(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcasecmp(types[i].name, name) == 0)
			return types[i].number;
	return 0;
}

const char *
options_usage(void)
{
	return "usage: adns --fd N [options]            started by pluto\n"
	       "       adns -q ADDR|NAME [--type TYPE] [--json] [options]\n"
	       "options:\n"
	       "  --resolver ADDR[@PORT]  ask this resolver; repeatable\n"
	       "  --resolvconf[=FILE]     ask those of FILE (default: /etc/resolv.conf)\n"
	       "  --recursion             ask the root servers and down from there\n"
	       "  --backend validator     check every answer ourselves (default)\n"
	       "  --backend stub          believe the AD bit of a resolver on loopback\n"
	       "  --anchor FILE           trust anchors; repeatable\n"
	       "                          (default: /usr/share/dns/root.key)\n"
	       "  --anchor-state FILE     keep the first file's keys here as they roll (RFC 5011)\n"
	       "  --anchor-holddown S     for tests: a new key is believed after S seconds\n"
	       "  --negative-anchor ZONE@YYYY-MM-DD\n"
	       "                          until then ZONE is not validated; repeatable\n"
	       "  --tap-fd N, --tap-stream-fd N, --tap-uid UID\n"
	       "                          sockets on which that user's resolver tells of names\n"
	       "  --user NAME             become this user (default: _oe-dns)\n"
	       "  --timeout MS            with -q: wait this long (default: 10000)\n"
	       "  --syslog                log there, not to standard error\n"
	       "  --debug  --help  --version\n";
}

static bool
bad(char err[200], const char *what, const char *text)
{
	snprintf(err, 200, "%s: \"%s\"", what, text);
	return false;
}

static bool
take_resolver(struct options *o, const char *text, char err[200])
{
	if (o->n_resolvers == OPTIONS_MAX_RESOLVERS)
		return bad(err, "too many resolvers, from this one on", text);
	if (!endpoint_parse(text, DNS_PORT, &o->resolvers[o->n_resolvers]))
		return bad(err, "--resolver wants ADDR or ADDR@PORT", text);
	o->n_resolvers++;
	return true;
}

static bool
take_anchor(struct options *o, const char *file, char err[200])
{
	if (o->n_anchors == OPTIONS_MAX_ANCHORS)
		return bad(err, "too many anchor files, from this one on", file);
	o->anchors[o->n_anchors++] = file;
	return true;
}

static bool
take_backend(struct options *o, const char *text, char err[200])
{
	o->stub = strcmp(text, "stub") == 0;
	return o->stub || strcmp(text, "validator") == 0
		|| bad(err, "--backend wants validator or stub", text);
}

static bool
take_negative(struct options *o, const char *text, char err[200])
{
	char why[200];

	if (o->n_negative == OPTIONS_MAX_NEGATIVE)
		return bad(err, "too many negative trust anchors, from this one on", text);
	if (!negative_anchor_parse(text, &o->negative[o->n_negative], why)) {
		snprintf(err, 200, "--negative-anchor %.180s", why);
		return false;
	}
	o->n_negative++;
	return true;
}

static bool
take_fd(int *fd, const char *text, char err[200])
{
	unsigned long n;

	if (!number_parse(text, 1023, &n))
		return bad(err, "wanted is the number of a descriptor", text);
	*fd = (int)n;
	return true;
}

static bool
take_holddown(struct options *o, const char *text, char err[200])
{
	unsigned long n;

	if (!number_parse(text, MAX_HOLDDOWN_S, &n) || n == 0)
		return bad(err, "--anchor-holddown wants seconds, at most 30 days", text);
	o->holddown_s = (uint32_t)n;
	return true;
}

static bool
take_timeout(struct options *o, const char *text, char err[200])
{
	unsigned long n;

	if (!number_parse(text, MAX_TIMEOUT_MS, &n))
		return bad(err, "--timeout wants milliseconds, at most 600000", text);
	o->timeout_ms = (uint32_t)n;
	return true;
}

static bool
take(struct options *o, int opt, const char *arg, char err[200])
{
	unsigned long n;

	switch (opt) {
	case OPT_FD:		return take_fd(&o->fd, arg, err);
	case OPT_TAP_FD:	return take_fd(&o->tap_fd, arg, err);
	case OPT_TAP_STREAM_FD:	return take_fd(&o->tap_stream_fd, arg, err);
	case OPT_TAP_UID:
		if (!number_parse(arg, UINT32_MAX - 1, &n))
			return bad(err, "--tap-uid wants the number of a user", arg);
		o->tap_uid = (uint32_t)n;
		return true;
	case OPT_RESOLVER:	return take_resolver(o, arg, err);
	case OPT_ANCHOR:	return take_anchor(o, arg, err);
	case OPT_BACKEND:	return take_backend(o, arg, err);
	case OPT_HOLDDOWN:	return take_holddown(o, arg, err);
	case OPT_STATE:		o->anchor_state = arg; return true;
	case OPT_NEGATIVE:	return take_negative(o, arg, err);
	case OPT_TIMEOUT:	return take_timeout(o, arg, err);
	case OPT_RESOLVCONF:
		o->resolvconf = arg != NULL ? arg : "/etc/resolv.conf";
		return true;
	case OPT_RECURSION:	o->recursion = true; return true;
	case OPT_USER:		o->user = arg; return true;
	case OPT_SYSLOG:	o->syslog = true; return true;
	case OPT_DEBUG:		o->debug = true; return true;
	case OPT_JSON:		o->json = true; return true;
	case 'q':		o->question = arg; return true;
	case OPT_TYPE:
		o->rrtype = type_number(arg);
		return o->rrtype != 0 || bad(err, "--type: not a type that is asked", arg);
	default:
		return bad(err, "not an option, or its value is missing", arg);
	}
}

static bool
complete(struct options *o, char err[200])
{
	if (o->recursion && (o->n_resolvers > 0 || o->resolvconf != NULL))
		return bad(err, "two ways to ask exclude each other", "--recursion");
	if (o->recursion && o->stub)
		return bad(err, "the stub back end asks a resolver: leave out", "--recursion");
	if (o->stub && o->n_negative > 0)
		return bad(err, "the stub back end does not validate: leave out", "--negative-anchor");
	if (o->stub && o->anchor_state != NULL)
		return bad(err, "the stub back end has no anchors: leave out", "--anchor-state");
	if (!o->recursion && o->n_resolvers == 0 && o->resolvconf == NULL)
		o->resolvconf = "/etc/resolv.conf";
	if (o->n_anchors == 0)
		o->anchors[o->n_anchors++] = "/usr/share/dns/root.key";
	if ((o->tap_fd >= 0) != (o->tap_stream_fd >= 0) || (o->tap_fd >= 0 && o->fd < 0))
		return bad(err, "pluto gives both sockets of the tap, besides its own", "--tap-fd");
	if ((o->fd >= 0) == (o->question != NULL))
		return bad(err, "adns is started by pluto with --fd, or by hand with -q", "");
	return true;
}

enum options_result
options_parse(int argc, char *const argv[], struct options *out, char err[200])
{
	int opt;

	*out = (struct options){
		.fd = -1, .tap_fd = -1, .tap_stream_fd = -1, .user = ADNS_USER, .rrtype = RRTYPE_IPSECKEY, .timeout_ms = 10000,
	};
	opterr = 0;
	optind = 1;
	while ((opt = getopt_long(argc, argv, "q:h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return OPTIONS_HELP;
		if (opt == OPT_VERSION)
			return OPTIONS_VERSION;
		if (!take(out, opt, opt == '?' ? argv[optind - 1] : optarg, err))
			return OPTIONS_BAD;
	}
	if (optind < argc) {
		bad(err, "unexpected argument", argv[optind]);
		return OPTIONS_BAD;
	}
	return complete(out, err) ? OPTIONS_RUN : OPTIONS_BAD;
}
