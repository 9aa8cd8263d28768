/* Connections that are routed or come up, told to their updowns: a program that
 * somebody wrote, or the daemon's own routes. */
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/program.h"
#include "pluto/conn_routes.h"
#include "pluto/kernel/route.h"
#include "pluto/kernel/updown.h"
#include "whack/whack_proto.h"

enum { END_GRACE_MS = 3000 };

struct routing {
	struct rtnl *rtnl;		/* NULL with --use-nostack: nothing is done */
	struct updown *runner;
	struct conn_routes *table;
};

static bool
start_program(struct routing *r, const struct updown_event *e, const char *command,
	      char *err, size_t errlen)
{
	int rc = updown_run(r->runner, e, command);

	if (rc == -ENOBUFS)
		snprintf(err, errlen, "too many updown programs wait already: is %s too slow?",
			 command);
	else if (rc != 0)
		snprintf(err, errlen, "updown %s: %s", command, strerror(-rc));
	return rc == 0;
}

/* Files that we may not write, and programs: not for the daemon. */
static bool
change_dns(struct routing *r, const struct updown_event *e, char *err, size_t errlen)
{
	char path[PATH_MAX];

	if (program_find("_updown", path))
		return start_program(r, e, path, err, errlen);
	snprintf(err, errlen, "the program _updown is not in %s", path);
	return false;
}

static bool
do_updown(void *ctx, const struct updown_event *e, const char *command, char *err, size_t errlen)
{
	struct routing *r = ctx;
	struct addr_buf b;
	int rc;

	if (r->rtnl == NULL)
		return true;
	if (command != NULL)
		return start_program(r, e, command, err, errlen);
	if (e->verb == UPDOWN_DNS || e->verb == UPDOWN_NO_DNS)
		return change_dns(r, e, err, errlen);
	rc = route_updown(r->rtnl, e, err, errlen);
	/* Somebody routes the client already: good enough for who asks for nothing. */
	if (rc != -EEXIST || e->insists)
		return rc == 0;
	log_info(NULL, "\"%s\": the route to %s that is there stays", e->connection,
		 ts_text(&e->sel.remote, &b));
	return true;
}

static const char *
stack_word(const struct daemon *d)
{
	if (strcmp(d->kernel.ops->name, "xfrm") == 0)
		return daemon_plane_device(d) != NULL ? "mast" : "netkey";
	if (strcmp(d->kernel.ops->name, "tun") == 0)
		return "klips";
	return d->kernel.ops->name;
}

static const char *
device_of(const struct daemon *d, const struct ip_addr *a)
{
	for (unsigned i = 0; i < d->addrs.n; i++)
		if (ip_addr_eq(&d->addrs.a[i].addr, a))
			return d->addrs.a[i].ifname;
	return "";
}

/* Our own traffic to a client of the peer is the connection's only from an
 * address of our client: the first one that we have. */
static struct ip_addr
own_source(const struct daemon *d, const struct selector *sel, const struct ip_addr *peer)
{
	const struct traffic_selector *to = &sel->remote;

	if (ip_addr_eq(&to->addr_lo, peer) && ip_addr_eq(&to->addr_hi, peer))
		return (struct ip_addr){ .family = IP_NONE };
	for (unsigned i = 0; i < d->addrs.n; i++) {
		const struct ip_addr *a = &d->addrs.a[i].addr;

		if (ts_has_addr(&sel->local, a) && !ip_addr_is_link_local(a)
		    && !ip_addr_is_loopback(a))
			return *a;
	}
	return (struct ip_addr){ .family = IP_NONE };
}

/* The classic words of PLUTO_CONN_POLICY. */
static const char *const auth_words[] = {
	[CONN_AUTH_PSK] = "PSK", [CONN_AUTH_PUBKEY] = "RSASIG", [CONN_AUTH_NULL] = "AUTH_NULL",
};

