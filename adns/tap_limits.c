/* How much of what resolvers say goes on to pluto. */
#include "adns/tap_limits.h"

#include <string.h>

enum {
	BURST = 200, PER_S = 50,	/* addresses, of all */
	PREFIX_BURST = 16, PREFIX_PER_S = 4,
	REPEAT_MS = 30000,		/* a name is looked up again and again */
};

/* Nobody is asked about these. */
static bool
is_somewhere(const struct ip_addr *a)
{
	return !ip_addr_is_any(a) && !ip_addr_is_loopback(a) && !ip_addr_is_multicast(a)
		&& !ip_addr_is_link_local(a);
}

static bool
is_repeated(struct tap_limits *l, const struct dns_name *name, const struct ip_addr *a,
	    uint64_t now_ms)
{
	uint64_t key = addr_hash(span_str(name->text)) + addr_hash(ip_addr_span(a));
	unsigned at = (unsigned)(key % TAP_SEEN);

	if (l->seen[at].key == key && now_ms < l->seen[at].until_ms)
		return true;
	l->seen[at].key = key;
	l->seen[at].until_ms = now_ms + REPEAT_MS;
	return false;
}

static bool
is_within(struct tap_limits *l, const struct ip_addr *a, uint64_t now_ms)
{
	struct dns_name prefix = revname_of(a);

	l->prefixes.burst = PREFIX_BURST;
	l->prefixes.per_s = PREFIX_PER_S;
	return buckets_take(&l->prefixes, &prefix, now_ms)
		&& bucket_take(&l->full_ms, BURST, PER_S, now_ms);
}

bool
tap_limits_pass(struct tap_limits *l, struct adns_notice *n, uint64_t now_ms,
		struct adns_tap_counts *counts)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n->n_addrs; i++) {
		const struct ip_addr a = n->addrs[i];

		if (!is_somewhere(&a))
			continue;
		if (is_repeated(l, &n->name, &a, now_ms))
			counts->repeated++;
		else if (!is_within(l, &a, now_ms))
			counts->limited++;
		else
			n->addrs[kept++] = a;
	}
	n->n_addrs = (uint16_t)kept;
	return kept > 0;
}
