/* Host B and its IKEv2. */
#include <stdlib.h>
#include <string.h>

#include "tests/exchange/pair.h"
#include "tests/holes/world.h"

static void
receive(struct world *w, const struct endpoint *from, struct span d)
{
	struct pair *p = w->pair;

	ike_receive(p->side[B].e, &w->b, from, d);
}

static void
settle(struct world *w)
{
	pair_settle(w->pair);
}

static void
advance(struct world *w, uint64_t ms)
{
	pair_advance(w->pair, ms);
}

static void
unharmed(struct world *w)
{
	struct pair *p = w->pair;
	struct child_sa *c = pair_child(p, B);

	assert_non_null(c);
	assert_int_equal(c->serial, w->child);
	pair_assert_one(p);
	assert_int_equal(pair_stats(p, B).half_open_now, 0);
	assert_true(endpoint_eq(&pair_ike(p, B)->remote, &w->at[PEER]));
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_not_equal(pair_child(p, B)->serial, w->child);
}

static void
free_it(struct world *w)
{
	pair_free(w->pair);
	free(w);
}

static const struct world_ops ops = { receive, settle, advance, unharmed, free_it };

struct world *
world_v2(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pair *p = pair_new();

	assert_non_null(w);
	/* Everything is looked at, also when there is much of it. */
	p->side[B].cfg.cookie_threshold = p->side[B].cfg.max_half_open = 1000000;
	pair_restart(p, B);
	pair_up(p);
	*w = (struct world){ .ops = &ops, .pair = p, .b = p->side[B].at,
		.at[PEER] = p->side[A].at, .child = pair_child(p, B)->serial };
	memcpy(w->live.spi_i, pair_ike(p, B)->spi_i, 8);
	memcpy(w->live.spi_r, pair_ike(p, B)->spi_r, 8);
	world_spi(w, pair_child(p, A)->spi_in);
	p->net.fate = world_watch;
	p->net.ctx = w;
	return w;
}
