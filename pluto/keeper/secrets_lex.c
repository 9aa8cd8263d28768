/* Splits ipsec.secrets: blanks separate, '#' begins a comment, a colon with a
 * blank behind it stands for itself. */
#include "pluto/keeper/secrets_lex.h"

#include <string.h>
#include <strings.h>

struct lexer
lexer(struct span in)
{
	return (struct lexer){ .in = in, .line = 1, .column_1 = true };
}

static bool
at_end(const struct lexer *l, size_t ahead)
{
	return l->at + ahead >= l->in.len;
}

/* The byte AHEAD of here; a newline at the end, which ends everything. */
static uint8_t
look(const struct lexer *l, size_t ahead)
{
	return at_end(l, ahead) ? '\n' : l->in.ptr[l->at + ahead];
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_comment(struct lexer *l)
{
	while (!at_end(l, 0) && look(l, 0) != '\n')
		l->at++;
}

/* To the next token; remembers whether that is the first of its line. */
static void
skip_blanks(struct lexer *l)
{
	while (!at_end(l, 0)) {
		uint8_t c = look(l, 0);

		if (c == '#') {
			skip_comment(l);
			continue;
		}
		if (!is_blank(c))
			return;
		l->column_1 = c == '\n';
		if (c == '\n')
			l->line++;
		l->at++;
	}
}

static struct token
take(struct lexer *l, enum token_kind kind, size_t skip, size_t len,
     size_t behind)
{
	struct token t = {
		.kind = kind,
		.text = span_of(l->in.ptr + l->at + skip, len),
		.line = l->line,
		.first = l->column_1,
	};

	l->at += skip + len + behind;
	l->column_1 = false;
	return t;
}

static struct token
string(struct lexer *l, uint8_t quote)
{
	size_t n = 0;

	while (look(l, 1 + n) != quote && look(l, 1 + n) != '\n')
		n++;
	if (look(l, 1 + n) != quote)
		return take(l, TOKEN_OPEN_STRING, 1, n, 0);
	return take(l, TOKEN_STRING, 1, n, 1);
}

static struct token
word(struct lexer *l)
{
	size_t n = 0;

	while (!is_blank(look(l, n))) {
		if (n > 0 && look(l, n) == ':' && is_blank(look(l, n + 1)))
			break;
		n++;
	}
	return take(l, TOKEN_WORD, 0, n, 0);
}

struct token
lexer_next(struct lexer *l)
{
	uint8_t c;

	skip_blanks(l);
	if (at_end(l, 0))
		return (struct token){ .kind = TOKEN_END, .line = l->line };
	c = look(l, 0);
	if (c == '"' || c == '\'')
		return string(l, c);
	if (c == ':' && is_blank(look(l, 1)))
		return take(l, TOKEN_COLON, 0, 1, 0);
	return word(l);
}

struct token
lexer_peek(const struct lexer *l)
{
	struct lexer copy = *l;

	return lexer_next(&copy);
}

bool
token_is(const struct token *t, const char *text)
{
	return t->kind == TOKEN_WORD && t->text.len == strlen(text) &&
	    strncasecmp((const char *)t->text.ptr, text, t->text.len) == 0;
}
