/* The rows of ipsec.conf's keywords, in the order in which options are written. */
#include "conf/keywords.h"

#include <string.h>

#define WORDS(...) (const struct conf_word[]){ __VA_ARGS__, { NULL, NULL, NULL } }
#define TEXT(n, w, o, s) { .name = (n), .where = (w), .type = CONF_TEXT, .option = (o), .story = (s) }
#define TYPED(n, w, t, o, s) { .name = (n), .where = (w), .type = (t), .option = (o), .story = (s) }
#define BOOL(n, w, yes, no, s) \
	{ .name = (n), .where = (w), .type = CONF_BOOL, .option = (yes), .otherwise = (no), .story = (s) }
#define WORD(n, w, s, ...) \
	{ .name = (n), .where = (w), .type = CONF_WORD, .words = WORDS(__VA_ARGS__), .story = (s) }
#define SAME(n, w, other) { .name = (n), .where = (w), .same_as = (other), .story = "another spelling" }
#define REFUSED(n, w, s) { .name = (n), .where = (w), .type = CONF_REFUSED, .story = (s) }

#define OBSOLETE "obsolete; leave it out"
#define NOT_HERE "not in this version; leave it out"

static const struct conf_word proofs[] = {
	{ "secret", "auth", "psk" }, { "psk", "auth", "psk" },
	{ "rsasig", "auth", "pubkey" }, { "ecdsa", "auth", "pubkey" },
	{ "pubkey", "auth", "pubkey" }, { "null", "auth", "null" }, { NULL, NULL, NULL },
};

