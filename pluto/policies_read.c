/* What the policy is: the five files, and the connections that say %opportunistic,
 * %opportunisticgroup or %group in place of a peer. */
#include "pluto/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Which of the five groups does what C says. --failnone keeps packets back and asks
 * again soon, as private does. */
static enum group_id
group_of(const struct connection *c)
{
	switch (c->shunt) {
	case SHUNT_PASS:
		return c->never ? GROUP_ID_CLEAR : GROUP_ID_CLEAR_OR_PRIVATE;
	case SHUNT_DROP:
	case SHUNT_REJECT:
		return GROUP_ID_BLOCK;
	case SHUNT_TRAP:
	case SHUNT_HOLD:
	case SHUNT_KEYED:
		break;
	}
	return c->failure == SHUNT_PASS ? GROUP_ID_PRIVATE_OR_CLEAR : GROUP_ID_PRIVATE;
}

/* TS is one prefix, as it was read from one. */
static struct ip_prefix
prefix_of(const struct traffic_selector *ts)
{
	struct ip_prefix p = { .len = 0 };

	(void)ts_is_prefix(ts, &p);
	return p;
}

static int
add_connection(const char *dir, const struct connection *c, struct group_entry **out, size_t *n,
	       group_complaint_fn *complain, void *ctx)
{
	struct group_entry e = { .group = group_of(c), .by_hand = true,
		.ip_proto = c->remote.ts.ip_proto,
		.reject = c->shunt == SHUNT_REJECT
			|| (c->shunt == SHUNT_TRAP && c->failure == SHUNT_REJECT) };

	if (c->local.has_client) {
		e.clients = prefix_of(&c->local.ts);
		e.speaker = c->local.host.addr;
	}
	if (c->group != CONN_GROUP_OPPO)
		return group_file_add(dir, c->name, &e, out, n, complain, ctx);
	e.remote = prefix_of(&c->remote.ts);
	if (c->local.ts.port_lo == c->local.ts.port_hi)
		e.sport = c->local.ts.port_lo;
	if (c->remote.ts.port_lo == c->remote.ts.port_hi)
		e.dport = c->remote.ts.port_lo;
	snprintf(e.where, sizeof(e.where), "%s", c->name);
	return group_entry_add(out, n, &e) ? 0 : -ENOMEM;
}

int
policies_read(struct daemon *d, const char *dir, struct group_entry **out, size_t *n,
	      group_complaint_fn *complain, void *ctx)
{
	bool by_hand[GROUP_ID_N], any = false;
	int rc = -ENOENT;

	*out = NULL;
	*n = 0;
	for (unsigned i = 0; i < GROUP_ID_N; i++)
		by_hand[i] = conn_table_find(&d->conns, policy_group((enum group_id)i)->name) != NULL;
	if (!d->opt.no_oe)
		rc = group_files_read(dir, by_hand, out, n, complain, ctx);
	for (unsigned i = 0; i < d->conns.n && (rc == 0 || rc == -ENOENT); i++) {
		if (d->conns.c[i]->group == CONN_GROUP_NONE || !d->conns.routed[i])
			continue;
		rc = add_connection(dir, d->conns.c[i], out, n, complain, ctx);
		any = true;
	}
	if ((rc == 0 || rc == -ENOENT) && !daemon_keep_groups(d, out, n, &any))
		rc = -ENOMEM;
	if (any)
		group_entries_dedupe(*out, n, complain, ctx);
	return rc == -ENOENT && any ? 0 : rc;
}
