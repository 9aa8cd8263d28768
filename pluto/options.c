/* pluto's options, a row each, and what a row sets. */
#include "pluto/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/impair.h"
#include "pluto/options_dns.h"

#define SETTER(name) \
	static int name(struct pluto_options *o, const char *value, const char **err)
#define UNUSED (void)value, (void)err

SETTER(set_nofork)      { UNUSED; o->nofork = true; return 0; }
SETTER(set_stderrlog)   { UNUSED; o->stderrlog = true; return 0; }
SETTER(set_no_oe)       { UNUSED; o->no_oe = true; return 0; }
SETTER(set_oe_null)     { UNUSED; o->oe_null = true; return 0; }
SETTER(set_oe_legacy)   { UNUSED; o->oe_legacy = true; return 0; }
SETTER(set_force_ka)    { UNUSED; o->force_keepalive = true; return 0; }
SETTER(set_uniqueids)   { UNUSED; o->uniqueids = true; return 0; }
SETTER(set_force_busy)  { UNUSED; o->force_busy = true; return 0; }
SETTER(set_stack_auto)  { UNUSED; o->stack = STACK_AUTO; return 0; }
SETTER(set_stack_tun)   { UNUSED; o->stack = STACK_TUN; return 0; }
SETTER(set_stack_mast)  { UNUSED; o->stack = STACK_MAST; return 0; }
SETTER(set_stack_xfrm)  { UNUSED; o->stack = STACK_XFRM; return 0; }
SETTER(set_stack_none)  { UNUSED; o->stack = STACK_NONE; return 0; }
SETTER(set_ctlbase)     { (void)err; o->ctlbase = value; return 0; }
SETTER(set_secretsfile) { (void)err; o->secretsfile = value; return 0; }
SETTER(set_ipsecdir)    { (void)err; o->ipsecdir = value; return 0; }
SETTER(set_coredir)     { (void)err; o->coredir = value; return 0; }
SETTER(set_xauthcheck)
{
	if (*value == '/') {
		o->xauthcheck = value;
		return 0;
	}
	*err = "is not the path of a program, from / on";
	return -EINVAL;
}

SETTER(set_perpeerlog)  { UNUSED; o->perpeerlog = true; return 0; }
SETTER(set_perpeerlogbase) { (void)err; o->perpeerlogbase = value; return 0; }
SETTER(set_noretransmits) { UNUSED; o->noretransmits = true; return 0; }
SETTER(set_noseccomp) { UNUSED; o->noseccomp = true; return 0; }
SETTER(set_adns)        { (void)err; o->adns = value; return 0; }

/* An option without a value is given its own name. Several add up; "none" begins
 * anew. */
SETTER(set_debug)
{
	int class = log_class_named(value + strlen("debug-"));

	(void)err;
	o->debug = class == 0 ? 0 : o->debug | (uint32_t)class;
	return 0;
}

SETTER(set_impair)
{
	(void)err;
	o->impair |= impair_named(value + strlen("impair-"));
	return 0;
}

static int
number(const char *value, long lo, long hi, long *out, const char **err)
{
	char *end;

	errno = 0;
	*out = strtol(value, &end, 10);
	if (errno == 0 && end != value && *end == '\0' && *out >= lo && *out <= hi)
		return 0;
	*err = "is not a number in the allowed range";
	return -EINVAL;
}

SETTER(set_interface)
{
	if (o->n_interfaces == MAX_INTERFACES) {
		*err = "is one interface too many (16 at most)";
		return -E2BIG;
	}
	o->interfaces[o->n_interfaces++] = value;
	return 0;
}

SETTER(set_listen)
{
	if (ip_addr_parse(value, &o->listen))
		return 0;
	*err = "is not an IP address";
	return -EINVAL;
}

SETTER(set_ikeport)
{
	long n;

	if (number(value, 1, 65535, &n, err) != 0)
		return -EINVAL;
	o->ikeport = (uint16_t)n;
	return 0;
}

SETTER(set_nhelpers)
{
	long n;

	if (number(value, -1, 64, &n, err) != 0)
		return -EINVAL;
	o->nhelpers = (int)n;
	return 0;
}

SETTER(set_keep_alive)
{
	long n;

	if (number(value, 0, 86400, &n, err) != 0)
		return -EINVAL;
	o->keep_alive_s = n == 0 ? 20 : (uint32_t)n;
	return 0;
}

SETTER(set_virtual_private)
{
	return virtual_nets_parse(value, &o->virtual_private, err) ? 0 : -EINVAL;
}

SETTER(set_oe_deadline)
{
	long n;

	if (number(value, 100, 60000, &n, err) != 0)
		return -EINVAL;
	o->oe_deadline_ms = (uint32_t)n;
	return 0;
}

