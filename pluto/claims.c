/* Which peer has which inner addresses. */
#include "pluto/claims.h"

#include <stdlib.h>
#include <string.h>

/* Nobody but we has these any more. */
static void
sweep(struct claims *c)
{
	for (unsigned i = 0; i < c->n;) {
		if (c->claim[i].conn->refs > 1) {
			i++;
			continue;
		}
		connection_unref(c->claim[i].conn);
		c->claim[i] = c->claim[--c->n];
	}
}

/* A name is a peer's wherever it is. An address, or nothing, two may have behind
 * their NATs; it is the same one who comes from the same place. */
static bool
same_peer(const struct claim *x, const struct ident *who, const struct connection *as)
{
	struct ip_addr a;

	if (!ident_eq(&x->who, who) || strcmp(x->conn->xauth_user, as->xauth_user) != 0)
		return false;
	return (who->type != ID_NULL && !ident_addr(who, &a))
		|| ip_addr_eq(&x->conn->remote.host.addr, &as->remote.host.addr);
}

static bool
overlap(const struct traffic_selector *a, const struct traffic_selector *b)
{
	return ts_has_addr(a, &b->addr_lo) || ts_has_addr(b, &a->addr_lo);
}

const struct claim *
claims_other(struct claims *c, const struct traffic_selector *ts, const struct ident *who,
	     const struct connection *as)
{
	sweep(c);
	for (unsigned i = 0; i < c->n; i++)
		if (overlap(&c->claim[i].conn->remote.ts, ts)
		    && !same_peer(&c->claim[i], who, as))
			return &c->claim[i];
	return NULL;
}

struct connection *
claims_own(struct claims *c, const struct connection *like, const struct ident *who)
{
	for (unsigned i = 0; i < c->n; i++) {
		struct connection *o = c->claim[i].conn;

		if (o->from == like->from && ts_eq(&o->remote.ts, &like->remote.ts)
		    && ip_addr_eq(&o->local.host.addr, &like->local.host.addr)
		    && ip_addr_eq(&o->remote.host.addr, &like->remote.host.addr)
		    && same_peer(&c->claim[i], who, like))
			return o;
	}
	return NULL;
}

bool
claims_add(struct claims *c, struct connection *conn, const struct ident *who)
{
	unsigned room = c->n < c->room ? c->room : c->room * 2 + 16;
	struct claim *grown = c->claim;

	if (c->n == MAX_CLAIMS)
		return false;
	if (room != c->room && (grown = realloc(grown, room * sizeof(*grown))) == NULL)
		return false;
	c->claim = grown;
	c->room = room;
	c->claim[c->n++] = (struct claim){ .conn = connection_ref(conn), .who = *who };
	return true;
}

unsigned
claims_count(struct claims *c)
{
	sweep(c);
	return c->n;
}

void
claims_free(struct claims *c)
{
	for (unsigned i = 0; i < c->n; i++)
		connection_unref(c->claim[i].conn);
	free(c->claim);
	*c = (struct claims){ .n = 0 };
}
