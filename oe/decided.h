/* What was decided and is remembered: one small record a pair, found by pair,
 * expiring from a heap, never by a scan. A million of them is a normal day. */
#ifndef OE_DECIDED_H
#define OE_DECIDED_H

#include "lib/heap.h"
#include "lib/table.h"
#include "oe/oe.h"

/* Why a record is due. */
enum decided_phase {
	DECIDED_STANDS,		/* look whether it is in use, and renew it, or try again where
				 * the peer was not there; of an anonymous tunnel, whether DNS
				 * names a key by now */
	DECIDED_RENEWING,	/* stands until the new decision is there */
	DECIDED_ENDS,		/* not in use: the kernel forgets it at the same time */
	DECIDED_MEMORY,		/* no shunt any more; only strikes are kept */
};

struct decided {
	struct heap_node due;		/* in no heap while it does not expire */
	uint64_t expires_ms;		/* 0: never */
	struct ip_addr local, remote;
	oppo_id id;			/* of the request that decided */
	int64_t used_seen;		/* bytes, when last looked at */
	uint16_t sport, dport;		/* of the flow that began it */
	uint16_t again_s;		/* an anonymous tunnel is looked at so often */
	uint8_t ip_proto;
	uint8_t kind;			/* enum shunt_kind */
	uint8_t evidence, ike, group;	/* enums of oe.h */
	uint8_t strikes;		/* how often the peer was silent in a row */
	uint8_t phase;			/* enum decided_phase */
	bool keys, anonymous;
	bool knocked;			/* a packet met it that the kernel did not count */
	bool in_kernel;			/* a shunt stands for the whole pair */
};

_Static_assert(sizeof(struct decided) + 16 <= 200, "a decided pair has outgrown its budget");

struct decided_set {
	struct table by_pair;
	struct heap due;
	unsigned n, max;
	unsigned by_kind[SHUNT_KEYED + 1];	/* how many of N there are of each */
};

/* A set that is zeroed but for MAX is empty. Frees the records. */
void decided_clear(struct decided_set *s);

struct decided *decided_find(struct decided_set *s, const struct ip_addr *local,
			     const struct ip_addr *remote);
/* The same, when it has not run out and is more than a memory. */
struct decided *decided_standing(struct decided_set *s, const struct ip_addr *local,
				 const struct ip_addr *remote, uint64_t now_ms);
/* The record of the pair, made when there was none; NULL when memory is out, or
 * the set is full (decided_is_full: make room first). */
struct decided *decided_make(struct decided_set *s, const struct ip_addr *local,
			     const struct ip_addr *remote);
/* What happens to D's packets from now on. */
void decided_set_kind(struct decided_set *s, struct decided *d, enum shunt_kind kind);
bool decided_is_full(const struct decided_set *s);
/* DUE_MS 0: never. When memory is out the record is not looked at when it is
 * due; its expiry holds all the same. */
void decided_set_due(struct decided_set *s, struct decided *d, uint64_t due_ms);
/* The soonest due, or NULL. */
struct decided *decided_soonest(struct decided_set *s);
void decided_remove(struct decided_set *s, struct decided *d);

/* Calls FN for each; FN returns false to stop and must not change the set. */
typedef bool decided_fn(void *ctx, struct decided *d);
void decided_each(struct decided_set *s, decided_fn *fn, void *ctx);

#endif
