/* What becomes of a connection whose peer is silent (--dpdaction), or has started
 * again (--crash). */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_routes.h"

#include <stdio.h>

#include "lib/log.h"

enum { MAX_CRASHED = 1024 };

static void
restart_due(void *ctx)
{
	struct daemon *d = ctx;

	d->restart_timer.n = 0;
	for (unsigned i = 0; i < d->conns.n; i++) {
		struct connection *c = d->conns.c[i];

		if (!c->restart_due)
			continue;
		c->restart_due = false;
		daemon_configured_keys(d, c);
		engines_initiate(d, c, NULL, daemon_new_owner(d), 0);
	}
}

void
daemon_restart_conn(struct daemon *d, struct connection *c)
{
	c->restart_due = true;
	if (d->restart_timer.n == 0)
		d->restart_timer = loop_after(d->loop, 0, restart_due, d);
}

static void
set_route(struct daemon *d, const struct connection *c, bool on)
{
	char err[300];

	if (*conn_table_routed(&d->conns, c) == on)
		return;
	if (daemon_change_route(d, c, on, err, sizeof(err)) != 0)
		log_warn(NULL, "\"%s\": the peer is silent, and its route stays as it is: %s", c->name, err);
}

/* Somebody who comes from anywhere is not waited for, nor called. */
void
daemon_peer_silent(struct daemon *d, const struct connection *conn)
{
	struct connection *c = conn_table_by_serial(&d->conns, conn_base_serial(conn));

	if (c == NULL || c->kind != CONN_PERMANENT || c->dpd_delay_s == 0 || c->shunt != SHUNT_TRAP)
		return;
	switch (c->dpd_action) {
	case DPD_HOLD:
		log_info(NULL, "\"%s\": the peer is silent: its traffic is trapped", c->name);
		set_route(d, c, true);
		break;
	case DPD_CLEAR:
		log_info(NULL, "\"%s\": the peer is silent: its traffic is clear", c->name);
		set_route(d, c, false);
		break;
	case DPD_RESTART:
		log_info(NULL, "\"%s\": the peer is silent: brought up again", c->name);
		daemon_restart_conn(d, c);
		break;
	}
}

struct crash {
	struct daemon *d;
	struct ip_addr peer;
	uint64_t serial[MAX_CRASHED];
	unsigned n;
};

static bool
note(void *ctx, const struct ike_sa_info *i)
{
	struct crash *x = ctx;
	struct connection *c = i->conn != NULL ? conn_table_by_serial(&x->d->conns,
								      conn_base_serial(i->conn)) : NULL;

	if (!ip_addr_eq(&i->remote.addr, &x->peer))
		return true;
	x->serial[x->n++] = i->serial;
	if (c != NULL && c->kind == CONN_PERMANENT && c->shunt == SHUNT_TRAP)
		daemon_restart_conn(x->d, c);
	return x->n < MAX_CRASHED;
}

/* Of opportunistic pairs the next packet makes new ones. */
void
cmd_crash(struct daemon *d, ctl_client client, const json_t *request)
{
	const char *peer = json_string_value(json_object_get(request, "peer"));
	struct crash x = { .d = d };

	if (!ip_addr_parse(peer, &x.peer)) {
		ctl_result(d->ctl, client, NULL, RC_NOPEERIP, "--crash %.80s: not an IP address", peer);
		return;
	}
	engines_each_sa(d, note, &x);
	for (unsigned i = 0; i < x.n; i++)
		engines_delete_serial(d, x.serial[i]);
	ctl_result(d->ctl, client, json_pack("{s:i}", "ike_sas", (int)x.n), RC_COMMENT,
		   "%u IKE SAs with %s are replaced", x.n, peer);
}
