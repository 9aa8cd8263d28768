/* From the lines of ipsec.conf to its sections and their settings. */
#include "conf/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/lex.h"

bool
conf_bad(const struct conf_build *b, struct conf_place at, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(b->err, b->errlen, "%s:%u: ", at.file, at.line);

	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < b->errlen)
		vsnprintf(&b->err[n], b->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

const char *
conf_keep(struct conf *c, struct span text)
{
	char **more = realloc(c->texts, (c->n_texts + 1) * sizeof(*more));

	if (more == NULL)
		return NULL;
	c->texts = more;
	more[c->n_texts] = strndup((const char *)text.ptr, text.len);
	return more[c->n_texts] != NULL ? more[c->n_texts++] : NULL;
}

static const struct conf_section *
section_named(const struct conf *c, bool setup, struct span name)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->sections[i].setup == setup && span_eq(span_str(c->sections[i].name), name))
			return &c->sections[i];
	return NULL;
}

static bool
new_section(struct conf_build *b, struct conf_place at, bool setup, struct span name)
{
	const struct conf_section *there = section_named(b->conf, setup, name);
	struct conf_section *more;
	const char *text;

	if (there != NULL)
		return conf_bad(b, at, "%s %s is in %s:%u already", setup ? "config" : "conn",
				there->name, there->at.file, there->at.line);
	text = conf_keep(b->conf, name);
	more = text != NULL ? realloc(b->conf->sections, (b->conf->n + 1) * sizeof(*more)) : NULL;
	if (more == NULL)
		return conf_bad(b, at, "no memory");
	b->conf->sections = more;
	more[b->conf->n++] = (struct conf_section){ .name = text, .setup = setup, .at = at };
	return true;
}

static bool
include(struct conf_build *b, struct conf_place at, struct span pattern, unsigned depth)
{
	const char *slash = strrchr(at.file, '/'), *text = conf_keep(b->conf, pattern);
	int dir = slash != NULL ? (int)(slash - at.file) + 1 : 0;
	char path[4096];

	if (!b->may_include)
		return conf_bad(b, at, "expected no include here");
	if (text == NULL || *text == '\0')
		return conf_bad(b, at, "expected include FILE");
	dir = snprintf(path, sizeof(path), "%.*s%s", *text == '/' ? 0 : dir, at.file, text);
	if (dir < 0 || (size_t)dir >= sizeof(path))
		return conf_bad(b, at, "expected a shorter file name");
	return conf_build_files(b, path, depth + 1, &at);
}

static bool
word_is(struct span s, const char *word)
{
	return span_eq(s, span_str(word));
}

/* What stands in the first column. */
static bool
header(struct conf_build *b, struct conf_place at, const struct conf_line *l, unsigned depth)
{
	if (word_is(l->key, "conn")) {
		if (l->value.len == 0 || l->value.len > 63)
			return conf_bad(b, at, "expected conn NAME, of 1 to 63 characters");
		for (size_t i = 0; i < l->value.len; i++)
			if (l->value.ptr[i] == ' ' || l->value.ptr[i] == '\t')
				return conf_bad(b, at, "expected one word behind conn");
		return new_section(b, at, false, l->value);
	}
	if (word_is(l->key, "config"))
		return word_is(l->value, "setup") ? new_section(b, at, true, l->value)
			: conf_bad(b, at, "expected config setup");
	if (word_is(l->key, "include"))
		return include(b, at, l->value, depth);
	if (word_is(l->key, "version"))
		return true;
	if (word_is(l->key, "ca"))
		return conf_bad(b, at, "certificates are not configured here; leave the section out");
	return conf_bad(b, at, "expected conn NAME, config setup or include FILE in the first "
			"column, found \"%.*s\"", (int)(l->key.len < 40 ? l->key.len : 40),
			(const char *)l->key.ptr);
}

static bool
append(struct conf_build *b, struct conf_section *s, struct conf_setting new)
{
	struct conf_setting *more;

	for (size_t i = 0; i < s->n && new.word != NULL; i++)
		if (s->s[i].word == new.word && s->s[i].side == new.side)
			return conf_bad(b, new.at, "this was said in line %u already", s->s[i].at.line);
	more = new.text != NULL ? realloc(s->s, (s->n + 1) * sizeof(*more)) : NULL;
	if (more == NULL)
		return conf_bad(b, new.at, "no memory");
	s->s = more;
	s->s[s->n++] = new;
	return true;
}

static bool
parameter(struct conf_build *b, struct conf_place at, const struct conf_line *l)
{
	struct conf_section *s = b->conf->n > 0 ? &b->conf->sections[b->conf->n - 1] : NULL;
	struct conf_setting new = { .at = at, .side = CONF_BOTH };
	int len = (int)(l->key.len < 40 ? l->key.len : 40);
	char value[4096], why[400];

	if (s == NULL)
		return conf_bad(b, at, "expected conn NAME or config setup before this");
	if (!s->setup && word_is(l->key, "also")) {
		new.text = conf_keep(b->conf, l->value);
		return append(b, s, new);
	}
	new.word = conf_keyword_find(l->key, s->setup, &new.side);
	if (new.word == NULL)
		return conf_bad(b, at, "there is no keyword \"%.*s\" in %s; see ipsec.conf(5)", len,
				(const char *)l->key.ptr, s->setup ? "config setup" : "a conn");
	if (!conf_value(new.word, l->value, value, sizeof(value), why, sizeof(why)))
		return conf_bad(b, at, "%.*s: %s", len, (const char *)l->key.ptr, why);
	new.text = conf_keep(b->conf, span_str(value));
	return append(b, s, new);
}

bool
conf_build_text(struct conf_build *b, struct span text, const char *name, unsigned depth)
{
	struct conf_lexer lex = conf_lexer(text);
	bool ok = true;

	while (ok) {
		struct conf_line l = conf_lex(&lex);
		struct conf_place at = { name, l.number };

		if (l.kind == CONF_LINE_END)
			break;
		ok = l.kind == CONF_LINE_BAD ? conf_bad(b, at, "%s", l.why)
			: l.kind == CONF_LINE_SECTION ? header(b, at, &l, depth)
			: parameter(b, at, &l);
	}
	return ok;
}
