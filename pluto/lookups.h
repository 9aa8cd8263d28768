/* What each DNS question in flight is for. */
#ifndef PLUTO_LOOKUPS_H
#define PLUTO_LOOKUPS_H

#include "lib/revname.h"

enum lookup_purpose {
	LOOKUP_NONE,
	LOOKUP_OE_PEER,		/* a key for the opportunistic engine */
	LOOKUP_IKE_KEY,		/* the key of a peer that came to us */
	LOOKUP_IKE_CLIENT,	/* who speaks for the host behind such a peer */
	LOOKUP_IKE_ADDR,	/* the address of the name it claims */
	LOOKUP_OWN_KEY,		/* what DNS says of us */
	LOOKUP_MYID,		/* and of our name */
	LOOKUP_TRIAL_NAME,	/* --oppothere NAME */
	LOOKUP_HOST_NAME,	/* --host NAME */
	LOOKUP_KEYID,		/* --keyid ID, without a key */
	LOOKUP_FORWARD_KEY,	/* what a resolver told us of: dns_tap.h */
	LOOKUP_FORWARD_ADDR,
	LOOKUP_SET,		/* one of several that are answered together */
};

struct lookup {
	uint64_t id;
	enum lookup_purpose purpose;
	uint64_t about;		/* oppo_id, the IKE engine's lookup id, a client */
	struct ip_addr addr;	/* whom it is about */
	int whose;		/* LOOKUP_OE_PEER: enum rr_wanted; LOOKUP_SET: which gateway */
	uint16_t rrtype;	/* LOOKUP_SET */
	struct dns_name name;
	uint16_t asked;		/* the type that is asked for */
	uint64_t asked_ms;
};

enum { MAX_LOOKUPS = 8192 };

struct lookups {
	unsigned n;
	struct lookup *slots;	/* MAX_LOOKUPS, by id modulo; owned */
};

bool lookups_init(struct lookups *t);
void lookups_free(struct lookups *t);
/* Remembers question ID (never 0, never reused); NULL when too many are in
 * flight. */
struct lookup *lookup_add(struct lookups *t, uint64_t id, enum lookup_purpose p,
			  uint64_t about);
struct lookup *lookup_find(struct lookups *t, uint64_t id);
void lookup_drop(struct lookups *t, struct lookup *l);

#endif
