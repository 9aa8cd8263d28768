/* whack's description of a connection to the connection itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

struct reading {
	char *err;
	size_t errlen;
};

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int
bad(const struct reading *r, int code, const char *what, const char *value)
{
	snprintf(r->err, r->errlen, "%s \"%.80s\"", what, value);
	return code;
}

static const struct whack_field end_fields[] = {
	{ "host", WF_STRING, true },
	{ "id", WF_STRING, false },
	{ "client", WF_STRING, false },
	{ "protoport", WF_STRING, false },
	{ "auth", WF_STRING, false },
	{ "ikeport", WF_INT, false },
	{ "nexthop", WF_STRING, false },
	{ "srcip", WF_STRING, false },
	{ "updown", WF_STRING, false },
	{ "dnskeyondemand", WF_BOOL, false },
	{ "xauthserver", WF_BOOL, false },
	{ "xauthclient", WF_BOOL, false },
	{ "modecfgserver", WF_BOOL, false },
	{ "modecfgclient", WF_BOOL, false },
	{ "modecfgdns1", WF_STRING, false },
	{ "modecfgdns2", WF_STRING, false },
	{ "modecfgwins1", WF_STRING, false },
	{ "modecfgwins2", WF_STRING, false },
	{ NULL, WF_STRING, false },
};

static const struct whack_field option_fields[] = {
	{ "auth", WF_STRING, false },
	{ "shunt", WF_STRING, false },
	{ "failure", WF_STRING, false },
	{ "encrypt", WF_BOOL, false },
	{ "authenticate", WF_BOOL, false },
	{ "compress", WF_BOOL, false },
	{ "tunnel", WF_BOOL, false },
	{ "transport", WF_BOOL, false },
	{ "pfs", WF_BOOL, false },
	{ "ikev1", WF_BOOL, false },
	{ "ikev2", WF_BOOL, false },
	{ "aggrmode", WF_BOOL, false },
	{ "modecfgpull", WF_BOOL, false },
	{ "pfsgroup", WF_STRING, false },
	{ "ike", WF_STRING, false },
	{ "esp", WF_STRING, false },
	{ "ah", WF_STRING, false },
	{ "ikelifetime", WF_INT, false },
	{ "ipseclifetime", WF_INT, false },
	{ "rekeymargin", WF_INT, false },
	{ "rekeyfuzz", WF_INT, false },
	{ "keyingtries", WF_INT, false },
	{ "dontrekey", WF_BOOL, false },
	{ "mobike", WF_STRING, false },
	{ "nopmtudisc", WF_BOOL, false },
	{ "dpddelay", WF_INT, false },
	{ "dpdtimeout", WF_INT, false },
	{ "dpdaction", WF_STRING, false },
	{ "forceencaps", WF_BOOL, false },
	{ "family", WF_INT, false },
	{ NULL, WF_STRING, false },
};

static int
auth_named(const struct reading *r, const char *text, enum conn_auth *out)
{
	for (int a = CONN_AUTH_PSK; a <= CONN_AUTH_NULL; a++)
		if (strcmp(text, conn_auth_name((enum conn_auth)a)) == 0) {
			*out = (enum conn_auth)a;
			return 0;
		}
	return bad(r, RC_BADWHACKMESSAGE, "auth is neither psk, pubkey nor null:", text);
}

static int
read_host(const struct reading *r, const json_t *o, struct conn_end *e)
{
	const char *host = text_of(o, "host");
	const json_t *port = json_object_get(o, "ikeport");

	e->host.port = IKE_PORT;
	if (port != NULL) {
		if (json_integer_value(port) < 1 || json_integer_value(port) > 65535)
			return bad(r, RC_BADWHACKMESSAGE, "ikeport is not 1-65535 for host", host);
		e->host.port = (uint16_t)json_integer_value(port);
	}
	if (conn_group_word(host, &e->group))
		return 0;
	if (!ip_addr_parse(host, &e->host.addr) || ip_addr_is_any(&e->host.addr))
		return bad(r, RC_NOPEERIP, "host is not an IP address, %any, %opportunistic, %group or "
			   "%opportunisticgroup:", host);
	return 0;
}

static int
read_id(const struct reading *r, const json_t *o, struct conn_end *e)
{
	const char *id = text_of(o, "id");
	char why[120];

	e->is_myid = id != NULL && strcmp(id, "%myid") == 0;
	if (id == NULL || e->is_myid || ident_parse(id, &e->id, why, sizeof(why)))
		return 0;
	return bad(r, RC_BADID, "id cannot be understood:", id);
}

static int
read_end(const struct reading *r, json_t *o, struct conn_end *e)
{
	int rc = whack_fields_check(o, "an end", end_fields, r->err, r->errlen)
		? read_host(r, o, e) : RC_BADWHACKMESSAGE;

	if (rc == 0)
		rc = read_id(r, o, e);
	if (rc == 0)
		rc = conn_client_from_request(o, e, r->err, r->errlen);
	if (rc == 0 && text_of(o, "auth") != NULL) {
		e->auth_given = true;
		rc = auth_named(r, text_of(o, "auth"), &e->auth);
	}
	return rc;
}

/* Both ends authenticate in the same way, but for what an end's own field says. */
static int
read_auth(const struct reading *r, const json_t *o, struct connection *c)
{
	const char *text = text_of(o, "auth");
	enum conn_auth both = CONN_AUTH_PUBKEY;
	int rc = text != NULL ? auth_named(r, text, &both) : 0;

	/* What only passes, drops or rejects need not prove anything. */
	c->never = text == NULL && !c->local.auth_given && !c->remote.auth_given
		&& c->shunt != SHUNT_TRAP;
	if (c->never)
		return 0;
	if (text == NULL && !(c->local.auth_given && c->remote.auth_given)) {
		snprintf(r->err, r->errlen, "\"auth\" is missing");
		return RC_BADWHACKMESSAGE;
	}
	if (!c->local.auth_given)
		c->local.auth = both;
	if (!c->remote.auth_given)
		c->remote.auth = both;
	return rc;
}

