/* Loads the selectors of connections: all of them into a table, or what is new
 * into one that stands. */
#include <stdlib.h>
#include <string.h>

#include "lib/marks.h"
#include "trap/rules_conns.h"

static void
write_one(FILE *f, const char *table, const char *verb, const struct conn_element *e)
{
	bool add = verb[0] == 'a';

	fprintf(f, "%s element inet %s %s { %s %s }\n", verb, table, e->map,
		e->key, add ? e->verdict : "");
}

/* One command for each map: that is much quicker than one for each element. */
static void
write_all(FILE *f, const char *table, const struct conn_rules *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct conn_element *e = &c->e[i];

		if (i == 0 || strcmp(e[-1].map, e->map) != 0)
			fprintf(f, "add element inet %s %s {\n", table, e->map);
		fprintf(f, "\t%s %s", e->key, e->verdict);
		fputs(i + 1 == c->n || strcmp(e[1].map, e->map) != 0 ?
		      "\n}\n" : ",\n", f);
	}
}

bool
rules_write_conns(FILE *f, const struct rules_input *in, bool away)
{
	struct conn_rules c;

	if (!conn_rules_make(in, away, &c))
		return false;
	write_all(f, rules_name(in), &c);
	fputs(c.rules, f);
	conn_rules_clear(&c);
	return true;
}

typedef void map_fn(FILE *f, const char *table, const char *map, bool v6,
		    unsigned layer);

static void
each_map(FILE *f, const struct rules_input *in, map_fn *fn)
{
	static const char *const names[] = { "conn", "back" };
	unsigned i, side, v6;

	if (!in->can.pair_ranges)
		return;
	for (side = 0; side < 2; side++)
		for (v6 = 0; v6 < 2; v6++)
			for (i = 0; i < CONN_LAYERS; i++)
				fn(f, rules_name(in), names[side], v6 != 0, i);
}

static void
declare_map(FILE *f, const char *table, const char *map, bool v6, unsigned layer)
{
	const char *type = v6 ? "ipv6_addr" : "ipv4_addr";

	(void)table;
	fprintf(f, "\tmap %s%c_%u {\n\t\ttype %s . %s : verdict\n"
		"\t\tflags interval, timeout\n\t}\n", map, v6 ? '6' : '4', layer,
		type, type);
}

/* A new map: to delete every element of a long one takes seconds. */
static void
renew_map(FILE *f, const char *table, const char *map, bool v6, unsigned layer)
{
	const char digit = v6 ? '6' : '4', *type = v6 ? "ipv6_addr" : "ipv4_addr";

	fprintf(f, "delete map inet %s %s%c_%u\nadd map inet %s %s%c_%u "
		"{ type %s . %s : verdict; flags interval, timeout; }\n", table,
		map, digit, layer, table, map, digit, layer, type, type);
}

void
rules_write_conn_chains(FILE *f, const struct rules_input *in, bool away)
{
	each_map(f, in, declare_map);
	fputs("\tchain conns {\n\t}\n"
	      "\tchain forwarded {\n\t}\n"
	      "\tchain clients {\n\t}\n"
	      "\tchain prerouting {\n"
	      "\t\ttype filter hook prerouting priority -151; policy accept;\n"
	      "\t\tjump forwarded\n\t\tjump clients\n\t}\n", f);
	if (away)
		return;
	fputs("\tchain from_conns {\n\t}\n"
	      "\tchain g_clear {\n"
	      "\t\tcounter name \"clear_from_keyed\" drop\n\t}\n"
	      "\tchain g_keyed {\n\t\t", f);
	rules_set_mark(f, MARK_TUN);
	fputs(" accept\n\t}\n\tchain g_refuse {\n\t\t", f);
	rules_set_mark(f, MARK_REJECT);
	fputs(" accept\n\t}\n", f);
}

static void
flush_chains(FILE *f)
{
	fputs("flush chain inet " RULES_TABLE " conns\n"
	      "flush chain inet " RULES_TABLE " from_conns\n"
	      "flush chain inet " RULES_TABLE " forwarded\n", f);
}

char *
rules_text(rules_body *body, const void *what)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	bool ok;

	if (f == NULL)
		return NULL;
	ok = body(f, what);
	if (fclose(f) != 0 || !ok) {
		free(text);
		return NULL;
	}
	return text;
}

static bool
conns_body(FILE *f, const void *what)
{
	const struct rules_input *in = what;

	flush_chains(f);
	each_map(f, in, renew_map);
	return rules_write_conns(f, in, false);
}

char *
rules_conns(const struct rules_input *in)
{
	return rules_text(conns_body, in);
}

/* Both are sorted: what is in one alone goes, or comes. */
static void
write_difference(FILE *f, const struct conn_rules *old, const struct conn_rules *new)
{
	size_t i = 0, j = 0;

	while (i < old->n || j < new->n) {
		int c = i == old->n ? 1 : j == new->n ? -1 :
			conn_element_compare(&old->e[i], &new->e[j]);

		if (c == 0 && strcmp(old->e[i].verdict, new->e[j].verdict) == 0) {
			i++;
			j++;
			continue;
		}
		if (c <= 0)
			write_one(f, RULES_TABLE, "delete", &old->e[i++]);
		if (c >= 0)
			write_one(f, RULES_TABLE, "add", &new->e[j++]);
	}
}

struct change { const struct rules_input *old, *new; };

static bool
change_body(FILE *f, const void *what)
{
	const struct change *c = what;
	struct conn_rules a = { .e = NULL }, b = { .e = NULL };
	bool ok = conn_rules_make(c->old, false, &a) && conn_rules_make(c->new, false, &b);

	if (ok) {
		write_difference(f, &a, &b);
		if (strcmp(a.rules, b.rules) != 0) {
			flush_chains(f);
			fputs(b.rules, f);
		}
	}
	conn_rules_clear(&a);
	conn_rules_clear(&b);
	return ok;
}

char *
rules_conns_change(const struct rules_input *old, const struct rules_input *new)
{
	const struct change c = { old, new };

	return rules_text(change_body, &c);
}
