/* The policy in force: which entry of the policy files speaks for a flow. */
#include "oe/group_set.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prefix_set.h"

static const uint32_t NONE = UINT32_MAX;

/* All entries of one prefix, and the next shorter prefix around it. */
struct prefix_node {
	uint32_t first, n;
	uint32_t parent;		/* NONE at the top */
};

struct group_set {
	struct group_entry *entries;	/* owned; by prefix, shortest first */
	struct prefix_node *nodes;	/* owned */
	uint32_t n_nodes;
	struct prefix_set *tree;	/* owned; gives the node of the longest prefix */
};

static int
narrowness(const struct group_entry *e)
{
	return (e->ip_proto != 0) + (e->sport != 0) + (e->dport != 0);
}

static bool
same_prefix(const struct group_entry *a, const struct group_entry *b)
{
	return a->remote.len == b->remote.len && ip_addr_eq(&a->remote.addr, &b->remote.addr);
}

/* Shortest prefixes first, so that a parent is there before its children. */
static int
by_prefix(const void *va, const void *vb)
{
	const struct group_entry *const *pa = va, *const *pb = vb;
	const struct group_entry *a = *pa, *b = *pb;
	int c = (int)a->remote.len - (int)b->remote.len;

	if (c == 0)
		c = ip_addr_cmp(&a->remote.addr, &b->remote.addr);
	if (c == 0)
		c = narrowness(b) - narrowness(a);
	if (c == 0)
		c = a < b ? -1 : a > b;
	return c;
}

static struct group_entry *
sorted_copy(const struct group_entry *e, size_t n)
{
	const struct group_entry **order = calloc(n, sizeof(const struct group_entry *));
	struct group_entry *out = calloc(n, sizeof(*out));

	if (order != NULL && out != NULL) {
		for (size_t i = 0; i < n; i++)
			order[i] = &e[i];
		qsort(order, n, sizeof(order[0]), by_prefix);
		for (size_t i = 0; i < n; i++)
			out[i] = *order[i];
	} else {
		free(out);
		out = NULL;
	}
	free(order);
	return out;
}

/* The node of the next shorter prefix around that of E. */
static uint32_t
parent_of(const struct group_set *s, const struct group_entry *e)
{
	uint32_t node;

	return prefix_set_find(s->tree, &e->remote.addr, &node, NULL) ? node : NONE;
}

static bool
build(struct group_set *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct group_entry *e = &s->entries[i];
		struct prefix_node *last = s->n_nodes > 0 ? &s->nodes[s->n_nodes - 1] : NULL;

		if (last != NULL && same_prefix(&s->entries[last->first], e)) {
			last->n++;
			continue;
		}
		s->nodes[s->n_nodes] = (struct prefix_node){
			.first = i,
			.n = 1,
			.parent = parent_of(s, e),
		};
		if (prefix_set_add(s->tree, &e->remote, s->n_nodes) < 0)
			return false;
		s->n_nodes++;
	}
	return true;
}

struct group_set *
group_set_new(const struct group_entry *e, size_t n)
{
	struct group_set *s = calloc(1, sizeof(*s));

	if (s == NULL || n >= NONE)
		goto fail;
	s->tree = prefix_set_new();
	s->nodes = calloc(n + 1, sizeof(s->nodes[0]));
	if (s->tree == NULL || s->nodes == NULL)
		goto fail;
	if (n > 0 && (s->entries = sorted_copy(e, n)) == NULL)
		goto fail;
	if (build(s, (uint32_t)n))
		return s;
fail:
	group_set_free(s);
	return NULL;
}

void
group_set_free(struct group_set *s)
{
	if (s == NULL)
		return;
	prefix_set_free(s->tree);
	free(s->nodes);
	free(s->entries);
	free(s);
}

static bool
speaks_for(const struct group_entry *e, const struct flow *f)
{
	return (e->ip_proto == 0 || e->ip_proto == f->ip_proto) &&
	       (e->sport == 0 || e->sport == f->sport) &&
	       (e->dport == 0 || e->dport == f->dport);
}

const struct group_entry *
group_set_find(const struct group_set *s, const struct flow *f)
{
	uint32_t at;

	if (!prefix_set_find(s->tree, &f->dst, &at, NULL))
		return NULL;
	for (; at != NONE; at = s->nodes[at].parent) {
		const struct prefix_node *node = &s->nodes[at];

		for (uint32_t i = 0; i < node->n; i++) {
			if (speaks_for(&s->entries[node->first + i], f))
				return &s->entries[node->first + i];
		}
	}
	return NULL;
}

bool
group_set_mixed(const struct group_set *s, const struct ip_addr *remote)
{
	uint32_t at;

	if (!prefix_set_find(s->tree, remote, &at, NULL))
		return false;
	/* The narrowest entry of a prefix stands first; where it is one for all
	 * traffic, no flow looks further. */
	return narrowness(&s->entries[s->nodes[at].first]) > 0;
}
