/* The selectors of connections in the table's words: elements of maps, and rules. */
#ifndef TRAP_RULES_CONNS_H
#define TRAP_RULES_CONNS_H

#include "trap/rules.h"

/* Maps for each family and direction, from the lowest: conn4_0. */
enum { CONN_LAYERS = 4 };

struct conn_element {
	char map[12];		/* "conn4_0" */
	char *key, *verdict;	/* owned */
};

/* All selectors, for one state of the table. */
struct conn_rules {
	struct conn_element *e;	/* owned, sorted by map and key */
	size_t n, room;
	char *rules;		/* owned: commands for the chains, empty before */
	bool no_memory;
};

/* False when memory is out, and OUT is then empty. With AWAY as for a table
 * without us, which has no other direction. */
bool conn_rules_make(const struct rules_input *in, bool away, struct conn_rules *out);
void conn_rules_clear(struct conn_rules *c);
int conn_element_compare(const void *a, const void *b);

#endif
