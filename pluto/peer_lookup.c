/* Keys of a peer that came to us: an address through the reverse map, a name
 * through the forward zone; a name's key speaks for an address only when the
 * name's own A or AAAA record says so. */
#include "pluto/daemon.h"

#include <stdio.h>
#include <string.h>

enum { LOOKUP_MS = 5000 };

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

static void
refuse(struct daemon *d, uint64_t lookup, const char *why)
{
	struct peer_keys none = { .why_none = why };

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
take_keys(const struct adns_answer *a, const struct ip_addr *remote, const char *source,
	  struct peer_keys *out)
{
	struct dns_keys keys;

	*out = (struct peer_keys){ .source = source };
	dns_keys_from_answer(a, &keys);
	out->may_be_anonymous = keys.evidence == EVIDENCE_ABSENT
		|| keys.evidence == EVIDENCE_INSECURE;
	if (keys.evidence != EVIDENCE_SECURE)
		out->why_none = keys.evidence == EVIDENCE_BOGUS ? "the answer is bogus (DNSSEC)"
			: keys.evidence == EVIDENCE_ABSENT ? "no IPSECKEY record (proved)"
			: keys.evidence == EVIDENCE_INSECURE ? "DNSSEC does not vouch for the answer"
			: "DNS gave no answer";
	for (unsigned i = 0; out->why_none == NULL && i < keys.n && out->n < CONN_MAX_KEYS; i++)
		if (speaks_for(&keys.key[i], remote))
			out->keys[out->n++] = pubkey_ref(&keys.key[i].key);
	if (out->n == 0 && out->why_none == NULL)
		out->why_none = "no usable key speaks for that address";
	dns_keys_free(&keys);
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

static void
named_settle(struct daemon *d, struct named_peer *p)
{
	struct named_peer done = *p;

	if (!p->have_keys || !p->have_addr)
		return;
	memset(p, 0, sizeof(*p));
	if (done.addr_ok) {
		answer(d, done.lookup, &done.keys);
		return;
	}
	for (unsigned i = 0; i < done.keys.n; i++)
		pubkey_free(&done.keys.keys[i]);
	refuse(d, done.lookup, "the name's address (DNSSEC secure) is not where it comes from");
}

void
daemon_peer_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct named_peer *p = named_find(d, l->about);
	struct peer_keys keys;

	/* Half of a question about a name whose other half was not asked. */
	if (p == NULL && l->addr.family == IP_NONE)
		return;
	if (p == NULL) {
		take_keys(a, &l->addr, "reverse map, DNSSEC secure", &keys);
		answer(d, l->about, &keys);
		return;
	}
	if (l->purpose == LOOKUP_IKE_KEY) {
		take_keys(a, &p->remote, "forward name, DNSSEC secure", &p->keys);
		p->have_keys = true;
	} else {
		p->addr_ok = holds_address(a, &p->remote);
		p->have_addr = true;
	}
	named_settle(d, p);
}

static void
lookup_by_name(struct daemon *d, uint64_t lookup, const struct ident *id,
	       const struct ip_addr *remote)
{
	struct named_peer *p = named_find(d, 0);
	struct dns_name name;

	if (!dns_name_from_host(span_of(id->data, id->len), &name)) {
		refuse(d, lookup, "its identity is not a host name");
		return;
	}
	if (p == NULL) {
		refuse(d, lookup, "too many lookups for names are in flight");
		return;
	}
	*p = (struct named_peer){ .lookup = lookup, .remote = *remote };
	if (daemon_ask(d, LOOKUP_IKE_KEY, lookup, &name, RRTYPE_IPSECKEY, LOOKUP_MS) == NULL
	    || daemon_ask(d, LOOKUP_IKE_ADDR, lookup, &name,
			  remote->family == IP_V4 ? RRTYPE_A : RRTYPE_AAAA, LOOKUP_MS) == NULL) {
		memset(p, 0, sizeof(*p));
		refuse(d, lookup, "too many DNS questions are in flight");
	}
}

static void
lookup_by_address(struct daemon *d, uint64_t lookup, const struct endpoint *remote)
{
	struct dns_name name = revname_of(&remote->addr);
	struct lookup *l = daemon_ask(d, LOOKUP_IKE_KEY, lookup, &name, RRTYPE_IPSECKEY, LOOKUP_MS);

	if (l == NULL)
		refuse(d, lookup, "too many DNS questions are in flight");
	else
		l->addr = remote->addr;
}

void
daemon_lookup_keys(void *ctx, uint64_t lookup, const struct connection *c,
		   const struct ident *remote_id, const struct endpoint *remote)
{
	struct daemon *d = ctx;
	struct ip_addr claimed;

	if (c->remote.auth == CONN_AUTH_NULL) {
		lookup_by_address(d, lookup, remote);	/* whatever it calls itself */
		return;
	}
	if (remote_id->type == ID_FQDN) {
		lookup_by_name(d, lookup, remote_id, &remote->addr);
		return;
	}
	if (!ident_addr(remote_id, &claimed) || !ip_addr_eq(&claimed, &remote->addr)) {
		refuse(d, lookup, "its identity is not the address it comes from");
		return;
	}
	lookup_by_address(d, lookup, remote);
}
