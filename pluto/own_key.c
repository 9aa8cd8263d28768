/* Is the key that DNS names for us the one we sign with? A key that is
 * published but not ours makes every peer refuse us: say so at once. */
#include "pluto/daemon.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

enum { LOOKUP_MS = 10000 };

void
daemon_check_own_keys(struct daemon *d)
{
	for (unsigned i = 0; i < d->addrs.n; i++) {
		const struct local_addr *a = &d->addrs.a[i];
		struct ident id = ident_from_addr(&a->addr);
		struct dns_name name = revname_of(&a->addr);
		struct lookup *l;

		if (!a->serve || d->secrets == NULL || secrets_find_key(d->secrets, &id) == NULL)
			continue;
		l = daemon_ask(d, LOOKUP_OWN_KEY, 0, &name, RRTYPE_IPSECKEY, LOOKUP_MS);
		if (l != NULL)
			l->addr = a->addr;
	}
}

static bool
is_published(const struct dns_keys *keys, const struct pubkey *ours)
{
	for (unsigned i = 0; i < keys->n; i++)
		if (pubkey_eq(&keys->key[i].key, ours))
			return true;
	return false;
}

static void
report(const struct lookup *l, const struct dns_keys *keys, const struct pubkey *ours)
{
	char kind[16], fp[24], theirs[24];
	const char *k = pubkey_kind_text(ours, kind), *f = pubkey_short(ours, fp);

	if (keys->evidence == EVIDENCE_UNKNOWN || keys->evidence == EVIDENCE_BOGUS)
		log_warn(NULL, "our own key at %s could not be checked: %s %s", l->name.text,
			 evidence_name(keys->evidence), keys->why);
	else if (keys->n == 0)
		log_warn(NULL, "no IPSECKEY at %s: peers cannot find our key %s %s; publish it "
			 "(ipsec showhostkey --ipseckey)", l->name.text, k, f);
	else if (!is_published(keys, ours))
		log_error(NULL, "the key published at %s is not the one we sign with: "
			  "published %s, ours %s %s; peers will refuse us until the record is "
			  "replaced (ipsec showhostkey --ipseckey)", l->name.text,
			  pubkey_short(&keys->key[0].key, theirs), k, f);
	else
		log_info(NULL, "our key %s %s is published at %s (%s)", k, f, l->name.text,
			 evidence_name(keys->evidence));
}

void
daemon_own_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a)
{
	struct ident id = ident_from_addr(&l->addr);
	const struct private_key *ours = d->secrets == NULL ? NULL
		: secrets_find_key(d->secrets, &id);
	struct dns_keys keys;

	if (ours == NULL)
		return;
	dns_keys_from_answer(a, &keys);
	report(l, &keys, &ours->pub);
	dns_keys_free(&keys);
}
