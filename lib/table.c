/* A growing hash table of pointers: open addressing, linear probing. */
#include "lib/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { FIRST_ROOM = 16 };

void
table_init(struct table *t)
{
	*t = (struct table){ 0 };
}

void
table_clear(struct table *t)
{
	free(t->slots);
	table_init(t);
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

/* Spreads the bits, so that hashes that differ only above still part ways. */
static size_t
home_of(const struct table *t, uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) & (t->room - 1);
}

/* Ends at a free slot: the table is never full. */
static struct table_slot *
lookup(const struct table *t, uint64_t hash, table_eq_fn *eq, const void *key)
{
	if (t->count == 0)
		return NULL;
	for (size_t at = home_of(t, hash); t->slots[at].item != NULL;
	     at = (at + 1) & (t->room - 1))
		if (t->slots[at].hash == hash && eq(t->slots[at].item, key))
			return &t->slots[at];
	return NULL;
}

void *
table_find(const struct table *t, uint64_t hash, table_eq_fn *eq,
	   const void *key)
{
	const struct table_slot *slot = lookup(t, hash, eq, key);

	return slot != NULL ? slot->item : NULL;
}

static void
put(struct table *t, uint64_t hash, void *item)
{
	size_t at = home_of(t, hash);

	while (t->slots[at].item != NULL)
		at = (at + 1) & (t->room - 1);
	t->slots[at] = (struct table_slot){ .hash = hash, .item = item };
	t->count++;
}

static int
grow(struct table *t)
{
	struct table bigger = { .room = t->room != 0 ? 2 * t->room : FIRST_ROOM };

	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i].item != NULL)
			put(&bigger, t->slots[i].hash, t->slots[i].item);
	free(t->slots);
	*t = bigger;
	return 0;
}

int
table_insert(struct table *t, uint64_t hash, void *item)
{
	assert(item != NULL);
	/* At most three quarters full, so probes stay short and end. */
	if (4 * (t->count + 1) > 3 * t->room && grow(t) < 0)
		return -ENOMEM;
	put(t, hash, item);
	return 0;
}

/* Moves later items of the run back into the hole, so no tombstones are needed:
 * an item may move when its home is not strictly between the hole and itself. */
static void
close_hole(struct table *t, size_t hole)
{
	size_t mask = t->room - 1;

	for (size_t at = (hole + 1) & mask; t->slots[at].item != NULL;
	     at = (at + 1) & mask) {
		size_t home = home_of(t, t->slots[at].hash);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		t->slots[hole] = t->slots[at];
		hole = at;
	}
	t->slots[hole] = (struct table_slot){ 0 };
}

void *
table_remove(struct table *t, uint64_t hash, table_eq_fn *eq, const void *key)
{
	struct table_slot *slot = lookup(t, hash, eq, key);
	void *item;

	if (slot == NULL)
		return NULL;
	item = slot->item;
	t->count--;
	close_hole(t, (size_t)(slot - t->slots));
	return item;
}

void *
table_next(const struct table *t, size_t *at)
{
	while (*at < t->room) {
		void *item = t->slots[(*at)++].item;

		if (item != NULL)
			return item;
	}
	return NULL;
}
