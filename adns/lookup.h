/* The tables behind query.c: who asked (askers), what is looked up (lookups),
 * and which names the resolver should still have in its cache. */
#ifndef ADNS_LOOKUP_H
#define ADNS_LOOKUP_H

#include <bsd/sys/queue.h>

#include "adns/adns_proto.h"
#include "lib/loop.h"

enum { LOOKUP_BUCKETS = 1024 };

struct lookup;
struct queries;

/* One question of pluto's. */
struct asker {
	uint64_t id;
	struct queries *qs;
	struct lookup *lookup;
	loop_id deadline;
	LIST_ENTRY(asker) same_bucket;
	TAILQ_ENTRY(asker) same_lookup;
};

/* One name and type being looked up, or waiting for its turn. */
struct lookup {
	struct dns_name qname;
	uint16_t rrtype;
	uint64_t ref;		/* 0: still waiting */
	bool from_cache;
	bool finished;		/* its askers are being told */
	TAILQ_HEAD(, asker) askers;
	LIST_ENTRY(lookup) same_bucket;
	TAILQ_ENTRY(lookup) in_list;	/* flying or waiting */
};

TAILQ_HEAD(lookup_list, lookup);

/* When a name's answer leaves the resolver's cache; one slot per hash. */
struct seen {
	uint64_t key, until_ms;
};

struct lookups {
	LIST_HEAD(, asker) askers[LOOKUP_BUCKETS];
	LIST_HEAD(, lookup) lookups[LOOKUP_BUCKETS];
	struct lookup_list flying, waiting;
	struct seen seen[LOOKUP_BUCKETS];
	unsigned n_askers, n_flying, n_waiting;
};

void lookups_init(struct lookups *t);
struct asker *lookups_asker(struct lookups *t, uint64_t id);
struct lookup *lookups_find(struct lookups *t, const struct dns_name *qname, uint16_t rrtype);
struct lookup *lookups_flying(struct lookups *t, uint64_t ref);
/* Waiting, without askers; NULL when memory is out. */
struct lookup *lookup_new(struct lookups *t, const struct adns_query *q);
/* From the waiting to the flying ones. */
void lookup_fly(struct lookups *t, struct lookup *l, uint64_t ref);
/* Off every table, so that the same question may be asked anew from within
 * the answers that follow. */
void lookup_detach(struct lookups *t, struct lookup *l);
/* NULL when memory is out. Its timer is the caller's. */
struct asker *asker_new(struct lookups *t, uint64_t id, struct lookup *l);
void asker_free(struct lookups *t, struct asker *a);
/* Should the resolver have it in its cache? */
bool lookups_seen(const struct lookups *t, const struct dns_name *qname, uint16_t rrtype);
/* The answer just had lives for TTL_S. */
void lookup_seen(struct lookups *t, const struct lookup *l, uint32_t ttl_s);

#endif
