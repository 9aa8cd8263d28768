/* Which connection an opportunistic attempt runs under, and who proves itself in
 * it: a peer whose key DNS names, and we where DNS names ours. */
#include <assert.h>

#include "pluto/daemon_oe.h"

/* The instance that one opportunistic attempt runs under. */
static struct connection *
oe_connection(struct daemon *d, const struct flow *flow, const struct ip_addr *us,
	      const struct ip_addr *gateway)
{
	const char *group = "private-or-clear";
	struct connection *c;
	enum group_id id;

	if (oe_group_of(d->oe, flow, &id, NULL))
		group = policy_group(id)->name;
	c = connection_new(group);
	if (c == NULL)
		return NULL;
	c->kind = CONN_INSTANCE;
	c->instance = (unsigned)++d->last_instance;
	c->oe = true;
	c->pfs = true;
	c->keying_tries = 1;
	c->dpd_delay_s = 20;
	c->dpd_timeout_s = 20;
	c->idle_s = d->opt.oe_idle_s;
	c->local.host = (struct endpoint){ .addr = *us, .port = IKE_PORT };
	c->remote.host = (struct endpoint){ .addr = *gateway, .port = IKE_PORT };
	c->local.ts = ts_host(&flow->src);
	c->remote.ts = ts_host(&flow->dst);
	c->local.has_client = !ip_addr_eq(us, &flow->src);
	c->remote.has_client = !ip_addr_eq(gateway, &flow->dst);
	/* Who speaks for others is asked about again by beginning anew. */
	c->rekey = !c->local.has_client && !c->remote.has_client;
	return c;
}

void
daemon_oe_in_v1(struct connection *c)
{
	/* RFC 4322 4.6: what it demands comes last, and its weaker group not at all. */
	static const char ike[] = "aes256-sha2_256-modp2048,aes256-sha1-modp2048,"
		"aes128-sha1-modp2048,aes128-sha1-modp1536,3des-sha1-modp1536,3des-md5-modp1536";
	static const char esp[] = "aes_gcm256,aes256-sha2_256,aes128-sha1,3des-sha1,3des-md5";
	char err[200];

	bool ok = proposal_parse(ike, PROTO_IKE, &c->ike, err, sizeof(err))
		&& proposal_parse(esp, PROTO_ESP, &c->esp, err, sizeof(err));

	assert(ok);
	c->versions = CONN_IKEV1;
	c->rekey = false;
	/* There it counts from what was heard last, and questions come in between. */
	c->dpd_timeout_s = 3 * c->dpd_delay_s;
}

struct ip_addr
daemon_speaker(struct daemon *d, const struct flow *flow)
{
	const struct group_entry *e;
	enum group_id id;

	if (!local_addrs_has(&d->addrs, &flow->src) && oe_group_of(d->oe, flow, &id, &e)
	    && e->speaker.family != IP_NONE)
		return e->speaker;
	return flow->src;
}

/* Can the peer find our key in DNS? Yes, until we have seen that it cannot. */
static bool
we_are_published(struct daemon *d, const struct ip_addr *local)
{
	const struct own_key *k = daemon_own_key(d, local);
	struct ident id = ident_from_addr(local);

	return key_list_find(&d->signing, &id) != NULL
		&& (k == NULL || !k->absent);
}

/* A key that DNS names later is seen when this is over, so it is over sooner. */
static void
peer_is_anonymous(struct connection *c)
{
	enum { LIFETIME_S = 3600 };

	c->remote.auth = CONN_AUTH_NULL;
	c->rekey = false;
	c->ike_lifetime_s = c->child_lifetime_s = LIFETIME_S;
}

static void
add_key(struct connection *c, const struct gateway *g)
{
	const char *err;

	if (c->versions == CONN_IKEV1 && g->alg != IPSECKEY_RSA)
		return;
	if (c->n_keys < CONN_MAX_KEYS
	    && pubkey_from_dns(g->alg, chunk_span(g->key), &c->keys[c->n_keys], &err))
		c->n_keys++;
}

static bool
by_forward_name(struct daemon *d, const struct oe_attempt *a)
{
	const struct tap_name *n = tap_name_of(&d->tap, &a->gateway);

	return n != NULL && n->proved;
}

struct connection *
daemon_oe_initiator(struct daemon *d, const struct flow *flow, const struct oe_attempt *a)
{
	const struct ip_addr us = daemon_speaker(d, flow);
	struct connection *c = oe_connection(d, flow, &us, &a->gateway);

	if (c == NULL)
		return NULL;
	if (a->ikev1)
		daemon_oe_in_v1(c);
	c->local.id = d->myid.id;
	for (size_t i = 0; i < a->n_keys; i++)
		add_key(c, &a->keys[i]);
	if (by_forward_name(d, a))
		c->rekey = false;	/* the reverse name would say nothing of it */
	c->key_source = by_forward_name(d, a) ? "forward name, DNSSEC secure"
		: "reverse map, DNSSEC secure";
	if (a->n_keys > 0 && c->n_keys == 0) {
		connection_unref(c);
		return NULL;
	}
	if (a->n_keys == 0) {
		/* RFC 7619 2.2: IDr says that it is not asked to prove anything. We do, where
		 * DNS names our key: it would not take us for somebody anonymous. */
		peer_is_anonymous(c);
		c->remote.id.type = ID_NULL;
		if (!we_are_published(d, &us))
			c->local.auth = CONN_AUTH_NULL;
	} else if (d->opt.oe_null && !a->ikev1 && !we_are_published(d, &us)) {
		c->local.auth = CONN_AUTH_NULL;
	}
	return c;
}

bool
daemon_oe_answers(struct daemon *d, const struct flow *f)
{
	const struct group_entry *e;
	enum group_id id;

	return oe_group_of(d->oe, f, &id, &e) && policy_group(id)->respond
		&& (e->clients.addr.family != IP_NONE || local_addrs_has(&d->addrs, &f->src));
}

struct connection *
daemon_oe_child(struct daemon *d, const struct flow *f, const struct ip_addr *local,
		const struct ip_addr *remote, bool ikev1)
{
	struct connection *c = oe_connection(d, f, local, remote);

	if (c == NULL)
		return NULL;
	c->keys_from_dns = true;
	if (ikev1)
		daemon_oe_in_v1(c);
	return c;
}

struct connection *
daemon_oe_responder(struct daemon *d, const struct ip_addr *local, const struct ip_addr *remote,
		    const struct ident *asked)
{
	struct flow f = { .src = *local, .dst = *remote };
	struct connection *c;

	/* Which hosts it is about is known when the peer is. */
	if (!daemon_oe_answers(d, &f) && !d->speaks_for_others)
		return NULL;
	c = oe_connection(d, &f, local, remote);
	if (c == NULL)
		return NULL;
	c->keys_from_dns = true;
	if (asked != NULL && asked->type == ID_NULL && oe_may_be_anonymous(d->oe, &f))
		c->local.auth = CONN_AUTH_NULL;
	return c;
}

struct connection *
daemon_oe_anonymous(struct daemon *d, const struct ip_addr *local, const struct ip_addr *remote,
		    const struct ident *asked)
{
	struct flow f = { .src = *local, .dst = *remote };
	struct connection *c = oe_may_be_anonymous(d->oe, &f) ? daemon_oe_responder(d, local, remote, asked)
		: NULL;

	if (c == NULL)
		return NULL;
	peer_is_anonymous(c);
	if (!we_are_published(d, local))
		c->local.auth = CONN_AUTH_NULL;
	return c;
}
