/* Splits ipsec.conf into lines, and each into a key and a value. */
#include "conf/lex.h"

struct conf_lexer
conf_lexer(struct span text)
{
	return (struct conf_lexer){ .text = text };
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span
part(struct span s, size_t from, size_t to)
{
	return span_of(&s.ptr[from], to - from);
}

static struct span
trimmed(struct span s)
{
	size_t from = 0, to = s.len;

	while (from < to && is_blank(s.ptr[from]))
		from++;
	while (to > from && is_blank(s.ptr[to - 1]))
		to--;
	return part(s, from, to);
}

/* Up to a comment; a quoted # begins none. */
static struct span
without_comment(struct span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == '#' && !quoted && (i == 0 || is_blank(s.ptr[i - 1])))
			return part(s, 0, i);
	}
	return s;
}

static struct span
next_line(struct conf_lexer *l)
{
	size_t from = l->at, to = from;

	while (to < l->text.len && l->text.ptr[to] != '\n')
		to++;
	l->at = to < l->text.len ? to + 1 : to;
	l->number++;
	return part(l->text, from, to);
}

static struct conf_line
bad(struct conf_line line, const char *why)
{
	line.kind = CONF_LINE_BAD;
	line.why = why;
	return line;
}

/* Quotes are around all of a value, or nowhere. */
static bool
unquote(struct span *value)
{
	size_t quotes = 0;

	for (size_t i = 0; i < value->len; i++)
		quotes += value->ptr[i] == '"';
	if (quotes == 0)
		return true;
	if (quotes != 2 || value->ptr[0] != '"' || value->ptr[value->len - 1] != '"')
		return false;
	*value = part(*value, 1, value->len - 1);
	return true;
}

static struct conf_line
parameter(struct conf_line line, struct span text)
{
	size_t eq = 0;

	while (eq < text.len && text.ptr[eq] != '=')
		eq++;
	if (eq == text.len)
		return bad(line, "expected KEYWORD=VALUE");
	line.kind = CONF_LINE_PARAMETER;
	line.key = trimmed(part(text, 0, eq));
	line.value = trimmed(part(text, eq + 1, text.len));
	if (line.key.len == 0)
		return bad(line, "expected a keyword before =");
	if (!unquote(&line.value))
		return bad(line, "expected quotes around all of the value, or none");
	return line;
}

static struct conf_line
section(struct conf_line line, struct span text)
{
	size_t end = 0;

	while (end < text.len && !is_blank(text.ptr[end]))
		end++;
	line.kind = CONF_LINE_SECTION;
	line.key = part(text, 0, end);
	line.value = trimmed(part(text, end, text.len));
	for (size_t i = 0; i < line.key.len; i++)
		if (line.key.ptr[i] == '=')
			return bad(line, "expected a blank before a parameter, or conn NAME, "
				   "config setup or include FILE");
	return line;
}

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < ' ' && !is_blank(s.ptr[i])) || s.ptr[i] == 0x7f)
			return false;
	return true;
}

struct conf_line
conf_lex(struct conf_lexer *l)
{
	while (l->at < l->text.len) {
		struct span raw = next_line(l), text = trimmed(without_comment(raw));
		struct conf_line line = { .number = l->number };

		if (text.len == 0)
			continue;
		if (!is_text(text))
			return bad(line, "expected text, found a control character");
		return is_blank(raw.ptr[0]) ? parameter(line, text) : section(line, text);
	}
	return (struct conf_line){ .kind = CONF_LINE_END, .number = l->number };
}
