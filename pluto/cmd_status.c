/* whack --status: the daemon and its counters, then the SAs (list_sas.c), which alone
 * are --trafficstatus. Each line is an object with an event; whack(8) names them. */
#include "pluto/daemon_commands.h"

#include <stdio.h>

#include "lib/log.h"
#include "lib/version.h"
#include "pluto/impair.h"

#define J(n) ((json_int_t)(n))
#define SAY(o, ...) ctl_object(d->ctl, c, o, RC_COMMENT, __VA_ARGS__)

static void
status_daemon(struct daemon *d, ctl_client c)
{
	unsigned long long up_s = (monotonic_ms() - d->started_ms) / 1000;
	char debug[300], impair[300];
	struct ctl_stats s = ctl_get_stats(d->ctl);
	unsigned watchers = events_watchers(&d->events);
	const char *plane = d->kernel.ops->describe(d->kernel.k);
	const char *how = d->trap.ops != NULL ? d->trap.ops->how(d->trap.t) : "not caught";

	log_class_text(log_debug_classes(), debug, sizeof(debug));
	impair_text(d->opt.impair, impair, sizeof(impair));
	SAY(json_pack("{s:s,s:s,s:I,s:b}", "event", "daemon", "version", VERSION, "up_s", J(up_s),
		      "listening", d->udp != NULL),
	    "pluto %s, up %llu s, %s", VERSION, up_s,
	    d->udp != NULL ? "listening" : "not listening (whack --listen)");
	SAY(json_pack("{s:s,s:s,s:s}", "event", "debug", "debug", debug, "impair", impair),
	    "debug %s; impair %s", debug, impair);
	SAY(json_pack("{s:s,s:s,s:s}", "event", "data_plane", "plane", d->kernel.ops->name,
		      "description", plane), "data plane: %s", plane);
	SAY(json_pack("{s:s,s:i,s:i,s:I,s:I,s:I}", "event", "control", "clients", (int)s.clients,
		      "watchers", (int)watchers, "events", J(d->events.told), "refused",
		      J(s.refused + d->events.refused), "too_slow", J(s.too_slow)),
	    "control: %u clients, %u watch, %llu events, %llu refused, %llu too slow", s.clients,
	    watchers, (unsigned long long)d->events.told,
	    (unsigned long long)(s.refused + d->events.refused), (unsigned long long)s.too_slow);
	SAY(json_pack("{s:s,s:s}", "event", "first_packets", "how", how), "first packets: %s", how);
}

static void
status_dns(struct daemon *d, ctl_client c)
{
	struct adns_client_stats s;

	adns_client_get_stats(d->adns, &s);
	SAY(json_pack("{s:s,s:b,s:s,s:s,s:i,s:I,s:I}", "event", "dns", "ready", s.ready,
		      "resolvers", s.hello.resolvers, "anchors", s.hello.anchors,
		      "in_flight", (int)s.in_flight, "asked", J(s.asked), "restarts", J(s.restarts)),
	    "dns: adns %s, resolvers %s, anchors %s, %u in flight, %llu asked, %llu restarts",
	    s.ready ? "ready" : "not running", s.hello.resolvers, s.hello.anchors, s.in_flight,
	    (unsigned long long)s.asked, (unsigned long long)s.restarts);
}

static void
status_keeper(struct daemon *d, ctl_client c)
{
	struct keeper_stats s;

	keeper_get_stats(d->keeper, &s);
	SAY(json_pack("{s:s,s:i,s:I,s:I,s:I,s:I,s:I,s:I}", "event", "keeper", "pid", (int)s.pid,
		      "keys", J(s.keys), "secrets", J(s.secrets), "asked", J(s.asked),
		      "refused", J(s.refused), "unanswered", J(s.unanswered),
		      "restarts", J(s.restarts)),
	    "keeper: pid %d, %llu keys, %llu secrets, %llu asked, %llu refused, %llu unanswered, "
	    "%llu restarts", (int)s.pid, (unsigned long long)s.keys, (unsigned long long)s.secrets,
	    (unsigned long long)s.asked, (unsigned long long)s.refused,
	    (unsigned long long)s.unanswered, (unsigned long long)s.restarts);
}

static void
status_addresses(struct daemon *d, ctl_client c)
{
	char id[300], nets[VIRTUAL_NETS_MAX * 64];
	struct addr_buf b;

	if (d->myid.id.type != 0)
		SAY(json_pack("{s:s,s:s}", "event", "myid", "id", ident_text(&d->myid.id, id, sizeof(id))),
		    "%%myid is %s", id);

	if (d->opt.virtual_private.n > 0)
		SAY(json_pack("{s:s,s:s,s:i}", "event", "virtual_private", "nets",
			      virtual_nets_text(&d->opt.virtual_private, nets, sizeof(nets)),
			      "chosen", (int)claims_count(&d->claims)),
		    "virtual_private %s; %u peers have chosen theirs", nets, claims_count(&d->claims));
	for (unsigned i = 0; i < d->addrs.n; i++) {
		const char *text = ip_addr_text(&d->addrs.a[i].addr, &b);

		if (d->addrs.a[i].serve)
			SAY(json_pack("{s:s,s:s,s:s}", "event", "interface", "interface",
				      d->addrs.a[i].ifname, "address", text),
			    "interface %s %s", d->addrs.a[i].ifname, text);
	}
	for (unsigned i = 0; i < MAX_OWN_KEYS; i++) {
		const struct own_key *k = &d->own_keys[i];

		if (k->text[0] != '\0')
			SAY(json_pack("{s:s,s:s,s:b,s:b}", "event", "own_key", "address",
				      ip_addr_text(&k->addr, &b), "published", !k->absent,
				      "wrong", k->wrong), "%s", k->text);
	}
}

