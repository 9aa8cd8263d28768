/* An opportunistic peer is looked up again before its IKE SA is replaced: a rekey proves
 * that it is the same peer, and only DNS that this peer still has the address. Whose key is
 * gone is not accepted again. */
#include "pluto/ikev2/verify.h"

#include "lib/log.h"
#include "pluto/ikev2/engine.h"
#include "pluto/ikev2/rekey.h"

enum { AGAIN_MS = 30000 };

bool
verify_must(const struct ike_sa *sa)
{
	return sa->conn->oe && !sa->anonymous && sa->peer_key.kind != PUBKEY_NONE
		&& sa->e->ports.lookup_keys != NULL;
}

void
verify_begin(struct ike_sa *sa, bool then_rekey)
{
	/* A peer that we found is known by its address, whatever it calls itself. */
	const struct ident id = sa->conn->n_keys > 0 ? ident_from_addr(&sa->remote.addr) : sa->id_remote;
	bool asked = sa->verify != VERIFY_NOT;

	if (then_rekey || !asked)
		sa->verify = then_rekey ? VERIFY_THEN_REKEY : VERIFY_THEN_STAY;
	if (!asked)
		sa->e->ports.lookup_keys(sa->e->ports.ctx, sa->serial, sa->conn, &id, &sa->remote, NULL);
}

static bool
has_key(const struct peer_keys *keys, const struct pubkey *k)
{
	for (unsigned i = 0; i < keys->n; i++)
		if (pubkey_eq(&keys->keys[i], k))
			return true;
	return false;
}

void
verify_answer(struct ike_sa *sa, const struct peer_keys *keys)
{
	bool rekey = sa->verify == VERIFY_THEN_REKEY;
	struct addr_buf b;

	sa->verify = VERIFY_NOT;
	if (sa->state != IKE_ESTABLISHED)
		return;
	if (has_key(keys, &sa->peer_key)) {
		if (rekey)
			rekey_ike_begin(sa);
	} else if (keys->unknown || keys->bogus) {
		timer_set(sa->e, &sa->rekey, engine_now(sa->e) + AGAIN_MS);
	} else {
		log_info(NULL, "ike#%llu: DNS does not name the key of %s any more (%s), closed",
			 (unsigned long long)sa->serial, ip_addr_text(&sa->remote.addr, &b),
			 keys->why_none != NULL ? keys->why_none : "it names another");
		ike_sa_close(sa, 0);
	}
}