static const struct { const char *word; enum shunt_kind kind; } shunt_rows[] = {
	{ "trap", SHUNT_TRAP }, { "none", SHUNT_TRAP }, { "pass", SHUNT_PASS },
	{ "drop", SHUNT_DROP }, { "reject", SHUNT_REJECT },
};

static int
read_shunt(const struct reading *r, const json_t *o, const char *key, enum shunt_kind *out)
{
	const char *word = text_of(o, key);

	*out = SHUNT_TRAP;
	if (word == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(shunt_rows) / sizeof(*shunt_rows); i++)
		if (strcmp(shunt_rows[i].word, word) == 0) {
			*out = shunt_rows[i].kind;
			return 0;
		}
	return bad(r, RC_BADWHACKMESSAGE, "not trap, none, pass, drop or reject:", word);
}

/* *OUT stays as it is when nothing is said. */
static int
read_yes_no(const struct reading *r, const json_t *o, const char *key, bool *out)
{
	const char *text = text_of(o, key);
	bool yes = text != NULL && strcmp(text, "yes") == 0;

	if (text == NULL)
		return 0;
	if (!yes && strcmp(text, "no") != 0) {
		snprintf(r->err, r->errlen, "%s is neither yes nor no: \"%.80s\"", key, text);
		return RC_BADWHACKMESSAGE;
	}
	*out = yes;
	return 0;
}

/* Between the two hosts themselves: there is no other header to be inside. */
static int
read_mode(const struct reading *r, const json_t *o, struct connection *c)
{
	if (!json_is_true(json_object_get(o, "transport")))
		return 0;
	if (json_is_true(json_object_get(o, "tunnel")))
		return bad(r, RC_BADWHACKMESSAGE, "cannot be tunnel and transport mode at once:", c->name);
	if (c->local.has_client || c->remote.has_client)
		return bad(r, RC_BADWHACKMESSAGE, "transport mode has no --client; use --tunnel:", c->name);
	c->mode = MODE_TRANSPORT;
	return 0;
}

