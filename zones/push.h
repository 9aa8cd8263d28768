/* Makes a server's records those of a file: by a dynamic update, by the program that
 * controls Knot, or by PowerDNS's HTTP API. Needs libldns. */
#ifndef ZONES_PUSH_H
#define ZONES_PUSH_H

#include "lib/revname.h"
#include "zones/zone_diff.h"

enum push_way { PUSH_NSUPDATE, PUSH_KNOTC, PUSH_PDNS };

struct push {
	const char *prog;	/* who complains */
	enum push_way way;
	struct dns_name zone;
	const char *tsig;	/* nsupdate: the file of the key; NULL: none */
	const char *socket;	/* knotc: the server's control socket; NULL: its default */
	const char *url;	/* pdns: http://127.0.0.1:8081 */
	const char *api_key;	/* pdns: the file of the key */
	bool dry;		/* prints what would be sent */
	bool quiet;		/* says nothing when all went well */
	bool verbose;		/* prints each record that is taken away or added */
};

/* What is wrong with the choice of ways; NULL: nothing. */
const char *push_refuses(const struct push *p);
/* Asks S for the names of F (called FILE, read from its beginning, twice), sends what
 * differs, and asks again. An exit status, after a sentence. */
int push_file(const struct push *p, FILE *f, const char *file, const struct server *s);

/* The ways: each sends D as one change, or none of it. False with a sentence in ERR. */
typedef bool push_fn(const struct push *p, const struct server *s, const struct zone_diff *d,
		     char *err, size_t errlen);
push_fn push_by_nsupdate;
push_fn push_by_knotc;
push_fn push_by_pdns;

#endif
