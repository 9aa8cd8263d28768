/* whack --status: policy groups and connections. */
#include "pluto/daemon_commands.h"

#include <stdio.h>

#define SAY(o, ...) ctl_object(d->ctl, c, o, RC_COMMENT, __VA_ARGS__)

static void
list_groups(struct daemon *d, ctl_client c)
{
	unsigned count[GROUP_ID_N] = { 0 };

	for (size_t i = 0; i < d->n_groups; i++)
		count[d->groups[i].group]++;
	for (unsigned g = 0; g < GROUP_ID_N; g++) {
		const char *name = policy_group((enum group_id)g)->name;

		SAY(json_pack("{s:s,s:s,s:i}", "event", "group", "group", name, "entries", (int)count[g]),
		    "group \"%s\": %u entries", name, count[g]);
	}
}

/* What was asked for; nothing when the daemon finds its own way. */
static void
list_route(struct daemon *d, ctl_client c, const struct connection *x)
{
	const struct conn_route *r = &x->route;
	const char *updown = r->disabled ? "%disabled" : r->updown != NULL ? r->updown : "ipsec _updown";
	const char *nexthop = "%direct", *srcip = "-";
	struct addr_buf hop, src;

	if (r->nexthop.family == IP_NONE && r->srcip.family == IP_NONE && !r->disabled
	    && r->updown == NULL)
		return;
	if (r->nexthop.family != IP_NONE)
		nexthop = ip_addr_text(&r->nexthop, &hop);
	if (r->srcip.family != IP_NONE)
		srcip = ip_addr_text(&r->srcip, &src);
	SAY(json_pack("{s:s,s:s,s:s,s:s,s:s}", "event", "route", "connection", x->name,
		      "nexthop", nexthop, "srcip", srcip, "updown", updown),
	    "\"%s\": nexthop %s, srcip %s, updown %s", x->name, nexthop, srcip, updown);
}

enum { CLIENT_ROOM = 600, END_ROOM = 800 };

static const char *
client_text(const struct conn_end *e, char out[CLIENT_ROOM])
{
	struct addr_buf b;

	if (e->virtual_.kind != VIRTUAL_NONE)
		return virtual_client_text(&e->virtual_, out, CLIENT_ROOM);
	snprintf(out, CLIENT_ROOM, "%s", ts_text(&e->ts, &b));
	return out;
}

/* "10.1.0.0/24===192.0.2.1:500", "192.0.2.2:500===10.2.0.0/24" */
static const char *
end_text(const struct conn_end *e, bool ours, char out[END_ROOM])
{
	char room[CLIENT_ROOM];
	struct addr_buf host, client;
	const char *h = e->group != CONN_GROUP_NONE ? conn_group_name(e->group)
		: endpoint_text(&e->host, &host);

	if (!e->has_client)
		snprintf(out, END_ROOM, "%s", h);
	else if (ours)
		snprintf(out, END_ROOM, "%s===%s", ts_text(&e->ts, &client), h);
	else
		snprintf(out, END_ROOM, "%s===%s", h, client_text(e, room));
	return out;
}

static json_t *
conn_json(const struct connection *x, const char *auth, bool routed,
	  enum shunt_kind failed, uint32_t left_s)
{
	char room[CLIENT_ROOM];
	struct addr_buf l, r, lc;

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:i,s:i}", "event", "connection",
			 "connection", x->name, "local", endpoint_text(&x->local.host, &l),
			 "remote", x->group != CONN_GROUP_NONE ? conn_group_name(x->group)
				: endpoint_text(&x->remote.host, &r),
			 "local_ts", ts_text(&x->local.ts, &lc), "remote_ts", client_text(&x->remote, room),
			 "auth", auth, "routed", routed, "shunt", shunt_kind_name(x->shunt),
			 "failed", failed == SHUNT_TRAP ? "" : shunt_kind_name(failed),
			 "failed_s", (int)left_s, "keys", (int)x->n_keys);
}

static void
list_conn(struct daemon *d, ctl_client c, const struct connection *x, bool routed)
{
	char both[16], failure[32] = "", l[END_ROOM], r[END_ROOM];
	const char *auth = x->never ? "never" : conn_auth_text(x, both);
	uint32_t left_s = 0;
	enum shunt_kind failed = routed_shunt(d->routed, x->serial, &left_s);

	if (failed != SHUNT_TRAP)
		snprintf(failure, sizeof(failure), "; %s for %u s", shunt_kind_name(failed), left_s);
	SAY(conn_json(x, auth, routed, failed, failed == SHUNT_TRAP ? 0 : left_s),
	    "\"%s\": %s <-> %s; %s; %s, %s%s", x->name, end_text(&x->local, true, l),
	    end_text(&x->remote, false, r), auth, routed ? "routed" : "unrouted",
	    shunt_kind_name(x->shunt), failure);
}

void
daemon_list_policy(struct daemon *d, ctl_client c)
{
	list_groups(d, c);
	for (unsigned i = 0; i < d->conns.n; i++) {
		list_conn(d, c, d->conns.c[i], d->conns.routed[i]);
		list_route(d, c, d->conns.c[i]);
	}
}
