/* The policy in force: which entry of the policy files speaks for a flow. The
 * longest prefix wins across all groups; within one prefix an entry with a
 * protocol or ports comes before one without. */
#ifndef OE_GROUP_SET_H
#define OE_GROUP_SET_H

#include "oe/oe.h"

struct group_set;

enum { GROUP_CLASSES_MAX = 256 };	/* prefixes of hosts behind us */

/* Copies the entries; NULL when memory is out. Of equal entries the first one
 * counts. Those of more prefixes behind us than GROUP_CLASSES_MAX do not. */
struct group_set *group_set_new(const struct group_entry *e, size_t n);
void group_set_free(struct group_set *s);
/* The entry for F->dst and its protocol and ports, or NULL. Where F->src is one of
 * the hosts behind us, only what is said for the longest prefix around it counts. */
const struct group_entry *group_set_find(const struct group_set *s, const struct flow *f);
/* Some entry for REMOTE, as LOCAL sees it, looks at protocol or ports: flows of one address pair
 * may belong to different groups, so no shunt may speak for the whole pair. */
bool group_set_mixed(const struct group_set *s, const struct ip_addr *local,
		     const struct ip_addr *remote);

#endif
