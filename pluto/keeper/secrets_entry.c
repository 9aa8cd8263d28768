/* One entry of ipsec.secrets: whose, which kind, what value. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pluto/keeper/secrets_source.h"

enum { MAX_SECRET = 4096 };

bool
source_bad(const struct source *s, unsigned line, const char *fmt, ...)
{
	struct reading *r = s->r;
	va_list ap;
	int n;

	n = snprintf(r->err, r->errlen, "%s:%u: ", s->name, line);
	if (n < 0 || (size_t)n >= r->errlen)
		return false;
	va_start(ap, fmt);
	vsnprintf(r->err + n, r->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

bool
token_text(const struct token *t, char *out, size_t outlen)
{
	if (t->text.len >= outlen ||
	    (t->text.len && memchr(t->text.ptr, '\0', t->text.len)))
		return false;
	if (t->text.len)
		memcpy(out, t->text.ptr, t->text.len);
	out[t->text.len] = '\0';
	return true;
}

static bool
read_id(const struct source *s, const struct token *t, struct ident *out)
{
	char text[SECRETS_MAX_WORD], err[200] = "";

	if (token_is(t, "%any") || token_is(t, "%any6") ||
	    token_is(t, "0.0.0.0")) {
		*out = (struct ident){ 0 };
		return true;
	}
	if (!token_text(t, text, sizeof(text)))
		return source_bad(s, t->line, "expected a shorter identity");
	if (!ident_parse(text, out, err, sizeof(err)))
		return source_bad(s, t->line, "expected an address, a name, @name, "
		    "user@name or %%any: %s", err);
	return true;
}

/* Everything up to the colon, into room for SECRET_MAX_IDS. */
static bool
read_ids_into(struct source *s, struct secret_entry *e, struct ident *ids)
{
	unsigned line = e->line;

	for (;;) {
		struct token t = lexer_peek(&s->lex);

		if (t.kind == TOKEN_COLON)
			break;
		if (t.kind != TOKEN_WORD || (t.first && e->n_ids > 0))
			return source_bad(s, t.line, "expected \" : \" and a secret "
			    "after the identities of line %u", line);
		if (e->n_ids == SECRET_MAX_IDS)
			return source_bad(s, t.line, "expected at most %d identities",
			    SECRET_MAX_IDS);
		if (!read_id(s, &t, &ids[e->n_ids]))
			return false;
		e->n_ids++;
		lexer_next(&s->lex);
	}
	lexer_next(&s->lex);
	return true;
}

static bool
read_ids(struct source *s, struct secret_entry *e)
{
	struct ident ids[SECRET_MAX_IDS];

	if (!read_ids_into(s, e, ids))
		return false;
	if (e->n_ids == 0)
		return true;
	e->ids = calloc(e->n_ids, sizeof(*ids));
	if (!e->ids)
		return source_bad(s, e->line, "no memory");
	memcpy(e->ids, ids, e->n_ids * sizeof(*ids));
	return true;
}

/* 0x and hex digits, 0s and base64. Nothing of the value goes into errors. */
static bool
read_encoded(const struct source *s, const struct token *t, struct secret *out)
{
	char text[MAX_SECRET];
	uint8_t bytes[MAX_SECRET / 2];
	bool ok = false;
	int n;

	if (!token_text(t, text, sizeof(text)))
		return source_bad(s, t->line, "expected a shorter secret");
	if (strncasecmp(text, "0x", 2) == 0) {
		n = span_unhex(text + 2, bytes, sizeof(bytes));
		if (n > 0)
			*out = secret_copy(span_of(bytes, (size_t)n));
		ok = n > 0;
	} else if (strncasecmp(text, "0s", 2) == 0) {
		ok = base64_decode(text + 2, &out->bytes) == 0;
	}
	secret_wipe(text, sizeof(text));
	secret_wipe(bytes, sizeof(bytes));
	if (ok && out->bytes.len)
		return true;
	return source_bad(s, t->line, "expected a secret as \"text\", 0xHEX or "
	    "0sBASE64");
}

static bool
read_value(struct source *s, struct secret_entry *e)
{
	struct token t = lexer_next(&s->lex);

	if (t.kind == TOKEN_OPEN_STRING)
		return source_bad(s, t.line, "expected a closing quote before the "
		    "end of the line");
	if (t.kind == TOKEN_STRING && !t.first) {
		if (t.text.len == 0 || t.text.len > MAX_SECRET)
			return source_bad(s, t.line, "expected a secret of 1 to %d "
			    "characters", MAX_SECRET);
		e->value = secret_copy(t.text);
		return e->value.bytes.ptr || source_bad(s, t.line, "no memory");
	}
	if (t.kind != TOKEN_WORD || t.first)
		return source_bad(s, e->line, "expected a secret as \"text\", 0xHEX "
		    "or 0sBASE64");
	return read_encoded(s, &t, &e->value);
}

