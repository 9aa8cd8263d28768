/* What was decided and is remembered: found by pair, expiring from a heap. */
#include "oe/decided.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	const struct ip_addr *local, *remote;
};

static bool
has_pair(const void *item, const void *key)
{
	const struct decided *d = item;
	const struct pair *p = key;

	return ip_addr_eq(&d->local, p->local) && ip_addr_eq(&d->remote, p->remote);
}

void
decided_clear(struct decided_set *s)
{
	size_t at = 0;
	struct decided *d;

	heap_clear(&s->due);
	while ((d = table_next(&s->by_pair, &at)) != NULL)
		free(d);
	table_clear(&s->by_pair);
	s->n = 0;
	memset(s->by_kind, 0, sizeof(s->by_kind));
}

void
decided_set_kind(struct decided_set *s, struct decided *d, enum shunt_kind kind)
{
	s->by_kind[d->kind]--;
	d->kind = (uint8_t)kind;
	s->by_kind[kind]++;
}

struct decided *
decided_find(struct decided_set *s, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair p = { local, remote };

	return table_find(&s->by_pair, ip_pair_hash(local, remote), has_pair, &p);
}

struct decided *
decided_standing(struct decided_set *s, const struct ip_addr *local,
		 const struct ip_addr *remote, uint64_t now_ms)
{
	struct decided *d = decided_find(s, local, remote);

	if (d == NULL || d->phase == DECIDED_MEMORY)
		return NULL;
	return d->expires_ms == 0 || d->expires_ms > now_ms ? d : NULL;
}

struct decided *
decided_make(struct decided_set *s, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct decided *d = decided_find(s, local, remote);

	if (d != NULL || decided_is_full(s))
		return d;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->local = *local;
	d->remote = *remote;
	if (table_insert(&s->by_pair, ip_pair_hash(local, remote), d) < 0) {
		free(d);
		return NULL;
	}
	s->n++;
	s->by_kind[d->kind]++;
	return d;
}

bool
decided_is_full(const struct decided_set *s)
{
	return s->n >= s->max;
}

void
decided_set_due(struct decided_set *s, struct decided *d, uint64_t due_ms)
{
	if (due_ms == 0)
		heap_remove(&s->due, &d->due);
	else
		(void)heap_update(&s->due, &d->due, due_ms);
}

struct decided *
decided_soonest(struct decided_set *s)
{
	struct heap_node *n = heap_min(&s->due);

	return n != NULL ? HEAP_OWNER(n, struct decided, due) : NULL;
}

void
decided_remove(struct decided_set *s, struct decided *d)
{
	struct pair p = { &d->local, &d->remote };

	table_remove(&s->by_pair, ip_pair_hash(&d->local, &d->remote), has_pair, &p);
	heap_remove(&s->due, &d->due);
	s->n--;
	s->by_kind[d->kind]--;
	free(d);
}

void
decided_each(struct decided_set *s, decided_fn *fn, void *ctx)
{
	size_t at = 0;
	struct decided *d;

	while ((d = table_next(&s->by_pair, &at)) != NULL && fn(ctx, d))
		continue;
}
