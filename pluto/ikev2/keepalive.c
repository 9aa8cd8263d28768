/* One octet now and then, so that a NAT keeps its mapping (RFC 3948 4). */
#include "pluto/ikev2/keepalive.h"

#include "pluto/ikev2/rekey.h"

/* Behind a NAT, where ESP and IKE share the mapping of port 4500. */
static bool
is_wanted(const struct ike_sa *sa)
{
	const struct ike_config *cfg = &sa->e->cfg;

	return cfg->keepalive_ms > 0 && sa->natt && (sa->nat_local || cfg->keepalive_always)
		&& sa->local.port == NATT_PORT && sa->state == IKE_ESTABLISHED;
}

static void
fires(struct ike_engine *e, struct timer *t)
{
	struct ike_sa *sa = HEAP_OWNER(&t->node, struct ike_sa, keepalive.node);
	uint64_t in = 0, now = engine_now(e), last = rekey_last_out_ms(sa, &in);

	if (!is_wanted(sa))
		return;
	if (sa->sent_ms > last)
		last = sa->sent_ms;
	if (now >= last + e->cfg.keepalive_ms) {
		e->ports.keepalive(e->ports.ctx, &sa->local, &sa->remote);
		e->stats.keepalives++;
		sa->sent_ms = last = now;
	}
	timer_set(e, t, last + e->cfg.keepalive_ms);
}

void
keepalive_schedule(struct ike_sa *sa)
{
	sa->keepalive.fire = fires;
	if (is_wanted(sa))
		timer_set(sa->e, &sa->keepalive, engine_now(sa->e) + sa->e->cfg.keepalive_ms);
	else
		timer_stop(sa->e, &sa->keepalive);
}
