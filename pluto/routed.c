/* First packets of routed connections: held, released, or failed. */
#include "pluto/routed.h"

#include <stdlib.h>

#include "lib/table.h"

enum state { NEGOTIATING, SETTLING, FAILED };

struct waiting {
	struct waiting *next;
	held_id held;
	struct flow flow;
	uint64_t until_ms;	/* then the trap has given it up by itself */
};

/* A connection that something is remembered of; without a record the next packet
 * begins. */
struct record {
	uint64_t conn;
	enum state state;
	enum shunt_kind failure;	/* FAILED: in force; SETTLING: of the rest */
	uint64_t until_ms;		/* SETTLING, FAILED */
	struct selector agreed;		/* SETTLING */
	unsigned n;
	struct waiting *first, **last;	/* owned, oldest first */
};

struct routed {
	struct routed_ports p;
	struct routed_limits l;
	struct table records;		/* owned records by connection */
	struct routed_stats stats;
};

static uint64_t
hash_of(uint64_t conn)
{
	return addr_hash(span_of(&conn, sizeof(conn)));
}

static bool
is_conn(const void *item, const void *key)
{
	const struct record *c = item;

	return c->conn == *(const uint64_t *)key;
}

static struct record *
find(const struct routed *r, uint64_t conn)
{
	return table_find(&r->records, hash_of(conn), is_conn, &conn);
}

static struct record *
add(struct routed *r, uint64_t conn, enum state state)
{
	struct record *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct record){ .conn = conn, .state = state };
	c->last = &c->first;
	if (table_insert(&r->records, hash_of(conn), c) == 0)
		return c;
	free(c);
	return NULL;
}

struct routed *
routed_new(const struct routed_ports *p, const struct routed_limits *l)
{
	struct routed *r = calloc(1, sizeof(*r));

	if (r != NULL)
		*r = (struct routed){ .p = *p, .l = *l };
	return r;
}

static held_id
take_first(struct routed *r, struct record *c)
{
	struct waiting *w = c->first;
	held_id held = w->held;

	c->first = w->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->n--;
	r->stats.held_now--;
	free(w);
	return held;
}

static void
destroy(struct routed *r, struct record *c)
{
	while (c->first != NULL)
		take_first(r, c);
	table_remove(&r->records, hash_of(c->conn), is_conn, &c->conn);
	free(c);
}

void
routed_free(struct routed *r)
{
	size_t at = 0;
	struct record *c;

	if (r == NULL)
		return;
	while ((c = table_next(&r->records, &at)) != NULL) {
		while (c->first != NULL)
			take_first(r, c);
		free(c);
	}
	table_clear(&r->records);
	free(r);
}

static enum verdict
verdict_of(enum shunt_kind failure)
{
	return failure == SHUNT_PASS ? VERDICT_PASS
		: failure == SHUNT_REJECT ? VERDICT_REJECT : VERDICT_DROP;
}

/* The trap drops a packet at its own deadline: no verdict is owed then. */
static void
forget_expired(struct routed *r, struct record *c)
{
	uint64_t now = r->p.now_ms(r->p.ctx);

	while (c->first != NULL && c->first->until_ms <= now)
		take_first(r, c);
}

static bool
keep(struct routed *r, struct record *c, const struct flow *flow, held_id held)
{
	struct waiting *w = NULL;

	forget_expired(r, c);
	if (c->n < r->l.per_conn && r->stats.held_now < r->l.total)
		w = calloc(1, sizeof(*w));
	if (w == NULL)
		return false;
	*w = (struct waiting){ .held = held, .flow = *flow,
		.until_ms = r->p.now_ms(r->p.ctx) + r->l.hold_ms };
	*c->last = w;
	c->last = &w->next;
	c->n++;
	r->stats.held_now++;
	return true;
}

static void
refuse(struct routed *r, held_id held)
{
	r->stats.dropped_full++;
	r->p.verdict(r->p.ctx, held, VERDICT_DROP);
}

void
routed_packet(struct routed *r, uint64_t conn, const struct flow *flow, held_id held)
{
	struct record *c = find(r, conn);
	bool first = c == NULL;

	r->stats.packets++;
	if (first)
		c = add(r, conn, NEGOTIATING);
	if (c == NULL) {
		refuse(r, held);
		return;
	}
	/* The trap's shunt is made, or it cannot make one. */
	if (c->state == FAILED) {
		r->p.verdict(r->p.ctx, held, verdict_of(c->failure));
		return;
	}
	if (held.n != 0 && !keep(r, c, flow, held))
		refuse(r, held);
	if (first) {
		r->stats.negotiations++;
		r->p.negotiate(r->p.ctx, conn, flow);
	}
}

