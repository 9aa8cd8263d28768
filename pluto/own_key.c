/* Is the key that DNS names for us the one we sign with? A key that is
 * published but not ours makes every peer refuse us: say so at once. */
#include "pluto/daemon_oe.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

enum {
	LOOKUP_MS = 10000,
	/* How soon we look again, in seconds: where there is none, after the TTL of that
	 * within these bounds. */
	SOONEST_S = 60, LATEST_S = 900, UNKNOWN_S = 300, GOOD_S = 3600,
	UNPROVED_S = 10,	/* what is not proved is asked again by an attempt after that */
};

/* What was said of addresses that are ours no more. */
static void
forget_gone(struct daemon *d)
{
	for (unsigned i = 0; i < MAX_OWN_KEYS; i++)
		if (!local_addrs_has(&d->addrs, &d->own_keys[i].addr))
			d->own_keys[i] = (struct own_key){ .wrong = false };
}

void
daemon_check_own_keys(struct daemon *d)
{
	forget_gone(d);
	for (unsigned i = 0; i < d->addrs.n; i++) {
		const struct local_addr *a = &d->addrs.a[i];
		struct ident id = ident_from_addr(&a->addr);
		const struct lookup about = { .purpose = LOOKUP_OWN_KEY, .addr = a->addr,
			.name = revname_of(&a->addr) };

		if (a->serve && key_list_find(&d->signing, &id) != NULL)
			daemon_ask_keys(d, &about, LOOKUP_MS);
	}
}

static struct own_key *
slot_for(struct daemon *d, const struct ip_addr *addr)
{
	struct own_key *free_one = NULL;

	for (unsigned i = 0; i < MAX_OWN_KEYS; i++) {
		struct own_key *k = &d->own_keys[i];

		if (ip_addr_eq(&k->addr, addr))
			return k;
		if (free_one == NULL && k->addr.family == IP_NONE)
			free_one = k;
	}
	return free_one != NULL ? free_one : &d->own_keys[0];
}

const struct own_key *
daemon_own_key(const struct daemon *d, const struct ip_addr *addr)
{
	for (unsigned i = 0; i < MAX_OWN_KEYS; i++)
		if (ip_addr_eq(&d->own_keys[i].addr, addr))
			return &d->own_keys[i];
	return NULL;
}

const struct pubkey *
daemon_signing_key(const struct daemon *d, const struct ident *id, const struct ip_addr *local)
{
	const struct own_key *k = daemon_own_key(d, local);
	const struct pubkey *other = NULL;

	if (k != NULL && k->use[0] != '\0')
		other = key_list_print(&d->signing, k->use);
	return other != NULL ? other : key_list_find(&d->signing, id);
}

/* A key that nobody can find is not signed with while another one of ours can be found. */
static bool
use_other(struct own_key *k, const char *name, const struct dns_keys *keys, const struct key_list *s,
	  const struct pubkey *ours)
{
	char kind[16], fp[24], other_kind[16], other_fp[24];

	for (unsigned i = 0; keys->evidence == EVIDENCE_SECURE && i < keys->n; i++) {
		const struct pubkey *other = &keys->key[i].key;

		if (key_list_print(s, other->fingerprint) == NULL)
			continue;
		strcpy(k->use, other->fingerprint);
		snprintf(k->text, sizeof(k->text), "the first of our keys, %s %s, is not published at %s: "
			 "signing with %s %s, which is", pubkey_kind_text(ours, kind),
			 pubkey_short(ours, fp), name, pubkey_kind_text(other, other_kind),
			 pubkey_short(other, other_fp));
		return true;
	}
	return false;
}

/* The sentence for people, and how loud it must be. */
static enum log_level
judge(struct own_key *k, const char *name, const struct dns_keys *keys, const struct key_list *s,
      const struct pubkey *ours)
{
	char kind[16], fp[24], theirs[24];
	const char *t = pubkey_kind_text(ours, kind), *f = pubkey_short(ours, fp);

	bool proved = keys->evidence == EVIDENCE_SECURE;

	k->wrong = false;
	k->absent = keys->evidence == EVIDENCE_ABSENT || keys->evidence == EVIDENCE_INSECURE;
	if (keys->evidence == EVIDENCE_UNKNOWN || keys->evidence == EVIDENCE_BOGUS
	    || keys->evidence == EVIDENCE_MALFORMED) {
		snprintf(k->text, sizeof(k->text), "our own key at %s could not be checked: %s %s",
			 name, evidence_name(keys->evidence), keys->why);
		return LOG_LEVEL_WARN;
	}
	k->use[0] = '\0';	/* what was proved before an unknown answer is still so */
	k->published = proved && dns_keys_has(keys, ours);
	if (keys->n == 0) {
		snprintf(k->text, sizeof(k->text), "no IPSECKEY at %s: peers cannot find our key %s %s; "
			 "publish it (ipsec showhostkey --ipseckey)", name, t, f);
		return LOG_LEVEL_WARN;
	}
	if (!dns_keys_has(keys, ours) && use_other(k, name, keys, s, ours)) {
		k->published = true;
		return LOG_LEVEL_WARN;
	}
	if (!dns_keys_has(keys, ours)) {
		k->wrong = true;
		snprintf(k->text, sizeof(k->text), "the key published at %s is not the one we sign "
			 "with: published %s, ours %s %s; peers will refuse us until the record is "
			 "replaced (ipsec showhostkey --ipseckey)", name,
			 pubkey_short(&keys->key[0].key, theirs), t, f);
		return LOG_LEVEL_ERROR;
	}
	snprintf(k->text, sizeof(k->text), "our own key %s %s is published at %s (%s)", t, f, name,
		 evidence_name(keys->evidence));
	return LOG_LEVEL_INFO;
}