static void
count_oe(struct daemon *d, ctl_client c)
{
	struct oe_stats o;

	oe_get_stats(d->oe, &o);
	SAY(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:I}", "event", "oe", "packets", J(o.packets),
		      "attempts", J(o.requests), "encrypted", J(o.encrypted), "clear", J(o.clear),
		      "blocked", J(o.blocked), "pending", (int)o.pending_now,
		      "remembered", (int)o.decided_now, "late", J(o.deadline_struck)),
	    "oe: %llu packets, %llu attempts, %llu encrypted, %llu clear, %llu blocked, "
	    "%u pending, %u remembered, %llu past the deadline", (unsigned long long)o.packets,
	    (unsigned long long)o.requests, (unsigned long long)o.encrypted,
	    (unsigned long long)o.clear, (unsigned long long)o.blocked, o.pending_now,
	    o.decided_now, (unsigned long long)o.deadline_struck);
}

static void
count_trap(struct daemon *d, ctl_client c)
{
	struct trap_stats t;

	if (d->trap.ops == NULL)
		return;
	d->trap.ops->get_stats(d->trap.t, &t);
	SAY(json_pack("{s:s,s:I,s:I,s:i,s:I,s:I,s:I,s:I}", "event", "trap", "caught", J(t.trapped),
		      "released", J(t.released), "held", (int)t.held_now,
		      "dropped_full", J(t.dropped_full), "dropped_late", J(t.dropped_deadline),
		      "asked_twice", J(t.duplicates), "overruns", J(t.overruns)),
	    "trap: %llu caught, %llu released, %u held, %llu dropped full, %llu dropped late, "
	    "%llu asked twice, %llu overruns",
	    (unsigned long long)t.trapped, (unsigned long long)t.released, t.held_now,
	    (unsigned long long)t.dropped_full, (unsigned long long)t.dropped_deadline,
	    (unsigned long long)t.duplicates, (unsigned long long)t.overruns);
}

static void
count_routed(struct daemon *d, ctl_client c)
{
	struct routed_stats r;

	routed_get_stats(d->routed, &r);
	SAY(json_pack("{s:s,s:I,s:I,s:I,s:I,s:i,s:I,s:I}", "event", "routed", "packets", J(r.packets),
		      "negotiations", J(r.negotiations), "released", J(r.released),
		      "failed", J(r.failed), "held", (int)r.held_now,
		      "dropped_full", J(r.dropped_full), "not_agreed", J(r.not_agreed)),
	    "routed: %llu packets, %llu negotiations, %llu released, %llu failed, %u held, "
	    "%llu dropped full, %llu beside what was agreed", (unsigned long long)r.packets,
	    (unsigned long long)r.negotiations, (unsigned long long)r.released,
	    (unsigned long long)r.failed, r.held_now, (unsigned long long)r.dropped_full,
	    (unsigned long long)r.not_agreed);
}

static void
count_ike(struct daemon *d, ctl_client c)
{
	struct ike_stats i;

	ike_get_stats(d->ike, &i);
	SAY(json_pack("{s:s,s:i,s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "event", "ike", "sas", (int)i.ike_now,
		      "half_open", (int)i.half_open_now, "child_sas", (int)i.child_now,
		      "datagrams_in", J(i.datagrams_in), "datagrams_out", J(i.datagrams_out),
		      "malformed", J(i.dropped_malformed), "cookies", J(i.cookies_sent),
		      "refused", J(i.refused_half_open), "key_exchanges", J(i.ke_jobs),
		      "retransmits", J(i.retransmits), "auth_failed", J(i.auth_failed)),
	    "ike: %u SAs, %u half-open, %u Child SAs, %llu in, %llu out, %llu malformed, "
	    "%llu cookies, %llu refused, %llu key exchanges, %llu retransmits, "
	    "%llu authentications failed", i.ike_now,
	    i.half_open_now, i.child_now, (unsigned long long)i.datagrams_in,
	    (unsigned long long)i.datagrams_out, (unsigned long long)i.dropped_malformed,
	    (unsigned long long)i.cookies_sent, (unsigned long long)i.refused_half_open,
	    (unsigned long long)i.ke_jobs, (unsigned long long)i.retransmits,
	    (unsigned long long)i.auth_failed);
}

void
cmd_status(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	status_daemon(d, c);
	status_dns(d, c);
	status_keeper(d, c);
	status_addresses(d, c);
	daemon_list_policy(d, c);
	count_oe(d, c);
	count_trap(d, c);
	count_routed(d, c);
	count_ike(d, c);
	daemon_list_sas(d, c, true);
}

void
cmd_trafficstatus(struct daemon *d, ctl_client c, const json_t *request)
{
	(void)request;
	daemon_list_sas(d, c, false);
}
