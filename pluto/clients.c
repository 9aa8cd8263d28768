/* May a peer speak for a host behind it? The reverse map of that host says so, or it
 * may not (RFC 4322 3.3.2): else anybody could draw anybody's traffic. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"

enum { LOOKUP_MS = 5000, SOONEST_MS = 5000, LATEST_MS = 300000, UNPROVED_MS = 10000 };

static uint64_t
hash_of(const struct ip_addr *a)
{
	return ip_pair_hash(a, a);
}

static bool
has_addr(const void *item, const void *key)
{
	return ip_addr_eq(&((const struct known_client *)item)->addr, key);
}

static struct known_client *
find(struct daemon *d, const struct ip_addr *addr)
{
	return table_find(&d->clients.by_addr, hash_of(addr), has_addr, addr);
}

static void
forget(struct known_clients *all, struct known_client *k)
{
	table_remove(&all->by_addr, hash_of(&k->addr), has_addr, &k->addr);
	dns_keys_free(&k->keys);
	chunk_free(&k->parked_bytes);
	free(k);
}

void
known_clients_free(struct known_clients *all)
{
	struct known_client *k;
	size_t at = 0;

	while ((k = table_next(&all->by_addr, &at)) != NULL) {
		dns_keys_free(&k->keys);
		chunk_free(&k->parked_bytes);
		free(k);
	}
	table_clear(&all->by_addr);
}

/* The one that ends first makes room; false when all are being asked. */
static bool
make_room(struct daemon *d)
{
	struct known_client *k, *first = NULL;
	size_t at = 0;

	if (table_count(&d->clients.by_addr) < MAX_KNOWN_CLIENTS)
		return true;
	while ((k = table_next(&d->clients.by_addr, &at)) != NULL)
		if (!k->asking && (first == NULL || k->until_ms < first->until_ms))
			first = k;
	if (first != NULL)
		forget(&d->clients, first);
	return first != NULL;
}

/* One peer must not make us ask for all the world, and others wait. */
static bool
asks_too_much(const struct daemon *d, const struct ip_addr *by)
{
	const struct known_client *k;
	unsigned n = 0;
	size_t at = 0;

	while ((k = table_next(&d->clients.by_addr, &at)) != NULL)
		n += k->asking && ip_addr_eq(&k->by, by);
	return n >= MAX_ASKED_BY_ONE;
}

static void
ask(struct daemon *d, const struct ip_addr *addr, const struct ip_addr *by)
{
	const struct lookup about = { .purpose = LOOKUP_IKE_CLIENT, .addr = *addr,
		.name = revname_of(addr) };
	struct known_client *k = find(d, addr);

	if (k != NULL)
		forget(&d->clients, k);
	k = !asks_too_much(d, by) && make_room(d) ? calloc(1, sizeof(*k)) : NULL;
	if (k == NULL)
		return;
	*k = (struct known_client){ .addr = *addr, .by = *by, .asking = true };
	if (table_insert(&d->clients.by_addr, hash_of(addr), k) < 0)
		free(k);
	else if (!daemon_ask_keys(d, &about, LOOKUP_MS))
		forget(&d->clients, k);
}

bool
daemon_client_known(struct daemon *d, const struct ip_addr *addr, const struct ip_addr *by)
{
	struct known_client *k = find(d, addr);

	if (k == NULL || (!k->asking && k->until_ms <= monotonic_ms())) {
		ask(d, addr, by);
		k = find(d, addr);
	}
	return k == NULL || !k->asking;
}

/* It serves for the handshake that it was asked for, whatever its TTL. */
static uint64_t
lasts_ms(const struct dns_keys *keys)
{
	uint64_t ms = (uint64_t)keys->ttl_s * 1000;

	if (keys->evidence != EVIDENCE_SECURE && keys->evidence != EVIDENCE_ABSENT)
		return UNPROVED_MS;
	return ms < SOONEST_MS ? SOONEST_MS : ms > LATEST_MS ? LATEST_MS : ms;
}

void
daemon_client_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct known_client *k = find(d, &l->addr);
	struct ip_addr addr = l->addr;
	struct arrived parked;
	struct chunk bytes;

	if (k == NULL || !k->asking)
		return;
	k->asking = false;
	k->until_ms = monotonic_ms() + lasts_ms(keys);
	k->keys = *keys;
	keys->n = 0;		/* taken over */
	parked = k->parked;
	bytes = k->parked_bytes;
	k->parked_bytes = (struct chunk){ NULL, 0 };
	daemon_peer_client_known(d, &addr);
	if (bytes.len > 0)
		engines_receive(d, &parked.local, &parked.remote, chunk_span(bytes));
	chunk_free(&bytes);
}

/* The message that asks comes once more, from us, when the answer is there; should
 * that be impossible, the peer sends it again. */
static enum ike_client
park(struct daemon *d, const struct ip_addr *addr)
{
	struct known_client *k = find(d, addr);

	if (k == NULL || d->arrived == NULL || k->parked_bytes.len > 0)
		return IKE_CLIENT_LATER;
	k->parked = *d->arrived;
	k->parked_bytes = chunk_copy(d->arrived->bytes);
	return IKE_CLIENT_LATER;
}

