/* What a conn takes from others: also= and %default. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

#define DEFAULT "%default"

enum { MAX_ALSO = 32 };
enum seen { NOT_YET, UNDER_WAY, DONE };

struct resolving {
	const struct conf *conf;
	struct conf_conn *out;
	enum seen *seen;		/* of each section */
	unsigned depth;
	char *err;
	size_t errlen;
};

static const struct conf_section *
find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->sections[i].setup && strcmp(c->sections[i].name, name) == 0)
			return &c->sections[i];
	return NULL;
}

const struct conf_section *
conf_find(const struct conf *c, const char *name)
{
	return strcmp(name, DEFAULT) == 0 ? NULL : find(c, name);
}

static bool
bad(const struct resolving *r, const struct conf_setting *also, const char *why)
{
	snprintf(r->err, r->errlen, "%s:%u: also=%.60s: %s", also->at.file, also->at.line,
		 also->text, why);
	return false;
}

/* What is set already stays. */
static void
take(struct conf_conn *out, const struct conf_section *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct conf_setting *x = &s->s[i];

		if (x->word == NULL)
			continue;
		if (out->set[x->word - conf_keywords][x->side] == NULL)
			out->set[x->word - conf_keywords][x->side] = x;
	}
}

static bool walk(struct resolving *r, const struct conf_section *s);

static bool
follow(struct resolving *r, const struct conf_setting *also)
{
	const struct conf_section *to = conf_find(r->conf, also->text);
	bool ok;

	if (to == NULL)
		return bad(r, also, "there is no such conn");
	if (r->seen[to - r->conf->sections] == UNDER_WAY)
		return bad(r, also, "goes round in a circle");
	if (r->depth >= MAX_ALSO)
		return bad(r, also, "more than 32 conns deep");
	r->depth++;
	ok = walk(r, to);
	r->depth--;
	return ok;
}

/* None is walked twice. */
static bool
walk(struct resolving *r, const struct conf_section *s)
{
	enum seen *seen = &r->seen[s - r->conf->sections];
	bool ok = true;

	if (*seen == DONE)
		return true;
	*seen = UNDER_WAY;
	take(r->out, s);
	for (size_t i = 0; i < s->n && ok; i++)
		if (s->s[i].word == NULL)
			ok = follow(r, &s->s[i]);
	*seen = DONE;
	return ok;
}

bool
conf_resolve(const struct conf *c, const struct conf_section *s, struct conf_conn *out, char *err,
	     size_t errlen)
{
	struct resolving r = { .conf = c, .out = out, .err = err, .errlen = errlen,
		.seen = calloc(c->n, sizeof(*r.seen)) };
	const struct conf_section *d = find(c, DEFAULT);
	bool ok;

	*out = (struct conf_conn){ .name = s->name, .at = s->at };
	if (r.seen == NULL) {
		snprintf(err, errlen, "no memory");
		return false;
	}
	ok = walk(&r, s) && (d == NULL || walk(&r, d));
	free(r.seen);
	return ok;
}

const char *
conf_text(const struct conf_conn *c, const char *name, enum conf_side side)
{
	enum conf_where where = side == CONF_BOTH ? CONF_CONN : CONF_END;

	for (unsigned i = 0; i < n_conf_keywords; i++)
		if (conf_keywords[i].where == where && strcmp(conf_keywords[i].name, name) == 0)
			return c->set[i][side] != NULL ? c->set[i][side]->text : NULL;
	return NULL;
}

const char *
conf_setup_text(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; c->sections[i].setup && j < c->sections[i].n; j++)
			if (strcmp(c->sections[i].s[j].word->name, name) == 0)
				return c->sections[i].s[j].text;
	return NULL;
}