static int
read_options(const struct reading *r, json_t *o, struct connection *c)
{
	int rc;

	if (!whack_fields_check(o, "options", option_fields, r->err, r->errlen))
		return RC_BADWHACKMESSAGE;
	c->pfs = json_is_true(json_object_get(o, "pfs"));
	c->rekey = !json_is_true(json_object_get(o, "dontrekey"));
	c->compress = json_is_true(json_object_get(o, "compress"));
	c->force_encaps = json_is_true(json_object_get(o, "forceencaps"));
	c->clear_df = json_is_true(json_object_get(o, "nopmtudisc"));
	rc = read_mode(r, o, c);
	if (rc == 0)
		rc = read_shunt(r, o, "shunt", &c->shunt);
	if (rc == 0)
		rc = read_shunt(r, o, "failure", &c->failure);
	if (rc == 0)
		rc = read_auth(r, o, c);
	if (rc == 0)
		rc = read_yes_no(r, o, "mobike", &c->mobike);
	if (rc == 0)
		rc = conn_times_from_request(o, c, r->err, r->errlen);
	if (rc == 0)
		rc = conn_proposals_from_request(o, c, r->err, r->errlen);
	return rc;
}

/* Which end are we? Exactly one host must be an address of ours. */
static int
orient(const struct reading *r, const struct local_addrs *ours, const char *name,
       const struct conn_end ends[2], int *us)
{
	bool left = local_addrs_has(ours, &ends[0].host.addr);
	bool right = local_addrs_has(ours, &ends[1].host.addr);

	if (left == right) {
		snprintf(r->err, r->errlen, left
			 ? "\"%.60s\": both ends are addresses of this machine"
			 : "\"%.60s\": neither end is an address of this machine; listen first?", name);
		return RC_ORIENT;
	}
	*us = left ? 0 : 1;
	if (ends[1 - *us].host.addr.family != IP_NONE
	    && ends[0].host.addr.family != ends[1].host.addr.family) {
		snprintf(r->err, r->errlen, "\"%.60s\": one host is IPv4, the other IPv6", name);
		return RC_ORIENT;
	}
	return 0;
}

/* Both ends are checked, and ours counts. */
static int
read_routes(const struct reading *r, json_t *sides[2], const struct conn_end ends[2], int us,
	    const struct local_addrs *ours, struct conn_route *out)
{
	struct conn_route theirs = { .updown = NULL };
	int rc = conn_route_from_request(sides[us], &ends[us], ours, out, r->err, r->errlen);

	if (rc == 0)
		rc = conn_route_from_request(sides[1 - us], &ends[1 - us], NULL, &theirs, r->err,
					     r->errlen);
	free(theirs.updown);
	return rc;
}

int
connection_from_request(const json_t *request, const struct local_addrs *ours,
			struct connection **out, char *err, size_t errlen)
{
	const struct reading r = { .err = err, .errlen = errlen };
	json_t *sides[2] = { json_object_get(request, "left"), json_object_get(request, "right") };
	json_t *options = json_object_get(request, "options");
	const char *name = text_of(request, "name");
	struct conn_end ends[2] = { 0 };
	struct connection *c;
	int us = 0, rc = 0;

	if (name == NULL || *name == '\0' || strlen(name) >= sizeof(c->name))
		return bad(&r, RC_BADWHACKMESSAGE, "a name has 1 to 63 characters:", name ? name : "");
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = read_end(&r, sides[i], &ends[i]);
	if (rc == 0)
		rc = orient(&r, ours, name, ends, &us);
	if (rc != 0)
		return rc;
	c = connection_new(name);
	if (c == NULL)
		return bad(&r, RC_INTERNALERR, "no memory for connection", name);
	c->local = ends[us];
	c->remote = ends[1 - us];
	c->kind = c->remote.host.addr.family == IP_NONE ? CONN_TEMPLATE : CONN_PERMANENT;
	c->group = c->remote.group;
	if (c->remote.is_myid)
		rc = bad(&r, RC_BADID, "%myid is for our own end, not the peer's:", name);
	c->keys_from_dns = json_is_true(json_object_get(sides[1 - us], "dnskeyondemand"));
	if (rc == 0)
		rc = read_routes(&r, sides, ends, us, ours, &c->route);
	if (rc == 0)
		rc = read_options(&r, options, c);
	if (rc == 0)
		rc = conn_v1_from_request(sides[us], sides[1 - us], options, c, err, errlen);
	if (rc == 0)
		rc = conn_group_complete(c, json_is_true(json_object_get(options, "encrypt")), err,
					 errlen);
	if (rc != 0) {
		connection_unref(c);
		return rc;
	}
	*out = c;
	return 0;
}