static const char *
why_not(const struct dns_keys *k, const struct ident *id, const struct endpoint *remote,
	const struct pubkey *key)
{
	struct dns_name name = { "" };
	bool other_key;

	switch (k->evidence) {
	case EVIDENCE_SECURE:
		break;
	case EVIDENCE_BOGUS:
		return "the answer is bogus (DNSSEC)";
	case EVIDENCE_MALFORMED:
		return "its records are malformed";
	case EVIDENCE_INSECURE:
		return "DNSSEC does not vouch for the answer";
	case EVIDENCE_ABSENT:
		return "no record names a gateway (proved)";
	case EVIDENCE_NONE:
	case EVIDENCE_UNKNOWN:
	case EVIDENCE_N:
		return "DNS gave no answer";
	}
	if (id->type == ID_FQDN && !dns_name_from_host(span_of(id->data, id->len), &name))
		name.text[0] = '\0';
	if (dns_keys_delegate(k, &remote->addr, name.text, key, &other_key))
		return NULL;
	return other_key ? "its records name that gateway with another key"
		: "its records name another gateway";
}

static bool
speaks_for_it(struct daemon *d, const struct ike_client_question *q, const struct flow *f)
{
	static struct log_limit limit = { .burst = 20 };
	struct known_client *k = find(d, &f->dst);
	const char *why = k == NULL ? "too many DNS questions are in flight"
		: why_not(&k->keys, q->remote_id, q->remote, q->peer_key);
	struct addr_buf a, b;

	if (why != NULL)
		log_limited(&limit, LOG_LEVEL_INFO, NULL, "peer %s may not speak for %s: %s",
			    ip_addr_text(&q->remote->addr, &a), ip_addr_text(&f->dst, &b), why);
	return why == NULL;
}

/* Its reverse name says who speaks for an address, and a host's name does not: the
 * owner of a zone may name any address in it. */
static const char *
why_not_by_name(struct daemon *d, const struct known_client *k, const struct ike_client_question *q,
		const struct flow *f)
{
	const struct dns_keys *keys = k != NULL ? &k->keys : NULL;
	enum group_id group;

	if (keys == NULL)
		return "too many DNS questions are in flight";
	if (keys->evidence == EVIDENCE_SECURE && keys->n + keys->n_bare > 0) {
		for (unsigned i = 0; i < keys->n; i++)
			if (keys->key[i].gateway_kind == GW_ITSELF && q->peer_key != NULL
			    && pubkey_eq(&keys->key[i].key, q->peer_key))
				return NULL;
		return why_not(keys, q->remote_id, q->remote, q->peer_key) == NULL ? NULL
			: "its reverse name names another key";
	}
	if (keys->evidence == EVIDENCE_BOGUS || keys->evidence == EVIDENCE_MALFORMED
	    || keys->evidence == EVIDENCE_UNKNOWN)
		return why_not(keys, q->remote_id, q->remote, q->peer_key);
	if (oe_group_of(d->oe, f, &group, NULL) && policy_group(group)->on_failure != SHUNT_PASS)
		return "group private needs a key under its reverse name";
	return NULL;
}

static bool
name_speaks(struct daemon *d, const struct ike_client_question *q, const struct flow *f)
{
	static struct log_limit limit = { .burst = 20 };
	const char *why = why_not_by_name(d, find(d, &f->dst), q, f);
	char id[128];
	struct addr_buf a;

	if (why != NULL)
		log_limited(&limit, LOG_LEVEL_INFO, NULL, "peer %s may not speak for %s: %s",
			    ident_text(q->remote_id, id, sizeof(id)), ip_addr_text(&f->dst, &a), why);
	return why == NULL;
}

/* RFC 4322 12.1: what somebody has configured is not for strangers. */
static bool
is_configured(const struct daemon *d, const struct flow *f)
{
	for (unsigned i = 0; i < d->conns.n; i++) {
		const struct connection *c = d->conns.c[i];
		const struct selector s = { c->local.ts, c->remote.ts };

		if (c->group == CONN_GROUP_NONE && c->kind == CONN_PERMANENT && ts_has_addr(&s.local, &f->src)
		    && ts_has_addr(&s.remote, &f->dst))
			return true;
	}
	return false;
}

static bool
is_pair_of(const struct connection *c, const struct flow *f)
{
	return ip_addr_eq(&c->local.ts.addr_lo, &f->src) && ip_addr_eq(&c->remote.ts.addr_lo, &f->dst);
}

enum ike_client
daemon_client(void *ctx, const struct ike_client_question *q, struct connection **out)
{
	struct daemon *d = ctx;
	const struct flow f = { .src = q->pair.local.addr_lo, .dst = q->pair.remote.addr_lo };
	bool behind = !ip_addr_eq(&f.dst, &q->remote->addr);
	bool same = is_pair_of(q->conn, &f);
	bool named = !behind && q->conn->keys_from_dns && q->remote_id->type == ID_FQDN
		&& q->conn->remote.auth == CONN_AUTH_PUBKEY;

	*out = NULL;
	if (!daemon_oe_answers(d, &f) || (!same && is_configured(d, &f)))
		return IKE_CLIENT_NO;
	/* Nobody vouches for what somebody unknown says of others. */
	if ((behind || !same) && q->conn->remote.auth != CONN_AUTH_PUBKEY)
		return IKE_CLIENT_NO;
	if ((behind || named) && !daemon_client_known(d, &f.dst, &q->remote->addr))
		return park(d, &f.dst);
	if ((behind && !speaks_for_it(d, q, &f)) || (named && !name_speaks(d, q, &f)))
		return IKE_CLIENT_NO;
	*out = same ? connection_ref(q->conn)
		: daemon_oe_child(d, &f, &q->local->addr, &q->remote->addr,
				  q->conn->versions == CONN_IKEV1);
	return *out != NULL ? IKE_CLIENT_YES : IKE_CLIENT_NO;
}
