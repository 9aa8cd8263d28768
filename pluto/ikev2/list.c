/* What whack --status shows of IKE SAs and Child SAs. */
#include <stdlib.h>

#include "pluto/ikev2/ike_sa.h"

static int
by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t
seconds_until(const struct ike_engine *e, const struct timer *t)
{
	uint64_t now = engine_now(e);

	return heap_has(&t->node) && t->node.key > now ? (t->node.key - now) / 1000 : 0;
}

static void
ike_info(const struct ike_sa *sa, struct ike_sa_info *i)
{
	*i = (struct ike_sa_info){ .serial = sa->serial, .conn = sa->conn, .local = sa->local,
		.remote = sa->remote, .state = ike_sa_state_name(sa->state),
		.role = sa->role == SA_INITIATOR ? "initiator" : "responder",
		.key_source = sa->key_source, .anonymous = sa->anonymous, .age_s = (engine_now(sa->e) - sa->created_ms) / 1000,
		.rekey_in_s = seconds_until(sa->e, &sa->rekey), .nat_local = sa->nat_local,
		.nat_remote = sa->nat_remote };
	if (sa->chosen.encr != 0)
		chosen_text(&sa->chosen, i->proposal, sizeof(i->proposal));
	ident_text(&sa->id_remote, i->peer_id, sizeof(i->peer_id));
}

static void
child_info(const struct child_sa *c, struct child_sa_info *i)
{
	const struct kernel *k = &c->ike->e->kernel;

	*i = (struct child_sa_info){ .serial = c->serial, .ike = c->ike->serial, .conn = c->conn,
		.state = child_sa_state_name(c->state), .sel = c->sel, .spi_in = c->spi_in,
		.spi_out = c->spi_out, .anonymous = c->ike->anonymous, .age_s = (engine_now(c->ike->e) - c->up_ms) / 1000,
		.rekey_in_s = seconds_until(c->ike->e, &c->rekey) };
	child_sa_proposal(c, i->proposal);
	k->ops->counters(k->k, SA_IN, c->spi_in, &c->remote.addr, &i->in);
	k->ops->counters(k->k, SA_OUT, c->spi_out, &c->remote.addr, &i->out);
}

/* Serials above AFTER, in order; the caller frees. */
static uint64_t *
sorted(const struct table *t, uint64_t (*serial)(const void *), uint64_t after, size_t *n)
{
	uint64_t *list = calloc(table_count(t) + 1, sizeof(*list));
	size_t at = 0;
	void *item;

	*n = 0;
	while (list != NULL && (item = table_next(t, &at)) != NULL)
		if (serial(item) > after)
			list[(*n)++] = serial(item);
	if (list != NULL)
		qsort(list, *n, sizeof(*list), by_number);
	return list;
}

static uint64_t
ike_serial(const void *item)
{
	return ((const struct ike_sa *)item)->serial;
}

static uint64_t
child_serial(const void *item)
{
	return ((const struct child_sa *)item)->serial;
}

void
ike_each_sa(struct ike_engine *e, uint64_t after, ike_sa_fn *fn, void *ctx)
{
	struct ike_sa_info i;
	size_t n;
	uint64_t *list = sorted(&e->by_serial, ike_serial, after, &n);

	for (size_t k = 0; k < n; k++) {
		struct ike_sa *sa = ike_sa_find(e, list[k]);

		if (sa == NULL)
			continue;
		ike_info(sa, &i);
		if (!fn(ctx, &i))
			break;
	}
	free(list);
}

void
ike_each_child(struct ike_engine *e, uint64_t after, child_sa_fn *fn, void *ctx)
{
	struct child_sa_info i;
	size_t n;
	uint64_t *list = sorted(&e->child_serial, child_serial, after, &n);

	for (size_t k = 0; k < n; k++) {
		struct child_sa *c = child_sa_find(e, list[k]);

		if (c == NULL || c->up_ms == 0)
			continue;
		child_info(c, &i);
		if (!fn(ctx, &i))
			break;
	}
	free(list);
}

uint64_t
ike_child_for(struct ike_engine *e, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct pair_link *l = pair_index_first(&e->child_pairs, local, remote);

	for (; l != NULL; l = l->next) {
		const struct child_sa *c = l->item;

		if (c->up_ms != 0 && c->state != CHILD_DELETING)
			return c->serial;
	}
	return 0;
}