void
routed_not_agreed(struct routed *r, held_id held, enum shunt_kind failure)
{
	r->stats.not_agreed++;
	r->p.verdict(r->p.ctx, held, verdict_of(failure));
}

/* All that is held, in its order: through the tunnel where it was agreed. */
static void
release(struct routed *r, struct record *c, const struct selector *agreed,
	enum shunt_kind failure)
{
	while (c->first != NULL) {
		struct flow f = c->first->flow;
		held_id held = take_first(r, c);

		if (!selector_holds(agreed, &f)) {
			routed_not_agreed(r, held, failure);
			continue;
		}
		r->stats.released++;
		r->p.verdict(r->p.ctx, held, VERDICT_TUNNEL);
	}
}

static void
settle(struct routed *r, struct record *c, const struct selector *agreed,
       enum shunt_kind failure, uint32_t wait_ms)
{
	c->state = SETTLING;
	c->agreed = *agreed;
	c->failure = failure;
	c->until_ms = r->p.now_ms(r->p.ctx) + wait_ms;
	r->p.wake_at(r->p.ctx, c->until_ms);
}

void
routed_up(struct routed *r, uint64_t conn, const struct selector *agreed,
	  enum shunt_kind failure, uint32_t wait_ms)
{
	struct record *c = find(r, conn);

	if (c == NULL && wait_ms > 0)
		c = add(r, conn, SETTLING);
	if (c != NULL && wait_ms > 0) {
		settle(r, c, agreed, failure, wait_ms);
	} else if (c != NULL) {
		release(r, c, agreed, failure);
		destroy(r, c);
	}
	r->p.changed(r->p.ctx);
}

void
routed_failed(struct routed *r, uint64_t conn, enum shunt_kind failure, uint32_t lifetime_s)
{
	struct record *c = find(r, conn);

	if (c == NULL || c->state != NEGOTIATING)
		return;
	r->stats.failed++;
	while (c->first != NULL)
		r->p.verdict(r->p.ctx, take_first(r, c), verdict_of(failure));
	if (failure == SHUNT_TRAP) {
		destroy(r, c);
		return;
	}
	c->state = FAILED;
	c->failure = failure;
	c->until_ms = r->p.now_ms(r->p.ctx) + (uint64_t)lifetime_s * 1000;
	r->p.wake_at(r->p.ctx, c->until_ms);
	r->p.changed(r->p.ctx);
}

void
routed_forget(struct routed *r, uint64_t conn)
{
	struct record *c = find(r, conn);

	if (c == NULL)
		return;
	while (c->first != NULL)
		r->p.verdict(r->p.ctx, take_first(r, c), VERDICT_DROP);
	destroy(r, c);
}

enum shunt_kind
routed_shunt(const struct routed *r, uint64_t conn, uint32_t *left_s)
{
	const struct record *c = find(r, conn);
	uint64_t now = r->p.now_ms(r->p.ctx);

	*left_s = 0;
	if (c == NULL || c->state != FAILED || c->until_ms <= now)
		return SHUNT_TRAP;
	*left_s = (uint32_t)((c->until_ms - now + 999) / 1000);
	return c->failure;
}

bool
routed_settling(const struct routed *r, uint64_t conn)
{
	const struct record *c = find(r, conn);

	return c != NULL && c->state == SETTLING;
}

/* One that is due, or NULL with the time of the next. */
static struct record *
due(struct routed *r, uint64_t now, uint64_t *next)
{
	size_t at = 0;
	struct record *c;

	*next = UINT64_MAX;
	while ((c = table_next(&r->records, &at)) != NULL) {
		if (c->state == NEGOTIATING)
			continue;
		if (c->until_ms <= now)
			return c;
		*next = c->until_ms < *next ? c->until_ms : *next;
	}
	return NULL;
}

void
routed_run(struct routed *r)
{
	uint64_t now = r->p.now_ms(r->p.ctx), next;
	struct record *c;
	bool any = false;

	while ((c = due(r, now, &next)) != NULL) {
		if (c->state == SETTLING)
			release(r, c, &c->agreed, c->failure);
		destroy(r, c);
		any = true;
	}
	if (next != UINT64_MAX)
		r->p.wake_at(r->p.ctx, next);
	if (any)
		r->p.changed(r->p.ctx);
}

void
routed_get_stats(const struct routed *r, struct routed_stats *out)
{
	*out = r->stats;
}
