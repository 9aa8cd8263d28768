/* One request: created, found by id, by pair and by deadline, destroyed. */
#include "oe/oppo.h"

#include <stdlib.h>

static uint64_t
id_hash(oppo_id id)
{
	return id.n;
}

static bool
has_id(const void *item, const void *key)
{
	const struct oppo *o = item;
	const oppo_id *id = key;

	return o->id.n == id->n;
}

static bool
has_pair(const void *item, const void *key)
{
	const struct oppo *o = item;
	const struct flow *f = key;

	return ip_addr_eq(&o->flow.src, &f->src) && ip_addr_eq(&o->flow.dst, &f->dst);
}

static uint64_t
pair_hash(const struct flow *f)
{
	return ip_pair_hash(&f->src, &f->dst);
}

void
oppo_set_clear(struct oppo_set *s)
{
	size_t at = 0;
	struct oppo *o;

	heap_clear(&s->due);
	while ((o = table_next(&s->by_id, &at)) != NULL)
		oppo_free(o);
	table_clear(&s->by_id);
	table_clear(&s->by_pair);
	*s = (struct oppo_set){ .last_id = s->last_id };
}

/* An id that no request has or will have. */
static oppo_id
next_id(struct oppo_set *s)
{
	return (oppo_id){ ++s->last_id };
}

struct oppo *
oppo_new(struct oppo_set *s, const struct flow *f, uint64_t now_ms)
{
	struct oppo *o = calloc(1, sizeof(*o));
	struct addr_buf a, b;

	if (o == NULL)
		return NULL;
	o->flow = *f;
	o->started_ms = now_ms;
	o->id = next_id(s);
	if (table_insert(&s->by_id, id_hash(o->id), o) < 0)
		goto no_id;
	if (table_insert(&s->by_pair, pair_hash(f), o) < 0)
		goto no_pair;
	if (heap_update(&s->due, &o->due, now_ms) < 0)
		goto no_due;
	o->paired = true;
	s->n++;
	s->n_paired++;
	log_prefix(&o->log, "oe#%llu %s->%s", (unsigned long long)o->id.n,
		   ip_addr_text(&f->src, &a), ip_addr_text(&f->dst, &b));
	return o;
no_due:
	table_remove(&s->by_pair, pair_hash(f), has_pair, f);
no_pair:
	table_remove(&s->by_id, id_hash(o->id), has_id, &o->id);
no_id:
	free(o);
	return NULL;
}

struct oppo *
oppo_by_id(struct oppo_set *s, oppo_id id)
{
	return table_find(&s->by_id, id_hash(id), has_id, &id);
}

struct oppo *
oppo_by_pair(struct oppo_set *s, const struct ip_addr *src, const struct ip_addr *dst)
{
	struct flow f = { .src = *src, .dst = *dst };

	return table_find(&s->by_pair, pair_hash(&f), has_pair, &f);
}

void
oppo_set_due(struct oppo_set *s, struct oppo *o, uint64_t due_ms)
{
	heap_update(&s->due, &o->due, due_ms);
}

struct oppo *
oppo_soonest(struct oppo_set *s)
{
	struct heap_node *n = heap_min(&s->due);

	return n != NULL ? HEAP_OWNER(n, struct oppo, due) : NULL;
}

void
oppo_unlink(struct oppo_set *s, struct oppo *o)
{
	table_remove(&s->by_id, id_hash(o->id), has_id, &o->id);
	if (o->paired) {
		table_remove(&s->by_pair, pair_hash(&o->flow), has_pair, &o->flow);
		s->n_paired--;
	}
	o->paired = false;
	heap_remove(&s->due, &o->due);
	s->n--;
}

void
oppo_linger(struct oppo_set *s, struct oppo *o, uint64_t due_ms)
{
	if (table_insert(&s->by_id, id_hash(o->id), o) < 0) {
		oppo_free(o);
		return;
	}
	s->n++;
	if (heap_update(&s->due, &o->due, due_ms) < 0) {
		oppo_unlink(s, o);
		oppo_free(o);
	}
}

void
oppo_free(struct oppo *o)
{
	if (o == NULL)
		return;
	gateways_free(o->gateways, o->n_gateways);
	free(o);
}

void
oppo_each(struct oppo_set *s, oppo_fn *fn, void *ctx)
{
	size_t at = 0;
	struct oppo *o;

	while ((o = table_next(&s->by_id, &at)) != NULL && fn(ctx, o))
		continue;
}

void
oppo_hold(struct oppo *o, held_id id, const struct flow *f)
{
	struct held_packet p = {
		.id = id,
		.ip_proto = f->ip_proto,
		.sport = f->sport,
		.dport = f->dport,
	};

	if (id.n == 0)
		return;
	if (o->n_held == OPPO_MAX_HELD) {
		o->displaced = o->held[o->held_first];
		o->held_first = (uint8_t)((o->held_first + 1) % OPPO_MAX_HELD);
		o->n_held--;
	}
	o->held[(o->held_first + o->n_held) % OPPO_MAX_HELD] = p;
	o->n_held++;
}

held_id
oppo_held(const struct oppo *o, unsigned i, struct flow *f)
{
	const struct held_packet *p = &o->held[(o->held_first + i) % OPPO_MAX_HELD];

	*f = (struct flow){
		.src = o->flow.src,
		.dst = o->flow.dst,
		.ip_proto = p->ip_proto,
		.sport = p->sport,
		.dport = p->dport,
	};
	return p->id;
}
