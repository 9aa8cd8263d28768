/* Longest-prefix match over CIDR lists: which entry speaks for an address. */
#ifndef LIB_PREFIX_SET_H
#define LIB_PREFIX_SET_H

#include "lib/addr.h"

struct prefix_set;

struct prefix_set *prefix_set_new(void);
void prefix_set_free(struct prefix_set *s);
/* VALUE is returned by prefix_set_find; a prefix that is there already keeps
 * its first value and -EEXIST is returned; -ENOMEM. */
int prefix_set_add(struct prefix_set *s, const struct ip_prefix *p, uint32_t value);
/* The longest prefix that holds A: true, *VALUE, and *MATCH when not NULL. */
bool prefix_set_find(const struct prefix_set *s, const struct ip_addr *a,
		     uint32_t *value, struct ip_prefix *match);
size_t prefix_set_count(const struct prefix_set *s);

/* The same knowledge as disjoint ranges in address order, for a kernel set
 * that cannot overlap: longest prefix already applied. FN returns false to stop. */
typedef bool prefix_range_fn(void *ctx, const struct ip_addr *lo,
			     const struct ip_addr *hi, uint32_t value);
void prefix_set_ranges(const struct prefix_set *s, enum ip_family family,
		       prefix_range_fn *fn, void *ctx);

#endif
