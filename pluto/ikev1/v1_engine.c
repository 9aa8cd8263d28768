/* The engine's frame: time, timers, memory. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/attempt.h"
#include "pluto/ikev1/child.h"
#include "pluto/ikev1/inside.h"
#include "pluto/ikev1/job.h"
#include "pluto/ikev1/lease.h"

enum { TIMERS_AT_ONCE = 10000 };

struct v1_config
v1_config_default(void)
{
	return (struct v1_config){ .max_half_open = 1000, .max_sas = 100000, .retransmit_ms = 500,
		.retransmit_tries = 7, .half_open_ms = 30000, .after_ms = 120000, .fragment_v4 = 576,
		.fragment_v6 = 1280 };
}

uint64_t
v1_now(const struct v1_engine *e)
{
	return e->ports.now_ms(e->ports.ctx);
}

uint64_t
v1_new_serial(struct v1_engine *e)
{
	return e->cfg.new_serial != NULL ? e->cfg.new_serial(e->ports.ctx) : ++e->last_serial;
}

void
v1_random(struct v1_engine *e, void *buf, size_t len)
{
	e->ports.random(e->ports.ctx, buf, len);
}

uint32_t
v1_random_below(struct v1_engine *e, uint32_t n)
{
	uint32_t v = 0;

	v1_random(e, &v, sizeof(v));
	return n == 0 ? 0 : v % n;
}

void
v1_send(struct v1_engine *e, const struct endpoint *local, const struct endpoint *remote,
	struct span datagram)
{
	if (datagram.len == 0)
		return;
	e->stats.datagrams_out++;
	e->ports.send(e->ports.ctx, local, remote, datagram);
}

void
v1_timer_set(struct v1_engine *e, struct timer *t, uint64_t when_ms)
{
	if (heap_update(&e->timers, &t->node, when_ms) != 0)
		log_error(NULL, "no memory for a timer");
}

void
v1_timer_stop(struct v1_engine *e, struct timer *t)
{
	heap_remove(&e->timers, &t->node);
}

struct v1_engine *
v1_engine_new(const struct ike_ports *ports, const struct v1_config *cfg,
	      const struct kernel *kernel, struct pool *pool)
{
	struct v1_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->ports = *ports;
	e->cfg = *cfg;
	e->kernel = *kernel;
	e->pool = pool;
	return e;
}

static void
free_dead(struct v1_engine *e)
{
	while (e->dead_children != NULL) {
		struct v1_child *c = e->dead_children;

		e->dead_children = c->next;
		v1_child_free(c);
	}
	while (e->dead != NULL) {
		struct isakmp *sa = e->dead;

		e->dead = sa->next_dead;
		isakmp_free(sa);
	}
}

void
v1_enter(struct v1_engine *e)
{
	e->depth++;
}

void
v1_leave(struct v1_engine *e)
{
	const struct heap_node *first;

	if (--e->depth > 0)
		return;
	free_dead(e);
	first = heap_min(&e->timers);
	if (first != NULL)
		e->ports.wake_at(e->ports.ctx, first->key);
}

static void
silent_event(void *ctx, const struct ike_event *ev)
{
	(void)ctx, (void)ev;
}

static void
silent_wake(void *ctx, uint64_t when_ms)
{
	(void)ctx, (void)when_ms;
}

void
v1_engine_free(struct v1_engine *e)
{
	if (e == NULL)
		return;
	e->ports.event = silent_event;
	e->ports.wake_at = silent_wake;
	pool_jobs_orphan(&e->jobs);
	v1_enter(e);
	while (e->attempts != NULL)
		v1_attempt_end(e->attempts);
	while (e->children != NULL)
		v1_child_kill(e->children, "the engine ends");
	while (e->all != NULL)
		isakmp_kill(e->all, IKE_FAIL_CANCELLED, 0);
	v1_leave(e);
	table_clear(&e->by_cookies);
	table_clear(&e->by_init);
	table_clear(&e->by_serial);
	v1_leases_free(e);
	heap_clear(&e->timers);
	free(e);
}

void
v1_run(struct v1_engine *e)
{
	uint64_t now = v1_now(e);

	v1_enter(e);
	for (unsigned i = 0; i < TIMERS_AT_ONCE; i++) {
		struct heap_node *n = heap_min(&e->timers);
		struct timer *t;

		if (n == NULL || n->key > now)
			break;
		heap_remove(&e->timers, n);
		t = HEAP_OWNER(n, struct timer, node);
		t->fire(e, t);
	}
	v1_leave(e);
}

void
v1_bust(struct v1_engine *e, bool initiator, bool responder)
{
	e->bust_i = initiator;
	e->bust_r = responder;
}

void
v1_get_stats(const struct v1_engine *e, struct v1_stats *out)
{
	*out = e->stats;
}
