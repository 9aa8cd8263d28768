/* Keys of a peer that came to us: an address through the reverse map, a name
 * through the forward zone; a name's key speaks for an address only when the
 * name's own A or AAAA record says so. */
#include "pluto/daemon_ike.h"

#include <stdio.h>
#include <string.h>

/* An opportunistic peer has three seconds for all, and is to hear from us within. */
enum { LOOKUP_MS = 5000, LOOKUP_OE_MS = 2000, KEYS_ALONE = 1 };

static struct named_peer *
named_find(struct daemon *d, uint64_t lookup)
{
	for (unsigned i = 0; i < MAX_NAMED_PEERS; i++)
		if (d->named_peers[i].lookup == lookup)
			return &d->named_peers[i];
	return NULL;
}

static void
answer(struct daemon *d, uint64_t lookup, struct peer_keys *keys)
{
	engines_keys_found(d, lookup, keys);
	for (unsigned i = 0; i < keys->n; i++)
		pubkey_free(&keys->keys[i]);
	keys->n = 0;
}

/* UNKNOWN: the next time it may be another answer. */
static void
refuse(struct daemon *d, uint64_t lookup, bool unknown, const char *why)
{
	struct peer_keys none = { .why_none = why, .unknown = unknown };

	answer(d, lookup, &none);
}

static bool
speaks_for(const struct dns_key *k, const struct ip_addr *addr)
{
	return k->gateway_kind == GW_ITSELF
		|| (k->gateway_kind != GW_NAME && ip_addr_eq(&k->gateway, addr));
}

/* Only keys that DNSSEC vouches for, of records that speak for the address. */
static void
take_keys(const struct dns_keys *keys, const struct ip_addr *remote, const char *source,
	  struct peer_keys *out)
{
	*out = (struct peer_keys){ .source = source, .unknown = keys->evidence == EVIDENCE_UNKNOWN,
		.bogus = keys->evidence == EVIDENCE_BOGUS };
	out->may_be_anonymous = keys->evidence == EVIDENCE_ABSENT
		|| keys->evidence == EVIDENCE_INSECURE;
	if (keys->evidence != EVIDENCE_SECURE)
		out->why_none = keys->evidence == EVIDENCE_BOGUS ? "the answer is bogus (DNSSEC)"
			: keys->evidence == EVIDENCE_ABSENT ? "no IPSECKEY record (proved)"
			: keys->evidence == EVIDENCE_MALFORMED ? "its records are malformed"
			: keys->evidence == EVIDENCE_INSECURE ? "DNSSEC does not vouch for the answer"
			: "DNS gave no answer";
	for (unsigned i = 0; out->why_none == NULL && i < keys->n && out->n < CONN_MAX_KEYS; i++)
		if (speaks_for(&keys->key[i], remote))
			out->keys[out->n++] = pubkey_ref(&keys->key[i].key);
	if (out->n == 0 && out->why_none == NULL)
		out->why_none = "no usable key speaks for that address";
}

static bool
holds_address(const struct adns_answer *a, const struct ip_addr *remote)
{
	if (a->status != ADNS_ANSWERED || a->security != ADNS_SECURE)
		return false;
	for (unsigned i = 0; i < a->n_rdata; i++)
		if (span_eq(a->rdata[i], ip_addr_span(remote)))
			return true;
	return false;
}

/* Everything that was asked has come. */
static void
settle(struct daemon *d, struct named_peer *p)
{
	struct named_peer done = *p;

	if (!p->have_keys || !p->have_addr || !p->have_client)
		return;
	memset(p, 0, sizeof(*p));
	if (done.addr_ok) {
		answer(d, done.lookup, &done.keys);
		return;
	}
	for (unsigned i = 0; i < done.keys.n; i++)
		pubkey_free(&done.keys.keys[i]);
	refuse(d, done.lookup, done.addr_unknown, done.addr_unknown
	       ? "DNS gave no answer about the name's address"
	       : "the name's address (DNSSEC secure) is not where it comes from");
}

