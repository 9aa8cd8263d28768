/* What oe-zone check has to say about the records of a file. */
#ifndef ZONES_LINT_H
#define ZONES_LINT_H

#include "lib/addr.h"
#include "lib/span.h"
#include "zones/finding.h"
#include "zones/zone_scan.h"

struct lint_set;

struct lint {
	FILE *out;
	const char *file;
	unsigned profiles;		/* of enum finding_profile */
	bool json, verbose;		/* verbose: notes too */
	unsigned errors, warnings, notes;
	unsigned about;			/* records that it looked into */
	struct lint_set *sets;		/* owned */
	uint64_t now_s;			/* by the wall clock; 0: lint_zone looks */
	char apex[SCAN_NAME];		/* of the SOA record, else the origin */
	uint32_t refresh_s;		/* of the SOA record; 0: none was seen */
	bool is_signed;			/* there are RRSIG records */
};

/* "all", "bind", "knot", "nsd", "ldns", "pdns". */
bool lint_profile_parse(const char *text, unsigned *out);
/* Checks the zone file F, whose names end in ORIGIN. */
void lint_zone(struct lint *l, FILE *f, const char *origin);

/* For the rules' files: one finding, unless the profiles do not care. */
void lint_say(struct lint *l, unsigned line, enum finding id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void lint_ipseckey(struct lint *l, const struct scan_rr *rr);
void lint_txt(struct lint *l, const struct scan_rr *rr);
void lint_key(struct lint *l, const struct scan_rr *rr);
void lint_soa(struct lint *l, const struct scan_rr *rr);
void lint_rrsig(struct lint *l, const struct scan_rr *rr);
/* Is ALG with these bytes a key that can be used? Says what is wrong otherwise. */
void lint_public_key(struct lint *l, unsigned line, uint8_t alg, struct span key);

/* Records of one owner are looked at together, at the end. */
struct lint_member {
	unsigned line;
	enum { LINT_IS_OTHER, LINT_IS_CNAME, LINT_IS_IPSECKEY, LINT_IS_TXT, LINT_IS_RRSIG } kind;
	unsigned precedence;
	struct span key;	/* copied */
	size_t rdata;		/* its octets */
	struct ip_addr gateway;	/* family IP_NONE: it has no address, or is the owner */
};
bool lint_set_add(struct lint *l, const char *owner, const struct lint_member *m);
void lint_sets_check(struct lint *l);
void lint_sets_free(struct lint *l);

#endif
