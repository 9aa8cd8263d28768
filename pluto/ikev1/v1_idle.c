/* Opportunistic pairs of SAs that nobody uses any more are deleted; what is left of
 * the ISAKMP SA goes at the end of its time. */
#include "lib/log.h"
#include "pluto/ikev1/child.h"
#include "pluto/ikev1/info.h"

/* In either direction; one that was never used is as old as it is. */
static uint64_t
used_ms(const struct v1_child *c)
{
	const struct kernel *k = &c->e->kernel;
	uint64_t in = c->in_installed
		? kernel_last_used_ms(k, SA_IN, c->spi_in, &c->remote.addr) : 0;
	uint64_t out = c->out_installed
		? kernel_last_used_ms(k, SA_OUT, c->spi_out, &c->remote.addr) : 0;
	uint64_t used = in > out ? in : out;

	return used > c->up_ms ? used : c->up_ms;
}

static void
idle_fires(struct v1_engine *e, struct timer *t)
{
	struct v1_child *c = HEAP_OWNER(&t->node, struct v1_child, idle.node);
	uint64_t end = used_ms(c) + 1000ull * c->conn->idle_s;

	if (v1_now(e) < end) {
		v1_timer_set(e, t, end);
		return;
	}
	log_info(NULL, "child#%llu: not used for %u s, deleted", (unsigned long long)c->serial,
		 c->conn->idle_s);
	info_delete_child(c);
	v1_child_kill(c, "nobody used it");
}

void
v1_idle_watch(struct v1_child *c)
{
	c->idle.fire = idle_fires;
	if (c->conn->idle_s > 0)
		v1_timer_set(c->e, &c->idle, c->up_ms + 1000ull * c->conn->idle_s);
}
