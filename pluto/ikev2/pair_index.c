/* Many objects under one pair of addresses. */
#include "pluto/ikev2/pair_index.h"

#include <errno.h>
#include <stdlib.h>

struct pair {
	struct ip_addr local, remote;
	struct pair_link *first;
};

static bool
same_pair(const void *item, const void *key)
{
	const struct pair *a = item, *b = key;

	return ip_addr_eq(&a->local, &b->local) && ip_addr_eq(&a->remote, &b->remote);
}

static struct pair *
find(const struct pair_index *x, const struct ip_addr *local, const struct ip_addr *remote)
{
	const struct pair key = { .local = *local, .remote = *remote };

	return table_find(&x->pairs, ip_pair_hash(local, remote), same_pair, &key);
}

static struct pair *
find_or_make(struct pair_index *x, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair *p = find(x, local, remote);

	if (p != NULL)
		return p;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	*p = (struct pair){ .local = *local, .remote = *remote };
	if (table_insert(&x->pairs, ip_pair_hash(local, remote), p) != 0) {
		free(p);
		return NULL;
	}
	return p;
}

int
pair_index_add(struct pair_index *x, struct pair_link *l, void *item,
	       const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair *p = find_or_make(x, local, remote);

	if (p == NULL)
		return -ENOMEM;
	*l = (struct pair_link){ .next = p->first, .pair = p, .item = item };
	if (p->first != NULL)
		p->first->prev = l;
	p->first = l;
	return 0;
}

void
pair_index_remove(struct pair_index *x, struct pair_link *l)
{
	struct pair *p = l->pair;

	if (p == NULL)
		return;
	if (l->prev != NULL)
		l->prev->next = l->next;
	else
		p->first = l->next;
	if (l->next != NULL)
		l->next->prev = l->prev;
	*l = (struct pair_link){ 0 };
	if (p->first != NULL)
		return;
	table_remove(&x->pairs, ip_pair_hash(&p->local, &p->remote), same_pair, p);
	free(p);
}

struct pair_link *
pair_index_first(const struct pair_index *x, const struct ip_addr *local,
		 const struct ip_addr *remote)
{
	const struct pair *p = find(x, local, remote);

	return p != NULL ? p->first : NULL;
}

void
pair_index_clear(struct pair_index *x)
{
	size_t at = 0;
	struct pair *p;

	while ((p = table_next(&x->pairs, &at)) != NULL)
		free(p);
	table_clear(&x->pairs);
}
