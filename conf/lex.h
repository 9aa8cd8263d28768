/* The lines of ipsec.conf: what each one is, and its words. */
#ifndef CONF_LEX_H
#define CONF_LEX_H

#include "lib/span.h"

enum conf_line_kind {
	CONF_LINE_END,		/* of the text */
	CONF_LINE_SECTION,	/* "conn east": KEY and VALUE; from the first column */
	CONF_LINE_PARAMETER,	/* "	left=192.0.2.1": after a blank */
	CONF_LINE_BAD,		/* WHY says what was expected */
};

struct conf_line {
	enum conf_line_kind kind;
	unsigned number;	/* 1 is the first */
	struct span key, value;	/* into the text; VALUE without its quotes */
	const char *why;
};

struct conf_lexer {
	struct span text;
	size_t at;
	unsigned number;
};

struct conf_lexer conf_lexer(struct span text);
/* The next line that says something; after CONF_LINE_BAD it may go on. A comment
 * begins with # at the start of a line or behind a blank, outside of quotes. */
struct conf_line conf_lex(struct conf_lexer *l);

#endif
