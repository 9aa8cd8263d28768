/* Many objects under one pair of addresses, newest first. */
#ifndef PLUTO_IKEV2_PAIR_INDEX_H
#define PLUTO_IKEV2_PAIR_INDEX_H

#include "lib/addr.h"
#include "lib/table.h"

struct pair;

/* Lives inside the object; zeroed is "in no index". */
struct pair_link {
	struct pair_link *next, *prev;
	struct pair *pair;
	void *item;
};

struct pair_index { struct table pairs; };	/* zeroed is empty */

/* 0 or -ENOMEM. */
int pair_index_add(struct pair_index *x, struct pair_link *l, void *item,
		   const struct ip_addr *local, const struct ip_addr *remote);
void pair_index_remove(struct pair_index *x, struct pair_link *l);	/* also when outside */
/* The newest of a pair, or NULL; then follow ->next. */
struct pair_link *pair_index_first(const struct pair_index *x, const struct ip_addr *local,
				   const struct ip_addr *remote);
void pair_index_clear(struct pair_index *x);

#endif
