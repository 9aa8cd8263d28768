/* How records leave oe-zone: as lines of a zone file, or as commands for the
 * program that changes a server's zone. */
#ifndef ZONES_OUTPUT_H
#define ZONES_OUTPUT_H

#include <stdio.h>

#include "lib/revname.h"

enum output_format {
	OUTPUT_ZONE,		/* one line that BIND, Knot, ldns, NSD load */
	OUTPUT_GENERIC,		/* RFC 3597: for servers that know no IPSECKEY */
	OUTPUT_NSUPDATE,	/* commands for nsupdate(1), knsupdate(1) */
	OUTPUT_KNOTC,		/* one transaction, on the standard input of knotc(8) */
	OUTPUT_PDNSUTIL,	/* lines for sh(1), one pdnsutil(1) each */
	OUTPUT_JSON,		/* one object a line */
};
#define OUTPUT_FORMATS "zone, generic, nsupdate, knotc, pdnsutil or json"

/* All that is printed in one run. */
struct output {
	FILE *out;
	enum output_format format;
	struct dns_name zone;	/* "": not told */
	bool quiet;		/* without remarks */
};

bool output_format_parse(const char *text, enum output_format *out);
/* A zone's name: a host name, with the slash that RFC 2317 has in examples. */
bool output_zone_parse(const char *text, struct dns_name *out);
/* What is wrong with the request before anything is printed; NULL: nothing. */
const char *output_refuses(const struct output *o);
/* Is NAME the zone's, or was no zone told? */
bool output_holds(const struct output *o, const struct dns_name *name);

/* What stands before the first record, and behind the last. */
void output_begin(const struct output *o);
bool output_end(const struct output *o);	/* false: OUT could not be written */
/* A remark where the format has room for one. No newline in it. */
void output_comment(const struct output *o, const char *text);
/* One record. TEXT is its data in presentation form, without a single quote. */
void output_rr(const struct output *o, const struct dns_name *owner, uint32_t ttl,
	       const char *type, const char *text);

/* A string of JSON; octets that are not printable ASCII are escaped. */
void output_json_string(FILE *out, const char *text);

#endif