const struct conf_keyword conf_keywords[] = {
	WORD("protostack", CONF_SETUP, "the data plane", { "auto", "use-auto", NULL },
	     { "netkey", "use-netkey", NULL }, { "xfrm", "use-netkey", NULL },
	     { "klips", "use-klips", NULL }, { "mast", "use-mast", NULL },
	     { "none", "use-nostack", NULL }, { "nostack", "use-nostack", NULL }),
	TYPED("interfaces", CONF_SETUP, CONF_LIST, "interface", "the interfaces to listen on"),
	TEXT("listen", CONF_SETUP, "listen", "the one address to listen on"),
	TYPED("ikeport", CONF_SETUP, CONF_NUMBER, "ikeport", "UDP port of IKE"),
	BOOL("nat_traversal", CONF_SETUP, "nat_traversal", NULL, "UDP port 4500 is always served"),
	TEXT("virtual_private", CONF_SETUP, "virtual_private", "inner networks of peers behind NAT"),
	SAME("virtual-private", CONF_SETUP, "virtual_private"),
	TYPED("keep_alive", CONF_SETUP, CONF_TIME, "keep_alive", "between NAT keepalives"),
	SAME("keep-alive", CONF_SETUP, "keep_alive"),
	BOOL("force_keepalive", CONF_SETUP, "force_keepalive", NULL, "keepalives without NAT too"),
	BOOL("force_busy", CONF_SETUP, "force_busy", NULL, "ask every new peer for a cookie"),
	BOOL("uniqueids", CONF_SETUP, "uniqueids", NULL, "a peer that comes back replaces its old SAs"),
	TYPED("nhelpers", CONF_SETUP, CONF_TEXT, "nhelpers", "worker threads for cryptography"),
	{ .name = "plutodebug", .where = CONF_SETUP, .type = CONF_LIST, .story = "what is logged besides",
	  .words = WORDS({ "none", "debug-none", NULL }, { "all", "debug-all", NULL },
		{ "raw", "debug-raw", NULL }, { "crypt", "debug-crypt", NULL },
		{ "parsing", "debug-parsing", NULL }, { "emitting", "debug-emitting", NULL },
		{ "control", "debug-control", NULL }, { "controlmore", "debug-controlmore", NULL },
		{ "lifecycle", "debug-lifecycle", NULL }, { "klips", "debug-klips", NULL },
		{ "pfkey", "debug-pfkey", NULL }, { "natt", "debug-natt", NULL },
		{ "nat-t", "debug-nat-t", NULL }, { "dpd", "debug-dpd", NULL },
		{ "dns", "debug-dns", NULL }, { "oppo", "debug-oppo", NULL },
		{ "oppoinfo", "debug-oppoinfo", NULL }, { "whackwatch", "debug-whackwatch", NULL },
		{ "private", "debug-private", NULL }) },
	WORD("klipsdebug", CONF_SETUP, "the data plane has no debugging of its own", { "none", NULL, NULL }),
	TEXT("plutostderrlog", CONF_SETUP, NULL, "file to which the daemon logs, in place of syslog"),
	SAME("logfile", CONF_SETUP, "plutostderrlog"),
	BOOL("perpeerlog", CONF_SETUP, "perpeerlog", NULL, "a log for each peer"),
	TEXT("perpeerlogdir", CONF_SETUP, "perpeerlogbase", "where these logs are"),
	TEXT("dumpdir", CONF_SETUP, "coredir", "where the daemon may dump core"),
	TEXT("secretsfile", CONF_SETUP, "secretsfile", "our keys"),
	TEXT("ipsecdir", CONF_SETUP, "ipsecdir", "directory with policies/ and private/"),
	TEXT("adns", CONF_SETUP, "adns", "path of the DNS helper"),
	TEXT("xauthcheck", CONF_SETUP, "xauthcheck", "program that knows the users' passwords"),
	BOOL("oe-legacy", CONF_SETUP, "oe-legacy", NULL, "believe TXT beside IPSECKEY, and KEY records"),
	TYPED("resolver", CONF_SETUP, CONF_LIST, "resolver", "where DNS questions go"),
	TEXT("dnssec-rootkey-file", CONF_SETUP, "rootkey-file", "DNSSEC trust anchor"),
	TEXT("dnssec-rootkey-state", CONF_SETUP, "rootkey-state", "where the root's keys are followed as they roll"),
	TEXT("dnssec-trusted", CONF_SETUP, "dnssec-trusted", "a further trust anchor"),
	TEXT("dns-tap", CONF_SETUP, "dns-tap", "a socket on which a resolver tells of names"),
	TEXT("dns-tap-user", CONF_SETUP, "dns-tap-user", "the user of that resolver"),
	TYPED("oe-deadline", CONF_SETUP, CONF_NUMBER, "oe-deadline", "milliseconds for one attempt"),
	TYPED("oe-idle", CONF_SETUP, CONF_NUMBER, "oe-idle", "seconds after which an unused SA goes"),
	BOOL("oe", CONF_SETUP, NULL, "no-oe", "load the policy groups"),
	BOOL("oe-null", CONF_SETUP, "oe-null", NULL, "encrypt to peers without a proven key too"),
	WORD("trap", CONF_SETUP, "how first packets are caught", { "queue", "trap", "queue" },
	     { "acquire", "trap", "acquire" }),
	TEXT("offload", CONF_SETUP, "offload", "devices that do the cryptography"),
	TEXT("metrics", CONF_SETUP, "metrics", "where the numbers for Prometheus are"),
	TEXT("myid", CONF_SETUP, NULL, "what %myid stands for"),
	BOOL("nocrsend", CONF_SETUP, "nocrsend", NULL, "no certificate requests"),
	BOOL("strictcrlpolicy", CONF_SETUP, "strictcrlpolicy", NULL, "a CRL must be there"),
	TYPED("crlcheckinterval", CONF_SETUP, CONF_TIME, "crlcheckinterval", "between fetches of CRLs"),
	TEXT("ocspuri", CONF_SETUP, "ocspuri", "the OCSP responder"),
	REFUSED("syslog", CONF_SETUP, "the daemon logs to syslog as daemon; leave it out"),
	REFUSED("fragicmp", CONF_SETUP, OBSOLETE),
	REFUSED("hidetos", CONF_SETUP, OBSOLETE),
	REFUSED("overridemtu", CONF_SETUP, OBSOLETE),
	REFUSED("plutowait", CONF_SETUP, OBSOLETE),
	REFUSED("prepluto", CONF_SETUP, OBSOLETE),
	REFUSED("postpluto", CONF_SETUP, OBSOLETE),
	REFUSED("plutoopts", CONF_SETUP, "write each option as a keyword"),

	WORD("connaddrfamily", CONF_CONN, "the addresses say it", { "ipv4", "ipv4", NULL },
	     { "ipv6", "ipv6", NULL }),
	TEXT("", CONF_END, "host", "the end's address, %any, %defaultroute, %opportunistic or %group"),
	TEXT("id", CONF_END, "id", "its identity"),
	TEXT("subnet", CONF_END, "client", "the subnet that it stands for"),
	TYPED("protoport", CONF_END, CONF_PROTOPORT, "clientprotoport", "protocol and port of its traffic"),
	TYPED("ikeport", CONF_END, CONF_NUMBER, "ikeport", "its UDP port"),
	TEXT("nexthop", CONF_END, "nexthop", "gateway of its routes"),
	TEXT("sourceip", CONF_END, "srcip", "source address of its own traffic"),
	TEXT("updown", CONF_END, "updown", "program to run when routes change"),
	{ .name = "auth", .where = CONF_END, .type = CONF_WORD, .words = proofs,
	  .story = "how this end alone proves itself" },
	TEXT("rsasigkey", CONF_END, NULL, "its RSA public key, or %dnsondemand"),
	TEXT("rsasigkey2", CONF_END, NULL, "another one"),
	TEXT("ecdsakey", CONF_END, NULL, "its ECDSA public key"),
	TEXT("eddsakey", CONF_END, NULL, "its Ed25519 public key"),
	TEXT("cert", CONF_END, "cert", "its certificate"),
	TEXT("ca", CONF_END, "ca", "who must have signed it"),
	TEXT("groups", CONF_END, "groups", "attribute certificates it must have"),
	TEXT("sendcert", CONF_END, "sendcert", "when the certificate is sent"),
	BOOL("xauthserver", CONF_END, "xauthserver", NULL, "it asks for a user name"),
	BOOL("xauthclient", CONF_END, "xauthclient", NULL, "it is asked for a user name"),
	TEXT("xauthusername", CONF_END, NULL, "its user name, for ipsec auto --up"),
	BOOL("modecfgserver", CONF_END, "modecfgserver", NULL, "it hands out addresses"),
	BOOL("modecfgclient", CONF_END, "modecfgclient", NULL, "it is given an address"),
	TEXT("subnets", CONF_END, NULL, "several subnets; a connection for each"),
	REFUSED("subnetwithin", CONF_END, "obsolete; use leftsubnet or rightsubnet"),
	REFUSED("firewall", CONF_END, OBSOLETE),

	WORD("type", CONF_CONN, "what becomes of its traffic", { "tunnel", "tunnel", NULL },
	     { "transport", "transport", NULL }, { "passthrough", "pass", NULL },
	     { "pass", "pass", NULL }, { "drop", "drop", NULL }, { "reject", "reject", NULL }),
	WORD("authby", CONF_CONN, "how both ends prove themselves", { "secret", "psk", NULL },
	     { "psk", "psk", NULL }, { "rsasig", "rsasig", NULL }, { "ecdsa", "rsasig", NULL },
	     { "pubkey", "rsasig", NULL }, { "null", "null", NULL }, { "never", NULL, NULL }),
	WORD("phase2", CONF_CONN, "ESP or AH", { "esp", "encrypt", NULL }, { "ah", "authenticate", NULL }),
	SAME("auth", CONF_CONN, "phase2"),
	BOOL("compress", CONF_CONN, "compress", NULL, "compress (IPCOMP)"),
	BOOL("pfs", CONF_CONN, "pfs", NULL, "a new key exchange for each Child SA (yes)"),
	TEXT("pfsgroup", CONF_CONN, "pfsgroup", "its group"),
	TEXT("ike", CONF_CONN, "ike", "proposals of the IKE SA"),
	TEXT("esp", CONF_CONN, "esp", "proposals of Child SAs"),
	SAME("phase2alg", CONF_CONN, "esp"),
	TEXT("ah", CONF_CONN, "ah", "proposals of Child SAs with AH"),
	WORD("ikev2", CONF_CONN, "the version of IKE", { "never", "ikev1", NULL }, { "no", "ikev1", NULL },
	     { "insist", "ikev2", NULL }, { "yes", "ikev2", NULL }, { "permit", NULL, NULL },
	     { "propose", NULL, NULL }),
	WORD("keyexchange", CONF_CONN, "the same", { "ike", NULL, NULL }, { "ikev1", "ikev1", NULL },
	     { "ikev2", "ikev2", NULL }),
	BOOL("aggrmode", CONF_CONN, "aggrmode", NULL, "Aggressive Mode of IKEv1"),
	SAME("aggressive", CONF_CONN, "aggrmode"),
	BOOL("modecfgpull", CONF_CONN, "modecfgpull", NULL, "ask for an address"),
	TEXT("modecfgdns1", CONF_CONN, "modecfgdns1", "a name server to hand out"),
	TEXT("modecfgdns2", CONF_CONN, "modecfgdns2", "another one"),
	TEXT("modecfgwins1", CONF_CONN, "modecfgwins1", "a WINS server to hand out"),
	TEXT("modecfgwins2", CONF_CONN, "modecfgwins2", "another one"),
	TYPED("ikelifetime", CONF_CONN, CONF_TIME, "ikelifetime", "life of an IKE SA"),
	TYPED("salifetime", CONF_CONN, CONF_TIME, "ipseclifetime", "life of a Child SA"),
	SAME("keylife", CONF_CONN, "salifetime"),
	SAME("lifetime", CONF_CONN, "salifetime"),
	TYPED("rekeymargin", CONF_CONN, CONF_TIME, "rekeymargin", "rekey so long before the end"),
	TYPED("rekeyfuzz", CONF_CONN, CONF_PERCENT, "rekeyfuzz", "lengthen that at random"),
	{ .name = "keyingtries", .where = CONF_CONN, .type = CONF_WORD, .option = "keyingtries",
	  .words = WORDS({ "%forever", "keyingtries", "0" }), .story = "attempts, a number" },
	BOOL("rekey", CONF_CONN, NULL, "dontrekey", "replace SAs before they expire"),
	TYPED("dpddelay", CONF_CONN, CONF_TIME, "dpddelay", "silence before the peer is asked"),
	TYPED("dpdtimeout", CONF_CONN, CONF_TIME, "dpdtimeout", "silence before it is given up"),
	WORD("dpdaction", CONF_CONN, "what is done then", { "clear", "dpdaction", "clear" },
	     { "hold", "dpdaction", "hold" }, { "restart", "dpdaction", "restart" },
	     { "restart_by_peer", "dpdaction", "restart" }),
	BOOL("forceencaps", CONF_CONN, "forceencaps", NULL, "ESP in UDP always"),
	SAME("encapsulation", CONF_CONN, "forceencaps"),
	WORD("failureshunt", CONF_CONN, "what becomes of traffic after a failure",
	     { "none", "failnone", NULL }, { "passthrough", "failpass", NULL },
	     { "drop", "faildrop", NULL }, { "reject", "failreject", NULL }),
	WORD("mobike", CONF_CONN, "may move to other addresses", { "yes", "mobike", "yes" },
	     { "no", "mobike", "no" }),
	BOOL("disablearrivalcheck", CONF_CONN, "disablearrivalcheck", NULL, "any inner addresses"),
	BOOL("nopmtudisc", CONF_CONN, "nopmtudisc", NULL, "never forbid fragments"),
	WORD("auto", CONF_CONN, "what ipsec start does with it", { "ignore", NULL, NULL },
	     { "manual", NULL, NULL }, { "add", NULL, NULL }, { "route", NULL, NULL },
	     { "ondemand", NULL, NULL }, { "start", NULL, NULL }, { "up", NULL, NULL }),
	REFUSED("negotiationshunt", CONF_CONN, "packets are always held meanwhile; leave it out"),
	REFUSED("overlapip", CONF_CONN, NOT_HERE),
	REFUSED("connalias", CONF_CONN, NOT_HERE),
	REFUSED("metric", CONF_CONN, NOT_HERE),
	REFUSED("mtu", CONF_CONN, "the path's MTU is found; leave it out"),
	REFUSED("sha2_truncbug", CONF_CONN, NOT_HERE),
};
const unsigned n_conf_keywords = sizeof(conf_keywords) / sizeof(*conf_keywords);
_Static_assert(sizeof(conf_keywords) / sizeof(*conf_keywords) <= CONF_MAX_KEYWORDS, "room");

