/* Rules of the kernel's security policy database, as values. */
#include "lib/spd.h"

static int
compare_number(unsigned a, unsigned b)
{
	return a < b ? -1 : a > b;
}

static int
compare_prefix(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int c = ip_addr_cmp(&a->addr, &b->addr);

	return c != 0 ? c : compare_number(a->len, b->len);
}

int
spd_compare(const struct spd_rule *a, const struct spd_rule *b)
{
	int c = compare_prefix(&a->remote, &b->remote);

	if (c == 0)
		c = compare_prefix(&a->local, &b->local);
	if (c == 0)
		c = compare_number(a->ip_proto, b->ip_proto);
	if (c == 0)
		c = compare_number(a->sport, b->sport);
	return c != 0 ? c : compare_number(a->dport, b->dport);
}

bool
spd_same(const struct spd_rule *a, const struct spd_rule *b)
{
	return spd_compare(a, b) == 0 && a->exempt == b->exempt && a->action == b->action
		&& a->lifetime_s == b->lifetime_s;
}

struct spd_rule
spd_pair(const struct ip_addr *local, const struct ip_addr *remote, enum spd_action action,
	 uint32_t lifetime_s)
{
	return (struct spd_rule){ .local = ip_prefix_host(local), .remote = ip_prefix_host(remote),
		.action = action, .lifetime_s = lifetime_s };
}
