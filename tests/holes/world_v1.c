/* Host B and its IKEv1. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/inside.h"
#include "tests/exchange_v1/v1_pair.h"
#include "tests/holes/world.h"

static void
receive(struct world *w, const struct endpoint *from, struct span d)
{
	struct v1_pair *p = w->pair;

	v1_receive(p->side[B].e, &w->b, from, d);
}

static void
settle(struct world *w)
{
	v1_pair_settle(w->pair);
}

static void
advance(struct world *w, uint64_t ms)
{
	v1_pair_advance(w->pair, ms);
}

static void
unharmed(struct world *w)
{
	struct v1_pair *p = w->pair;

	v1_pair_assert_up(p, 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 0);
	assert_int_equal(v1_pair_stats(p, B).half_open_now, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 1);
	assert_true(endpoint_eq(&p->side[B].e->all->remote, &w->at[PEER]));
	assert_int_equal(p->side[B].e->children->serial, w->child);
	v1_rekey(p->side[A].e, p->side[A].e->children->serial);
	v1_pair_settle(p);
	assert_int_not_equal(p->side[B].e->children->serial, w->child);
}

static void
free_it(struct world *w)
{
	v1_pair_free(w->pair);
	free(w);
}

static const struct world_ops ops = { receive, settle, advance, unharmed, free_it };

struct world *
world_v1(bool aggressive)
{
	struct world *w = calloc(1, sizeof(*w));
	struct v1_pair *p = v1_pair_new();

	assert_non_null(w);
	p->side[B].cfg.max_half_open = 1000000;
	p->side[A].conn->aggressive = p->side[B].conn->aggressive = aggressive;
	v1_pair_restart(p, B);
	v1_pair_up(p);
	*w = (struct world){ .ops = &ops, .pair = p, .b = p->side[B].at,
		.at[PEER] = p->side[A].at, .child = p->side[B].e->children->serial };
	memcpy(w->live.spi_i, p->side[B].e->all->cky_i, 8);
	memcpy(w->live.spi_r, p->side[B].e->all->cky_r, 8);
	world_spi(w, p->side[A].e->children->spi_in);
	p->net.fate = world_watch;
	p->net.ctx = w;
	return w;
}
