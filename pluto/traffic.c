/* The traffic of connections: what a packet or a Child SA of theirs means to
 * routed.c and to the trap. */
#include "pluto/daemon_ike.h"
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

enum { NEGOTIATION_MS = 10000, PEER_READY_MS = 30, MAX_PUSH_MS = 1000 };

static void
push(void *ctx)
{
	struct daemon *d = ctx;
	char err[300];

	d->traffic.push.n = 0;
	if (daemon_push_conns(d, err, sizeof(err)) != 0)
		log_error(NULL, "the selectors of connections were not installed: %s", err);
}

/* Many SAs at once are one transaction. Until then a packet that is caught is
 * answered by hand, and one without its policy is stopped by the table. */
static void
push_soon(void *ctx)
{
	struct daemon *d = ctx;
	uint64_t ms = d->traffic.n / 4;

	if (d->traffic.push.n == 0 && d->trap.ops != NULL && d->trap.ops->set_selectors != NULL)
		d->traffic.push = loop_after(d->loop, ms < MAX_PUSH_MS ? ms : MAX_PUSH_MS, push, d);
}

static uint64_t
port_now(void *ctx)
{
	(void)ctx;
	return monotonic_ms();
}

static void
port_verdict(void *ctx, held_id id, enum verdict v)
{
	struct daemon *d = ctx;

	if (d->trap.ops != NULL)
		d->trap.ops->verdict(d->trap.t, id, v);
}

static void
port_negotiate(void *ctx, uint64_t serial, const struct flow *flow)
{
	struct daemon *d = ctx;
	struct connection *c = conn_table_by_serial(&d->conns, serial);

	if (c == NULL) {
		routed_forget(d->routed, serial);
		return;
	}
	daemon_configured_keys(d, c);
	engines_initiate(d, c, flow, daemon_new_owner(d) | OWNER_ROUTED, NEGOTIATION_MS);
}

static void
run(void *ctx)
{
	struct daemon *d = ctx;

	d->traffic.wake.n = 0;
	routed_run(d->routed);
}

static void
port_wake_at(void *ctx, uint64_t when_ms)
{
	struct daemon *d = ctx;
	uint64_t now = monotonic_ms();

	if (d->traffic.wake.n != 0 && d->traffic.wake_ms <= when_ms)
		return;
	loop_cancel(d->loop, &d->traffic.wake);
	d->traffic.wake_ms = when_ms;
	d->traffic.wake = loop_after(d->loop, when_ms > now ? when_ms - now : 0, run, d);
}

struct routed *
daemon_make_routed(struct daemon *d)
{
	const struct routed_ports ports = {
		.ctx = d,
		.now_ms = port_now,
		.verdict = port_verdict,
		.negotiate = port_negotiate,
		.changed = push_soon,
		.wake_at = port_wake_at,
	};
	const struct routed_limits limits = { .per_conn = 64, .total = 1024,
		.hold_ms = daemon_hold_ms(d) };

	return routed_new(&ports, &limits);
}

uint64_t
daemon_new_owner(struct daemon *d)
{
	return OWNER_CONNECTION + ++d->last_owner;
}

/* Is F keyed for the connection; or, with *ANY, at least something of it? */
static bool
is_keyed(const struct daemon *d, uint64_t conn, const struct flow *f, bool *any)
{
	*any = false;
	for (size_t i = 0; i < d->traffic.n; i++) {
		if (d->traffic.keyed[i].conn != conn)
			continue;
		*any = true;
		if (selector_holds(&d->traffic.keyed[i].sel, f))
			return true;
	}
	return false;
}

static enum verdict
shunt_verdict(enum shunt_kind kind)
{
	return kind == SHUNT_PASS ? VERDICT_PASS
		: kind == SHUNT_REJECT ? VERDICT_REJECT : VERDICT_DROP;
}

static void
judge(struct daemon *d, const struct connection *c, const struct trapped *t)
{
	bool any, settling = routed_settling(d->routed, c->serial);
	bool keyed = is_keyed(d, c->serial, &t->flow, &any);

	if (keyed && !settling)
		d->trap.ops->verdict(d->trap.t, t->held, VERDICT_TUNNEL);
	else if (any && !settling)
		routed_not_agreed(d->routed, t->held, c->failure);
	else if (c->shunt != SHUNT_TRAP)
		d->trap.ops->verdict(d->trap.t, t->held, shunt_verdict(c->shunt));
	else
		routed_packet(d->routed, c->serial, &t->flow, t->held);
}

