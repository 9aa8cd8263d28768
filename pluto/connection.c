/* Connections: made, shared, and copied for one peer. */
#include "pluto/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t last_serial;

struct ident
conn_end_id(const struct conn_end *e, const struct ip_addr *addr)
{
	if (e->id.type == 0 && e->auth == CONN_AUTH_NULL)
		return (struct ident){ .type = ID_NULL };
	return e->id.type != 0 ? e->id : ident_from_addr(addr);
}

const char *
conn_auth_name(enum conn_auth a)
{
	switch (a) {
	case CONN_AUTH_PSK: return "psk";
	case CONN_AUTH_PUBKEY: return "pubkey";
	case CONN_AUTH_NULL: return "null";
	}
	return "?";
}

const char *
conn_auth_text(const struct connection *c, char out[16])
{
	if (c->local.auth == c->remote.auth)
		return conn_auth_name(c->local.auth);
	snprintf(out, 16, "%s/%s", conn_auth_name(c->local.auth), conn_auth_name(c->remote.auth));
	return out;
}

struct connection *
connection_new(const char *name)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->serial = ++last_serial;
	c->refs = 1;
	c->kind = CONN_PERMANENT;
	c->local.auth = c->remote.auth = CONN_AUTH_PUBKEY;
	c->mode = MODE_TUNNEL;
	c->pfs = true;
	c->rekey = true;
	c->mobike = true;
	c->ike = *proposal_default_ike();
	c->esp = *proposal_default_esp();
	c->ike_lifetime_s = 3600;
	c->child_lifetime_s = 28800;
	c->rekey_margin_s = 540;
	c->rekey_fuzz_pct = 100;
	c->keying_tries = 3;
	return c;
}

bool
connection_is_ah(const struct connection *c)
{
	return c->esp.n > 0 && c->esp.p[0].protocol == PROTO_AH;
}

uint64_t
conn_base_serial(const struct connection *c)
{
	return c->from != 0 ? c->from : c->serial;
}

struct connection *
connection_ref(struct connection *c)
{
	if (c != NULL)
		c->refs++;
	return c;
}

void
connection_unref(struct connection *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	for (unsigned i = 0; i < c->n_keys; i++)
		pubkey_free(&c->keys[i]);
	free(c->route.updown);
	free(c);
}

/* An end left open is filled in with the address that came. */
static void
fill_end(struct conn_end *e, const struct ip_addr *a)
{
	bool open = e->host.addr.family == IP_NONE;

	if (a == NULL || a->family == IP_NONE)
		return;
	e->host.addr = *a;
	if (e->host.port == 0)
		e->host.port = IKE_PORT;
	if (!e->has_client && (open || e->ts.addr_lo.family == IP_NONE)) {
		struct traffic_selector host = ts_host(a);

		if (e->ts.port_lo != e->ts.port_hi || e->ts.port_lo != 0 || e->ts.ip_proto != 0) {
			host.ip_proto = e->ts.ip_proto;
			host.port_lo = e->ts.port_lo;
			host.port_hi = e->ts.port_hi;
		}
		e->ts = host;
	}
}

static struct connection *
copy(const struct connection *template_)
{
	struct connection *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = *template_;
	if (c->route.updown != NULL && (c->route.updown = strdup(c->route.updown)) == NULL) {
		free(c);
		return NULL;
	}
	c->serial = ++last_serial;
	c->refs = 1;
	c->kind = CONN_INSTANCE;
	for (unsigned i = 0; i < c->n_keys; i++)
		c->keys[i] = pubkey_ref(&template_->keys[i]);
	return c;
}

struct connection *
connection_instance(const struct connection *template_, const struct ip_addr *local,
		    const struct ip_addr *remote)
{
	struct connection *c = copy(template_);

	if (c == NULL)
		return NULL;
	c->from = template_->serial;
	fill_end(&c->local, local);
	fill_end(&c->remote, remote);
	return c;
}

struct connection *
connection_for_client(const struct connection *from, const struct traffic_selector *ts)
{
	struct connection *c = copy(from);

	if (c == NULL)
		return NULL;
	if (c->from == 0)
		c->from = from->serial;
	c->remote.ts.addr_lo = ts->addr_lo;
	c->remote.ts.addr_hi = ts->addr_hi;
	c->remote.virtual_.kind = VIRTUAL_NONE;
	c->remote.has_client = !ip_addr_eq(&ts->addr_lo, &ts->addr_hi)
		|| !ip_addr_eq(&ts->addr_lo, &c->remote.host.addr);
	return c;
}
