/* What the readers of ipsec.secrets share: where we are, and what is wrong. */
#ifndef PLUTO_SECRETS_SOURCE_H
#define PLUTO_SECRETS_SOURCE_H

#include "pluto/keeper/secrets_lex.h"
#include "pluto/keeper/secrets_store.h"

enum { SECRETS_MAX_WORD = 1024 };

struct reading {
	struct secrets *into;
	const char *ipsecdir;	/* NULL: no file may be opened */
	char *err;
	size_t errlen;
	unsigned files;		/* opened so far */
};

/* One file being read. */
struct source {
	struct reading *r;
	struct lexer lex;
	const char *name;
	unsigned depth;
};

/* Fills the error, in front of it where it is; always false. */
bool source_bad(const struct source *s, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The token as a C string; false when it is too long or holds a NUL. */
bool token_text(const struct token *t, char *out, size_t outlen);
/* The entry that begins here, added to what is being read. */
bool source_entry(struct source *s);

#endif
