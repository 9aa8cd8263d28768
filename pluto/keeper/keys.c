/* The public halves of our keys, and whose they are. */
#include "pluto/keeper/keys.h"

#include <stdlib.h>
#include <string.h>

static void
entry_free(struct key_entry *e)
{
	pubkey_free(&e->pub);
	free(e->ids);
	free(e->where);
}

static bool
entry_copy(const struct key_entry *e, struct key_entry *out)
{
	*out = (struct key_entry){ .pub = pubkey_ref(&e->pub), .n_ids = e->n_ids,
		.ids = e->n_ids > 0 ? calloc(e->n_ids, sizeof(*e->ids)) : NULL,
		.where = strdup(e->where) };
	if (out->where == NULL || (e->n_ids > 0 && out->ids == NULL)) {
		entry_free(out);
		return false;
	}
	if (e->n_ids > 0)
		memcpy(out->ids, e->ids, e->n_ids * sizeof(*e->ids));
	return true;
}

bool
key_list_add(struct key_list *l, const struct key_entry *e)
{
	if (l->n == l->room) {
		size_t room = l->room > 0 ? 2 * l->room : 4;
		struct key_entry *more = reallocarray(l->k, room, sizeof(*more));

		if (more == NULL)
			return false;
		l->k = more;
		l->room = room;
	}
	if (!entry_copy(e, &l->k[l->n]))
		return false;
	l->n++;
	return true;
}

void
key_list_free(struct key_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		entry_free(&l->k[i]);
	free(l->k);
	*l = (struct key_list){ NULL, 0, 0 };
}

/* For a key pair every index is just another name of ours. */
static unsigned
rank(const struct key_entry *e, const struct ident *local)
{
	unsigned best = e->n_ids == 0 ? 2 : 1;

	for (unsigned i = 0; i < e->n_ids; i++) {
		if (e->ids[i].type == 0 && best < 3)
			best = 3;
		if (e->ids[i].type != 0 && local != NULL && ident_eq(&e->ids[i], local))
			best = 4;
	}
	return best;
}

const struct pubkey *
key_list_find(const struct key_list *l, const struct ident *local)
{
	const struct key_entry *best = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (best == NULL || rank(&l->k[i], local) > rank(best, local))
			best = &l->k[i];
	return best != NULL ? &best->pub : NULL;
}

const struct pubkey *
key_list_print(const struct key_list *l, const char *fingerprint)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->k[i].pub.fingerprint, fingerprint) == 0)
			return &l->k[i].pub;
	return NULL;
}
