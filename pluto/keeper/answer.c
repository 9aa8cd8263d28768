/* What the keeper does with a question. */
#include "pluto/keeper/answer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/crypto/prf.h"
#include "pluto/crypto/psk.h"
#include "pluto/crypto/v1_sign.h"

enum { MAX_NOTES = 8192, V1_HASH_LEAST = 16, V1_HASH_MOST = 64 };

struct store {
	char *secretsfile, *ipsecdir;	/* owned */
	pthread_mutex_t loading;	/* one reads files at a time */
	pthread_rwlock_t lock;		/* over what follows */
	struct secrets *now;		/* owned; NULL: none were read yet */
	uint64_t generation;
};

/* What is said while files are read: one line after the other. */
struct notes { char text[MAX_NOTES]; size_t len; };

struct store *
store_new(const char *secretsfile, const char *ipsecdir)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->loading, NULL);
	pthread_rwlock_init(&s->lock, NULL);
	s->secretsfile = strdup(secretsfile);
	s->ipsecdir = strdup(ipsecdir);
	if (s->secretsfile != NULL && s->ipsecdir != NULL)
		return s;
	store_free(s);
	return NULL;
}

void
store_free(struct store *s)
{
	secrets_free(s->now);
	free(s->secretsfile);
	free(s->ipsecdir);
	pthread_mutex_destroy(&s->loading);
	pthread_rwlock_destroy(&s->lock);
	free(s);
}

static uint64_t
take(struct store *s, struct secrets *fresh)
{
	struct secrets *before;
	uint64_t generation;

	pthread_rwlock_wrlock(&s->lock);
	before = s->now;
	s->now = fresh;
	generation = ++s->generation;
	pthread_rwlock_unlock(&s->lock);
	secrets_free(before);
	return generation;
}

bool
store_set_text(struct store *s, struct span text)
{
	char err[300];
	struct secrets *fresh = secrets_parse_text(text, "text", err, sizeof(err));

	if (fresh != NULL)
		take(s, fresh);
	return fresh != NULL;
}

static void
note(void *ctx, enum log_level level, const char *line)
{
	struct notes *n = ctx;
	size_t len = strlen(line);

	(void)level;
	if (len + 1 > sizeof(n->text) - n->len)
		return;
	memcpy(n->text + n->len, line, len);
	n->len += len;
	n->text[n->len++] = '\n';
}

static void
count(const struct secrets *s, struct keeper_answer *out)
{
	for (size_t i = 0; i < secrets_count(s); i++) {
		if (secrets_view(s, i).key != NULL)
			out->keys++;
		else
			out->secrets++;
	}
}

static void
load(struct store *s, struct keeper_answer *out)
{
	static struct notes notes;	/* under LOADING */
	struct secrets *fresh;

	pthread_mutex_lock(&s->loading);
	notes.len = 0;
	log_tap(note, &notes);
	fresh = secrets_load(s->secretsfile, s->ipsecdir, out->text, sizeof(out->text));
	log_tap(NULL, NULL);
	if (fresh != NULL) {
		count(fresh, out);
		out->generation = take(s, fresh);
		out->text[0] = '\0';
		out->ok = true;
	}
	if (notes.len > 0)
		out->bytes = secret_copy(span_of(notes.text, notes.len));
	pthread_mutex_unlock(&s->loading);
}

/* The key that is the INDEXth; NULL: there is none. */
static const struct private_key *
key_at(const struct secrets *s, uint64_t index, size_t *at)
{
	for (*at = 0; *at < secrets_count(s); ++*at) {
		const struct private_key *k = secrets_view(s, *at).key;

		if (k != NULL && index-- == 0)
			return k;
	}
	return NULL;
}

static void
show_key(const struct secrets *s, const struct keeper_request *r, struct keeper_answer *out)
{
	size_t at;
	const struct private_key *k = key_at(s, r->index, &at);
	struct secret_view v;

	if (k == NULL)
		return;
	v = secrets_view(s, at);
	secrets_describe(s, at, out->text, sizeof(out->text));
	out->alg = k->pub.alg;
	out->n_ids = v.n_ids < KEEPER_MAX_IDS ? v.n_ids : KEEPER_MAX_IDS;
	if (out->n_ids > 0)
		memcpy(out->ids, v.ids, out->n_ids * sizeof(*v.ids));
	out->bytes.bytes = pubkey_to_dns(&k->pub);
	out->ok = out->bytes.bytes.len > 0;
}

static void
sign(const struct secrets *s, const struct keeper_request *r, struct keeper_answer *out)
{
	const struct private_key *k = secrets_find_print(s, r->fingerprint);

	if (k == NULL)
		return;
	if (r->kind == KEEPER_SIGN)
		out->bytes.bytes = sign_auth(k, r->method, r->hashes, r->a);
	else if (r->a.len >= V1_HASH_LEAST && r->a.len <= V1_HASH_MOST)
		out->bytes.bytes = v1_sign(k, r->a);
	out->ok = out->bytes.bytes.len > 0;
}

static void
by_secret(const struct secrets *s, const struct keeper_request *r, struct keeper_answer *out)
{
	struct secret psk;

	if (prf_len(r->prf) == 0 || !secrets_find_psk(s, &r->local, &r->remote, &psk))
		return;
	if (r->kind == KEEPER_PSK_AUTH)
		out->bytes.bytes = psk_auth(r->prf, secret_span(&psk), r->a);
	else
		out->bytes = psk_skeyid(r->prf, secret_span(&psk), r->a, r->b);
	out->ok = out->bytes.bytes.len > 0;
	secret_free(&psk);
}

static void
of_user(const struct secrets *s, const struct keeper_request *r, struct keeper_answer *out)
{
	bool checks = r->kind == KEEPER_PASSWORD;
	struct secret known;

	if ((checks && r->a.len == 0) || !secrets_find_xauth(s, r->a, &out->ids[0], &known))
		return;
	out->ok = !checks || span_eq_secret(secret_span(&known), r->b);
	if (checks) {
		secret_free(&known);
		return;
	}
	out->n_ids = 1;
	out->bytes = known;
}

static void
ask(const struct secrets *s, const struct keeper_request *r, struct keeper_answer *out)
{
	switch (r->kind) {
	case KEEPER_KEY:
		show_key(s, r, out);
		break;
	case KEEPER_SIGN:
	case KEEPER_SIGN_V1:
		sign(s, r, out);
		break;
	case KEEPER_PSK_AUTH:
	case KEEPER_SKEYID:
		by_secret(s, r, out);
		break;
	case KEEPER_PASSWORD:
	case KEEPER_LOGIN:
		of_user(s, r, out);
		break;
	case KEEPER_LOAD:
	case KEEPER_KINDS:
		break;
	}
}

void
keeper_answer(struct store *s, const struct keeper_request *r, struct keeper_answer *out)
{
	*out = (struct keeper_answer){ .kind = r->kind, .id = r->id };
	if (r->kind == KEEPER_LOAD) {
		load(s, out);
		return;
	}
	pthread_rwlock_rdlock(&s->lock);
	if (s->now != NULL && (r->kind != KEEPER_KEY || r->generation == s->generation))
		ask(s->now, r, out);
	pthread_rwlock_unlock(&s->lock);
}
