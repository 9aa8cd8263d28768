/* The words that whack gives in place of a peer's address: %opportunistic, %group,
 * %opportunisticgroup. Such a connection is a policy for prefixes. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

static const struct {
	const char *word;
	enum conn_group group;
} rows[] = {
	{ "%any", CONN_GROUP_NONE },
	{ "%opportunistic", CONN_GROUP_OPPO },
	{ "%group", CONN_GROUP_FILE },
	{ "%opportunisticgroup", CONN_GROUP_OPPO_FILE },
};

bool
conn_group_word(const char *host, enum conn_group *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].word, host) == 0) {
			*out = rows[i].group;
			return true;
		}
	return false;
}

const char *
conn_group_name(enum conn_group g)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].group == g)
			return rows[i].word;
	return "?";
}

static bool
is_opportunistic(const struct connection *c)
{
	return c->group == CONN_GROUP_OPPO || c->group == CONN_GROUP_OPPO_FILE;
}

/* It is the name of a file in IPSECDIR/policies, and of none elsewhere. */
static bool
is_file_name(const char *name)
{
	if (*name == '.')
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && strchr("-_.", *name) == NULL)
			return false;
	return true;
}

/* Who is meant is known to nobody, so nothing but a key from DNS can prove it. */
static const char *
what_is_wrong(const struct connection *c, bool encrypt, bool negotiates)
{
	if (c->group == CONN_GROUP_NONE)
		return NULL;
	if (c->group != CONN_GROUP_OPPO && !is_file_name(c->name))
		return "the name is that of a file in IPSECDIR/policies: letters, digits, - _ .";
	if (c->group != CONN_GROUP_OPPO && c->remote.has_client)
		return "leave out --client there: IPSECDIR/policies says whom it is about";
	if (c->remote.id.type != 0)
		return "leave out --id there: nobody in particular is meant";
	if (c->group == CONN_GROUP_FILE && negotiates)
		return "%group needs --pass, --drop or --reject; %opportunisticgroup negotiates";
	if (is_opportunistic(c) && c->never)
		return "opportunistic connections need --rsasig; %group does without";
	if (is_opportunistic(c) && (c->local.auth != CONN_AUTH_PUBKEY
				    || c->remote.auth != CONN_AUTH_PUBKEY))
		return "opportunistic connections need --rsasig alone";
	if (is_opportunistic(c) && (!encrypt || !c->pfs))
		return "opportunistic connections need --encrypt and --pfs";
	return NULL;
}

int
conn_group_complete(struct connection *c, bool encrypt, char *err, size_t errlen)
{
	/* Of the family of the traffic, whatever that of the gateways is. */
	const struct ip_prefix all = { .addr.family = c->local.ts.addr_lo.family };
	const char *why = what_is_wrong(c, encrypt, c->shunt == SHUNT_TRAP);
	struct traffic_selector ts = ts_prefix(&all);

	if (why != NULL) {
		snprintf(err, errlen, "\"%.60s\": %s", c->name, why);
		return RC_BADWHACKMESSAGE;
	}
	if (c->group == CONN_GROUP_NONE)
		return 0;
	c->keys_from_dns = is_opportunistic(c);
	if (c->remote.has_client)
		return 0;
	ts.ip_proto = c->remote.ts.ip_proto;
	ts.port_lo = c->remote.ts.port_lo;
	ts.port_hi = c->remote.ts.port_hi;
	c->remote.ts = ts;
	return 0;
}
