/* whack --status and --trafficstatus. */
#include "pluto/daemon.h"

#include <stdio.h>

#include "lib/version.h"

struct listing { struct daemon *d; ctl_client c; };

#define LINE(...) ctl_line(d->ctl, c, RC_COMMENT, __VA_ARGS__)

static void
status_daemon(struct daemon *d, ctl_client c)
{
	struct adns_client_stats s;
	struct addr_buf b;

	adns_client_get_stats(d->adns, &s);
	LINE("pluto %s, up %llu s, %s", VERSION,
	     (unsigned long long)(monotonic_ms() - d->started_ms) / 1000,
	     d->udp != NULL ? "listening" : "not listening (whack --listen)");
	LINE("data plane: %s", d->kernel.ops->describe(d->kernel.k));
	LINE("first packets: %s", d->trap.ops != NULL ? d->trap.ops->how(d->trap.t) : "not caught");
	LINE("dns: adns %s, resolvers %s, anchors %s, %u in flight, %llu asked, %llu restarts",
	     s.ready ? "ready" : "not running", s.hello.resolvers, s.hello.anchors, s.in_flight,
	     (unsigned long long)s.asked, (unsigned long long)s.restarts);
	for (unsigned i = 0; i < d->addrs.n; i++)
		if (d->addrs.a[i].serve)
			LINE("interface %s %s", d->addrs.a[i].ifname,
			     ip_addr_text(&d->addrs.a[i].addr, &b));
	for (unsigned i = 0; i < MAX_OWN_KEYS; i++)
		if (d->own_keys[i].addr.family != IP_NONE)
			LINE("%s", d->own_keys[i].text);
}

static void
status_counters(struct daemon *d, ctl_client c)
{
	struct routed_stats r;
	struct trap_stats t;
	struct ike_stats i;
	struct oe_stats o;

	oe_get_stats(d->oe, &o);
	LINE("oe: %llu packets, %llu attempts, %llu encrypted, %llu clear, %llu blocked, "
	     "%u pending, %u remembered, %llu past the deadline", (unsigned long long)o.packets,
	     (unsigned long long)o.requests, (unsigned long long)o.encrypted,
	     (unsigned long long)o.clear, (unsigned long long)o.blocked, o.pending_now,
	     o.decided_now, (unsigned long long)o.deadline_struck);
	if (d->trap.ops != NULL) {
		d->trap.ops->get_stats(d->trap.t, &t);
		LINE("trap: %llu caught, %llu released, %u held, %llu dropped full, %llu dropped late, "
		     "%llu asked twice, %llu overruns",
		     (unsigned long long)t.trapped, (unsigned long long)t.released, t.held_now,
		     (unsigned long long)t.dropped_full, (unsigned long long)t.dropped_deadline,
		     (unsigned long long)t.duplicates, (unsigned long long)t.overruns);
	}
	routed_get_stats(d->routed, &r);
	LINE("routed: %llu packets, %llu negotiations, %llu released, %llu failed, %u held, "
	     "%llu dropped full, %llu beside what was agreed", (unsigned long long)r.packets,
	     (unsigned long long)r.negotiations, (unsigned long long)r.released,
	     (unsigned long long)r.failed, r.held_now, (unsigned long long)r.dropped_full,
	     (unsigned long long)r.not_agreed);
	ike_get_stats(d->ike, &i);
	LINE("ike: %u SAs, %u half-open, %u Child SAs, %llu in, %llu out, %llu malformed, "
	     "%llu cookies, %llu retransmits, %llu authentications failed", i.ike_now,
	     i.half_open_now, i.child_now, (unsigned long long)i.datagrams_in,
	     (unsigned long long)i.datagrams_out, (unsigned long long)i.dropped_malformed,
	     (unsigned long long)i.cookies_sent, (unsigned long long)i.retransmits,
	     (unsigned long long)i.auth_failed);
}

/* What was asked for; nothing when the daemon finds its own way. */
static void
status_route(struct daemon *d, ctl_client c, const struct connection *x)
{
	const struct conn_route *r = &x->route;
	struct addr_buf hop, src;

	if (r->nexthop.family == IP_NONE && r->srcip.family == IP_NONE && !r->disabled
	    && r->updown == NULL)
		return;
	LINE("\"%s\": nexthop %s, srcip %s, updown %s", x->name,
	     r->nexthop.family != IP_NONE ? ip_addr_text(&r->nexthop, &hop) : "%direct",
	     r->srcip.family != IP_NONE ? ip_addr_text(&r->srcip, &src) : "-",
	     r->disabled ? "%disabled" : r->updown != NULL ? r->updown : "ipsec _updown");
}

