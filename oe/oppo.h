/* One request: a pair of addresses that is being decided, the packets that wait
 * for it, and what is known so far; found by id, by pair and by deadline. */
#ifndef OE_OPPO_H
#define OE_OPPO_H

#include "lib/heap.h"
#include "lib/log.h"
#include "lib/table.h"
#include "oe/gateway.h"
#include "oe/lookup_plan.h"

enum { OPPO_MAX_HELD = 32 };

struct held_packet {
	held_id id;
	uint8_t ip_proto;
	uint16_t sport, dport;
};

/* What became of an attempt, by the columns of the verdict table. */
struct oppo_facts {
	enum evidence evidence;
	enum ike_outcome ike;
	bool keys;			/* DNS named a key we could have used */
	bool anonymous;			/* it is tried, or stands, without a proven peer */
	uint32_t ttl_s;
	char detail[160];		/* somebody else's words, or "" */
};

struct oppo {
	struct heap_node due;		/* deadline; end of lingering */
	oppo_id id;
	enum oppo_state state;		/* assigned by engine.c only */
	struct flow flow;		/* of the packet or trial that began it */
	enum group_id group;
	bool has_group;			/* false: a trial for a pair no group covers */
	bool heard;			/* the gateway that is tried now answers */
	bool own_awaited;		/* asked what DNS says of our key, and not answered */
	enum own_key_said own;
	struct gateway *gateways;	/* owned; usable ones, gateway by gateway, best first */
	size_t n_gateways;
	size_t at, n_at;		/* the keys of the gateway that is tried now */
	unsigned tries;			/* counts attempts */
	bool legacy;			/* each gateway is asked in IKEv1 too */
	bool ikev1;			/* as the one now is */
	struct held_packet held[OPPO_MAX_HELD];	/* a ring, oldest at held_first */
	uint8_t held_first, n_held;
	struct held_packet displaced;	/* pushed out of a full ring: owed DROP */
	struct oppo_facts facts;
	uint64_t started_ms, ike_ms;	/* IKE began; 0: it has not */
	bool paired;			/* is in by_pair: new packets join it */
	bool trial;			/* asked for by a person */
	bool again;			/* no packet began it: what stands is looked at again */
	bool nameless;			/* ours is tried without a proven peer */
	bool give_up;			/* IKE is to be stopped */
	bool torn;			/* the policy changed under it */
	bool at_work;			/* crossing: our own IKE has not ended yet */
	bool theirs_gone;		/* crossing: what the peer made is down again */
	struct log_ctx log;
};

struct oppo_set {
	struct table by_id, by_pair;
	struct heap due;
	uint64_t last_id;
	unsigned n, n_paired;		/* all; those that packets may join */
};

/* A zeroed set is empty. Frees the requests that are in it. */
void oppo_set_clear(struct oppo_set *s);

/* A new request in OPPO_NEW, due at once, found by id and pair; NULL when memory
 * is out. */
struct oppo *oppo_new(struct oppo_set *s, const struct flow *f, uint64_t now_ms);
struct oppo *oppo_by_id(struct oppo_set *s, oppo_id id);
struct oppo *oppo_by_pair(struct oppo_set *s, const struct ip_addr *src,
			  const struct ip_addr *dst);
void oppo_set_due(struct oppo_set *s, struct oppo *o, uint64_t due_ms);
/* The soonest due, or NULL. */
struct oppo *oppo_soonest(struct oppo_set *s);
/* No packet joins it any more, and no late answer finds it. */
void oppo_unlink(struct oppo_set *s, struct oppo *o);
/* It ended and is unlinked, but late answers shall find it until DUE_MS; it is
 * freed at once when memory is out. */
void oppo_linger(struct oppo_set *s, struct oppo *o, uint64_t due_ms);
/* Of one that is unlinked. */
void oppo_free(struct oppo *o);

/* Calls FN for each; FN returns false to stop and must not change the set. */
typedef bool oppo_fn(void *ctx, struct oppo *o);
void oppo_each(struct oppo_set *s, oppo_fn *fn, void *ctx);

/* Adds a packet; the oldest of a full ring goes to o->displaced. */
void oppo_hold(struct oppo *o, held_id id, const struct flow *f);
/* The I-th oldest held packet, and the flow it belongs to. */
held_id oppo_held(const struct oppo *o, unsigned i, struct flow *f);

#endif
