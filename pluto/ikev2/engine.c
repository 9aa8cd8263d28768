/* The engine's frame: time, timers, memory, and the way in for datagrams. */
#include "pluto/ikev2/engine.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/attempt.h"
#include "pluto/ikev2/ike_step.h"
#include "pluto/ikev2/sa_init.h"
#include "pluto/ikev2/unprotected.h"

enum { TIMERS_AT_ONCE = 10000 };

struct ike_config
ike_config_default(void)
{
	return (struct ike_config){ .cookie_threshold = 64, .max_half_open = 10000,
		.max_sas = 1000000, .retransmit_ms = 500, .retransmit_tries = 12,
		.half_open_ms = 10000, .keepalive_ms = 20000, .fragment_v4 = 576, .fragment_v6 = 1280 };
}

uint64_t
engine_now(const struct ike_engine *e)
{
	return e->ports.now_ms(e->ports.ctx);
}

uint64_t
engine_new_serial(struct ike_engine *e)
{
	if (e->cfg.new_serial != NULL)
		e->last_serial = e->cfg.new_serial(e->ports.ctx);
	else
		e->last_serial++;
	return e->last_serial;
}

void
engine_random(struct ike_engine *e, void *buf, size_t len)
{
	e->ports.random(e->ports.ctx, buf, len);
}

uint32_t
engine_random_below(struct ike_engine *e, uint32_t n)
{
	uint32_t v = 0;

	engine_random(e, &v, sizeof(v));
	return n == 0 ? 0 : v % n;
}

void
engine_send(struct ike_engine *e, const struct endpoint *local, const struct endpoint *remote,
	    struct span datagram)
{
	if (datagram.len == 0)
		return;
	e->stats.datagrams_out++;
	e->ports.send(e->ports.ctx, local, remote, datagram);
}

uint64_t
number_hash(uint64_t n)
{
	return addr_hash(span_of(&n, sizeof(n)));
}

void
timer_set(struct ike_engine *e, struct timer *t, uint64_t when_ms)
{
	if (heap_update(&e->timers, &t->node, when_ms) != 0)
		log_error(NULL, "no memory for a timer");
}

void
timer_stop(struct ike_engine *e, struct timer *t)
{
	heap_remove(&e->timers, &t->node);
}

struct ike_engine *
ike_engine_new(const struct ike_ports *ports, const struct ike_config *cfg,
	       const struct kernel *kernel, struct pool *pool)
{
	struct ike_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->ports = *ports;
	e->cfg = *cfg;
	e->kernel = *kernel;
	e->pool = pool;
	return e;
}

static void
free_dead(struct ike_engine *e)
{
	while (e->dead_children != NULL) {
		struct child_sa *c = e->dead_children;

		e->dead_children = c->next;
		child_sa_free(c);
	}
	while (e->dead != NULL) {
		struct ike_sa *sa = e->dead;

		e->dead = sa->next_dead;
		ike_sa_free(sa);
	}
}

void
engine_enter(struct ike_engine *e)
{
	e->depth++;
}

void
engine_leave(struct ike_engine *e)
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
	(void)ctx;
	(void)ev;
}

static void
silent_wake(void *ctx, uint64_t when_ms)
{
	(void)ctx;
	(void)when_ms;
}

void
ike_engine_free(struct ike_engine *e)
{
	struct ike_sa *sa;
	struct attempt *a;
	size_t at;

	if (e == NULL)
		return;
	e->ports.event = silent_event;
	e->ports.wake_at = silent_wake;
	engine_enter(e);
	while (at = 0, (a = table_next(&e->attempts, &at)) != NULL)
		attempt_end(a);
	while (at = 0, (sa = table_next(&e->by_serial, &at)) != NULL)
		ike_sa_kill(sa, IKE_FAIL_CANCELLED, 0);
	pool_jobs_orphan(&e->jobs);
	engine_leave(e);
	heap_clear(&e->timers);
	table_clear(&e->by_spi);
	table_clear(&e->by_init);
	table_clear(&e->by_serial);
	table_clear(&e->child_serial);
	table_clear(&e->child_spi_in);
	table_clear(&e->child_spi_out);
	table_clear(&e->attempts);
	free(e->ours);
	pair_index_clear(&e->ike_pairs);
	pair_index_clear(&e->child_pairs);
	secret_wipe(&e->cookies, sizeof(e->cookies));
	free(e);
}

