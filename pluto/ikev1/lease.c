/* Addresses given out by Mode Config. */
#include "pluto/ikev1/lease.h"

#include <stdlib.h>

struct lease {
	uint64_t conn, who;
	struct ip_addr addr;
	unsigned users;			/* ISAKMP SAs */
	uint64_t released_ms;
};

struct leases { unsigned n; struct lease l[LEASES_MAX]; };

static struct lease *
find(struct leases *ls, uint64_t conn, uint64_t who)
{
	for (unsigned i = 0; i < ls->n; i++)
		if (ls->l[i].conn == conn && ls->l[i].who == who)
			return &ls->l[i];
	return NULL;
}

static struct lease *
find_addr(struct leases *ls, uint64_t conn, const struct ip_addr *a)
{
	for (unsigned i = 0; i < ls->n; i++)
		if (ls->l[i].conn == conn && ip_addr_eq(&ls->l[i].addr, a))
			return &ls->l[i];
	return NULL;
}

/* SAs outlive the ISAKMP SA that made them. */
static bool
is_used(const struct v1_engine *e, const struct lease *l)
{
	for (const struct v1_child *c = e->children; c != NULL; c = c->next)
		if (ts_has_addr(&c->sel.remote, &l->addr))
			return true;
	return l->users > 0;
}

static struct ip_addr
next_addr(const struct ip_addr *a)
{
	struct ip_addr out = *a;

	for (size_t i = ip_addr_bits(a->family) / 8; i-- > 0;)
		if (++out.bytes[i] != 0)
			break;
	return out;
}

/* Of a subnet the first and the last are nobody's. */
static bool
is_host_of(const struct traffic_selector *pool, const struct ip_addr *a)
{
	struct ip_addr second = next_addr(&pool->addr_lo);

	if (ip_addr_eq(&pool->addr_lo, &pool->addr_hi) || ip_addr_eq(&second, &pool->addr_hi))
		return true;
	return !ip_addr_eq(a, &pool->addr_lo) && !ip_addr_eq(a, &pool->addr_hi);
}

/* One that nobody has had. */
static bool
fresh(struct leases *ls, uint64_t conn, const struct traffic_selector *pool, struct ip_addr *out)
{
	*out = pool->addr_lo;
	for (unsigned i = 0; i < LEASES_MAX + 2; i++) {
		if (is_host_of(pool, out) && find_addr(ls, conn, out) == NULL)
			return true;
		if (ip_addr_eq(out, &pool->addr_hi))
			return false;
		*out = next_addr(out);
	}
	return false;
}

static struct lease *
oldest(struct v1_engine *e, uint64_t conn, const struct traffic_selector *pool)
{
	struct lease *best = NULL;

	for (unsigned i = 0; i < e->leases->n; i++) {
		struct lease *l = &e->leases->l[i];

		if (l->conn == conn && ts_has_addr(pool, &l->addr) && !is_used(e, l)
		    && (best == NULL || l->released_ms < best->released_ms))
			best = l;
	}
	return best;
}

struct ip_addr
v1_lease_take(struct v1_engine *e, uint64_t conn, const struct traffic_selector *pool, uint64_t who)
{
	const struct ip_addr none = { .family = IP_NONE };
	struct ip_addr addr;
	struct lease *l;

	if (e->leases == NULL)
		e->leases = calloc(1, sizeof(*e->leases));
	if (e->leases == NULL)
		return none;
	l = find(e->leases, conn, who);
	if (l != NULL && ts_has_addr(pool, &l->addr)) {
		l->users++;
		return l->addr;
	}
	if (e->leases->n < LEASES_MAX && fresh(e->leases, conn, pool, &addr)) {
		l = &e->leases->l[e->leases->n++];
		l->addr = addr;
	} else {
		l = oldest(e, conn, pool);
		if (l == NULL)
			return none;
	}
	*l = (struct lease){ .conn = conn, .who = who, .addr = l->addr, .users = 1 };
	return l->addr;
}

void
v1_lease_release(struct v1_engine *e, uint64_t conn, const struct ip_addr *a)
{
	struct lease *l = e->leases != NULL ? find_addr(e->leases, conn, a) : NULL;

	if (l == NULL || l->users == 0)
		return;
	l->users--;
	l->released_ms = v1_now(e);
}

void
v1_leases_free(struct v1_engine *e)
{
	free(e->leases);
	e->leases = NULL;
}
