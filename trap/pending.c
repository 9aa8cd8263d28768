/* Keeps, for each pair of addresses that the kernel wants an SA for, what the
 * verdict will need. */
#include "trap/pending.h"

#include <stdlib.h>

#include "lib/table.h"

/* Every deadline is the same time after arrival: a list is in their order. */
struct node {
	struct pending_pair pair;
	struct node *older, *newer;
};

struct pending {
	struct table by_pair, by_id;
	struct node *oldest, *newest;
	unsigned max, count;
	uint32_t hold_ms;
	uint64_t last_id;
};

struct pair_key { const struct ip_addr *local, *remote; };

static bool
pair_is(const void *item, const void *key)
{
	const struct node *n = item;
	const struct pair_key *k = key;

	return ip_addr_eq(&n->pair.a.flow.src, k->local)
		&& ip_addr_eq(&n->pair.a.flow.dst, k->remote);
}

static bool
id_is(const void *item, const void *key)
{
	const struct node *n = item;
	const held_id *id = key;

	return n->pair.id.n == id->n;
}

static uint64_t
id_hash(held_id id)
{
	return addr_hash(span_of(&id.n, sizeof(id.n)));
}

struct pending *
pending_new(unsigned max, uint32_t hold_ms)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->max = max;
		p->hold_ms = hold_ms;
	}
	return p;
}

void
pending_free(struct pending *p)
{
	if (p == NULL)
		return;
	while (p->oldest != NULL) {
		struct node *n = p->oldest;

		p->oldest = n->newer;
		free(n);
	}
	table_clear(&p->by_pair);
	table_clear(&p->by_id);
	free(p);
}

struct pending_pair *
pending_find(struct pending *p, const struct ip_addr *local, const struct ip_addr *remote)
{
	const struct pair_key k = { local, remote };
	struct node *n = table_find(&p->by_pair, ip_pair_hash(local, remote), pair_is, &k);

	return n != NULL ? &n->pair : NULL;
}

struct pending_pair *
pending_oldest(struct pending *p)
{
	return p->oldest != NULL ? &p->oldest->pair : NULL;
}

static bool
enter(struct pending *p, struct node *n)
{
	const struct flow *f = &n->pair.a.flow;
	const struct pair_key k = { &f->src, &f->dst };

	if (table_insert(&p->by_pair, ip_pair_hash(&f->src, &f->dst), n) != 0)
		return false;
	if (table_insert(&p->by_id, id_hash(n->pair.id), n) == 0)
		return true;
	table_remove(&p->by_pair, ip_pair_hash(&f->src, &f->dst), pair_is, &k);
	return false;
}

struct pending_pair *
pending_add(struct pending *p, const struct acquire *a, uint64_t now_ms)
{
	struct node *n = p->count < p->max ? calloc(1, sizeof(*n)) : NULL;

	if (n == NULL)
		return NULL;
	n->pair = (struct pending_pair){ .id = { ++p->last_id }, .a = *a,
		.deadline_ms = now_ms + p->hold_ms };
	if (!enter(p, n)) {
		free(n);
		return NULL;
	}
	n->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = n;
	else
		p->oldest = n;
	p->newest = n;
	p->count++;
	return &n->pair;
}

static void
take(struct pending *p, struct node *n, struct pending_pair *out)
{
	const struct flow *f = &n->pair.a.flow;
	const struct pair_key k = { &f->src, &f->dst };

	table_remove(&p->by_pair, ip_pair_hash(&f->src, &f->dst), pair_is, &k);
	table_remove(&p->by_id, id_hash(n->pair.id), id_is, &n->pair.id);
	if (n->older != NULL)
		n->older->newer = n->newer;
	else
		p->oldest = n->newer;
	if (n->newer != NULL)
		n->newer->older = n->older;
	else
		p->newest = n->older;
	p->count--;
	*out = n->pair;
	free(n);
}

bool
pending_take(struct pending *p, held_id id, struct pending_pair *out)
{
	struct node *n = table_find(&p->by_id, id_hash(id), id_is, &id);

	if (n != NULL)
		take(p, n, out);
	return n != NULL;
}

bool
pending_take_expired(struct pending *p, uint64_t now_ms, struct pending_pair *out)
{
	if (p->oldest == NULL || p->oldest->pair.deadline_ms > now_ms)
		return false;
	take(p, p->oldest, out);
	return true;
}

bool
pending_deadline(const struct pending *p, uint64_t *ms)
{
	if (p->oldest == NULL)
		return false;
	*ms = p->oldest->pair.deadline_ms;
	return true;
}

unsigned
pending_count(const struct pending *p)
{
	return p->count;
}
