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

/* The entries for the traffic of one prefix of hosts behind us, or for our own. */
struct group_class {
	struct ip_prefix clients;	/* family IP_NONE: our own */
	struct group_entry *entries;	/* owned; by prefix, shortest first */
	struct prefix_node *nodes;	/* owned */
	uint32_t n_nodes;
	struct prefix_set *tree;	/* owned; gives the node of the longest prefix */
};

struct group_set {
	struct group_class *classes;	/* owned; longest prefix first, our own last */
	size_t n;
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
parent_of(const struct group_class *s, const struct group_entry *e)
{
	uint32_t node;

	return prefix_set_find(s->tree, &e->remote.addr, &node, NULL) ? node : NONE;
}

static bool
build(struct group_class *s, uint32_t n)
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

static bool
same_clients(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && ip_addr_eq(&a->addr, &b->addr);
}

static bool
make_class(struct group_class *c, const struct ip_prefix *clients, const struct group_entry *e,
	   size_t n)
{
	struct group_entry *mine = calloc(n + 1, sizeof(*mine));
	uint32_t n_mine = 0;

	*c = (struct group_class){ .clients = *clients, .tree = prefix_set_new() };
	for (size_t i = 0; mine != NULL && i < n; i++)
		if (same_clients(&e[i].clients, clients))
			mine[n_mine++] = e[i];
	c->nodes = calloc(n_mine + 1u, sizeof(c->nodes[0]));
	if (mine != NULL && n_mine > 0)
		c->entries = sorted_copy(mine, n_mine);
	free(mine);
	return mine != NULL && c->tree != NULL && c->nodes != NULL
		&& (n_mine == 0 || c->entries != NULL) && build(c, n_mine);
}

static int
longest_first(const void *va, const void *vb)
{
	const struct group_class *a = va, *b = vb;

	if ((a->clients.addr.family == IP_NONE) != (b->clients.addr.family == IP_NONE))
		return a->clients.addr.family == IP_NONE ? 1 : -1;
	return (int)b->clients.len - (int)a->clients.len;
}

static bool
has_class(const struct group_set *s, const struct ip_prefix *clients)
{
	for (size_t i = 0; i < s->n; i++)
		if (same_clients(&s->classes[i].clients, clients))
			return true;
	return false;
}

struct group_set *
group_set_new(const struct group_entry *e, size_t n)
{
	const struct ip_prefix own = { .len = 0 };
	struct group_set *s = calloc(1, sizeof(*s));
	bool ok = s != NULL && n < NONE;

	if (ok)
		s->classes = calloc(GROUP_CLASSES_MAX + 1, sizeof(s->classes[0]));
	ok = ok && s->classes != NULL && make_class(&s->classes[s->n++], &own, e, n);
	for (size_t i = 0; ok && i < n && s->n <= GROUP_CLASSES_MAX; i++)
		if (!has_class(s, &e[i].clients))
			ok = make_class(&s->classes[s->n++], &e[i].clients, e, n);
	if (!ok) {
		group_set_free(s);
		return NULL;
	}
	qsort(s->classes, s->n, sizeof(s->classes[0]), longest_first);
	return s;
}

void
group_set_free(struct group_set *s)
{
	for (size_t i = 0; s != NULL && i < s->n; i++) {
		prefix_set_free(s->classes[i].tree);
		free(s->classes[i].nodes);
		free(s->classes[i].entries);
	}
	if (s != NULL)
		free(s->classes);
	free(s);
}

/* The last one, our own, is for whoever is in no other. */
static const struct group_class *
class_of(const struct group_set *s, const struct ip_addr *local)
{
	size_t i = 0;

	while (i + 1 < s->n && !ip_prefix_contains(&s->classes[i].clients, local))
		i++;
	return &s->classes[i];
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
	const struct group_class *c = class_of(s, &f->src);
	uint32_t at;

	if (!prefix_set_find(c->tree, &f->dst, &at, NULL))
		return NULL;
	for (; at != NONE; at = c->nodes[at].parent) {
		const struct prefix_node *node = &c->nodes[at];

		for (uint32_t i = 0; i < node->n; i++) {
			if (speaks_for(&c->entries[node->first + i], f))
				return &c->entries[node->first + i];
		}
	}
	return NULL;
}

bool
group_set_mixed(const struct group_set *s, const struct ip_addr *local,
		const struct ip_addr *remote)
{
	const struct group_class *c = class_of(s, local);
	uint32_t at;

	if (!prefix_set_find(c->tree, remote, &at, NULL))
		return false;
	/* The narrowest entry of a prefix stands first; where it is one for all
	 * traffic, no flow looks further. */
	return narrowness(&c->entries[c->nodes[at].first]) > 0;
}