static uint32_t
look_again_s(const struct own_key *k, const struct dns_keys *keys)
{
	if (keys->evidence == EVIDENCE_SECURE && keys->n > 0 && !k->wrong && k->use[0] == '\0')
		return GOOD_S;
	if (keys->evidence != EVIDENCE_SECURE && keys->evidence != EVIDENCE_ABSENT)
		return UNKNOWN_S;
	return keys->ttl_s < SOONEST_S ? SOONEST_S : keys->ttl_s > LATEST_S ? LATEST_S : keys->ttl_s;
}

static uint32_t
holds_s(const struct dns_keys *keys)
{
	if (keys->evidence != EVIDENCE_SECURE && keys->evidence != EVIDENCE_ABSENT)
		return UNPROVED_S;
	return keys->ttl_s > 0 ? keys->ttl_s : 1;
}

static void
give(struct daemon *d, oppo_id id, const struct own_key *k)
{
	const struct oe_answer a = { .why = k->text, .own = k->wrong || k->absent
		? OWN_KEY_MISSING : k->published ? OWN_KEY_PUBLISHED : OWN_KEY_UNKNOWN };

	oe_dns_answer(d->oe, id, WANT_OWN_KEY, &a);
}

/* Stores first: an answer may begin another attempt. */
static void
give_all(struct daemon *d, struct own_key *k)
{
	oppo_id ids[MAX_OWN_WAITING];
	unsigned n = k->n_waiting;

	memcpy(ids, k->waiting, sizeof(ids));
	k->n_waiting = 0;
	k->asking = false;
	for (unsigned i = 0; i < n; i++)
		give(d, ids[i], k);
}

void
daemon_own_for_pair(struct daemon *d, oppo_id id, const struct flow *flow, uint32_t timeout_ms)
{
	const struct lookup about = { .purpose = LOOKUP_OWN_KEY, .addr = daemon_speaker(d, flow),
		.name = revname_of(&about.addr) };
	struct ident us = ident_from_addr(&about.addr);
	struct own_key *k = slot_for(d, &about.addr);
	const struct own_key nothing = { .wrong = false };

	if (key_list_find(&d->signing, &us) == NULL) {
		give(d, id, &nothing);
		return;
	}
	if (!ip_addr_eq(&k->addr, &about.addr))
		*k = (struct own_key){ .addr = about.addr };
	if (k->until_ms > monotonic_ms() || k->n_waiting == MAX_OWN_WAITING
	    || (!k->asking && !daemon_ask_keys(d, &about, timeout_ms))) {
		give(d, id, k);
		return;
	}
	k->asking = true;
	k->waiting[k->n_waiting++] = id;
}

static void
look_again(void *ctx)
{
	struct daemon *d = ctx;

	d->own_key_timer.n = 0;
	d->own_key_ms = 0;
	daemon_check_own_keys(d);
}

/* An operator publishes, replaces and withdraws keys while we run. */
static void
look_again_in(struct daemon *d, uint32_t s)
{
	uint64_t when = monotonic_ms() + 1000ull * s;

	if (d->own_key_timer.n != 0 && d->own_key_ms <= when)
		return;
	loop_cancel(d->loop, &d->own_key_timer);
	d->own_key_ms = when;
	d->own_key_timer = loop_after(d->loop, 1000ull * s, look_again, d);
}

static void
say(enum log_level level, const char *text)
{
	static struct log_limit others = { .burst = 20 };

	if (level == LOG_LEVEL_ERROR)
		log_error(NULL, "%s", text);
	else
		log_limited(&others, level, NULL, "%s", text);
}

void
daemon_own_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys)
{
	struct ident id = ident_from_addr(&l->addr);
	const struct pubkey *ours = key_list_find(&d->signing, &id);
	struct own_key *k, before;
	enum log_level level;

	k = slot_for(d, &l->addr);
	if (ours == NULL) {
		give_all(d, k);
		return;
	}
	before = *k;
	k->addr = l->addr;
	k->until_ms = monotonic_ms() + 1000ull * holds_s(keys);
	level = judge(k, l->name.text, keys, &d->signing, ours);
	if (!ip_addr_eq(&before.addr, &k->addr) || strcmp(before.text, k->text) != 0)
		say(level, k->text);
	look_again_in(d, look_again_s(k, keys));
	daemon_guess_myid(d);
	give_all(d, k);
}