static bool
is(struct span s, const char *text)
{
	return span_eq(s, span_str(text));
}

static const struct conf_keyword *
row(struct span name, enum conf_where where)
{
	for (unsigned i = 0; i < n_conf_keywords; i++)
		if (conf_keywords[i].where == where && is(name, conf_keywords[i].name))
			return conf_keywords[i].same_as == NULL ? &conf_keywords[i]
				: row(span_str(conf_keywords[i].same_as), where);
	return NULL;
}

/* What is behind WORD in NAME, or an empty span of NULL. */
static struct span
behind(struct span name, const char *word)
{
	size_t n = strlen(word);

	return name.len >= n && is(span_of(name.ptr, n), word)
		? span_of(&name.ptr[n], name.len - n) : span_of(NULL, 0);
}

const struct conf_keyword *
conf_keyword_find(struct span name, bool setup, enum conf_side *side)
{
	static const char *const sides[] = { "left", "right" };

	*side = CONF_BOTH;
	if (setup)
		return row(name, CONF_SETUP);
	for (int i = 0; i < 2; i++) {
		struct span rest = behind(name, sides[i]);

		if (rest.ptr == NULL)
			continue;
		*side = (enum conf_side)i;
		return row(rest, CONF_END);
	}
	return row(name, CONF_CONN);
}

const struct conf_word *
conf_word_find(const struct conf_word *words, const char *word)
{
	for (; words->word != NULL; words++)
		if (strcmp(words->word, word) == 0)
			return words;
	return NULL;
}
