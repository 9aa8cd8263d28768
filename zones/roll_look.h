/* Where the two keys of a roll-over are published: asked of every authoritative server of
 * every name. Needs libldns, libunbound. */
#ifndef ZONES_ROLL_LOOK_H
#define ZONES_ROLL_LOOK_H

#include "zones/authority.h"
#include "zones/roll_rr.h"
#include "zones/roll_state.h"

/* A name, and where its records are. */
struct roll_place {
	const char *asked;
	struct dns_name owner;		/* behind a CNAME (RFC 2317) */
	struct authorities servers;
	enum lookup_verdict verdict;	/* of its IPSECKEY records, through the resolver */
};

enum roll_has { ROLL_HAS_NONE, ROLL_HAS_OLD, ROLL_HAS_NEW, ROLL_HAS_BOTH, ROLL_SILENT };

/* What one server has of one name, in records of one type. */
struct roll_at {
	const struct roll_place *place;
	const struct authority *server;	/* NULL: none of the name is found */
	unsigned type;			/* roll_type(); of a server that is silent it says nothing */
	enum roll_has has;
	uint32_t ttl_s;			/* how long caches hold what it answers */
	char why[400];			/* ROLL_SILENT: the reason */
};

/* False with a sentence in ERR: ASKED is neither an address nor a name. */
bool roll_place_find(struct ub_ctx *ctx, const char *asked, struct roll_place *out, char *err,
		     size_t errlen);
/* Looks at all servers of all names, and calls EACH (may be NULL) for one after the other, with
 * each type that has one of the two keys somewhere; with IPSECKEY where none has.
 * *WORST: of the verdicts. False with a sentence in ERR. */
typedef void roll_each_fn(void *arg, const struct roll_at *at);
bool roll_look(struct ub_ctx *ctx, const struct roll *r, roll_each_fn *each, void *arg,
	       struct roll_seen *seen, enum lookup_verdict *worst, char *err, size_t errlen);

#endif
