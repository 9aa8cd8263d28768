/* whack's requests about connections and keys. */
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_routes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

static struct connection *
named(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "name"));
	struct connection *conn = conn_table_find(&d->conns, name);

	if (conn == NULL)
		ctl_result(d->ctl, c, NULL, RC_UNKNOWN_NAME, "no connection named \"%s\"", name);
	return conn;
}

static bool
is_host(const struct traffic_selector *ts)
{
	return ip_addr_eq(&ts->addr_lo, &ts->addr_hi);
}

/* Addresses of their own inside are as good as the outer ones; a peer that comes to
 * us from anywhere takes one of the subnet that it may have. */
static bool
fits_plane(const struct daemon *d, const struct connection *conn)
{
	return daemon_plane_device(d) == NULL || conn->group != CONN_GROUP_NONE
		|| (is_host(&conn->local.ts) && (is_host(&conn->remote.ts) || !conn->remote.has_client
			|| conn->modecfg == CONN_PART_SERVER || conn->kind == CONN_TEMPLATE));
}

void
cmd_myid(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *text = json_string_value(json_object_get(request, "id"));
	struct ident id;
	char err[200];

	if (!ident_parse(text, &id, err, sizeof(err))) {
		ctl_result(d->ctl, c, NULL, RC_BADID, "--myid %s: %s", text, err);
		return;
	}
	d->myid.id = id;
	d->myid.by_hand = true;
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "%%myid is %s from now on", text);
}

void
cmd_add(struct daemon *d, ctl_client c, const json_t *request)
{
	struct connection *conn = NULL;
	char err[300];
	int rc;

	if (daemon_named_host(d, c, request))
		return;
	if (d->addrs.n == 0)
		local_addrs_scan(&d->opt, &d->addrs);
	rc = connection_from_request(request, &d->addrs, &conn, err, sizeof(err));
	if (rc != 0) {
		ctl_result(d->ctl, c, NULL, rc, "%s", err);
		return;
	}
	if (conn->local.is_myid)
		conn->local.id = d->myid.id;
	if (conn->clear_df && strcmp(d->kernel.ops->name, "tun") == 0) {
		connection_unref(conn);
		ctl_result(d->ctl, c, NULL, RC_ROUTE, "the TUN data plane fragments inside the tunnel: "
			   "leave --nopmtudisc out");
		return;
	}
	if (!fits_plane(d, conn)) {
		connection_unref(conn);
		ctl_result(d->ctl, c, NULL, RC_ROUTE, "a data plane with a device carries host pairs: "
			   "give --client one address or none, or use --use-netkey where the kernel has ESP");
		return;
	}
	if (conn_table_add(&d->conns, conn) != 0) {
		ctl_result(d->ctl, c, NULL, RC_DUPNAME, "a connection named \"%s\" is there already "
			   "(or there are too many); --delete it first", conn->name);
		connection_unref(conn);
		return;
	}
	log_info(NULL, "\"%s\": added", conn->name);
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "added connection description \"%s\"", conn->name);
}

/* Acquires ask for pairs of hosts, and know no shunt but a trap. */
static bool
fits_trap(const struct daemon *d, const struct connection *c)
{
	return d->trap.ops == NULL || d->trap.ops->set_selectors != NULL
		|| (!c->local.has_client && !c->remote.has_client && c->shunt == SHUNT_TRAP);
}

/* The trap of its traffic is there before its route comes, and goes after. */
static int
set_trap(struct daemon *d, const struct connection *conn, bool on, char *err, size_t errlen)
{
	bool *routed = conn_table_routed(&d->conns, conn), was = *routed;

	*routed = on;
	routed_forget(d->routed, conn->serial);
	if (daemon_push_conns(d, err, errlen) == 0) {
		daemon_push_bypass(d);
		return 0;
	}
	*routed = was;
	return RC_ROUTE;
}

int
daemon_change_route(struct daemon *d, const struct connection *conn, bool on, char *err,
		    size_t errlen)
{
	bool was = *conn_table_routed(&d->conns, conn);
	char more[300];
	int rc;

	if (conn->group != CONN_GROUP_NONE) {
		*conn_table_routed(&d->conns, conn) = on;
		return on == was ? 0 : daemon_load_policies(d, (ctl_client){ 0 }, err, errlen);
	}
	if (on && !fits_trap(d, conn)) {
		snprintf(err, errlen, "without NFQUEUE pairs of hosts alone are caught: leave out "
			 "--client and --pass, --drop, --reject, or use a kernel that has it");
		return RC_ROUTE;
	}
	if (!on && was)
		daemon_release_route(d, conn);
	rc = set_trap(d, conn, on, err, errlen);
	if (rc == 0 && on && !was) {
		rc = daemon_hold_route(d, conn, err, errlen);
		if (rc != 0)
			(void)set_trap(d, conn, false, more, sizeof(more));
		else
			daemon_keep_routed(d, conn);
	}
	if (!on && was)
		daemon_keep_write(d);
	return rc;
}

/* QUIET: another one of that name comes next, and is what is told. */
static void
deleted(struct daemon *d, ctl_client c, bool quiet, const char *name)
{
	if (quiet)
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "%s", "");
	else
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "deleted connection \"%s\"", name);
}

