/* Which connection a peer gets for the selectors that it asks for: of several that
 * may be meant, the best; for inner addresses that it has chosen, one of its own. */
#include "pluto/daemon_ike.h"

#include "lib/log.h"

static void
refused(const struct connection *c, const struct ident *who, const struct traffic_selector *ts,
	const char *why, const struct ident *holder)
{
	static struct log_limit limit;
	char peer[200], other[200] = "";
	struct addr_buf a, b;

	log_limited(&limit, LOG_LEVEL_INFO, NULL, "\"%s\": peer %s (%s) may not have %s inside: %s%s",
		    c->name, ident_text(who, peer, sizeof(peer)),
		    ip_addr_text(&c->remote.host.addr, &a), ts_text(ts, &b), why,
		    holder != NULL ? ident_text(holder, other, sizeof(other)) : "");
}

/* All addresses there are: what goes nowhere else. */
static bool
is_everything(const struct traffic_selector *ts)
{
	struct ip_prefix p;

	return ts_is_prefix(ts, &p) && p.len == 0;
}

static const char *
why_not(const struct daemon *d, const struct connection *c, const struct traffic_selector *ts)
{
	struct traffic_selector both;

	if (!virtual_allows(&c->remote.virtual_, &d->opt.virtual_private, &c->remote.host.addr, ts))
		return "neither --client nor pluto --virtual_private allows it";
	if (ts_has_addr(ts, &c->local.host.addr))
		return "it is ours";
	/* It would draw what is meant for the hosts behind us. */
	if (c->local.has_client && !is_everything(&c->local.ts)
	    && ts_intersect(ts, &c->local.ts, &both))
		return "it is of our own --client; exclude that (%v4:!ADDRESS/LENGTH)";
	return NULL;
}

/* The widest that it asks for and may have; else *WHY is about the first. */
static const struct traffic_selector *
allowed(const struct daemon *d, const struct connection *c, const struct ts_list *asked,
	const char **why)
{
	const struct traffic_selector *best = NULL;
	struct selector a = { 0 }, b = { 0 };

	*why = NULL;
	for (unsigned i = 0; i < asked->n; i++) {
		const char *not_this = why_not(d, c, &asked->ts[i]);

		if (not_this != NULL && *why == NULL)
			*why = not_this;
		a.remote = asked->ts[i];
		if (best != NULL)
			b.remote = *best;
		if (not_this == NULL && (best == NULL || selector_narrow(&a) < selector_narrow(&b)))
			best = &asked->ts[i];
	}
	return best;
}

/* C, which leaves it to the peer; a reference. */
static struct connection *
chosen_client(struct daemon *d, struct connection *c, const struct ident *who,
	      const struct ts_list *asked)
{
	const char *why;
	const struct traffic_selector *ts = allowed(d, c, asked, &why);
	const struct claim *other = ts != NULL
		? claims_other(&d->claims, ts, who, c) : NULL;
	struct connection *made, *own;

	if (ts == NULL && asked->n > 0)
		refused(c, who, &asked->ts[0], why, NULL);
	if (other != NULL)
		refused(c, who, ts, "it is that of ", &other->who);
	made = ts != NULL && other == NULL ? connection_for_client(c, ts) : NULL;
	if (made == NULL)
		return NULL;
	own = claims_own(&d->claims, made, who);
	if (own != NULL) {
		connection_unref(made);
		return connection_ref(own);
	}
	if (claims_add(&d->claims, made, who))
		return made;
	refused(c, who, ts, "too many peers have chosen theirs already", NULL);
	connection_unref(made);
	return NULL;
}

struct connection *
daemon_connection_for_ts(void *ctx, struct connection *c, const struct ident *remote_id,
			 const struct ts_list *local, const struct ts_list *remote)
{
	struct daemon *d = ctx;
	struct connection *best = conn_table_for_ts(&d->conns, c, local, remote);
	struct connection *one, *out;

	if (best == c || best->kind != CONN_TEMPLATE) {
		one = connection_ref(best);
	} else {
		one = connection_instance(best, &c->local.host.addr, &c->remote.host.addr);
		if (one == NULL)
			return NULL;
		one->instance = c->instance;
		daemon_configured_keys(d, one);
	}
	if (one->remote.virtual_.kind == VIRTUAL_NONE)
		return one;
	out = chosen_client(d, one, remote_id, remote);
	connection_unref(one);
	return out;
}
