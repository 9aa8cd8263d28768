/* The files are read by the keeper; what of them is public comes here. */
#include "pluto/keeper/keeper_int.h"

#include <stdio.h>

enum { MAX_KEYS = 10000 };

static bool
take_key(struct key_list *keys, struct keeper_answer *a)
{
	struct key_entry e = { .ids = a->ids, .n_ids = a->n_ids, .where = a->text };
	const char *why;
	bool ok = a->ok && pubkey_from_dns(a->alg, secret_span(&a->bytes), &e.pub, &why);

	ok = ok && key_list_add(keys, &e);
	pubkey_free(&e.pub);
	return ok;
}

static bool
take_keys(struct keeper *k, const struct keeper_answer *loaded, struct key_list *keys)
{
	bool ok = loaded->keys <= MAX_KEYS;

	for (uint64_t i = 0; ok && i < loaded->keys; i++) {
		struct keeper_request r = { .kind = KEEPER_KEY, .generation = loaded->generation,
			.index = i };
		struct keeper_answer a;

		ok = keeper_ask(k, &r, &a, KEEPER_MS) && take_key(keys, &a);
		keeper_answer_free(&a);
	}
	return ok;
}

static void
note_numbers(struct keeper *k, const struct keeper_answer *loaded)
{
	pthread_mutex_lock(&k->lock);
	k->stats.keys = loaded->keys;
	k->stats.secrets = loaded->secrets;
	pthread_mutex_unlock(&k->lock);
}

bool
keeper_load(struct keeper *k, struct key_list *keys, struct secret *notes, char *err, size_t errlen)
{
	struct keeper_request r = { .kind = KEEPER_LOAD };
	struct keeper_answer a;
	bool ok = false;

	*keys = (struct key_list){ NULL, 0, 0 };
	if (!keeper_ask(k, &r, &a, KEEPER_LOAD_MS))
		snprintf(err, errlen, "the keeper of the keys does not answer");
	else if (!a.ok)
		snprintf(err, errlen, "%s", a.text);
	else if (!take_keys(k, &a, keys))
		snprintf(err, errlen, "the keeper of the keys has changed its mind meanwhile; try again");
	else
		ok = true;
	if (ok)
		note_numbers(k, &a);
	else
		key_list_free(keys);
	*notes = a.bytes;
	a.bytes = (struct secret){ { NULL, 0 } };
	keeper_answer_free(&a);
	return ok;
}