void
cmd_delete(struct daemon *d, ctl_client c, const json_t *request)
{
	const char *gone = json_string_value(json_object_get(request, "name"));
	bool quiet = json_is_true(json_object_get(request, "quiet"));
	struct connection *conn = quiet && conn_table_find(&d->conns, gone) == NULL ? NULL
		: named(d, c, request);
	char name[sizeof(conn->name)], err[300];
	bool policy;

	if (conn == NULL && quiet)
		deleted(d, c, quiet, gone);
	if (conn == NULL)
		return;
	snprintf(name, sizeof(name), "%s", conn->name);
	engines_delete_conn(d, conn->serial);
	daemon_xauth_forget(d, conn);
	policy = conn->group != CONN_GROUP_NONE;
	if (!policy && daemon_change_route(d, conn, false, err, sizeof(err)) != 0)
		log_error(NULL, "\"%s\": its packets are still trapped: %s", name, err);
	conn_table_remove(&d->conns, name);
	/* The file of that name may speak for itself again. */
	if (policy && daemon_load_policies(d, (ctl_client){ 0 }, err, sizeof(err)) != 0)
		log_error(NULL, "\"%s\": its policy is still in force: %s", name, err);
	deleted(d, c, quiet, name);
}

void
cmd_deletestate(struct daemon *d, ctl_client c, const json_t *request)
{
	long long n = json_integer_value(json_object_get(request, "serial"));

	if (n > 0 && engines_delete_serial(d, (uint64_t)n))
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "deleting #%lld", n);
	else
		ctl_result(d->ctl, c, NULL, RC_UNKNOWN_NAME, "no SA has the number %lld", n);
}

void
cmd_rekeystate(struct daemon *d, ctl_client c, const json_t *request)
{
	long long n = json_integer_value(json_object_get(request, "serial"));

	if (n > 0 && engines_rekey(d, (uint64_t)n))
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "rekeying #%lld", n);
	else
		ctl_result(d->ctl, c, NULL, RC_UNKNOWN_NAME, "no SA that stands has the number %lld", n);
}

static const char *
routed_words(const struct connection *c)
{
	if (c->group != CONN_GROUP_NONE)
		return "routed; its policy is in force";
	switch (c->shunt) {
	case SHUNT_PASS: return "routed; its packets pass in the clear";
	case SHUNT_DROP: return "routed; its packets are dropped";
	case SHUNT_REJECT: return "routed; its packets are refused";
	case SHUNT_TRAP:
	case SHUNT_HOLD:
	case SHUNT_KEYED: break;
	}
	return "routed; the next packet brings it up";
}

static void
set_routed(struct daemon *d, ctl_client c, const json_t *request, bool on)
{
	struct connection *conn = named(d, c, request);
	char err[300];
	int rc;

	if (conn == NULL)
		return;
	if (on && conn->kind == CONN_TEMPLATE && conn->group == CONN_GROUP_NONE) {
		ctl_result(d->ctl, c, NULL, RC_WILDCARD, "\"%s\" cannot be routed: the peer's address "
			   "is not known", conn->name);
		return;
	}
	rc = daemon_change_route(d, conn, on, err, sizeof(err));
	if (rc != 0)
		ctl_result(d->ctl, c, NULL, rc, "\"%s\": %s", conn->name, err);
	else
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "\"%s\": %s", conn->name,
			   !on ? "unrouted" : routed_words(conn));
}

void
cmd_route(struct daemon *d, ctl_client c, const json_t *request)
{
	set_routed(d, c, request, true);
}

void
cmd_unroute(struct daemon *d, ctl_client c, const json_t *request)
{
	set_routed(d, c, request, false);
}

static void
start(struct daemon *d, ctl_client c, struct connection *conn)
{
	uint64_t owner = daemon_new_owner(d);

	watch_expect(&d->watches, c, false);
	if (!watch_bind(&d->watches, owner)) {
		ctl_result(d->ctl, c, NULL, RC_INTERNALERR, "too many clients are watching");
		return;
	}
	engines_initiate(d, conn, NULL, owner, 0);
}

static bool
take_login(struct daemon *d, const struct connection *conn, const json_t *request)
{
	const char *user = json_string_value(json_object_get(request, "xauthuser"));
	const char *password = json_string_value(json_object_get(request, "xauthpass"));

	return (user == NULL && password == NULL) || daemon_xauth_login(d, conn, user, password);
}

void
cmd_initiate(struct daemon *d, ctl_client c, const json_t *request)
{
	struct connection *conn = named(d, c, request);

	if (conn == NULL)
		return;
	if (conn->kind == CONN_TEMPLATE) {
		ctl_result(d->ctl, c, NULL, RC_WILDCARD, "\"%s\" cannot be initiated: the peer's "
			   "address is not known", conn->name);
		return;
	}
	if (conn->shunt != SHUNT_TRAP) {
		ctl_result(d->ctl, c, NULL, RC_INITSHUNT, "\"%s\" cannot be initiated: it is a shunt "
			   "(--pass, --drop or --reject)", conn->name);
		return;
	}
	daemon_configured_keys(d, conn);
	if (!take_login(d, conn, request)) {
		ctl_result(d->ctl, c, NULL, RC_BADWHACKMESSAGE, "--xauthuser is too long, or too many "
			   "connections have one");
		return;
	}
	if (json_is_true(json_object_get(request, "async"))) {
		ctl_result(d->ctl, c, NULL, RC_COMMENT, "\"%s\": initiating", conn->name);
		engines_initiate(d, conn, NULL, daemon_new_owner(d), 0);
		return;
	}
	start(d, c, conn);
}

void
cmd_terminate(struct daemon *d, ctl_client c, const json_t *request)
{
	struct connection *conn = named(d, c, request);

	if (conn == NULL)
		return;
	ctl_result(d->ctl, c, NULL, RC_COMMENT, "\"%s\": %u IKE SAs terminated", conn->name,
		   engines_delete_conn(d, conn->serial));
	conn->restart_due = conn->follow_due = false;
	daemon_xauth_forget(d, conn);
}
