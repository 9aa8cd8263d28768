/* Connections follow an address of ours that goes: where their SAs cannot move
 * (MOBIKE), new ones are negotiated from another that leads to the peer. */
#include "pluto/daemon_ike.h"

#include "lib/log.h"

/* Only where we listen an answer comes back. */
static bool
is_served(const struct daemon *d, const struct ip_addr *a)
{
	for (unsigned i = 0; i < d->addrs.n; i++)
		if (d->addrs.a[i].serve && ip_addr_eq(&d->addrs.a[i].addr, a))
			return true;
	return false;
}

bool
daemon_path(void *ctx, const struct ip_addr *remote, struct ip_addr *local)
{
	const struct daemon *d = ctx;
	struct ip_addr from;

	if (is_served(d, local) && local_addr_leads(local, remote))
		return true;
	if (!local_addr_towards(remote, &from) || !is_served(d, &from))
		return false;
	*local = from;
	return true;
}

struct connection *
daemon_from_here(struct daemon *d, struct connection *c)
{
	struct ip_addr local = c->local.host.addr;
	struct connection *other;

	if (c->oe || c->remote.host.addr.family == IP_NONE || is_served(d, &local)
	    || !daemon_path(d, &c->remote.host.addr, &local))
		return connection_ref(c);
	other = connection_instance(c, NULL, NULL);
	if (other == NULL)
		return connection_ref(c);
	other->from = conn_base_serial(c);
	other->local.host.addr = local;
	if (!other->local.has_client)
		other->local.ts.addr_lo = other->local.ts.addr_hi = local;
	return other;
}

/* Whom the peer knows by an address, and lets in for that alone, would be another. */
static bool
can_follow(const struct connection *c)
{
	return c->kind == CONN_PERMANENT && !c->never && c->shunt == SHUNT_TRAP
		&& (c->local.has_client || c->local.id.type != 0);
}

void
daemon_address_gone(struct daemon *d, const struct connection *conn)
{
	struct connection *c = conn_table_by_serial(&d->conns, conn_base_serial(conn));

	if (c != NULL && can_follow(c))
		c->follow_due = true;
}

void
daemon_follow(struct daemon *d)
{
	struct addr_buf b;

	for (unsigned i = 0; i < d->conns.n; i++) {
		struct connection *c = d->conns.c[i];
		struct ip_addr local = c->local.host.addr;

		if (!c->follow_due || !daemon_path(d, &c->remote.host.addr, &local))
			continue;
		c->follow_due = false;
		log_info(NULL, "\"%s\": our address is gone: brought up again from %s", c->name,
			 ip_addr_text(&local, &b));
		daemon_restart_conn(d, c);
	}
}