SETTER(set_oe_idle)
{
	long n;

	if (number(value, 0, 86400, &n, err) != 0)
		return -EINVAL;
	o->oe_idle_s = (uint32_t)n;
	return 0;
}

SETTER(set_trap)
{
	if (strcmp(value, "queue") == 0) {
		o->catch_by = CATCH_QUEUE;
	} else if (strcmp(value, "acquire") == 0) {
		o->catch_by = CATCH_ACQUIRE;
	} else {
		*err = "is neither queue nor acquire";
		return -EINVAL;
	}
	return 0;
}

SETTER(set_tun_name)
{
	if (strlen(value) >= sizeof(o->tun_name) || *value == '\0') {
		*err = "is not an interface name (1 to 15 characters)";
		return -EINVAL;
	}
	snprintf(o->tun_name, sizeof(o->tun_name), "%s", value);
	return 0;
}

SETTER(set_offload)
{
	if (*value == '\0' || strlen(value) >= sizeof(o->tun_name)) {
		*err = "is not a device, auto or none";
		return -EINVAL;
	}
	o->offload = strcmp(value, "none") != 0;
	o->offload_dev = o->offload && strcmp(value, "auto") != 0 ? value : NULL;
	return 0;
}

/* --help, --version and --optionsfrom are handled before the rows. */
const struct option_row pluto_option_rows[] = {
	{ "help", ARG_NONE, OPTION_WORKS, "print this and exit", NULL },
	{ "version", ARG_NONE, OPTION_WORKS, "print the version and exit", NULL },
	{ "optionsfrom", ARG_TEXT, OPTION_WORKS, "read further options from a file", NULL },
	{ "nofork", ARG_NONE, OPTION_WORKS, "stay in the foreground", set_nofork },
	{ "stderrlog", ARG_NONE, OPTION_WORKS, "log to standard error, not to syslog", set_stderrlog },
	{ "use-auto", ARG_NONE, OPTION_WORKS, "choose the data plane by probing the kernel (default)", set_stack_auto },
	{ "use-klips", ARG_NONE, OPTION_WORKS, "user-space ESP over a TUN device", set_stack_tun },
	{ "use-mast", ARG_NONE, OPTION_WORKS, "ESP in the kernel behind an xfrm interface; without one, the same as --use-klips", set_stack_mast },
	{ "use-netkey", ARG_NONE, OPTION_WORKS, "ESP in the kernel (XFRM)", set_stack_xfrm },
	{ "use-nostack", ARG_NONE, OPTION_WORKS, "IKE alone: nothing is installed", set_stack_none },
	{ "use-none", ARG_NONE, OPTION_WORKS, "the same as --use-nostack", set_stack_none },
	{ "noklips", ARG_NONE, OPTION_WORKS, "the same as --use-nostack", set_stack_none },
	{ "use-bsdkame", ARG_NONE, OPTION_REFUSED, "this daemon runs on Linux; leave it out", NULL },
	{ "uniqueids", ARG_NONE, OPTION_WORKS, "IKEv1: an identity is at one address alone, the last; in IKEv2 it always is", set_uniqueids },
	{ "nat_traversal", ARG_NONE, OPTION_IMPLIED, "UDP port 4500 is always served", NULL },
	{ "disable_port_floating", ARG_NONE, OPTION_REFUSED, "IKE moves to port 4500 when it must (RFC 7296 2.23, RFC 3947); leave it out", NULL },
	{ "virtual_private", ARG_TEXT, OPTION_WORKS, "networks of which peers may have inner addresses, %v4:NET,%v4:!NET,%v6:NET (none)", set_virtual_private },
	{ "keep_alive", ARG_NUMBER, OPTION_WORKS, "seconds of silence before a NAT keepalive (20)", set_keep_alive },
	{ "force_keepalive", ARG_NONE, OPTION_WORKS, "send NAT keepalives where no NAT was seen, too", set_force_ka },
	{ "force_busy", ARG_NONE, OPTION_WORKS, "ask every new peer for a cookie", set_force_busy },
	{ "nocrsend", ARG_NONE, OPTION_IMPLIED, "certificate requests are never sent", NULL },
	{ "strictcrlpolicy", ARG_NONE, OPTION_REFUSED, "certificates are not supported; publish a key in DNS (oe-zone record)", NULL },
	{ "crlcheckinterval", ARG_NUMBER, OPTION_REFUSED, "certificates are not supported; publish a key in DNS (oe-zone record)", NULL },
	{ "ocspuri", ARG_TEXT, OPTION_REFUSED, "certificates are not supported; publish a key in DNS (oe-zone record)", NULL },
	{ "interface", ARG_TEXT, OPTION_WORKS, "listen on this interface alone (repeatable)", set_interface },
	{ "listen", ARG_ADDR, OPTION_WORKS, "listen on this address alone", set_listen },
	{ "ikeport", ARG_NUMBER, OPTION_WORKS, "UDP port for IKE (500)", set_ikeport },
	{ "ctlbase", ARG_TEXT, OPTION_WORKS, "path of control socket and lock, without .ctl and .pid (/run/pluto/pluto)", set_ctlbase },
	{ "secretsfile", ARG_TEXT, OPTION_WORKS, "our keys (/etc/ipsec.secrets)", set_secretsfile },
	{ "ipsecdir", ARG_TEXT, OPTION_WORKS, "directory with policies/ and private/ (/etc/ipsec.d)", set_ipsecdir },
	{ "ipsec_dir", ARG_TEXT, OPTION_WORKS, "the same as --ipsecdir", set_ipsecdir },
	{ "foodgroupsdir", ARG_TEXT, OPTION_WORKS, "the same as --ipsecdir", set_ipsecdir },
	{ "adns", ARG_TEXT, OPTION_WORKS, "path of the DNS helper (beside pluto)", set_adns },
	{ "xauthcheck", ARG_TEXT, OPTION_WORKS, "program that says whether an XAUTH password is right (the secrets file)", set_xauthcheck },
	{ "lwdnsq", ARG_TEXT, OPTION_REFUSED, "adns asks the name servers of --resolver; leave it out", NULL },
	{ "nhelpers", ARG_NUMBER, OPTION_WORKS, "worker threads for crypto; 0: none, -1: one less than the CPUs (default)", set_nhelpers },
	{ "perpeerlog", ARG_NONE, OPTION_WORKS, "besides, a log for each peer", set_perpeerlog },
	{ "perpeerlogbase", ARG_TEXT, OPTION_WORKS, "where these logs are (/var/log/pluto/peer)", set_perpeerlogbase },
	{ "noretransmits", ARG_NONE, OPTION_WORKS, "for tests: no message is sent again", set_noretransmits },
	{ "noseccomp", ARG_NONE, OPTION_WORKS, "for debuggers: any system call is allowed", set_noseccomp },
	{ "coredir", ARG_TEXT, OPTION_WORKS, "working directory; allows core dumps", set_coredir },
	{ "resolver", ARG_TEXT, OPTION_WORKS, "where DNS questions go, ADDRESS[@PORT] (repeatable; /etc/resolv.conf)", options_resolver },
	{ "rootkey-file", ARG_TEXT, OPTION_WORKS, "DNSSEC trust anchor (/usr/share/dns/root.key)", options_anchor },
	{ "rootkey-state", ARG_TEXT, OPTION_WORKS, "where the root's keys are followed as they roll, FILE or none (/var/lib/pluto/adns/root.key without --rootkey-file)", options_state },
	{ "dnssec-trusted", ARG_TEXT, OPTION_WORKS, "a further trust anchor file (repeatable)", options_anchor },
	{ "negative-anchor", ARG_TEXT, OPTION_WORKS, "a zone that is not validated until a date, ZONE@YYYY-MM-DD (repeatable)", options_negative },
	{ "adns-backend", ARG_TEXT, OPTION_WORKS, "who validates DNS answers: validator (adns, default) or stub (a resolver on loopback)", options_backend },
	{ "dns-tap", ARG_TEXT, OPTION_WORKS, "a socket on which a resolver tells of names that it has answered: IKE begins at once", options_tap },
	{ "dns-tap-user", ARG_TEXT, OPTION_WORKS, "the user of that resolver (unbound)", options_tap_user },
	{ "oe-deadline", ARG_NUMBER, OPTION_WORKS, "milliseconds for one attempt, DNS and IKE together (3000)", set_oe_deadline },
	{ "oe-idle", ARG_NUMBER, OPTION_WORKS, "seconds after which an opportunistic SA that is not used is deleted; 0: never (900)", set_oe_idle },
	{ "trap", ARG_TEXT, OPTION_WORKS, "catch first packets by queue (NFQUEUE) or acquire (kernel policies)", set_trap },
	{ "no-oe", ARG_NONE, OPTION_WORKS, "do not load IPSECDIR/policies", set_no_oe },
	{ "oe-null", ARG_NONE, OPTION_WORKS, "encrypt to peers without a proven key too, unauthenticated (RFC 7619)", set_oe_null },
	{ "oe-cert", ARG_NONE, OPTION_REFUSED, "certificates are not supported; publish keys in DNS, or use --oe-null", NULL },
	{ "oe-legacy", ARG_NONE, OPTION_WORKS, "believe TXT records beside IPSECKEY, and KEY records (RFC 4322), and speak IKEv1 to peers that speak no other", set_oe_legacy },
	{ "tun-name", ARG_TEXT, OPTION_WORKS, "name of the TUN device or xfrm interface (ipsec0)", set_tun_name },
	{ "offload", ARG_TEXT, OPTION_WORKS, "network devices do the cryptography of kernel ESP: DEVICE, auto or none (none)", set_offload },
	{ "metrics", ARG_TEXT, OPTION_WORKS, "numbers for Prometheus: at ADDRESS:PORT, at a socket PATH, or in a file PATH.prom", options_metrics },
	{ "debug-none", ARG_NONE, OPTION_WORKS, "no debug lines (default)", set_debug },
	{ "debug-all", ARG_NONE, OPTION_WORKS, "all of these but private", set_debug },
	{ "debug-raw", ARG_NONE, OPTION_WORKS, "datagrams, in hex", set_debug },
	{ "debug-crypt", ARG_NONE, OPTION_WORKS, "who proved what, by which algorithms", set_debug },
	{ "debug-parsing", ARG_NONE, OPTION_WORKS, "messages that come: exchange and payloads", set_debug },
	{ "debug-emitting", ARG_NONE, OPTION_WORKS, "messages that go", set_debug },
	{ "debug-control", ARG_NONE, OPTION_WORKS, "what is done, and why", set_debug },
	{ "debug-controlmore", ARG_NONE, OPTION_WORKS, "each request of whack", set_debug },
	{ "debug-lifecycle", ARG_NONE, OPTION_WORKS, "SAs: their states, beginnings and ends", set_debug },
	{ "debug-klips", ARG_NONE, OPTION_WORKS, "the data plane", set_debug },
	{ "debug-pfkey", ARG_NONE, OPTION_WORKS, "messages to the kernel", set_debug },
	{ "debug-nat-t", ARG_NONE, OPTION_WORKS, "NAT: keepalives, peers that moved", set_debug },
	{ "debug-natt", ARG_NONE, OPTION_WORKS, "the same as --debug-nat-t", set_debug },
	{ "debug-dpd", ARG_NONE, OPTION_WORKS, "peers asked whether they are alive", set_debug },
	{ "debug-dns", ARG_NONE, OPTION_WORKS, "questions and answers", set_debug },
	{ "debug-oppo", ARG_NONE, OPTION_WORKS, "why opportunism did or did not happen", set_debug },
	{ "debug-oppoinfo", ARG_NONE, OPTION_WORKS, "one line for each demand", set_debug },
	{ "debug-whackwatch", ARG_NONE, OPTION_WORKS, "nothing more: whack always stays until the end", set_debug },
	{ "debug-private", ARG_NONE, OPTION_WORKS, "nothing: secrets are never logged", set_debug },
	{ "impair-delay-adns-key-answer", ARG_NONE, OPTION_WORKS, "fault: answers with keys (KEY, IPSECKEY) come 30 s late", set_impair },
	{ "impair-delay-adns-txt-answer", ARG_NONE, OPTION_WORKS, "fault: answers with TXT come 30 s late", set_impair },
	{ "impair-bust-mi2", ARG_NONE, OPTION_WORKS, "fault: the initiator's second message of Main Mode is huge", set_impair },
	{ "impair-bust-mr2", ARG_NONE, OPTION_WORKS, "fault: the responder's second message of Main Mode is huge", set_impair },
	{ "impair-sa-fail", ARG_NONE, OPTION_WORKS, "fault: the data plane refuses every SA", set_impair },
	{ "impair-die-oninfo", ARG_NONE, OPTION_WORKS, "fault: an informational exchange ends its IKE SA", set_impair },
	{ "impair-jacob-two-two", ARG_NONE, OPTION_WORKS, "fault: every message is sent twice", set_impair },
	{ "impair-netlink-refuses", ARG_NONE, OPTION_WORKS, "fault: the kernel refuses every request by netlink", set_impair },
	{ "impair-netlink-overrun", ARG_NONE, OPTION_WORKS, "fault: what the kernel tells by netlink is lost (ENOBUFS)", set_impair },
	{ "impair-no-memory", ARG_NONE, OPTION_WORKS, "fault: of what asks for memory each eighth gets none", set_impair },
	{ "impair-adns-stalls", ARG_NONE, OPTION_WORKS, "fault: the DNS helper answers nothing", set_impair },
	{ "impair-log-full", ARG_NONE, OPTION_WORKS, "fault: the disk of the log is full", set_impair },
	{ "impair-clock-forward", ARG_NONE, OPTION_WORKS, "fault: the wall clock is a day ahead", set_impair },
	{ "impair-clock-back", ARG_NONE, OPTION_WORKS, "fault: the wall clock is a day behind", set_impair },
};
const unsigned n_pluto_option_rows = sizeof(pluto_option_rows) / sizeof(*pluto_option_rows);
