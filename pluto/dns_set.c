/* Every record that says who speaks IKE for a name, as one answer: IPSECKEY, and
 * what RFC 4322 had before it; and the keys of gateways that are named without. */
#include <stdlib.h>

#include "lib/log.h"
#include "pluto/daemon_commands.h"
#include "pluto/daemon_ike.h"
#include "pluto/daemon_oe.h"

static uint64_t
hash_of(uint64_t id)
{
	return addr_hash(span_of(&id, sizeof(id)));
}

static bool
has_id(const void *item, const void *key)
{
	return ((const struct dns_set *)item)->id == *(const uint64_t *)key;
}

void
dns_sets_free(struct dns_sets *s)
{
	struct dns_set *set;
	size_t at = 0;

	while ((set = table_next(&s->by_id, &at)) != NULL) {
		dns_keys_free(&set->keys);
		free(set);
	}
	table_clear(&s->by_id);
}

static uint32_t
time_left_ms(const struct dns_set *s)
{
	uint64_t now = monotonic_ms();

	return s->deadline_ms > now ? (uint32_t)(s->deadline_ms - now) : 1;
}

static bool
ask(struct daemon *d, struct dns_set *s, const struct dns_name *name, uint16_t rrtype,
    unsigned gateway)
{
	/* Servers that lose such questions must not cost what others have answered. */
	uint32_t share = rrtype == RRTYPE_TXT || rrtype == RRTYPE_KEY ? 2 : 1;
	struct lookup *l = daemon_ask(d, LOOKUP_SET, s->id, name, rrtype,
				      time_left_ms(s) / share + 1);

	if (l == NULL)
		return false;
	l->rrtype = rrtype;
	l->whose = (int)gateway;
	s->waiting++;
	s->txt_asked = s->txt_asked || rrtype == RRTYPE_TXT;
	return true;
}

/* RFC 4025 2.5: where the gateway of that name is. A TXT record's name confirms a
 * gateway and finds none (RFC 4322 5.2). */
static void
ask_addresses(struct daemon *d, struct dns_set *s)
{
	for (unsigned i = 0; i < s->keys.n; i++)
		if (s->keys.key[i].gateway_kind == GW_NAME
		    && s->keys.key[i].record == GW_FROM_IPSECKEY)
			ask(d, s, &s->keys.key[i].gateway_name, s->about.addr.family == IP_V6
			    ? RRTYPE_AAAA : RRTYPE_A, i);
}

/* What stands under the name of a gateway is its key alone: who else might speak
 * for it is not asked. */
static void
ask_gateways(struct daemon *d, struct dns_set *s)
{
	for (unsigned i = 0; i < s->keys.n_bare; i++) {
		struct dns_name name;

		if (s->keys.bare[i].kind == GW_NAME)
			continue;
		name = revname_of(&s->keys.bare[i].gateway);
		ask(d, s, &name, RRTYPE_IPSECKEY, i);
		if (d->opt.oe_legacy)
			ask(d, s, &name, RRTYPE_KEY, i);
	}
}

/* Whoever is to be found needs an address and a key; who has come must be named. */
static void
ask_more(struct daemon *d, struct dns_set *s)
{
	enum lookup_purpose p = s->about.purpose;

	s->gateways_asked = true;
	if (s->keys.evidence != EVIDENCE_SECURE)
		return;
	if (p == LOOKUP_OE_PEER || p == LOOKUP_IKE_CLIENT)
		ask_addresses(d, s);
	if (p == LOOKUP_OE_PEER)
		ask_gateways(d, s);
}

static void (*const done_fns[])(struct daemon *, const struct lookup *, struct dns_keys *) = {
	[LOOKUP_OE_PEER] = daemon_oe_answer,
	[LOOKUP_IKE_KEY] = daemon_peer_keys,
	[LOOKUP_IKE_CLIENT] = daemon_client_keys,
	[LOOKUP_OWN_KEY] = daemon_own_answer,
	[LOOKUP_FORWARD_KEY] = daemon_forward_keys,
	[LOOKUP_MYID] = daemon_myid_answer,
	[LOOKUP_KEYID] = daemon_keyid_answer,
};

