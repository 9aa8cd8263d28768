/* Rules about all the records of one name. */
#include <stdlib.h>
#include <string.h>

#include "lib/revname.h"
#include "zones/lint.h"

enum {
	SETS_MAX = 1 << 20,
	GATEWAYS_MAX = 1000,	/* each is looked for in the whole zone */
	UDP_MAX = 1232,		/* what answers are limited to by most servers */
	HEADER = 12 + 11,	/* and the OPT record */
	PER_RECORD = 12,	/* a compressed name, type, class, TTL, length */
	SIGNATURE = 12 + 18 + 256,	/* of an RSA key of 2048 bits; the name comes to it */
};

struct row {
	char *owner;		/* owned */
	struct chunk key;	/* owned */
	struct lint_member m;
};

struct lint_set {
	struct row *rows;
	size_t n, max;
};

static bool
grow(struct lint_set *s)
{
	size_t max = s->max == 0 ? 64 : s->max * 2;
	struct row *rows = max > SETS_MAX ? NULL : realloc(s->rows, max * sizeof(*rows));

	if (rows == NULL)
		return false;
	s->rows = rows;
	s->max = max;
	return true;
}

bool
lint_set_add(struct lint *l, const char *owner, const struct lint_member *m)
{
	struct lint_set *s = l->sets;
	struct row *r;

	if (s == NULL)
		s = l->sets = calloc(1, sizeof(*s));
	if (s == NULL || (s->n == s->max && !grow(s))) {
		lint_say(l, m->line, FIND_SYNTAX, "too many records: this one is not compared "
			 "with the others of its name");
		return false;
	}
	r = &s->rows[s->n];
	*r = (struct row){ .owner = strdup(owner), .key = chunk_copy(m->key), .m = *m };
	r->m.key = chunk_span(r->key);
	if (r->owner == NULL) {
		chunk_free(&r->key);
		return false;
	}
	s->n++;
	return true;
}

static int
by_owner(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->owner, y->owner);

	return order != 0 ? order : (x->m.line > y->m.line) - (x->m.line < y->m.line);
}

static void
check_cname(struct lint *l, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].m.kind == LINT_IS_CNAME && n > 1)
			lint_say(l, rows[i].m.line, FIND_CNAME, "%s has a CNAME and %zu more", rows[i].owner,
				 n - 1);
}

static void
check_pair(struct lint *l, const struct row *a, const struct row *b)
{
	bool same = span_eq(a->m.key, b->m.key);

	if (a->m.kind == LINT_IS_IPSECKEY && b->m.kind == LINT_IS_IPSECKEY) {
		if (same && a->m.precedence == b->m.precedence)
			lint_say(l, b->m.line, FIND_TWICE, "the key of line %u again", a->m.line);
		else if (a->m.precedence == b->m.precedence)
			lint_say(l, b->m.line, FIND_TWICE, "the precedence of line %u again", a->m.line);
	}
}

/* Whether some IPSECKEY record of the name has the TXT record's key. */
static void
check_txt(struct lint *l, const struct row *rows, size_t n, const struct row *txt)
{
	size_t keys = 0;

	if (txt->m.kind != LINT_IS_TXT || txt->m.key.len == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].m.kind != LINT_IS_IPSECKEY)
			continue;
		if (span_eq(rows[i].m.key, txt->m.key))
			return;
		keys++;
	}
	if (keys > 0)
		lint_say(l, txt->m.line, FIND_TXT_DIFFERS, "no IPSECKEY record of %s has this key", txt->owner);
}

static void
check_size(struct lint *l, const struct row *rows, size_t n)
{
	size_t name = strlen(rows[0].owner) + 1, keys = 0, size;

	size = HEADER + name + 4 + SIGNATURE + name;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].m.kind != LINT_IS_IPSECKEY)
			continue;
		keys++;
		size += PER_RECORD + rows[i].m.rdata;
	}
	if (keys > 0 && size > UDP_MAX)
		lint_say(l, rows[0].m.line, FIND_SIZE, "an answer with %zu keys, signed by RSA, has about "
			 "%zu octets: more than %d", keys, size, UDP_MAX);
}

static void
check_signed(struct lint *l, const struct row *rows, size_t n)
{
	const struct row *key = NULL;
	bool has_rrsig = false;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].m.kind == LINT_IS_IPSECKEY && key == NULL)
			key = &rows[i];
		has_rrsig = has_rrsig || rows[i].m.kind == LINT_IS_RRSIG;
	}
	if (l->is_signed && key != NULL && !has_rrsig)
		lint_say(l, key->m.line, FIND_UNSIGNED, "the zone is signed, and the keys of %s are not",
			 key->owner);
}

static bool
is_under(const char *name, const char *zone)
{
	size_t len = strlen(name), n = strlen(zone);

	return strcmp(zone, ".") == 0 || (len > n && strcmp(name + len - n, zone) == 0 &&
					  name[len - n - 1] == '.');
}

static bool
has_key(const struct lint_set *s, const char *owner, struct span key)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].m.kind == LINT_IS_IPSECKEY && strcmp(s->rows[i].owner, owner) == 0 &&
		    span_eq(s->rows[i].m.key, key))
			return true;
	return false;
}

/* Gateways whose own names are of another zone are for oe-zone verify. */
static void
check_gateways(struct lint *l)
{
	const struct lint_set *s = l->sets;
	unsigned looked = 0;

	for (size_t i = 0; i < s->n && looked < GATEWAYS_MAX; i++) {
		const struct row *r = &s->rows[i];
		struct dns_name rev;
		struct addr_buf b;

		if (r->m.gateway.family == IP_NONE)
			continue;
		rev = revname_of(&r->m.gateway);
		looked++;
		if (is_under(rev.text, l->apex) && !has_key(s, rev.text, r->m.key))
			lint_say(l, r->m.line, FIND_GATEWAY, "%s has not this key under its own name",
				 ip_addr_text(&r->m.gateway, &b));
	}
}

/* A name with this many keys is told once; each pair of them is not looked at. */
enum { PAIRS_MAX = 64 };

static void
check_name(struct lint *l, const struct row *rows, size_t n)
{
	size_t pairs = n < PAIRS_MAX ? n : PAIRS_MAX;

	check_cname(l, rows, n);
	check_size(l, rows, n);
	check_signed(l, rows, n);
	for (size_t i = 0; i < pairs; i++) {
		check_txt(l, rows, pairs, &rows[i]);
		for (size_t j = i + 1; j < pairs; j++)
			check_pair(l, &rows[i], &rows[j]);
	}
}

void
lint_sets_check(struct lint *l)
{
	struct lint_set *s = l->sets;

	if (s == NULL || s->n == 0)
		return;
	qsort(s->rows, s->n, sizeof(*s->rows), by_owner);
	for (size_t i = 0, end; i < s->n; i = end) {
		end = i + 1;
		while (end < s->n && strcmp(s->rows[i].owner, s->rows[end].owner) == 0)
			end++;
		check_name(l, s->rows + i, end - i);
	}
	check_gateways(l);
}

void
lint_sets_free(struct lint *l)
{
	struct lint_set *s = l->sets;

	for (size_t i = 0; s != NULL && i < s->n; i++) {
		free(s->rows[i].owner);
		chunk_free(&s->rows[i].key);
	}
	if (s != NULL)
		free(s->rows);
	free(s);
	l->sets = NULL;
}