static void
dispatch(struct ike_engine *e, const struct ike_msg *msg, const struct endpoint *local,
	 const struct endpoint *remote)
{
	static const uint8_t zero[8];
	const struct ike_hdr *h = &msg->hdr;
	bool from_initiator = (h->flags & IKE_FLAG_I) != 0;
	struct ike_sa *sa;

	if (h->exchange == EX_SA_INIT && (h->flags & IKE_FLAG_R) == 0) {
		if (from_initiator && memcmp(h->spi_r, zero, 8) == 0 && h->message_id == 0
		    && memcmp(h->spi_i, zero, 8) != 0)
			sa_init_receive(e, msg, local, remote);
		return;
	}
	sa = ike_sa_by_spi(e, from_initiator ? h->spi_r : h->spi_i);
	if (sa == NULL && unprotected_invalid_spi(e, msg, remote))
		return;
	if (sa == NULL || (sa->role == SA_RESPONDER) != from_initiator) {
		e->stats.dropped_unknown_spi++;
		unprotected_answer(e, h, local, remote, N_INVALID_IKE_SPI);
		return;
	}
	/* The other half must fit too, once it is known. */
	if (h->exchange != EX_SA_INIT && (memcmp(h->spi_i, sa->spi_i, 8) != 0
					  || memcmp(h->spi_r, sa->spi_r, 8) != 0))
		return;
	ike_step(sa, msg, local, remote);
}

/* RFC 7296 2.5: who speaks a later version is told that we do not. */
static void
refuse_version(struct ike_engine *e, const struct endpoint *local, const struct endpoint *remote,
	       struct span datagram)
{
	struct parse_error err;
	struct ike_hdr h;

	(void)ike_hdr_read(datagram, &h, &err);
	if (h.version >> 4 > 2 && h.length == datagram.len)
		unprotected_answer(e, &h, local, remote, N_INVALID_MAJOR_VERSION);
}

static bool
read_message(struct ike_engine *e, const struct endpoint *local, const struct endpoint *remote,
	     struct span datagram, struct ike_msg *msg)
{
	struct parse_error err = { 0 };

	if (ike_msg_read(datagram, msg, &err))
		return true;
	ike_step_complain(e, remote, NULL, err.what != NULL ? err.what : "header",
			  wire_err_name(err.err));
	if (err.notify == N_INVALID_MAJOR_VERSION)
		refuse_version(e, local, remote, datagram);
	return false;
}

void
ike_receive(struct ike_engine *e, const struct endpoint *local, const struct endpoint *remote,
	    struct span datagram)
{
	struct ike_msg *msg = malloc(sizeof(*msg));

	if (msg == NULL)
		return;
	engine_enter(e);
	e->stats.datagrams_in++;
	if (read_message(e, local, remote, datagram, msg))
		dispatch(e, msg, local, remote);
	engine_leave(e);
	free(msg);
}

void
ike_run(struct ike_engine *e)
{
	uint64_t now = engine_now(e);
	struct heap_node *n;

	engine_enter(e);
	for (unsigned i = 0; i < TIMERS_AT_ONCE; i++) {
		struct timer *t;

		n = heap_min(&e->timers);
		if (n == NULL || n->key > now)
			break;
		t = HEAP_OWNER(n, struct timer, node);
		timer_stop(e, t);
		t->fire(e, t);
	}
	engine_leave(e);
}

void
ike_get_stats(const struct ike_engine *e, struct ike_stats *out)
{
	*out = e->stats;
}
