/* A growing hash table of pointers, keyed by a 64-bit hash. Use a keyed hash
 * (addr_hash) for anything a stranger may choose. */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t hash;
	void *item;		/* NULL: free */
};

/* Zeroed is an empty table. Items are the caller's. */
struct table {
	struct table_slot *slots;	/* owned; room is a power of two */
	size_t count, room;
};

/* True when ITEM is the one that KEY means; asked only when hashes are equal. */
typedef bool table_eq_fn(const void *item, const void *key);

void table_init(struct table *t);
/* Frees the slots, not the items. */
void table_clear(struct table *t);
/* The item, or NULL. */
void *table_find(const struct table *t, uint64_t hash, table_eq_fn *eq,
		 const void *key);
/* Adds ITEM (not NULL) without looking for an equal one: find first. -ENOMEM. */
int table_insert(struct table *t, uint64_t hash, void *item);
/* Takes out and returns the item that KEY means, or NULL. */
void *table_remove(struct table *t, uint64_t hash, table_eq_fn *eq,
		   const void *key);
size_t table_count(const struct table *t);
/* Every item once, in no order: start with *AT = 0; NULL at the end. The
 * table must not change meanwhile. */
void *table_next(const struct table *t, size_t *at);

#endif
