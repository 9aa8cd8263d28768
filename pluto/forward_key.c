/* The key of a name that somebody looked up, where the address has none under its reverse
 * name: it speaks for that name, at the address that the name itself says it has. */
#include "pluto/daemon_oe.h"

#include <stdio.h>
#include <string.h>

enum { FORWARD_MS = 2000 };

static struct forward_try *
find(struct daemon *d, uint64_t id)
{
	for (unsigned i = 0; i < MAX_FORWARD; i++)
		if (d->tap.forward[i].id == id)
			return &d->tap.forward[i];
	return NULL;
}

bool
daemon_forward_may(struct daemon *d, const struct ip_addr *addr)
{
	struct flow f = { .dst = *addr };
	enum group_id id;

	return local_addr_towards(addr, &f.src) && oe_group_of(d->oe, &f, &id, NULL)
		&& policy_group(id)->initiate && policy_group(id)->on_failure == SHUNT_PASS;
}

static void
clear(struct forward_try *t)
{
	dns_keys_free(&t->reverse);
	dns_keys_free(&t->keys);
	memset(t, 0, sizeof(*t));
}

void
daemon_forward_free(struct daemon *d)
{
	for (unsigned i = 0; i < MAX_FORWARD; i++)
		clear(&d->tap.forward[i]);
}

/* Only keys that say of themselves that their owner has them. */
static void
keep_own(struct dns_keys *k, const struct ip_addr *addr)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < k->n; i++) {
		struct dns_key *key = &k->key[i];

		if (key->gateway_kind == GW_ITSELF
		    || (key->gateway_kind != GW_NAME && ip_addr_eq(&key->gateway, addr)))
			k->key[kept++] = *key;
		else
			pubkey_free(&key->key);
	}
	k->n = kept;
	k->n_bare = 0;
}

static void
tell(struct daemon *d, const struct forward_try *t, bool used)
{
	char line[400];

	snprintf(line, sizeof(line), "< %s, found by a resolver's hint: %s", t->about.name.text,
		 used ? "its key counts, the reverse name has none"
		 : !t->addr_ok ? "its own address record (DNSSEC secure) does not say so"
		 : "no key that DNSSEC vouches for");
	watch_tell(&d->watches, t->about.about, RC_COMMENT, oe_stage_name(STAGE_DNS), line);
}

static void
settle(struct daemon *d, struct forward_try *t)
{
	struct tap_name *n = tap_name_of(&d->tap, &t->about.addr);
	struct forward_try done = *t;
	bool used;

	if (!t->have_keys || !t->have_addr)
		return;
	memset(t, 0, sizeof(*t));
	keep_own(&done.keys, &done.about.addr);
	used = done.addr_ok && done.keys.evidence == EVIDENCE_SECURE && done.keys.n > 0 && n != NULL;
	if (n != NULL)
		n->proved = used;
	d->tap.counts.forward_used += used;
	tell(d, &done, used);
	daemon_oe_give(d, &done.about, used ? &done.keys : &done.reverse);
	clear(&done);
}

void
daemon_forward_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct forward_try *t = find(d, l->about);

	if (t == NULL)
		return;
	t->keys = *keys;
	*keys = (struct dns_keys){ .evidence = EVIDENCE_NONE };
	t->have_keys = true;
	settle(d, t);
}

void
daemon_forward_addr(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct forward_try *t = find(d, l->about);

	if (t == NULL)
		return;
	for (unsigned i = 0; i < a->n_rdata && a->status == ADNS_ANSWERED; i++)
		t->addr_ok |= a->security == ADNS_SECURE
			&& span_eq(a->rdata[i], ip_addr_span(&t->about.addr));
	t->have_addr = true;
	settle(d, t);
}

bool
daemon_forward_ask(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct tap_name *n = tap_name_of(&d->tap, &l->addr);
	struct forward_try *t = find(d, 0);
	struct lookup about = { .purpose = LOOKUP_FORWARD_KEY, .addr = l->addr };

	if (n == NULL)
		return false;
	n->proved = false;
	if (l->whose != WANT_PEER_KEY || t == NULL || keys->n > 0 || keys->n_bare > 0
	    || (keys->evidence != EVIDENCE_ABSENT && keys->evidence != EVIDENCE_INSECURE)
	    || !daemon_forward_may(d, &l->addr))
		return false;
	*t = (struct forward_try){ .id = ++d->tap.last_forward, .about = *l };
	t->about.name = about.name = n->name;
	about.about = t->id;
	if (!daemon_ask_keys(d, &about, FORWARD_MS)
	    || daemon_ask(d, LOOKUP_FORWARD_ADDR, t->id, &n->name,
			  l->addr.family == IP_V4 ? RRTYPE_A : RRTYPE_AAAA, FORWARD_MS) == NULL) {
		memset(t, 0, sizeof(*t));
		return false;
	}
	t->reverse = *keys;
	*keys = (struct dns_keys){ .evidence = EVIDENCE_NONE };
	d->tap.counts.forward_asked++;
	return true;
}