bool
daemon_speaks_for(struct daemon *d, const struct flow *f)
{
	const struct group_entry *e;
	enum group_id id;

	return oe_group_of(d->oe, f, &id, &e) && e->clients.addr.family != IP_NONE;
}

bool
daemon_routed_packet(struct daemon *d, const struct trapped *t)
{
	const struct connection *c = conn_table_for_flow(&d->conns, &t->flow);

	bool lost = c == NULL && t->forwarded && !daemon_speaks_for(d, &t->flow);

	if (c != NULL)
		judge(d, c, t);
	else if (lost)		/* it was unrouted meanwhile */
		d->trap.ops->verdict(d->trap.t, t->held, VERDICT_DROP);
	return c != NULL || lost;
}

static void
set_pair(struct daemon *d, const struct selector *sel, bool keyed)
{
	struct shunt s = { .local = sel->local.addr_lo, .remote = sel->remote.addr_lo,
		.kind = keyed ? SHUNT_KEYED : SHUNT_TRAP };
	struct addr_buf l, r;
	int rc = d->trap.ops == NULL || !selector_is_hosts(sel) ? 0
		: d->trap.ops->set_shunt(d->trap.t, &s);

	if (rc != 0)
		log_error(NULL, "shunt %s for %s -> %s was not installed: %s; is table inet "
			  "pluto there, and CAP_NET_ADMIN?",
			  shunt_kind_name(s.kind), ip_addr_text(&s.local, &l),
			  ip_addr_text(&s.remote, &r), strerror(-rc));
}

static struct keyed_traffic *
find_keyed(struct daemon *d, uint64_t child)
{
	for (size_t i = 0; i < d->traffic.n; i++)
		if (d->traffic.keyed[i].child == child)
			return &d->traffic.keyed[i];
	return NULL;
}

static bool
add_keyed(struct traffic *t, const struct keyed_traffic *k)
{
	if (t->n == t->room) {
		size_t room = t->room > 0 ? t->room * 2 : 16;
		struct keyed_traffic *more = realloc(t->keyed, room * sizeof(*more));

		if (more == NULL)
			return false;
		t->keyed = more;
		t->room = room;
	}
	t->keyed[t->n++] = *k;
	return true;
}

void
daemon_traffic_up(struct daemon *d, const struct ike_event *e)
{
	const struct keyed_traffic k = { .child = e->child, .conn = conn_base_serial(e->conn),
		.sel = e->sel };
	bool early = !e->initiator;	/* our answer is still to leave */
	bool routed = daemon_is_routed(d, k.conn);

	set_pair(d, &k.sel, true);
	if (!add_keyed(&d->traffic, &k))
		log_error(NULL, "no memory to remember the selectors of child#%llu",
			  (unsigned long long)k.child);
	if (routed && e->conn->shunt == SHUNT_TRAP)
		routed_up(d->routed, k.conn, &k.sel, e->conn->failure, early ? PEER_READY_MS : 0);
	push_soon(d);
}

void
daemon_traffic_rekeyed(struct daemon *d, const struct ike_event *e)
{
	struct keyed_traffic *k = find_keyed(d, e->old_child);

	if (k == NULL)
		return;
	k->child = e->child;
	if (ts_eq(&k->sel.local, &e->sel.local) && ts_eq(&k->sel.remote, &e->sel.remote))
		return;
	k->sel = e->sel;
	push_soon(d);
}

void
daemon_traffic_down(struct daemon *d, const struct ike_event *e)
{
	struct keyed_traffic *k = find_keyed(d, e->child);

	if (engines_child_for(d, &e->sel.local.addr_lo, &e->sel.remote.addr_lo) == 0)
		set_pair(d, &e->sel, false);
	if (k == NULL)
		return;
	*k = d->traffic.keyed[--d->traffic.n];
	push_soon(d);
}

void
daemon_traffic_free(struct daemon *d)
{
	routed_free(d->routed);
	free(d->traffic.keyed);
}
