/* Keeps the entries of ipsec.secrets and picks the one that fits best. */
#include "pluto/keeper/secrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/keeper/secrets_store.h"

struct secrets {
	struct secret_entry *entries;	/* owned */
	size_t n, room;
};

struct secrets *
secrets_new(void)
{
	return calloc(1, sizeof(struct secrets));
}

void
secret_entry_clear(struct secret_entry *e)
{
	free(e->ids);
	free(e->file);
	secret_free(&e->value);
	private_key_free(&e->key);
	*e = (struct secret_entry){ 0 };
}

static int
grow(struct secrets *s)
{
	size_t room = s->room ? 2 * s->room : 8;
	struct secret_entry *more;

	if (s->n < s->room)
		return 0;
	if (s->n >= SECRETS_MAX)
		return -E2BIG;
	more = reallocarray(s->entries, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->entries = more;
	s->room = room;
	return 0;
}

int
secrets_add(struct secrets *s, struct secret_entry *e)
{
	int rc = grow(s);

	if (rc != 0) {
		secret_entry_clear(e);
		return rc;
	}
	s->entries[s->n++] = *e;
	*e = (struct secret_entry){ 0 };
	return 0;
}

void
secrets_free(struct secrets *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		secret_entry_clear(&s->entries[i]);
	free(s->entries);
	free(s);
}

static bool
has_id(const struct secret_entry *e, const struct ident *id)
{
	for (unsigned i = 0; i < e->n_ids; i++)
		if (e->ids[i].type == id->type && (id->type == 0 ||
		    ident_eq(&e->ids[i], id)))
			return true;
	return false;
}

/* Is ID (not NULL, not unknown) named by E? */
static bool
names(const struct secret_entry *e, const struct ident *id)
{
	return id && id->type != 0 && has_id(e, id);
}

static bool
names_any(const struct secret_entry *e)
{
	return has_id(e, &(struct ident){ 0 });
}

static bool
names_only_any(const struct secret_entry *e)
{
	for (unsigned i = 0; i < e->n_ids; i++)
		if (e->ids[i].type != 0)
			return false;
	return e->n_ids > 0;
}

/* How well a shared secret fits; 0: it does not. An entry that names two ends
 * is for that pair only, so "us" is not enough. */
static unsigned
psk_rank(const struct secret_entry *e, const struct ident *local,
	 const struct ident *remote)
{
	bool me = names(e, local), him = names(e, remote);
	bool any = names_any(e);

	if (e->n_ids == 0)
		return 1;
	if (me && him)
		return 6;
	if (me && any)
		return 5;
	if (me && e->n_ids == 1)
		return 4;
	if (any && him)
		return 3;
	return names_only_any(e) ? 2 : 0;
}

static bool
same_value(const struct secret_entry *a, const struct secret_entry *b)
{
	return span_eq_secret(secret_span(&a->value), secret_span(&b->value));
}

bool
secrets_find_psk(const struct secrets *s, const struct ident *local,
		 const struct ident *remote, struct secret *out)
{
	const struct secret_entry *best = NULL;
	unsigned best_rank = 0;
	bool tie = false;

	*out = (struct secret){ { NULL, 0 } };
	for (size_t i = 0; i < s->n; i++) {
		const struct secret_entry *e = &s->entries[i];
		unsigned rank = e->kind == SECRET_PSK ?
		    psk_rank(e, local, remote) : 0;

		if (rank == 0 || rank < best_rank)
			continue;
		tie = rank == best_rank && (tie || !same_value(e, best));
		best = e;
		best_rank = rank;
	}
	if (!best || tie)
		return false;
	*out = secret_copy(secret_span(&best->value));
	return out->bytes.ptr != NULL;
}

const struct private_key *
secrets_find_print(const struct secrets *s, const char *fingerprint)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct secret_entry *e = &s->entries[i];

		if (e->kind == SECRET_KEY && strcmp(e->key.pub.fingerprint, fingerprint) == 0)
			return &e->key;
	}
	return NULL;
}

/* Users are written @user or user@domain. */
static bool
is_user(const struct ident *id, struct span user)
{
	return (id->type == ID_FQDN || id->type == ID_RFC822_ADDR)
		&& (user.len == 0 || span_eq(span_of(id->data, id->len), user));
}

bool
secrets_find_xauth(const struct secrets *s, struct span user, struct ident *name,
		   struct secret *out)
{
	const struct secret_entry *found = NULL;

	*out = (struct secret){ { NULL, 0 } };
	for (size_t i = 0; i < s->n; i++) {
		const struct secret_entry *e = &s->entries[i];

		for (unsigned k = 0; k < e->n_ids && e->kind == SECRET_XAUTH; k++) {
			if (!is_user(&e->ids[k], user))
				continue;
			if (found != NULL)
				return false;
			found = e;
			*name = e->ids[k];
		}
	}
	if (found != NULL)
		*out = secret_copy(secret_span(&found->value));
	return out->bytes.ptr != NULL;
}

static bool
same_owners(const struct secret_entry *a, const struct secret_entry *b)
{
	if (a->n_ids != b->n_ids)
		return false;
	for (unsigned i = 0; i < a->n_ids; i++)
		if (!has_id(b, &a->ids[i]) || !has_id(a, &b->ids[i]))
			return false;
	return true;
}

bool
secrets_clash(const struct secrets *s, size_t *first, size_t *second)
{
	for (size_t i = 1; i < s->n; i++) {
		const struct secret_entry *b = &s->entries[i];

		for (size_t j = 0; j < i; j++) {
			const struct secret_entry *a = &s->entries[j];

			if (a->kind != b->kind || a->kind == SECRET_KEY ||
			    !same_owners(a, b) || same_value(a, b))
				continue;
			*first = j;
			*second = i;
			return true;
		}
	}
	return false;
}

size_t
secrets_count(const struct secrets *s)
{
	return s->n;
}

struct secret_view
secrets_view(const struct secrets *s, size_t i)
{
	const struct secret_entry *e = &s->entries[i];

	return (struct secret_view){
		.kind = e->kind,
		.ids = e->ids,
		.n_ids = e->n_ids,
		.key = e->kind == SECRET_KEY ? &e->key : NULL,
		.file = e->file,
		.line = e->line,
	};
}

static const char *
kind_text(const struct secret_entry *e, char buf[48])
{
	char kind[16], print[24];

	switch (e->kind) {
	case SECRET_PSK:
		return "PSK";
	case SECRET_XAUTH:
		return "XAUTH";
	case SECRET_KEY:
		snprintf(buf, 48, "%s %s",
		    pubkey_kind_text(&e->key.pub, kind),
		    pubkey_short(&e->key.pub, print));
		return buf;
	}
	return "?";
}

const char *
secrets_describe(const struct secrets *s, size_t i, char *out, size_t outlen)
{
	const struct secret_entry *e = &s->entries[i];
	char kind[48], id[300];
	int n = snprintf(out, outlen, "%s:%u %s", e->file, e->line,
	    kind_text(e, kind));

	for (unsigned k = 0; k < e->n_ids && n >= 0 && (size_t)n < outlen; k++)
		n += snprintf(out + n, outlen - (size_t)n, " %s",
		    e->ids[k].type == 0 ? "%any" :
		    ident_text(&e->ids[k], id, sizeof(id)));
	return out;
}
