/* Of whack's description of a connection: the versions of IKE, and what IKEv1 alone
 * has. */
#include <stdio.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

static int
bad(const struct connection *c, char *err, size_t errlen, int code, const char *why)
{
	snprintf(err, errlen, "\"%.60s\": %s", c->name, why);
	return code;
}

static bool
has(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* Either end may say it, of itself. False: both parts are ours. */
static bool
read_part(const json_t *ours, const json_t *theirs, const char *client, const char *server,
	  enum conn_part *out)
{
	bool is_client = has(ours, client) || has(theirs, server);
	bool is_server = has(ours, server) || has(theirs, client);

	*out = is_client ? CONN_PART_CLIENT : is_server ? CONN_PART_SERVER : CONN_PART_NONE;
	return !(is_client && is_server);
}

static const struct server_row { const char *key; size_t offset; } server_rows[] = {
	{ "modecfgdns1", offsetof(struct connection, modecfg_dns[0]) },
	{ "modecfgdns2", offsetof(struct connection, modecfg_dns[1]) },
	{ "modecfgwins1", offsetof(struct connection, modecfg_wins[0]) },
	{ "modecfgwins2", offsetof(struct connection, modecfg_wins[1]) },
};

static int
read_servers(const json_t *ours, const json_t *theirs, struct connection *c, char *err,
	     size_t errlen)
{
	for (size_t i = 0; i < sizeof(server_rows) / sizeof(*server_rows); i++) {
		const struct server_row *row = &server_rows[i];
		const char *text = json_string_value(json_object_get(ours, row->key));
		struct ip_addr a;

		if (text == NULL)
			text = json_string_value(json_object_get(theirs, row->key));
		if (text == NULL)
			continue;
		if (!ip_addr_parse(text, &a) || a.family != IP_V4) {
			snprintf(err, errlen, "%s is not an IPv4 address: \"%.80s\"", row->key, text);
			return RC_BADWHACKMESSAGE;
		}
		memcpy((char *)c + row->offset, &a, sizeof(a));
	}
	return 0;
}

static const char *
why_not_modecfg(const struct connection *c)
{
	if (c->modecfg == CONN_PART_CLIENT && c->local.has_client)
		return "the client's address comes from the server; leave its --client out";
	if (c->modecfg == CONN_PART_SERVER
	    && (!c->remote.has_client || c->remote.ts.addr_lo.family != IP_V4))
		return "--modecfgserver gives out addresses of the other end's --client, of IPv4: "
			"give it that";
	if (c->modecfg != CONN_PART_NONE && c->mode != MODE_TUNNEL)
		return "an address for inside needs --tunnel";
	return NULL;
}

/* Aggressive Mode shows who we are and, with a shared secret, what a dictionary can
 * be tried on: only where somebody has asked for it, and for one group. */
static const char *
why_not_v1(const struct connection *c)
{
	if ((c->versions & CONN_IKEV2) != 0)
		return "Aggressive Mode, XAUTH and Mode Config are of IKEv1; leave --ikev2 out";
	if (c->xauth != CONN_PART_NONE
	    && (c->local.auth == CONN_AUTH_NULL || c->local.auth != c->remote.auth))
		return "XAUTH comes after --psk or --rsasig of both ends";
	return why_not_modecfg(c);
}

/* Peers of old speak the old version. */
static int
check_weak(const struct connection *c, char *err, size_t errlen)
{
	if (c->versions == CONN_IKEV1 || !proposal_is_weak(&c->ike))
		return 0;
	return bad(c, err, errlen, RC_NOALGO, "3des, md5, modp1024 and modp1536 are too weak for IKEv2; "
		   "with --ikev1 alone --ike may name them");
}

int
conn_v1_from_request(const json_t *ours, const json_t *theirs, const json_t *options,
		     struct connection *c, char *err, size_t errlen)
{
	const char *why;

	c->versions = (has(options, "ikev1") ? CONN_IKEV1 : 0) | (has(options, "ikev2") ? CONN_IKEV2 : 0);
	c->aggressive = has(options, "aggrmode");
	c->modecfg_pull = has(options, "modecfgpull");
	if (!read_part(ours, theirs, "xauthclient", "xauthserver", &c->xauth)
	    || !read_part(ours, theirs, "modecfgclient", "modecfgserver", &c->modecfg))
		return bad(c, err, errlen, RC_BADWHACKMESSAGE, "one end is the client of XAUTH and Mode "
			   "Config, the other the server");
	if (!c->aggressive && !c->modecfg_pull && c->xauth == CONN_PART_NONE
	    && c->modecfg == CONN_PART_NONE)
		return check_weak(c, err, errlen);
	why = why_not_v1(c);
	if (why != NULL)
		return bad(c, err, errlen, RC_BADWHACKMESSAGE, why);
	if (c->aggressive && json_object_get(options, "ike") == NULL)
		return bad(c, err, errlen, RC_AGGRALGO, "Aggressive Mode needs --ike, whose first group "
			   "is used");
	c->versions = CONN_IKEV1;
	return read_servers(ours, theirs, c, err, errlen);
}
