/* Asks one authoritative server, as ldns has it. Needs libldns. */
#ifndef ZONES_SERVER_H
#define ZONES_SERVER_H

#include <ldns/ldns.h>

#include "lib/addr.h"
#include "lib/span.h"

struct server {
	struct endpoint at;
	ldns_resolver *resolver;	/* owned */
};

/* "@192.0.2.53", "@192.0.2.53@5353", "@[2001:db8::53]:53". False: it is not one, or memory. */
bool server_open(const char *text, struct server *out);
void server_close(struct server *s);
/* The records of NAME and TYPE, owned by the caller; empty: it has none. Three tries of
 * three seconds; what is cut is asked again by TCP. NULL with a sentence in ERR when it is
 * silent, or does not answer for that name. */
ldns_rr_list *server_ask(const struct server *s, const ldns_rdf *name, ldns_rr_type type,
			 char *err, size_t errlen);
/* The data of RR as octets, at most MAX of them, into OUT; empty: they do not fit. */
struct span server_rdata(const ldns_rr *rr, uint8_t *out, size_t max);

#endif
