/* Long answers in parts: the next is made when most of the last has been read, and
 * between two of them the loop turns. */
#include "pluto/control/client.h"

enum { LOW = 64 << 10 };	/* bytes that wait; below, there is room for a part */

static void
next_part(void *ctx)
{
	struct client *c = ctx;

	c->pump.soon.n = 0;
	pump_run(c);
}

void
pump_run(struct client *c)
{
	const struct pump p = c->pump;
	struct ctl *s = c->s;
	ctl_client id = c->id;
	bool more;

	if (p.part == NULL || p.running || outbox_waiting(&c->out) > LOW)
		return;
	c->pump.running = true;
	more = p.part(p.ctx, id);
	c = client_find(s, id);		/* its reader may be gone */
	if (c != NULL)
		c->pump.running = false;
	if (c != NULL && more) {
		if (outbox_waiting(&c->out) <= LOW && c->pump.soon.n == 0)
			c->pump.soon = loop_after(s->l, 0, next_part, c);
		return;
	}
	if (c != NULL)
		pump_stop(c);
	else
		p.done(p.ctx);
}

/* While a part is being made, who makes it ends it. */
void
pump_stop(struct client *c)
{
	const struct pump p = c->pump;

	loop_cancel(c->s->l, &c->pump.soon);
	c->pump = (struct pump){ .part = NULL };
	if (p.part != NULL && !p.running)
		p.done(p.ctx);
}

void
ctl_parts(struct ctl *s, ctl_client id, ctl_part_fn *part, ctl_done_fn *done, void *ctx)
{
	struct client *c = client_find(s, id);

	if (c == NULL) {
		done(ctx);
		return;
	}
	c->pump = (struct pump){ .part = part, .done = done, .ctx = ctx };
	pump_run(c);
}
