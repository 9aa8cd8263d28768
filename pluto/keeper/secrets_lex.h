/* Words, strings and colons of ipsec.secrets, with their lines. */
#ifndef PLUTO_SECRETS_LEX_H
#define PLUTO_SECRETS_LEX_H

#include "lib/span.h"

enum token_kind {
	TOKEN_END,		/* of the file */
	TOKEN_WORD,
	TOKEN_STRING,		/* between quotes, which TEXT leaves out */
	TOKEN_COLON,
	TOKEN_OPEN_STRING,	/* the line ended before the closing quote */
};

struct token {
	enum token_kind kind;
	struct span text;	/* borrowed from the file */
	unsigned line;
	bool first;		/* stands in column 1: an entry begins */
};

struct lexer {
	struct span in;
	size_t at;
	unsigned line;
	bool column_1;
};

struct lexer lexer(struct span in);
struct token lexer_next(struct lexer *l);
struct token lexer_peek(const struct lexer *l);
/* Is T the word TEXT, in upper or lower case? */
bool token_is(const struct token *t, const char *text);

#endif
