/* The public halves of our keys, and whose they are: all that pluto knows of them. */
#ifndef PLUTO_KEEPER_KEYS_H
#define PLUTO_KEEPER_KEYS_H

#include "lib/pubkey.h"
#include "pluto/wire/ident.h"

struct key_entry {
	struct pubkey pub;		/* owned */
	struct ident *ids;		/* owned; type 0 is %any */
	unsigned n_ids;
	char *where;			/* owned: "/etc/ipsec.secrets:3 p256 SHA256:.. @us" */
};

struct key_list {
	struct key_entry *k;		/* owned */
	size_t n, room;
};

/* Copies of all that E has. False without memory. */
bool key_list_add(struct key_list *l, const struct key_entry *e);
void key_list_free(struct key_list *l);
/* Ours: the one listed for LOCAL (may be NULL), else the first; borrowed. */
const struct pubkey *key_list_find(const struct key_list *l, const struct ident *local);
/* The one with this fingerprint; NULL: it is not among them. */
const struct pubkey *key_list_print(const struct key_list *l, const char *fingerprint);

#endif
