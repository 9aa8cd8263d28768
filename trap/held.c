/* Keeps, for each packet that waits in the kernel's queue, the one verdict it
 * is owed. */
#include "trap/held.h"

#include <stdlib.h>

enum { NONE = 0xffffffff, SLOT_BITS = 16 };

struct slot {
	uint64_t id;			/* 0: free */
	uint32_t older, newer;		/* by arrival; newer also links free slots */
	uint32_t pair;
	struct held_packet packet;
};

struct pair {
	struct ip_addr src, dst;
	uint32_t count, next;		/* next in the bucket, or next free */
};

/* All memory is taken at the start; a stranger cannot make it grow. */
struct held {
	unsigned max_held, max_per_pair, count;
	uint64_t serial;
	struct slot *slots;		/* owned, max_held */
	struct pair *pairs;		/* owned, max_held: one packet, one pair at most */
	uint32_t *buckets;		/* owned, n_buckets, a power of two */
	uint32_t n_buckets, free_slot, free_pair, oldest, newest;
};

static void
link_free(struct held *h)
{
	uint32_t i;

	for (i = 0; i < h->max_held; i++) {
		h->slots[i].newer = i + 1 < h->max_held ? i + 1 : NONE;
		h->pairs[i].next = i + 1 < h->max_held ? i + 1 : NONE;
	}
	for (i = 0; i < h->n_buckets; i++)
		h->buckets[i] = NONE;
	h->free_slot = h->free_pair = 0;
	h->oldest = h->newest = NONE;
}

struct held *
held_new(unsigned max_held, unsigned max_per_pair)
{
	struct held *h;

	if (max_held == 0 || max_held >= 1u << SLOT_BITS)
		return NULL;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->max_held = max_held;
	h->max_per_pair = max_per_pair;
	for (h->n_buckets = 16; h->n_buckets < max_held; )
		h->n_buckets *= 2;
	h->slots = calloc(max_held, sizeof(*h->slots));
	h->pairs = calloc(max_held, sizeof(*h->pairs));
	h->buckets = calloc(h->n_buckets, sizeof(*h->buckets));
	if (h->slots == NULL || h->pairs == NULL || h->buckets == NULL) {
		held_free(h);
		return NULL;
	}
	link_free(h);
	return h;
}

void
held_free(struct held *h)
{
	if (h == NULL)
		return;
	free(h->slots);
	free(h->pairs);
	free(h->buckets);
	free(h);
}

static uint32_t *
bucket_of(struct held *h, const struct ip_addr *src, const struct ip_addr *dst)
{
	return &h->buckets[ip_pair_hash(src, dst) & (h->n_buckets - 1)];
}

/* The record of a pair, made when it is new; there is one for every slot. */
static uint32_t
pair_get(struct held *h, const struct ip_addr *src, const struct ip_addr *dst)
{
	uint32_t *bucket = bucket_of(h, src, dst);
	uint32_t i;

	for (i = *bucket; i != NONE; i = h->pairs[i].next)
		if (ip_addr_eq(&h->pairs[i].src, src) &&
		    ip_addr_eq(&h->pairs[i].dst, dst))
			return i;
	i = h->free_pair;
	h->free_pair = h->pairs[i].next;
	h->pairs[i] = (struct pair){ .src = *src, .dst = *dst, .next = *bucket };
	*bucket = i;
	return i;
}

static void
pair_put(struct held *h, uint32_t pair)
{
	struct pair *p = &h->pairs[pair];
	uint32_t *at;

	if (p->count > 0)
		return;
	at = bucket_of(h, &p->src, &p->dst);
	while (*at != pair)
		at = &h->pairs[*at].next;
	*at = p->next;
	p->next = h->free_pair;
	h->free_pair = pair;
}

held_id
held_put(struct held *h, const struct held_packet *p)
{
	uint32_t i = h->free_slot, pair;
	struct slot *s;

	if (i == NONE)
		return (held_id){ 0 };
	pair = pair_get(h, &p->src, &p->dst);
	if (h->pairs[pair].count >= h->max_per_pair) {
		pair_put(h, pair);
		return (held_id){ 0 };
	}
	h->pairs[pair].count++;
	s = &h->slots[i];
	h->free_slot = s->newer;
	*s = (struct slot){
		.id = ++h->serial << SLOT_BITS | i,
		.older = h->newest, .newer = NONE,
		.pair = pair, .packet = *p,
	};
	if (h->newest != NONE)
		h->slots[h->newest].newer = i;
	else
		h->oldest = i;
	h->newest = i;
	h->count++;
	return (held_id){ s->id };
}

static void
take(struct held *h, uint32_t i, struct held_packet *out)
{
	struct slot *s = &h->slots[i];

	*out = s->packet;
	if (s->older != NONE)
		h->slots[s->older].newer = s->newer;
	else
		h->oldest = s->newer;
	if (s->newer != NONE)
		h->slots[s->newer].older = s->older;
	else
		h->newest = s->older;
	h->pairs[s->pair].count--;
	pair_put(h, s->pair);
	s->id = 0;
	s->newer = h->free_slot;
	h->free_slot = i;
	h->count--;
}

bool
held_take(struct held *h, held_id id, struct held_packet *out)
{
	uint32_t i = (uint32_t)(id.n & ((1u << SLOT_BITS) - 1));

	if (id.n == 0 || i >= h->max_held || h->slots[i].id != id.n)
		return false;
	take(h, i, out);
	return true;
}

bool
held_take_expired(struct held *h, uint64_t now_ms, struct held_packet *out)
{
	if (h->oldest == NONE ||
	    h->slots[h->oldest].packet.deadline_ms > now_ms)
		return false;
	take(h, h->oldest, out);
	return true;
}

bool
held_deadline(const struct held *h, uint64_t *ms)
{
	if (h->oldest == NONE)
		return false;
	*ms = h->slots[h->oldest].packet.deadline_ms;
	return true;
}

unsigned
held_count(const struct held *h)
{
	return h->count;
}
