/* What oe-zone finds fault with, in files (check) in what servers answer (verify), and on
 * this host (ipsec verify): an id that stays, a severity, the servers that it concerns, and what to do. */
#ifndef ZONES_FINDING_H
#define ZONES_FINDING_H

enum finding {
	FIND_NOTHING,		/* all is well */
	FIND_SYNTAX, FIND_SPLIT, FIND_NO_KEY, FIND_KEY_FLAGS, FIND_LONG_STRING, FIND_POWERDNS,
	FIND_ALGORITHM, FIND_FIELDS, FIND_CNAME, FIND_TTL, FIND_UNSIGNED, FIND_BAD_KEY, FIND_SIZE,
	FIND_FORWARD, FIND_NO_IKE, FIND_SPECIAL, FIND_WILDCARD, FIND_TWICE, FIND_SERVERS,
	FIND_EXPIRES, FIND_GATEWAY, FIND_TXT_DIFFERS, FIND_LIBRESWAN, FIND_BAD_TXT, FIND_SKIPPED,
	FIND_BOGUS, FIND_NO_ANSWER, FIND_ABSENT, FIND_SILENT,
	/* of this host */
	FIND_PROGRAM, FIND_KERNEL, FIND_PLUTO, FIND_PORT, FIND_SECRETS, FIND_SECRETS_OPEN, FIND_HOST_KEY,
	FIND_POLICIES, FIND_RESOLVER, FIND_ANCHOR, FIND_CLOCK, FIND_OTHER_KEY, FINDINGS,
};

enum finding_profile {
	PROFILE_BIND = 1, PROFILE_KNOT = 2, PROFILE_NSD = 4, PROFILE_LDNS = 8, PROFILE_PDNS = 16,
	PROFILE_ALL = 31,
};

enum finding_severity { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding_rule {
	const char *id, *name;
	enum finding_severity severity;
	unsigned profiles;	/* whom it concerns */
	const char *fix;
};

/* The rule of F, which is not FIND_NOTHING. */
const struct finding_rule *finding_rule(enum finding f);

#endif