/* RFC 4322 3.2.4: what is there, and cannot be read, denies. One record among others
 * does not. */
static bool
is_malformed(const struct dns_keys *k)
{
	return k->evidence == EVIDENCE_SECURE && k->n == 0 && k->n_bare == 0
		&& k->skipped[DNS_KEY_MALFORMED] > 0;
}

static void
done(struct daemon *d, struct dns_set *s)
{
	table_remove(&d->sets.by_id, hash_of(s->id), has_id, &s->id);
	dns_keys_sort(&s->keys);
	if (d->opt.oe_legacy && is_malformed(&s->keys))
		s->keys.evidence = EVIDENCE_MALFORMED;
	done_fns[s->about.purpose](d, &s->about, &s->keys);
	dns_keys_free(&s->keys);
	free(s);
}

static bool
wants_own_key(enum lookup_purpose p)
{
	return p == LOOKUP_IKE_KEY || p == LOOKUP_OWN_KEY || p == LOOKUP_MYID
		|| p == LOOKUP_KEYID;
}

bool
daemon_ask_keys(struct daemon *d, const struct lookup *about, uint32_t timeout_ms)
{
	struct dns_set *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return false;
	*s = (struct dns_set){ .id = ++d->sets.last_id, .about = *about,
		.deadline_ms = monotonic_ms() + timeout_ms };
	if (table_insert(&d->sets.by_id, hash_of(s->id), s) < 0) {
		free(s);
		return false;
	}
	if (ask(d, s, &about->name, RRTYPE_IPSECKEY, DNS_BARE_MAX)) {
		ask(d, s, &about->name, RRTYPE_TXT, DNS_BARE_MAX);
		/* RFC 4322 5.1: a KEY is its owner's, and names no gateway. */
		if (d->opt.oe_legacy && wants_own_key(about->purpose))
			ask(d, s, &about->name, RRTYPE_KEY, DNS_BARE_MAX);
		return true;
	}
	table_remove(&d->sets.by_id, hash_of(s->id), has_id, &s->id);
	free(s);
	return false;
}

/* A name that does not exist has no other records (RFC 8020 2), and where IPSECKEY
 * names somebody, or is forged, what was there before it changes nothing: nobody's first
 * packet comes later because TXT is asked too. */
static bool
is_enough(const struct daemon *d, const struct lookup *l, const struct adns_answer *a,
	  const struct dns_keys *keys)
{
	if (d->opt.oe_legacy || l->rrtype != RRTYPE_IPSECKEY || l->whose != DNS_BARE_MAX)
		return false;
	return a->status == ADNS_NXDOMAIN || keys->evidence == EVIDENCE_BOGUS
		|| (keys->evidence == EVIDENCE_SECURE && keys->n > 0);
}

/* Whatever else has come, or may come, does not count. */
static void
settle(struct dns_set *s, struct dns_keys *keys)
{
	s->enough = true;
	s->waiting -= s->txt_asked && !s->txt_here;
	dns_keys_free(&s->keys);
	s->keys = *keys;
}

void
daemon_set_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct dns_set *s = table_find(&d->sets.by_id, hash_of(l->about), has_id, &l->about);
	struct dns_keys more;

	if (s == NULL || (s->enough && l->rrtype == RRTYPE_TXT))
		return;
	s->txt_here = s->txt_here || l->rrtype == RRTYPE_TXT;
	s->waiting--;
	if (l->rrtype == RRTYPE_A || l->rrtype == RRTYPE_AAAA) {
		dns_keys_located(&s->keys, &l->name, a);
	} else {
		dns_keys_of_kind(a, l->rrtype, &more);
		if (is_enough(d, l, a, &more))
			settle(s, &more);
		else if (l->whose == DNS_BARE_MAX)
			dns_keys_merge(&s->keys, &more);
		else
			dns_keys_of_gateway(&s->keys, (unsigned)l->whose, &more);
	}
	if (s->waiting == 0 && !s->gateways_asked)
		ask_more(d, s);
	if (s->waiting == 0)
		done(d, s);
}
