/* Opportunistic SAs that nobody uses any more are deleted, so that pairs that met
 * once are not kept for ever. */
#include "lib/log.h"
#include "pluto/ikev2/rekey.h"

/* In either direction; one that was never used is as old as it is. */
static uint64_t
used_ms(const struct child_sa *c)
{
	const struct kernel *k = &c->ike->e->kernel;
	uint64_t in = c->in_installed
		? kernel_last_used_ms(k, SA_IN, c->spi_in, &c->remote.addr) : 0;
	uint64_t out = c->out_installed
		? kernel_last_used_ms(k, SA_OUT, c->spi_out, &c->remote.addr) : 0;
	uint64_t used = in > out ? in : out;

	return used > c->up_ms ? used : c->up_ms;
}

/* Of several pairs of hosts behind gateways, those that are idle go alone. */
static void
delete_idle(struct ike_sa *sa, uint64_t before_ms)
{
	struct child_sa *next;

	for (struct child_sa *c = sa->children; c != NULL; c = next) {
		next = c->next;
		if (c->state == CHILD_UP && used_ms(c) <= before_ms)
			rekey_delete_child(c);
	}
}

static void
idle_fires(struct ike_engine *e, struct timer *t)
{
	struct ike_sa *sa = HEAP_OWNER(&t->node, struct ike_sa, idle.node);
	uint64_t now = engine_now(e), idle = 1000ull * sa->conn->idle_s, next = now + idle;
	bool busy = false;

	for (const struct child_sa *c = sa->children; c != NULL; c = c->next) {
		uint64_t end = c->state == CHILD_UP ? used_ms(c) + idle : now + idle;

		busy = busy || end > now;
		next = end > now && end < next ? end : next;
	}
	if (busy) {
		timer_set(e, t, next);
		delete_idle(sa, now - idle);
		return;
	}
	log_info(NULL, "ike#%llu: not used for %u s, closed", (unsigned long long)sa->serial,
		 sa->conn->idle_s);
	ike_sa_close(sa, 0);
}

void
idle_watch(struct ike_sa *sa)
{
	if (sa->conn->idle_s == 0)
		return;
	sa->idle.fire = idle_fires;
	timer_set(sa->e, &sa->idle, engine_now(sa->e) + 1000ull * sa->conn->idle_s);
}
