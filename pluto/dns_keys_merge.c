/* Several answers about one name as one: who is believed, and with which keys. */
#include <string.h>

#include "pluto/dns_keys.h"

/* Something that may be used: DNSSEC vouches for it, and it names somebody. */
static bool
is_usable(const struct dns_keys *k)
{
	return k->evidence == EVIDENCE_SECURE && (k->n > 0 || k->n_bare > 0);
}

/* Of two answers that are no use: what is worse to be told. */
static unsigned
badness(enum evidence e)
{
	static const unsigned rank[EVIDENCE_N] = {
		[EVIDENCE_ABSENT] = 1, [EVIDENCE_SECURE] = 2, [EVIDENCE_INSECURE] = 3,
		[EVIDENCE_UNKNOWN] = 4, [EVIDENCE_MALFORMED] = 5, [EVIDENCE_BOGUS] = 6,
	};
	return rank[e];
}

static void
add_key(struct dns_keys *into, struct dns_key *k)
{
	if (into->n < DNS_KEYS_MAX) {
		into->key[into->n++] = *k;
		return;
	}
	pubkey_free(&k->key);
	into->skipped[DNS_KEY_TOO_MANY]++;
}

static void
add_all(struct dns_keys *into, struct dns_keys *more)
{
	for (unsigned i = 0; i < more->n; i++)
		add_key(into, &more->key[i]);
	for (unsigned i = 0; i < more->n_bare && into->n_bare < DNS_BARE_MAX; i++)
		into->bare[into->n_bare++] = more->bare[i];
	for (unsigned i = 0; i < DNS_KEY_FAULT_N; i++)
		into->skipped[i] += more->skipped[i];
	more->n = 0;
	if (more->ttl_s < into->ttl_s)
		into->ttl_s = more->ttl_s;
	if (into->why[0] == '\0')
		memcpy(into->why, more->why, sizeof(into->why));
}

void
dns_keys_merge(struct dns_keys *into, struct dns_keys *more)
{
	bool ours = is_usable(into), theirs = is_usable(more);
	struct dns_keys before;

	if (into->evidence == more->evidence && ours == theirs) {
		add_all(into, more);
	} else if (into->evidence == EVIDENCE_NONE || (theirs && !ours)
		   || (ours == theirs && badness(more->evidence) > badness(into->evidence))) {
		before = *into;
		*into = *more;
		dns_keys_free(&before);
	} else {
		dns_keys_free(more);
	}
}

void
dns_keys_of_gateway(struct dns_keys *into, unsigned i, struct dns_keys *more)
{
	const struct dns_bare *b = &into->bare[i];
	const struct ip_addr *addr = &b->gateway;

	for (unsigned j = 0; more->evidence == EVIDENCE_SECURE && i < into->n_bare && j < more->n; j++) {
		struct dns_key k = more->key[j];

		if (k.gateway_kind == GW_NAME
		    || (k.gateway_kind != GW_ITSELF && !ip_addr_eq(&k.gateway, addr)))
			continue;
		k.key = pubkey_ref(&more->key[j].key);
		k.precedence = b->precedence;
		k.gateway_kind = b->kind;
		k.gateway = *addr;
		add_key(into, &k);
	}
	if (more->evidence == EVIDENCE_SECURE && more->n > 0 && more->ttl_s < into->ttl_s)
		into->ttl_s = more->ttl_s;
	if (into->n > 0)
		into->evidence = EVIDENCE_SECURE;
	else if (more->evidence == EVIDENCE_BOGUS || more->evidence == EVIDENCE_UNKNOWN)
		into->evidence = more->evidence;
	if (into->n == 0 && more->why[0] != '\0')
		memcpy(into->why, more->why, sizeof(into->why));
	dns_keys_free(more);
}

void
dns_keys_located(struct dns_keys *k, const struct dns_name *name, const struct adns_answer *a)
{
	struct ip_addr addr = { .family = IP_NONE };

	if (a->status == ADNS_ANSWERED && a->security == ADNS_SECURE && a->n_rdata > 0)
		addr = ip_addr_from(a->rdata[0]);
	for (unsigned i = 0; addr.family != IP_NONE && i < k->n; i++) {
		if (k->key[i].gateway_kind != GW_NAME || k->key[i].record != GW_FROM_IPSECKEY
		    || strcmp(k->key[i].gateway_name.text, name->text) != 0)
			continue;
		k->key[i].gateway_kind = addr.family == IP_V4 ? GW_ADDR4 : GW_ADDR6;
		k->key[i].gateway = addr;
		if (a->ttl_s < k->ttl_s)
			k->ttl_s = a->ttl_s;
	}
}

static bool
names(enum gateway_kind kind, const struct ip_addr *gateway, const struct dns_name *gateway_name,
      const struct ip_addr *addr, const char *name)
{
	if (kind == GW_NAME)
		return name[0] != '\0' && strcmp(gateway_name->text, name) == 0;
	return kind != GW_ITSELF && ip_addr_eq(gateway, addr);
}

bool
dns_keys_delegate(const struct dns_keys *k, const struct ip_addr *addr, const char *name,
		  const struct pubkey *key, bool *other_key)
{
	*other_key = false;
	for (unsigned i = 0; i < k->n_bare; i++)
		if (names(k->bare[i].kind, &k->bare[i].gateway, &k->bare[i].gateway_name, addr, name))
			return true;
	for (unsigned i = 0; i < k->n; i++) {
		if (!names(k->key[i].gateway_kind, &k->key[i].gateway, &k->key[i].gateway_name, addr,
			   name))
			continue;
		if (key == NULL || pubkey_eq(&k->key[i].key, key))
			return true;
		*other_key = true;
	}
	return false;
}