static struct updown_event
describe(const struct daemon *d, const struct connection *c, const struct selector *sel)
{
	struct ident mine = conn_end_id(&c->local, &c->local.host.addr);
	struct ident theirs = conn_end_id(&c->remote, &c->remote.host.addr);
	struct updown_event e = { .me = c->local.host.addr, .peer = c->remote.host.addr,
		.nexthop = c->route.nexthop, .srcip = c->route.srcip, .sel = *sel };

	e.assigned = c->modecfg == CONN_PART_CLIENT && e.srcip.family != IP_NONE;
	for (int i = 0; e.assigned && i < UPDOWN_SERVERS; i++) {
		e.dns[i] = c->modecfg_dns[i];
		e.wins[i] = c->modecfg_wins[i];
	}
	e.insists = e.nexthop.family != IP_NONE || e.srcip.family != IP_NONE;
	if (e.srcip.family == IP_NONE)
		e.srcip = own_source(d, sel, &e.peer);
	snprintf(e.connection, sizeof(e.connection), "%s", c->name);
	snprintf(e.user, sizeof(e.user), "%s", c->xauth_user);
	snprintf(e.stack, sizeof(e.stack), "%s", stack_word(d));
	snprintf(e.interface, sizeof(e.interface), "%s", device_of(d, &e.me));
	snprintf(e.policy, sizeof(e.policy), "%s+ENCRYPT%s%s%s",
		 auth_words[c->local.auth],
		 c->mode == MODE_TUNNEL ? "+TUNNEL" : "", c->pfs ? "+PFS" : "",
		 c->rekey ? "" : "+DONTREKEY");
	ident_text(&mine, e.my_id, sizeof(e.my_id));
	ident_text(&theirs, e.peer_id, sizeof(e.peer_id));
	return e;
}

static bool
is_routed_by_us(const struct connection *c)
{
	return !c->oe && !c->route.disabled && c->remote.host.addr.family != IP_NONE;
}

static struct selector
whole(const struct connection *c)
{
	return (struct selector){ .local = c->local.ts, .remote = c->remote.ts };
}

int
daemon_hold_route(struct daemon *d, const struct connection *c, char *err, size_t errlen)
{
	const struct selector sel = whole(c);
	struct updown_event e;

	if (!is_routed_by_us(c))
		return 0;
	e = describe(d, c, &sel);
	return conn_routes_hold(d->routing->table, &e, c->route.updown, err, errlen);
}

void
daemon_release_route(struct daemon *d, const struct connection *c)
{
	const struct selector sel = whole(c);

	if (is_routed_by_us(c))
		conn_routes_release(d->routing->table, &sel);
}

void
daemon_child_routed(struct daemon *d, const struct connection *c, const struct selector *sel,
		    bool up)
{
	struct updown_event e;
	char err[300] = "";

	if (!is_routed_by_us(c))
		return;
	if (!up) {
		conn_routes_down(d->routing->table, sel);
		return;
	}
	e = describe(d, c, sel);
	if (conn_routes_up(d->routing->table, &e, c->route.updown, err, sizeof(err)) != 0)
		log_warn(NULL, "\"%s\" is up, but not routed: %s", c->name, err);
}

void
daemon_routes_again(struct daemon *d)
{
	conn_routes_again(d->routing->table);
}

/* What an earlier run left behind goes. */
static int
open_kernel(struct daemon *d, struct routing *r)
{
	int n;

	if (strcmp(d->kernel.ops->name, "nostack") == 0)
		return 0;
	r->rtnl = rtnl_open();
	n = r->rtnl == NULL ? -errno : route_sweep(r->rtnl);
	if (n < 0) {
		log_error(NULL, "routes (rtnetlink): %s", strerror(-n));
		return EXIT_INTERNAL;
	}
	if (n > 0)
		log_info(NULL, "%d routes that an earlier run left are removed", n);
	return 0;
}

int
daemon_open_routing(struct daemon *d)
{
	const struct updown_limits limits = { .run_ms = 0 };
	struct routing *r = calloc(1, sizeof(*r));

	d->routing = r;
	if (r != NULL) {
		r->runner = updown_new(d->loop, d->starter, &limits);
		r->table = conn_routes_new(do_updown, r);
	}
	if (r == NULL || r->runner == NULL || r->table == NULL) {
		log_error(NULL, "no memory for routes");
		return EXIT_INTERNAL;
	}
	return open_kernel(d, r);
}

void
daemon_end_routing(struct daemon *d)
{
	if (d->routing == NULL || d->routing->table == NULL || d->routing->runner == NULL)
		return;
	conn_routes_end(d->routing->table);
	updown_drain(d->routing->runner, END_GRACE_MS);
}

void
daemon_close_routing(struct daemon *d)
{
	struct routing *r = d->routing;

	if (r == NULL)
		return;
	conn_routes_free(r->table);
	updown_free(r->runner);
	rtnl_close(r->rtnl);
	free(r);
	d->routing = NULL;
}
