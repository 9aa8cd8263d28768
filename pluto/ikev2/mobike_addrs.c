/* Our own addresses have changed: which SAs move, and which end. */
#include <stdio.h>
#include <stdlib.h>

#include "pluto/ikev2/event.h"
#include "pluto/ikev2/mobike.h"

bool
engine_is_ours(const struct ike_engine *e, const struct ip_addr *a)
{
	for (unsigned i = 0; i < e->n_ours; i++)
		if (ip_addr_eq(&e->ours[i], a))
			return true;
	return false;
}

static bool
is_host(const struct traffic_selector *ts, const struct ip_addr *a)
{
	return ip_addr_eq(&ts->addr_lo, a) && ip_addr_eq(&ts->addr_hi, a);
}

/* What is inside has the address that is gone. */
static bool
hangs_on_address(const struct ike_sa *sa)
{
	for (const struct child_sa *c = sa->children; c != NULL; c = c->next)
		if (c->mode == MODE_TRANSPORT || is_host(&c->sel.local, &c->local.addr))
			return true;
	return false;
}

static void
end(struct ike_sa *sa)
{
	while (sa->children != NULL) {
		sa->children->ends = IKE_FAIL_MOVED;
		child_sa_kill(sa->children, "our address is gone");
	}
	if (sa->hs != NULL)
		snprintf(sa->hs->why, sizeof(sa->hs->why), "our address is gone");
	ike_sa_kill(sa, IKE_FAIL_MOVED, 0);
}

/* Ours still, but does a route lead to the peer from there? */
static bool
still_leads(const struct ike_sa *sa)
{
	const struct ike_ports *p = &sa->e->ports;
	struct ip_addr local = sa->local.addr;

	return p->path == NULL || (p->path(p->ctx, &sa->remote.addr, &local)
				   && ip_addr_eq(&local, &sa->local.addr));
}

static void
changed(struct ike_sa *sa, bool others)
{
	bool here = engine_is_ours(sa->e, &sa->local.addr);

	if (sa->heir && sa->state == IKE_NEW)
		return;
	if (!here && (sa->mobike == NULL || hangs_on_address(sa))) {
		end(sa);
		return;
	}
	if (sa->mobike == NULL || sa->state != IKE_ESTABLISHED)
		return;
	if (!here || (sa->mobike->initiator && !still_leads(sa))) {
		mobike_move(sa);
		return;
	}
	sa->mobike->owed.announce |= others;
	mobike_go(sa);
}

/* 1: kept, and different from before; 0: the same; -1: no memory. */
static int
keep(struct ike_engine *e, const struct ip_addr *ours, unsigned n)
{
	bool same = n == e->n_ours;
	struct ip_addr *copy;

	for (unsigned i = 0; i < n && same; i++)
		same = engine_is_ours(e, &ours[i]);
	if (same)
		return 0;
	copy = calloc(n + 1, sizeof(*copy));
	if (copy == NULL)
		return -1;
	for (unsigned i = 0; i < n; i++)
		copy[i] = ours[i];
	free(e->ours);
	e->ours = copy;
	e->n_ours = n;
	return 1;
}

void
ike_addresses_changed(struct ike_engine *e, const struct ip_addr *ours, unsigned n_ours)
{
	int others = keep(e, ours, n_ours);
	uint64_t *list;
	size_t n;

	if (others < 0)
		return;
	engine_enter(e);
	n = engine_serials(e, 0, &list);
	for (size_t i = 0; i < n; i++) {
		struct ike_sa *sa = ike_sa_find(e, list[i]);

		if (sa != NULL)
			changed(sa, others > 0);
	}
	free(list);
	engine_leave(e);
}
