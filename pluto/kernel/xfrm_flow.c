/* What the XFRM plane remembers: its SAs, and the flows (selectors) whose
 * policies point to the newest of them. */
#include "pluto/kernel/xfrm_flow.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/kernel/xfrm_msg.h"

struct sa_key {
	enum sa_direction dir;
	uint32_t spi;
	const struct ip_addr *remote;
};

static uint64_t
sa_hash(enum sa_direction dir, uint32_t spi)
{
	const uint32_t words[2] = { (uint32_t)dir, spi };

	return addr_hash(span_of(words, sizeof(words)));
}

static bool
sa_is(const void *item, const void *key)
{
	const struct xfrm_sa *sa = item;
	const struct sa_key *k = key;

	return sa->dir == k->dir && sa->spi == k->spi
		&& (k->dir == SA_IN || ip_addr_eq(&sa->remote.addr, k->remote));
}

static uint64_t
flow_hash(const struct selector *s)
{
	return ip_pair_hash(&s->local.addr_lo, &s->remote.addr_lo);
}

static bool
flow_is(const void *item, const void *key)
{
	const struct xfrm_flow *f = item;
	const struct selector *s = key;

	return ts_eq(&f->sel.local, &s->local) && ts_eq(&f->sel.remote, &s->remote);
}

static bool
same(const void *item, const void *key)
{
	return item == key;
}

static struct xfrm_flow *
flow_for(struct xfrm_flows *f, const struct kernel_sa *sa)
{
	struct xfrm_flow *w = table_find(&f->flows, flow_hash(&sa->sel), flow_is, &sa->sel);

	if (w != NULL)
		return w;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	/* After 16 million the numbers come again: two flows of one number
	 * differ by their selectors still. */
	if (!xfrm_reqid_ours(++f->last_reqid))
		f->last_reqid = XFRM_REQID_FIRST + 1;
	*w = (struct xfrm_flow){ .sel = sa->sel, .rank = sa->rank, .reqid = f->last_reqid };
	if (table_insert(&f->flows, flow_hash(&w->sel), w) != 0) {
		free(w);
		return NULL;
	}
	return w;
}

static void
drop_if_empty(struct xfrm_flows *f, struct xfrm_flow *w)
{
	if (w->sas[SA_IN] != NULL || w->sas[SA_OUT] != NULL)
		return;
	table_remove(&f->flows, flow_hash(&w->sel), same, w);
	free(w);
}

struct xfrm_sa *
xfrm_flows_add(struct xfrm_flows *f, const struct kernel_sa *from)
{
	struct xfrm_flow *w = flow_for(f, from);
	struct xfrm_sa *sa = w != NULL ? calloc(1, sizeof(*sa)) : NULL;

	if (sa != NULL)
		*sa = (struct xfrm_sa){ .next = w->sas[from->dir], .flow = w,
			.dir = from->dir, .protocol = from->protocol, .mode = from->mode,
			.spi = from->spi, .cpi = from->cpi, .encap = from->encap_udp,
			.local = from->local, .remote = from->remote };
	if (sa == NULL || table_insert(&f->sas, sa_hash(sa->dir, sa->spi), sa) != 0) {
		free(sa);
		if (w != NULL)
			drop_if_empty(f, w);
		return NULL;
	}
	w->rank = from->rank;
	w->sas[sa->dir] = sa;
	return sa;
}

struct xfrm_sa *
xfrm_flows_find(const struct xfrm_flows *f, enum sa_direction dir, uint32_t spi,
		const struct ip_addr *remote)
{
	const struct sa_key k = { dir, spi, remote };

	return table_find(&f->sas, sa_hash(dir, spi), sa_is, &k);
}

const struct xfrm_sa *
xfrm_flow_current(const struct xfrm_flow *w, enum sa_direction dir)
{
	const struct xfrm_sa *sa = w->sas[dir];

	while (sa != NULL && sa->expired)
		sa = sa->next;
	return sa != NULL ? sa : w->sas[dir];
}

void
xfrm_sa_unlink(struct xfrm_sa *sa)
{
	struct xfrm_sa **at = &sa->flow->sas[sa->dir];

	while (*at != NULL && *at != sa)
		at = &(*at)->next;
	if (*at != NULL)
		*at = sa->next;
}

void
xfrm_flows_remove(struct xfrm_flows *f, struct xfrm_sa *sa)
{
	struct xfrm_flow *w = sa->flow;

	xfrm_sa_unlink(sa);
	table_remove(&f->sas, sa_hash(sa->dir, sa->spi), same, sa);
	free(sa);
	drop_if_empty(f, w);
}

void
xfrm_flows_clear(struct xfrm_flows *f)
{
	size_t at = 0;
	void *item;

	while ((item = table_next(&f->sas, &at)) != NULL)
		free(item);
	at = 0;
	while ((item = table_next(&f->flows, &at)) != NULL)
		free(item);
	table_clear(&f->sas);
	table_clear(&f->flows);
}

uint64_t
xfrm_sa_used(struct xfrm_sa *sa, uint64_t packets, uint64_t at_ms, uint64_t now_ms)
{
	if (packets != sa->looked_at)
		sa->used_ms = at_ms > sa->looked_ms && at_ms < now_ms ? at_ms : now_ms;
	sa->looked_at = packets;
	sa->looked_ms = now_ms;
	return sa->used_ms;
}
