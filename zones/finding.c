/* The rules of oe-zone check, oe-zone verify and ipsec verify. */
#include "zones/finding.h"

static const struct finding_rule rules[FINDINGS] = {
	/* A line that is no record. */
	[FIND_SYNTAX] = { "OE000", "unreadable", FINDING_ERROR, PROFILE_ALL, "write it as RFC 1035 has it" },
	/* dig, BIND and dnssec-signzone break keys; ldns reads the first piece alone. */
	[FIND_SPLIT] = { "OE001", "base64-split", FINDING_WARNING, PROFILE_LDNS, "write the key in one piece" },
	/* Nobody can prove anything with it, and most servers refuse it. */
	[FIND_NO_KEY] = { "OE002", "no-key", FINDING_ERROR, PROFILE_ALL, "add the key: oe-zone record" },
	/* Mnemonics and 0x are BIND's. */
	[FIND_KEY_FLAGS] = { "OE003", "key-flags-not-portable", FINDING_ERROR,
			     PROFILE_KNOT | PROFILE_NSD | PROFILE_LDNS | PROFILE_PDNS, "write 16896 4 1" },
	/* A character-string has 255 octets (RFC 1035 3.3). */
	[FIND_LONG_STRING] = { "OE004", "string-too-long", FINDING_ERROR, PROFILE_ALL,
			       "split it into strings of 250" },
	/* PowerDNS 4.7 knows algorithm 2 alone, and has no dot for no gateway. */
	[FIND_POWERDNS] = { "OE005", "powerdns-cannot-hold", FINDING_WARNING, PROFILE_PDNS,
			    "an RSA key, by oe-zone record -o pdnsutil" },
	/* RFC 4025, 8005 and 9373 have 1 to 4; DSA is used by nobody. */
	[FIND_ALGORITHM] = { "OE006", "algorithm", FINDING_ERROR, PROFILE_ALL, "a key of algorithm 2, 3 or 4" },
	/* Each field within its bounds, the gateway as its type says. */
	[FIND_FIELDS] = { "OE007", "fields", FINDING_ERROR, PROFILE_ALL, "oe-zone record prints it right" },
	/* RFC 1034 3.6.2. */
	[FIND_CNAME] = { "OE008", "cname-and-other-data", FINDING_ERROR, PROFILE_ALL,
			 "put the records where the CNAME points" },
	/* A key in use can be replaced no faster. */
	[FIND_TTL] = { "OE009", "ttl-too-long", FINDING_WARNING, PROFILE_ALL, "3600, or 300 for hosts that move" },
	/* Who does not sign, or is not vouched for by the zone above, proves nothing. */
	[FIND_UNSIGNED] = { "OE010", "not-signed", FINDING_ERROR, PROFILE_ALL,
			    "sign the zone, and have its DS record in the zone above" },
	/* Cut short, even exponent, not on its curve, RSA too small. */
	[FIND_BAD_KEY] = { "OE011", "bad-key", FINDING_ERROR, PROFILE_ALL, "print it again: oe-zone record" },
	/* What no longer fits into 1232 octets of UDP is asked again by TCP. */
	[FIND_SIZE] = { "OE012", "answer-too-big", FINDING_WARNING, PROFILE_ALL, "Ed25519 or P-256 keys" },
	/* Logs show the PTR record's name, and mail servers ask for both. */
	[FIND_FORWARD] = { "OE013", "forward-and-reverse-differ", FINDING_WARNING, PROFILE_ALL,
			   "have a PTR record with a name that has the address" },
	/* Peers wait for an answer before they fall back, or refuse to talk. */
	[FIND_NO_IKE] = { "OE014", "nobody-speaks-ike", FINDING_WARNING, PROFILE_ALL,
			  "run pluto there, and open UDP 500 and 4500; or take the record away" },
	/* RFC 6303: resolvers answer for these themselves. */
	[FIND_SPECIAL] = { "OE015", "special-use", FINDING_WARNING, PROFILE_ALL,
			   "configure the resolvers of all peers to ask you" },
	/* It speaks for every name that has no records of its own. */
	[FIND_WILDCARD] = { "OE016", "wildcard", FINDING_NOTE, PROFILE_ALL, "list the hosts, if you can" },
	/* Peers take the first of the lowest precedence. */
	[FIND_TWICE] = { "OE017", "same-again", FINDING_WARNING, PROFILE_ALL,
			 "one record a key, each with its own precedence" },
	/* Which of them a resolver asks is chance. */
	[FIND_SERVERS] = { "OE018", "servers-differ", FINDING_ERROR, PROFILE_ALL,
			   "wait for the transfer, or look at that server" },
	/* A cache may keep the record, and a secondary server the zone, longer than its signature. */
	[FIND_EXPIRES] = { "OE019", "signature-expires", FINDING_WARNING, PROFILE_ALL,
			   "sign the zone again, and sooner" },
	/* Who looks at the gateway's own name finds another key, or none. */
	[FIND_GATEWAY] = { "OE020", "gateway-not-confirmed", FINDING_WARNING, PROFILE_ALL,
			   "publish the same key under the gateway's reverse name" },
	/* Old peers would prove another host than new ones. */
	[FIND_TXT_DIFFERS] = { "OE021", "txt-key-differs", FINDING_WARNING, PROFILE_ALL,
			       "publish the same key in both" },
	/* libreswan 4.10 reads RSA keys of records without a gateway. */
	[FIND_LIBRESWAN] = { "OE022", "not-for-libreswan", FINDING_NOTE, PROFILE_ALL,
			     "an RSA key beside it, by oe-zone record -g none" },
	/* It begins as RFC 4322 has it, and goes on in another way. */
	[FIND_BAD_TXT] = { "OE023", "txt-malformed", FINDING_ERROR, PROFILE_ALL, "oe-zone record --txt" },
	/* What another file holds, or only BIND would make. */
	[FIND_SKIPPED] = { "OE024", "not-followed", FINDING_WARNING, PROFILE_ALL,
			   "named-compilezone writes the zone as one file" },
	/* To peers that is an attack. */
	[FIND_BOGUS] = { "OE025", "bogus", FINDING_ERROR, PROFILE_ALL,
			 "sign the zone again, or have the DS record of its present key" },
	[FIND_NO_ANSWER] = { "OE026", "no-answer", FINDING_ERROR, PROFILE_ALL,
			     "look at the resolver, and at the servers of the zone" },
	[FIND_ABSENT] = { "OE027", "not-published", FINDING_ERROR, PROFILE_ALL,
			  "publish it: oe-zone record, oe-zone push" },
	/* Resolvers wait for it before they ask another. */
	[FIND_SILENT] = { "OE028", "server-silent", FINDING_ERROR, PROFILE_ALL,
			  "look at that server, or take its NS record away" },
	/* From here on: this host. */
	[FIND_PROGRAM] = { "OE050", "program-missing", FINDING_ERROR, PROFILE_ALL,
			   "make install; or set IPSEC_EXECDIR" },
	/* One of the data planes has to be there. */
	[FIND_KERNEL] = { "OE051", "no-data-plane", FINDING_ERROR, PROFILE_ALL,
			  "modprobe xfrm_user esp4 esp6, or modprobe tun" },
	[FIND_PLUTO] = { "OE052", "pluto-does-not-run", FINDING_WARNING, PROFILE_ALL,
			 "ipsec start, and look at its log" },
	[FIND_PORT] = { "OE053", "port-500-taken", FINDING_ERROR, PROFILE_ALL,
			"end the other IKE daemon" },
	[FIND_SECRETS] = { "OE054", "no-secrets", FINDING_ERROR, PROFILE_ALL,
			   "ipsec newhostkey --secrets FILE" },
	/* It may have shared secrets. */
	[FIND_SECRETS_OPEN] = { "OE055", "secrets-are-open", FINDING_WARNING, PROFILE_ALL,
				"chmod 600" },
	[FIND_HOST_KEY] = { "OE056", "no-host-key", FINDING_ERROR, PROFILE_ALL, "ipsec newhostkey" },
	/* Without them nothing is opportunistic. */
	[FIND_POLICIES] = { "OE057", "no-policies", FINDING_WARNING, PROFILE_ALL,
			    "write prefixes into the files of oe.policies(5)" },
	[FIND_RESOLVER] = { "OE058", "no-resolver", FINDING_ERROR, PROFILE_ALL,
			    "a nameserver line in /etc/resolv.conf, or pluto --resolver" },
	[FIND_ANCHOR] = { "OE059", "no-trust-anchor", FINDING_ERROR, PROFILE_ALL,
			  "install dns-root-data" },
	/* Every signature seems to be of the future, or to have expired. */
	[FIND_CLOCK] = { "OE060", "clock-not-synchronised", FINDING_WARNING, PROFILE_ALL,
			 "run chrony or systemd-timesyncd" },
	/* Peers will refuse us. */
	[FIND_OTHER_KEY] = { "OE061", "another-key-published", FINDING_ERROR, PROFILE_ALL,
			     "publish this host's key: ipsec showhostkey --ipseckey" },
};

const struct finding_rule *
finding_rule(enum finding f)
{
	return &rules[f];
}
