/* The connections that were added by hand, by name. */
#include "pluto/conn_table.h"

#include <errno.h>
#include <string.h>

static int
position(const struct conn_table *t, const char *name, bool *found)
{
	int at = 0;

	*found = false;
	while (at < (int)t->n) {
		int cmp = strcmp(t->c[at]->name, name);

		*found = cmp == 0;
		if (cmp >= 0)
			break;
		at++;
	}
	return at;
}

struct connection *
conn_table_find(const struct conn_table *t, const char *name)
{
	bool found;
	int at = position(t, name, &found);

	return found ? t->c[at] : NULL;
}

struct connection *
conn_table_by_serial(const struct conn_table *t, uint64_t serial)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->c[i]->serial == serial)
			return t->c[i];
	return NULL;
}

int
conn_table_add(struct conn_table *t, struct connection *c)
{
	bool found;
	unsigned at = (unsigned)position(t, c->name, &found);

	if (found)
		return -EEXIST;
	if (t->n == MAX_CONNECTIONS)
		return -ENOSPC;
	memmove(&t->c[at + 1], &t->c[at], (t->n - at) * sizeof(*t->c));
	memmove(&t->routed[at + 1], &t->routed[at], (t->n - at) * sizeof(*t->routed));
	t->c[at] = c;
	t->routed[at] = false;
	t->n++;
	return 0;
}

bool
conn_table_remove(struct conn_table *t, const char *name)
{
	bool found;
	unsigned at = (unsigned)position(t, name, &found);

	if (!found)
		return false;
	connection_unref(t->c[at]);
	t->n--;
	memmove(&t->c[at], &t->c[at + 1], (t->n - at) * sizeof(*t->c));
	memmove(&t->routed[at], &t->routed[at + 1], (t->n - at) * sizeof(*t->routed));
	return true;
}

bool *
conn_table_routed(struct conn_table *t, const struct connection *c)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->c[i] == c)
			return &t->routed[i];
	return NULL;
}

void
conn_table_clear(struct conn_table *t)
{
	while (t->n > 0)
		conn_table_remove(t, t->c[t->n - 1]->name);
}

static bool
id_matches(const struct conn_end *e, const struct ident *id)
{
	struct ident own;

	if (id == NULL || id->type == 0 || id->type == ID_NULL)
		return true;	/* it does not say; its AUTH will */
	if (e->id.type == 0 && e->host.addr.family == IP_NONE)
		return true;	/* a road warrior without a name: any identity */
	own = conn_end_id(e, &e->host.addr);
	return ident_eq(&own, id);
}

static bool
method_fits(enum conn_auth auth, uint8_t method)
{
	if (method == AUTH_NONE)
		return true;
	switch (auth) {
	case CONN_AUTH_PSK: return method == AUTH_PSK;
	case CONN_AUTH_NULL: return method == AUTH_NULL;
	case CONN_AUTH_PUBKEY: break;
	}
	return method != AUTH_PSK && method != AUTH_NULL;
}

/* 0: does not fit; more is better. */
static int
fit(const struct connection *c, const struct ip_addr *local, const struct ip_addr *remote,
    const struct ident *id_local, const struct ident *id_remote, uint8_t method)
{
	bool any = c->remote.host.addr.family == IP_NONE;

	if (!ip_addr_eq(&c->local.host.addr, local))
		return 0;
	if (!any && !ip_addr_eq(&c->remote.host.addr, remote))
		return 0;
	if (!method_fits(c->remote.auth, method) || !id_matches(&c->local, id_local)
	    || (method != AUTH_NULL && !id_matches(&c->remote, id_remote)))
		return 0;
	return any ? 1 : 2;
}

struct connection *
conn_table_for_peer(const struct conn_table *t, const struct ip_addr *local,
		    const struct ip_addr *remote, const struct ident *id_local,
		    const struct ident *id_remote, uint8_t method)
{
	struct connection *best = NULL;
	int best_fit = 0;

	for (unsigned i = 0; i < t->n; i++) {
		int f = t->c[i]->never || t->c[i]->group != CONN_GROUP_NONE ? 0
			: fit(t->c[i], local, remote, id_local, id_remote, method);

		if (f > best_fit) {
			best_fit = f;
			best = t->c[i];
		}
	}
	return best;
}

struct connection *
conn_table_for_flow(const struct conn_table *t, const struct flow *f)
{
	struct connection *best = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < t->n; i++) {
		const struct selector s = { t->c[i]->local.ts, t->c[i]->remote.ts };

		if (t->routed[i] && t->c[i]->group == CONN_GROUP_NONE && selector_holds(&s, f)
		    && (best == NULL || selector_narrow(&s) > most)) {
			best = t->c[i];
			most = selector_narrow(&s);
		}
	}
	return best;
}

static bool
same_end(const struct conn_end *a, const struct conn_end *b)
{
	const struct ident ia = conn_end_id(a, &a->host.addr), ib = conn_end_id(b, &b->host.addr);

	return ip_addr_eq(&a->host.addr, &b->host.addr) && a->auth == b->auth
		&& ident_eq(&ia, &ib);
}

/* 2: all that is offered is allowed; 1: a part; 0: nothing. */
static unsigned
ts_fit(const struct traffic_selector *ours, const struct ts_list *offered)
{
	struct traffic_selector both;
	bool all = true, any = false;

	for (unsigned i = 0; i < offered->n; i++) {
		all = all && ts_contains(ours, &offered->ts[i]);
		any = any || ts_intersect(ours, &offered->ts[i], &both);
	}
	return !any ? 0 : all ? 2 : 1;
}

/* What E stands for between C's hosts, when it leaves that open. */
static struct traffic_selector
stands_for(const struct conn_end *e, const struct conn_end *of_c)
{
	return e->ts.addr_lo.family != IP_NONE ? e->ts : ts_host(&of_c->host.addr);
}

/* Which of its subnets a peer may choose is not said here; it is never all. */
static unsigned
fit_for_ts(const struct connection *o, const struct connection *c, const struct ts_list *local,
	   const struct ts_list *remote)
{
	const struct traffic_selector l = stands_for(&o->local, &c->local);
	const struct traffic_selector r = stands_for(&o->remote, &c->remote);

	return ts_fit(&l, local)
		* (o->remote.virtual_.kind != VIRTUAL_NONE ? 1 : ts_fit(&r, remote));
}

struct connection *
conn_table_for_ts(const struct conn_table *t, struct connection *c, const struct ts_list *local,
		  const struct ts_list *remote)
{
	const struct connection *made_from = c->from != 0 ? conn_table_by_serial(t, c->from) : NULL;
	const struct connection *model = made_from != NULL ? made_from : c;
	struct connection *best = c;
	unsigned most = fit_for_ts(c, c, local, remote);

	/* What Mode Config gave a peer is its own. */
	for (unsigned i = 0; c->modecfg == CONN_PART_NONE && i < t->n; i++) {
		struct connection *o = t->c[i];
		unsigned f = o->serial == c->from && o->remote.virtual_.kind == VIRTUAL_NONE ? 0
			: fit_for_ts(o, c, local, remote);

		if (f > most && !o->never && o->group == CONN_GROUP_NONE
		    && same_end(&o->local, &model->local) && same_end(&o->remote, &model->remote)) {
			most = f;
			best = o;
		}
	}
	return best;
}