void
daemon_peer_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct named_peer *p = named_find(d, l->about);
	struct peer_keys alone;

	if (l->whose == KEYS_ALONE) {
		take_keys(keys, &l->addr, "reverse map, DNSSEC secure", &alone);
		answer(d, l->about, &alone);
		return;
	}
	if (p == NULL)		/* the other half of the question was not asked */
		return;
	take_keys(keys, &p->remote, p->by_name ? "forward name, DNSSEC secure"
		  : "reverse map, DNSSEC secure", &p->keys);
	p->have_keys = true;
	settle(d, p);
}

void
daemon_peer_addr(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct named_peer *p = named_find(d, l->about);

	if (p == NULL)
		return;
	p->addr_ok = holds_address(a, &p->remote);
	p->addr_unknown = a->status == ADNS_FAILED || a->status == ADNS_TIMED_OUT;
	p->have_addr = true;
	settle(d, p);
}

void
daemon_peer_client_known(struct daemon *d, const struct ip_addr *client)
{
	for (unsigned i = 0; i < MAX_NAMED_PEERS; i++) {
		struct named_peer *p = &d->named_peers[i];

		if (p->lookup == 0 || p->have_client || !ip_addr_eq(&p->client, client))
			continue;
		p->have_client = true;
		settle(d, p);
	}
}

/* Stores first, asks second. Most peers have an address and nobody behind them. */
static void
ask(struct daemon *d, const struct named_peer *what, const struct dns_name *name, uint32_t ms)
{
	bool alone = !what->by_name && what->client.family == IP_NONE;
	const struct lookup about = { .purpose = LOOKUP_IKE_KEY, .about = what->lookup,
		.addr = what->remote, .whose = alone ? KEYS_ALONE : 0, .name = *name };
	struct named_peer *p = named_find(d, 0);

	if (alone) {
		if (!daemon_ask_keys(d, &about, ms))
			refuse(d, what->lookup, true, "too many DNS questions are in flight");
		return;
	}
	if (p == NULL) {
		refuse(d, what->lookup, true, "too many peers wait for DNS");
		return;
	}
	*p = *what;
	p->have_client = what->client.family == IP_NONE || daemon_client_known(d, &what->client, &what->remote);
	if (!daemon_ask_keys(d, &about, ms)
	    || (p->by_name && daemon_ask(d, LOOKUP_IKE_ADDR, what->lookup, name,
					 what->remote.family == IP_V4 ? RRTYPE_A : RRTYPE_AAAA,
					 ms) == NULL)) {
		memset(p, 0, sizeof(*p));
		refuse(d, what->lookup, true, "too many DNS questions are in flight");
	}
}

void
daemon_lookup_keys(void *ctx, uint64_t lookup, const struct connection *c,
		   const struct ident *remote_id, const struct endpoint *remote,
		   const struct ip_addr *client)
{
	struct daemon *d = ctx;
	struct named_peer what = { .lookup = lookup, .remote = remote->addr };
	struct dns_name name = revname_of(&remote->addr);
	struct ip_addr claimed;

	if (client != NULL && c->oe && c->remote.auth == CONN_AUTH_PUBKEY)
		what.client = *client;
	/* What somebody anonymous calls himself does not matter. */
	what.by_name = c->remote.auth != CONN_AUTH_NULL && remote_id->type == ID_FQDN;
	what.have_addr = what.addr_ok = !what.by_name;
	if (what.by_name && c->oe && what.client.family == IP_NONE)
		what.client = remote->addr;	/* does its reverse name say otherwise? */
	if (what.by_name && !dns_name_from_host(span_of(remote_id->data, remote_id->len), &name))
		refuse(d, lookup, false, "its identity is not a host name");
	else if (c->remote.auth != CONN_AUTH_NULL && !what.by_name
		 && (!ident_addr(remote_id, &claimed) || !ip_addr_eq(&claimed, &remote->addr)))
		refuse(d, lookup, false, "its identity is not the address it comes from");
	else
		ask(d, &what, &name, c->oe ? LOOKUP_OE_MS : LOOKUP_MS);
}
