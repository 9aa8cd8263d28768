/* What each DNS question in flight is for. */
#include "pluto/lookups.h"

#include <stdlib.h>
#include <string.h>

bool
lookups_init(struct lookups *t)
{
	*t = (struct lookups){ .slots = calloc(MAX_LOOKUPS, sizeof(*t->slots)) };
	return t->slots != NULL;
}

void
lookups_free(struct lookups *t)
{
	free(t->slots);
	t->slots = NULL;
}

struct lookup *
lookup_add(struct lookups *t, uint64_t id, enum lookup_purpose p, uint64_t about)
{
	struct lookup *l = &t->slots[id % MAX_LOOKUPS];

	if (l->id != 0)
		return NULL;
	*l = (struct lookup){ .id = id, .purpose = p, .about = about };
	t->n++;
	return l;
}

struct lookup *
lookup_find(struct lookups *t, uint64_t id)
{
	struct lookup *l = &t->slots[id % MAX_LOOKUPS];

	return id != 0 && l->id == id ? l : NULL;
}

void
lookup_drop(struct lookups *t, struct lookup *l)
{
	memset(l, 0, sizeof(*l));
	t->n--;
}