static void
status_conn(struct daemon *d, ctl_client c, unsigned i)
{
	const struct connection *x = d->conns.c[i];
	struct addr_buf l, r, lc, rc;
	char auth[16], failure[32] = "";
	uint32_t left_s;
	enum shunt_kind failed = routed_shunt(d->routed, x->serial, &left_s);

	if (failed != SHUNT_TRAP)
		snprintf(failure, sizeof(failure), "; %s for %u s", shunt_kind_name(failed), left_s);
	LINE("\"%s\": %s%s%s <-> %s%s%s; %s; %s, %s%s", x->name,
	     x->local.has_client ? ts_text(&x->local.ts, &lc) : "",
	     x->local.has_client ? "===" : "", endpoint_text(&x->local.host, &l),
	     endpoint_text(&x->remote.host, &r), x->remote.has_client ? "===" : "",
	     x->remote.has_client ? ts_text(&x->remote.ts, &rc) : "",
	     x->never ? "never" : conn_auth_text(x, auth),
	     d->conns.routed[i] ? "routed" : "unrouted", shunt_kind_name(x->shunt), failure);
}

static void
status_policy(struct daemon *d, ctl_client c)
{
	unsigned count[GROUP_ID_N] = { 0 };

	for (size_t i = 0; i < d->n_groups; i++)
		count[d->groups[i].group]++;
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		LINE("group \"%s\": %u entries", policy_group((enum group_id)g)->name, count[g]);
	for (unsigned i = 0; i < d->conns.n; i++) {
		status_conn(d, c, i);
		status_route(d, c, d->conns.c[i]);
	}
}

static bool
list_ike(void *ctx, const struct ike_sa_info *i)
{
	struct listing *x = ctx;
	struct addr_buf b;
	char label[96];
	const char *name = i->conn != NULL ? conn_label(i->conn, label) : "";
	json_t *o = json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:b}", "event", "ike_sa",
			      "serial", (json_int_t)i->serial, "connection", name,
			      "peer", endpoint_text(&i->remote, &b), "state", i->state,
			      "role", i->role, "proposal", i->proposal,
			      "authenticated", !i->anonymous);

	ctl_object(x->d->ctl, x->c, o, RC_COMMENT, "#%llu: \"%s\" %s %s; %s; %s; peer %s; %s; rekey in %llu s",
		   (unsigned long long)i->serial, name, endpoint_text(&i->remote, &b), i->state,
		   i->role, i->proposal, i->peer_id, i->key_source != NULL ? i->key_source : "-",
		   (unsigned long long)i->rekey_in_s);
	return ctl_alive(x->d->ctl, x->c);
}

static bool
list_child(void *ctx, const struct child_sa_info *i)
{
	struct listing *x = ctx;
	struct addr_buf l, r;
	char label[96];
	const char *name = i->conn != NULL ? conn_label(i->conn, label) : "";
	json_t *o = json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:b}", "event", "child_sa",
			      "serial", (json_int_t)i->serial, "ike_sa", (json_int_t)i->ike,
			      "connection", name, "local", ts_text(&i->sel.local, &l),
			      "remote", ts_text(&i->sel.remote, &r), "proposal", i->proposal,
			      "bytes_in", (json_int_t)i->in.bytes, "bytes_out", (json_int_t)i->out.bytes,
			      "packets_in", (json_int_t)i->in.packets,
			      "packets_out", (json_int_t)i->out.packets,
			      "authenticated", !i->anonymous);

	ctl_object(x->d->ctl, x->c, o, RC_COMMENT,
		   "#%llu: \"%s\" %s <-> %s %s in %08x out %08x; in %llu bytes %llu packets, "
		   "out %llu bytes %llu packets; up %llu s%s",
		   (unsigned long long)i->serial, name, ts_text(&i->sel.local, &l),
		   ts_text(&i->sel.remote, &r), i->proposal, i->spi_in, i->spi_out,
		   (unsigned long long)i->in.bytes, (unsigned long long)i->in.packets,
		   (unsigned long long)i->out.bytes, (unsigned long long)i->out.packets,
		   (unsigned long long)i->age_s,
		   i->anonymous ? "; unauthenticated (NULL)" : "");
	return ctl_alive(x->d->ctl, x->c);
}

void
cmd_status(struct daemon *d, ctl_client c, const json_t *request)
{
	struct listing x = { .d = d, .c = c };

	(void)request;
	status_daemon(d, c);
	status_policy(d, c);
	status_counters(d, c);
	engines_each_sa(d, list_ike, &x);
	engines_each_child(d, list_child, &x);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "end of status");
}

void
cmd_trafficstatus(struct daemon *d, ctl_client c, const json_t *request)
{
	struct listing x = { .d = d, .c = c };

	(void)request;
	engines_each_child(d, list_child, &x);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "%u Child SAs", engines_children(d));
}
