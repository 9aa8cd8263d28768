/* Public keys given by hand: whack --keyid ID --pubkeyrsa KEY. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pluto/daemon_ike.h"
#include "lib/fault.h"

enum { MAX_CONFIGURED = 4096 };

struct configured_key { struct ident id; struct pubkey key; time_t since; };

struct configured_keys {
	unsigned n, max;
	struct configured_key *k;	/* owned */
};

struct configured_keys *
configured_keys_new(void)
{
	return calloc(1, sizeof(struct configured_keys));
}

void
configured_keys_free(struct configured_keys *k)
{
	if (k == NULL)
		return;
	for (unsigned i = 0; i < k->n; i++)
		pubkey_free(&k->k[i].key);
	free(k->k);
	free(k);
}

static bool
grow(struct configured_keys *k)
{
	unsigned max = k->max == 0 ? 16 : 2 * k->max;
	struct configured_key *bigger;

	if (k->n < k->max)
		return true;
	bigger = max > MAX_CONFIGURED ? NULL : realloc(k->k, max * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	k->k = bigger;
	k->max = max;
	return true;
}

int
configured_keys_add(struct configured_keys *k, const struct ident *id, const struct pubkey *key)
{
	if (!grow(k))
		return -ENOSPC;
	k->k[k->n++] = (struct configured_key){ .id = *id, .key = pubkey_ref(key),
		.since = wall_s() };
	return 0;
}

void
configured_keys_remove(struct configured_keys *k, const struct ident *id)
{
	for (unsigned i = k->n; i-- > 0;) {
		if (!ident_eq(&k->k[i].id, id))
			continue;
		pubkey_free(&k->k[i].key);
		k->k[i] = k->k[--k->n];
	}
}

unsigned
configured_keys_find(const struct configured_keys *k, const struct ident *id,
		     struct pubkey *out, unsigned max)
{
	unsigned found = 0;

	for (unsigned i = 0; i < k->n && found < max; i++)
		if (ident_eq(&k->k[i].id, id))
			out[found++] = pubkey_ref(&k->k[i].key);
	return found;
}

void
configured_keys_each(const struct configured_keys *k, configured_key_fn *fn, void *ctx)
{
	for (unsigned i = 0; i < k->n; i++)
		fn(ctx, &k->k[i].id, &k->k[i].key, k->k[i].since);
}