/* A relative name stands in IPSECDIR/private. */
static bool
load_key(const struct source *s, const struct token *t, struct private_key *out)
{
	char name[SECRETS_MAX_WORD], path[2 * SECRETS_MAX_WORD], err[200] = "";
	int n;

	if (!token_text(t, name, sizeof(name)) || !*name)
		return source_bad(s, t->line, "expected a shorter file name");
	if (!s->r->ipsecdir)
		return source_bad(s, t->line, "expected no key file here");
	n = name[0] == '/' ? snprintf(path, sizeof(path), "%s", name) :
	    snprintf(path, sizeof(path), "%s/private/%s", s->r->ipsecdir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return source_bad(s, t->line, "expected a shorter file name");
	if (!private_key_load(path, out, err, sizeof(err)))
		return source_bad(s, t->line, "%s", err);
	return true;
}

#define ANY_OF(kind) (1u << (kind))

/* What may stand behind the colon. */
struct secret_word {
	const char *word;
	enum secret_kind kind;
	unsigned allowed;	/* kinds of key that the file may hold */
	const char *wanted;
};

static const struct secret_word words[] = {
	/* the shared secret of two ends */
	{ "PSK", SECRET_PSK, 0, NULL },
	/* private keys in files */
	{ "RSA", SECRET_KEY, ANY_OF(PUBKEY_RSA), "an RSA key" },
	{ "ECDSA", SECRET_KEY, ANY_OF(PUBKEY_P256) | ANY_OF(PUBKEY_P384),
	  "an ECDSA key, P-256 or P-384" },
	{ "PUBKEY", SECRET_KEY, ANY_OF(PUBKEY_RSA) | ANY_OF(PUBKEY_P256) |
	  ANY_OF(PUBKEY_P384) | ANY_OF(PUBKEY_ED25519), "a key" },
	/* a user's password */
	{ "XAUTH", SECRET_XAUTH, 0, NULL },
};

static bool
read_key(struct source *s, struct secret_entry *e, const struct secret_word *w)
{
	struct token t = lexer_next(&s->lex);

	if (token_is(&t, "{"))
		return source_bad(s, t.line, "expected the name of a PEM file; "
		    "keys written out in { } are not read");
	if ((t.kind != TOKEN_WORD && t.kind != TOKEN_STRING) || t.first)
		return source_bad(s, e->line,
		    "expected the name of a PEM file");
	if (!load_key(s, &t, &e->key))
		return false;
	if (!(w->allowed & ANY_OF(e->key.pub.kind)))
		return source_bad(s, t.line, "expected %s", w->wanted);
	return true;
}

/* The kind and its value; a bare string is a PSK. */
static bool
read_kind(struct source *s, struct secret_entry *e)
{
	struct token t = lexer_peek(&s->lex);

	if ((t.kind == TOKEN_STRING || t.kind == TOKEN_OPEN_STRING) &&
	    !t.first)
		return read_value(s, e);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (t.first || !token_is(&t, words[i].word))
			continue;
		lexer_next(&s->lex);
		e->kind = words[i].kind;
		return e->kind == SECRET_KEY ? read_key(s, e, &words[i]) :
		    read_value(s, e);
	}
	return source_bad(s, t.first || t.kind == TOKEN_END ? e->line : t.line,
	    "expected PSK, RSA, ECDSA, PUBKEY or XAUTH after the colon");
}

static bool
read_rest(struct source *s, struct secret_entry *e)
{
	struct token t;

	e->file = strdup(s->name);
	if (!e->file)
		return source_bad(s, e->line, "no memory");
	if (!read_ids(s, e) || !read_kind(s, e))
		return false;
	t = lexer_peek(&s->lex);
	if (t.kind != TOKEN_END && !t.first)
		return source_bad(s, t.line, "expected nothing more after the secret "
		    "(a key's passphrase cannot be asked for)");
	return true;
}

bool
source_entry(struct source *s)
{
	unsigned line = lexer_peek(&s->lex).line;
	struct secret_entry e = { .line = line, .kind = SECRET_PSK };

	if (!read_rest(s, &e)) {
		secret_entry_clear(&e);
		return false;
	}
	if (secrets_add(s->r->into, &e) != 0)
		return source_bad(s, line, "expected at most %d entries",
		    SECRETS_MAX);
	return true;
}
