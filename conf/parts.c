/* leftsubnets= and rightsubnets=: a conn for each pair of them. NAME becomes NAME/1x1,
 * NAME/1x2 and so on, which differ in their subnets alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "lib/addr.h"

enum { SUBNETS_MAX = 16, PARTS_MAX = 4096, NAME_MAX_LEN = 63 };

/* The subnets of one end; N is 0 when it names none. */
struct subnets { unsigned n; struct span net[SUBNETS_MAX]; };

static bool
is_between(uint8_t c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '{' || c == '}';
}

static bool
split(struct conf_build *b, struct conf_place at, const char *text, struct subnets *out)
{
	struct span s = span_str(text != NULL ? text : "");
	struct ip_prefix p;
	char one[64];

	*out = (struct subnets){ .n = 0 };
	for (size_t i = 0; i < s.len;) {
		size_t from = i;

		while (i < s.len && !is_between(s.ptr[i]))
			i++;
		if (i == from) {
			i++;
			continue;
		}
		snprintf(one, sizeof(one), "%.*s", (int)(i - from), text + from);
		if (!ip_prefix_parse(one, &p))
			return conf_bad(b, at, "subnets: \"%s\" is not ADDRESS/LENGTH", one);
		if (out->n == SUBNETS_MAX)
			return conf_bad(b, at, "subnets: more than %d", SUBNETS_MAX);
		out->net[out->n++] = span_of(s.ptr + from, i - from);
	}
	return out->n > 0 || text == NULL || conf_bad(b, at, "subnets: there is none in it");
}

static const struct conf_keyword *
subnet_keyword(void)
{
	enum conf_side side;

	return conf_keyword_find(span_str("leftsubnet"), false, &side);
}

/* One pair, counted from 0; what else it is stands in WHOLE. */
static bool
add_part(struct conf_build *b, size_t whole, const struct subnets ends[2], const unsigned at[2])
{
	struct conf *c = b->conf;
	struct conf_setting *s = calloc(3, sizeof(*s));
	struct conf_section *more, *part;
	char name[100];

	if (s == NULL)
		return false;
	more = realloc(c->sections, (c->n + 1) * sizeof(*more));
	if (more == NULL) {
		free(s);
		return false;
	}
	c->sections = more;
	snprintf(name, sizeof(name), "%s/%ux%u", more[whole].name, at[0] + 1, at[1] + 1);
	part = &more[c->n++];
	*part = (struct conf_section){ .name = conf_keep(c, span_str(name)), .at = more[whole].at,
		.s = s, .part_of = more[whole].name };
	s[part->n++] = (struct conf_setting){ .side = CONF_BOTH, .text = part->part_of, .at = part->at };
	for (int side = CONF_LEFT; side <= CONF_RIGHT; side++)
		if (ends[side].n > 0)
			s[part->n++] = (struct conf_setting){ .word = subnet_keyword(), .at = part->at,
				.side = (enum conf_side)side,
				.text = conf_keep(c, ends[side].net[at[side]]) };
	return part->name != NULL && s[part->n - 1].text != NULL && s[1].text != NULL;
}

/* An end that names none is as it is, once. */
static bool
expand_one(struct conf_build *b, size_t whole, const struct subnets ends[2], unsigned *parts)
{
	struct conf_place at = b->conf->sections[whole].at;
	unsigned k[2], n[2] = { ends[0].n > 0 ? ends[0].n : 1, ends[1].n > 0 ? ends[1].n : 1 };

	if (strlen(b->conf->sections[whole].name) + strlen("/16x16") > NAME_MAX_LEN)
		return conf_bad(b, at, "expected a shorter name where there are subnets");
	for (k[0] = 0; k[0] < n[0]; k[0]++)
		for (k[1] = 0; k[1] < n[1]; k[1]++) {
			if (++*parts > PARTS_MAX)
				return conf_bad(b, at, "more than %d pairs of subnets", PARTS_MAX);
			if (!add_part(b, whole, ends, k))
				return conf_bad(b, at, "no memory");
			b->conf->sections[whole].has_parts = true;
		}
	return true;
}

static bool
expand(struct conf_build *b, size_t i, unsigned *parts)
{
	struct conf_place at = b->conf->sections[i].at;
	struct subnets ends[2];
	struct conf_conn conn;
	char err[500];

	/* What is wrong there is told when it is loaded. */
	if (!conf_resolve(b->conf, &b->conf->sections[i], &conn, err, sizeof(err)))
		return true;
	for (int side = CONF_LEFT; side <= CONF_RIGHT; side++) {
		const char *text = conf_text(&conn, "subnets", (enum conf_side)side);

		if (!split(b, at, text, &ends[side]))
			return false;
		if (text != NULL && conf_text(&conn, "subnet", (enum conf_side)side) != NULL)
			return conf_bad(b, at, "conn %s has both subnet and subnets at one end", conn.name);
	}
	return ends[0].n + ends[1].n == 0 || expand_one(b, i, ends, parts);
}

static bool
names_subnets(const struct conf *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; j < c->sections[i].n; j++)
			if (c->sections[i].s[j].word != NULL
			    && strcmp(c->sections[i].s[j].word->name, "subnets") == 0)
				return true;
	return false;
}

bool
conf_expand(struct conf_build *b)
{
	size_t n = b->conf->n;
	unsigned parts = 0;

	if (!names_subnets(b->conf))
		return true;
	for (size_t i = 0; i < n; i++)
		if (conf_find(b->conf, b->conf->sections[i].name) == &b->conf->sections[i]
		    && !expand(b, i, &parts))
			return false;
	return true;
}
