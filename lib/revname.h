/* The name under in-addr.arpa or ip6.arpa where an address's records stand. */
#ifndef LIB_REVNAME_H
#define LIB_REVNAME_H

#include "lib/addr.h"

struct dns_name { char text[256]; };	/* presentation form, final dot, lower case */

/* RFC 1035 3.5, RFC 3596 2.5: "23.2.1.192.in-addr.arpa." */
struct dns_name revname_of(const struct ip_addr *a);
/* The address a full reverse name stands for; false when it is not one. */
bool revname_parse(const char *name, struct ip_addr *out);
/* A host name as it may be asked in DNS: letters, digits, hyphen, underscore,
 * labels of 1-63, at most 253 in all, one final dot added. False otherwise:
 * no name is built from bytes that were not checked here. */
bool dns_name_from_host(struct span host, struct dns_name *out);
/* An uncompressed wire name (RFC 1035 3.1) to presentation form, and back.
 * Reading consumes exactly the name; only host-name characters pass. */
struct wire_reader;
struct wire_writer;
bool dns_name_read(struct wire_reader *r, struct dns_name *out);
void dns_name_write(struct wire_writer *w, const struct dns_name *n);

#endif
