/* How first packets are caught here: by NFQUEUE, or by acquires of the kernel's
 * own policies. */
#include "pluto/daemon_routes.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/xfrm_settings.h"
#include "pluto/kernel/xfrm_trap.h"

enum { HOLD_SLACK_MS = 500, MAX_PER_PAIR = 32, MAX_CAUGHT = 4096, MS = 1000, WAIT_SLACK_S = 2 };

static uint32_t
adns_uid(void)
{
	const struct passwd *p = getpwnam("_oe-dns");

	if (p == NULL)
		p = getpwnam("nobody");
	return p != NULL ? p->pw_uid : 0;
}

uint32_t
daemon_hold_ms(const struct daemon *d)
{
	return d->opt.oe_deadline_ms + HOLD_SLACK_MS;
}

static struct trap_config
config_of(const struct daemon *d)
{
	struct trap_config cfg = {
		.n_resolvers = d->n_resolvers,
		.adns_uid = adns_uid(),
		.hold_ms = daemon_hold_ms(d),
		.max_per_pair = MAX_PER_PAIR,
		.max_held = MAX_CAUGHT,
		.starter = d->starter,
	};

	for (unsigned i = 0; i < d->n_resolvers; i++)
		cfg.resolvers[i] = d->resolvers[i];
	if (daemon_plane_device(d) != NULL)
		snprintf(cfg.tun_name, sizeof(cfg.tun_name), "%s", daemon_plane_device(d));
	return cfg;
}

static void
settings_file(const struct daemon *d, char out[4096])
{
	snprintf(out, 4096, "%s.settings", d->opt.ctlbase);
}

static bool
open_acquire(struct daemon *d, const struct trap_config *cfg, char *err, size_t errlen)
{
	char file[4096];
	struct spd spd;

	if (strcmp(d->kernel.ops->name, "xfrm") != 0 || daemon_plane_device(d) != NULL) {
		snprintf(err, errlen, "--trap acquire: the data plane is %s; acquires need the "
			 "kernel's own ESP, --use-netkey", d->kernel.ops->name);
		return false;
	}
	if (!xfrm_trap_open(&spd, err, errlen)
	    || !catcher_open_acquire(d->loop, cfg, &spd, daemon_trapped, d, &d->trap, err, errlen))
		return false;
	settings_file(d, file);
	(void)xfrm_settings_change(file, (cfg->hold_ms + MS - 1) / MS + WAIT_SLACK_S);
	return true;
}

/* Rules that a run by acquires left would ask nobody. */
static void
remove_rule(void *ctx, const struct spd_rule *r)
{
	struct spd *spd = ctx;

	(void)spd->ops->remove(spd->k, r);
}

void
daemon_catching_began(struct daemon *d)
{
	struct spd list, spd;
	char err[200];

	if (d->catching || d->trap.ops->acquire_seq != NULL)
		return;
	d->catching = true;
	if (!xfrm_trap_open(&list, err, sizeof(err)))
		return;		/* no XFRM, no rules */
	if (xfrm_trap_open(&spd, err, sizeof(err))) {
		(void)list.ops->each(list.k, remove_rule, &spd);
		spd.ops->close(spd.k);
	}
	list.ops->close(list.k);
}

static bool
open_queue(struct daemon *d, const struct trap_config *cfg, char *err, size_t errlen)
{
	char file[4096];

	if (!catcher_open_queue(d->loop, cfg, daemon_trapped, d, &d->trap, err, errlen))
		return false;
	settings_file(d, file);
	xfrm_settings_restore(file);
	return true;
}

/* NFQUEUE loses no packet and lets every one go at once, so it is preferred. */
static bool
open_either(struct daemon *d, const struct trap_config *cfg, char *err, size_t errlen)
{
	char why[400];

	if (open_queue(d, cfg, err, errlen))
		return true;
	if (!open_acquire(d, cfg, why, sizeof(why)))
		return false;
	log_info(NULL, "no NFQUEUE here (%s): acquires stand in", err);
	return true;
}

int
daemon_open_trap(struct daemon *d)
{
	static bool (*const ways[])(struct daemon *, const struct trap_config *, char *, size_t) = {
		[CATCH_EITHER] = open_either, [CATCH_QUEUE] = open_queue,
		[CATCH_ACQUIRE] = open_acquire };
	const struct trap_config cfg = config_of(d);
	char err[400] = "";

	if (d->opt.stack == STACK_NONE)
		return 0;
	if (!ways[d->opt.catch_by](d, &cfg, err, sizeof(err))) {
		log_error(NULL, "%s", err);
		return EXIT_NO_NFQUEUE;
	}
	log_info(NULL, "first packets are caught by %s", d->trap.ops->how(d->trap.t));
	return 0;
}

void
daemon_close_trap(struct daemon *d)
{
	char file[4096];

	if (d->trap.ops == NULL)
		return;
	d->trap.ops->close(d->trap.t, true);
	settings_file(d, file);
	xfrm_settings_restore(file);
}

uint32_t
daemon_acquire_seq(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct daemon *d = ctx;

	if (d->trap.ops == NULL || d->trap.ops->acquire_seq == NULL)
		return 0;
	return d->trap.ops->acquire_seq(d->trap.t, local, remote);
}

/* Passing through, as far as we know: unless the address came to us after the
 * last whack --listen. */
static bool
passes_through(struct daemon *d, const struct trapped *t)
{
	if (!t->forwarded || t->source != TRAP_ACQUIRE)
		return false;
	(void)local_addrs_scan(&d->opt, &d->addrs);
	return !local_addrs_has(&d->addrs, &t->flow.src);
}

/* The groups are about our own packets; the kernel's policies do not know whose
 * a packet is. What may not leave in the clear does not. */
static void
let_through(struct daemon *d, const struct trapped *t)
{
	enum { REMEMBERED_S = 900 };
	struct shunt s = { .local = t->flow.src, .remote = t->flow.dst, .kind = SHUNT_PASS,
		.lifetime_s = REMEMBERED_S };
	enum group_id id;

	if (oe_group_of(d->oe, &t->flow, &id, NULL))
		s.kind = policy_group(id)->on_failure;
	(void)d->trap.ops->set_shunt(d->trap.t, &s);
	d->trap.ops->verdict(d->trap.t, t->held,
			     s.kind == SHUNT_PASS ? VERDICT_PASS : VERDICT_DROP);
}

void
daemon_trapped(void *ctx, const struct trapped *t)
{
	struct daemon *d = ctx;
	struct addr_buf b;

	d->tally.acquires[t->source == TRAP_ACQUIRE ? TALLY_XFRM : TALLY_NFQUEUE]++;
	log_debug_of(LOG_OPPOINFO, NULL, "demand: %s", flow_text(&t->flow, &b));
	if (daemon_unjudged(d, t) || daemon_routed_packet(d, t))
		return;
	if (passes_through(d, t))
		let_through(d, t);
	else
		oe_packet(d->oe, &t->flow, t->held);
}
