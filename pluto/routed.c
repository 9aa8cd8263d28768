/* First packets of connections that were routed by hand: held while the
 * connection comes up, then sent through it, or dropped. */
#include "pluto/daemon.h"

#include <stdlib.h>

#include "lib/log.h"

enum { MAX_HELD = 64, NEGOTIATION_MS = 10000 };

struct routed_held { uint64_t conn; held_id held; };

struct routed {
	unsigned n;
	struct routed_held h[MAX_HELD];
};

struct routed *
routed_new(void)
{
	return calloc(1, sizeof(struct routed));
}

void
routed_free(struct routed *r)
{
	free(r);
}

uint64_t
daemon_new_owner(struct daemon *d)
{
	return OWNER_CONNECTION + ++d->last_owner;
}

static bool
is_waiting(const struct routed *r, uint64_t conn)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->h[i].conn == conn)
			return true;
	return false;
}

bool
routed_packet(struct daemon *d, const struct trapped *t)
{
	struct connection *c = conn_table_for_flow(&d->conns, &t->flow);
	struct routed *r = d->routed;
	bool first;

	if (c == NULL)
		return false;
	if (t->held.n == 0)
		return true;
	if (r->n == MAX_HELD) {
		d->trap.ops->verdict(d->trap.t, t->held, VERDICT_DROP);
		return true;
	}
	first = !is_waiting(r, c->serial);
	r->h[r->n++] = (struct routed_held){ .conn = c->serial, .held = t->held };
	if (first)
		ike_initiate(d->ike, c, &t->flow, daemon_new_owner(d), NEGOTIATION_MS);
	return true;
}

void
routed_outcome(struct daemon *d, const struct connection *c, bool up)
{
	struct routed *r = d->routed;
	unsigned kept = 0;

	for (unsigned i = 0; i < r->n; i++) {
		if (r->h[i].conn == c->serial || r->h[i].conn == c->from)
			d->trap.ops->verdict(d->trap.t, r->h[i].held,
					     up ? VERDICT_TUNNEL : VERDICT_DROP);
		else
			r->h[kept++] = r->h[i];
	}
	r->n = kept;
}
