/* Who proves what in phase 1: by a hash under the shared secret, or by RSA. */
#include "pluto/ikev1/prove.h"

#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/job.h"

static bool
add_own_key(struct isakmp *sa, struct v1_job *j)
{
	const struct pubkey *k = sa->e->ports.find_key(sa->e->ports.ctx, sa->conn);

	if (k == NULL || k->kind != PUBKEY_RSA) {
		snprintf(sa->p1->why, sizeof(sa->p1->why), "we have no RSA key of our own");
		return false;
	}
	j->own = pubkey_ref(k);
	return true;
}

static void
finish(struct isakmp *sa, bool sent, const char *why)
{
	struct v1_step s = { .in = NULL };

	phase1_resume(sa, sent ? V1_DONE : phase1_fail(sa, &s, IKE_FAIL_INTERNAL, 0, why), &s);
}

static void
own_signed(struct isakmp *sa, struct v1_job *j)
{
	if (sa->p1 != NULL)
		finish(sa, j->ok && sa->p1->sending(sa, chunk_span(j->signature)), "no signature");
}

enum v1_result
prove_own(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending)
{
	uint8_t own[V1_HASH_MAX];
	size_t n = auth_hashes(sa, NULL, own);
	struct v1_job *j;

	sa->p1->sending = sending;
	if (n == 0)
		return phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "no hash");
	if (!auth_is_signature(sa))
		return sending(sa, span_of(own, n)) ? V1_DONE
			: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "the message is too long");
	j = v1_job_new(sa, 0, own_signed);
	if (j == NULL || !add_own_key(sa, j)) {
		v1_job_free(j);
		return phase1_fail(sa, s, IKE_FAIL_NO_KEY, 0, NULL);
	}
	memcpy(j->our_hash, own, n);
	j->hash_len = n;
	return v1_job_signatures(j) == 0 ? V1_WAIT
		: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "too much work is waiting");
}

static enum v1_result
disbelieve(struct isakmp *sa, struct v1_step *s, const char *why)
{
	return phase1_fail(sa, s, IKE_FAIL_AUTH_PEER, V1_N_AUTHENTICATION_FAILED, why);
}

static enum v1_result
check_hash(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending)
{
	uint8_t peer[V1_HASH_MAX], own[V1_HASH_MAX];
	size_t n = auth_hashes(sa, peer, sending != NULL ? own : NULL);

	if (n == 0 || !span_eq_secret(chunk_span(sa->p1->peer_auth), span_of(peer, n)))
		return disbelieve(sa, s, "the peer does not know the shared secret");
	phase1_accept(sa);
	return sending == NULL || sending(sa, span_of(own, n)) ? V1_DONE
		: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "the message is too long");
}

static void
peer_verified(struct isakmp *sa, struct v1_job *j)
{
	struct v1_step s = { .in = NULL };

	if (sa->p1 == NULL)
		return;
	if (j->good < 0) {
		phase1_resume(sa, disbelieve(sa, &s, "the peer's signature is of none of its keys"),
			      &s);
		return;
	}
	sa->peer_key = pubkey_ref(&j->keys[j->good]);
	phase1_accept(sa);
	finish(sa, sa->p1->sending == NULL || (j->ok && sa->p1->sending(sa, chunk_span(j->signature))),
	       "no signature of our own");
}

/* The peer's signature against KEYS; as responder ours in the same job. */
static enum v1_result
verify_with(struct isakmp *sa, struct v1_step *s, const struct pubkey *keys, unsigned n)
{
	struct v1_job *j = v1_job_new(sa, 0, peer_verified);
	bool ok = j != NULL && (sa->p1->sending == NULL || add_own_key(sa, j));

	if (!ok) {
		v1_job_free(j);
		return phase1_fail(sa, s, IKE_FAIL_NO_KEY, 0, NULL);
	}
	for (unsigned i = 0; i < n && i < CONN_MAX_KEYS; i++)
		j->keys[j->n_keys++] = pubkey_ref(&keys[i]);
	j->peer_signature = chunk_copy(chunk_span(sa->p1->peer_auth));
	j->hash_len = auth_hashes(sa, j->peer_hash, j->our_hash);
	return v1_job_signatures(j) == 0 ? V1_WAIT
		: phase1_fail(sa, s, IKE_FAIL_INTERNAL, 0, "too much work is waiting");
}

void
prove_take(struct isakmp *sa, const struct v1_chain *in)
{
	const struct v1_payload *p = v1_find(in, auth_is_signature(sa) ? V1_SIG : V1_HASH);

	chunk_free(&sa->p1->peer_auth);
	if (p != NULL)
		sa->p1->peer_auth = chunk_copy(p->body);
}

enum v1_result
prove_peer(struct isakmp *sa, struct v1_step *s, prove_send_fn *sending)
{
	struct v1_engine *e = sa->e;

	if (!auth_is_signature(sa))
		return check_hash(sa, s, sending);
	if (sa->p1->peer_auth.len == 0)
		return disbelieve(sa, s, "the peer sent no signature");
	sa->p1->sending = sending;
	if (sa->conn->n_keys > 0) {
		sa->key_source = sa->conn->key_source;
		return verify_with(sa, s, sa->conn->keys, sa->conn->n_keys);
	}
	if (!sa->conn->keys_from_dns)
		return phase1_fail(sa, s, IKE_FAIL_NO_KEY, 0, "no public key of this peer");
	sa->p1->looking = true;
	e->ports.lookup_keys(e->ports.ctx, sa->serial, sa->conn, &sa->id_remote, &sa->remote, NULL);
	return V1_WAIT;
}

void
v1_keys_found(struct v1_engine *e, uint64_t lookup, const struct peer_keys *keys)
{
	struct isakmp *sa = isakmp_find(e, lookup);
	struct v1_step s = { .in = NULL };
	enum v1_result r;

	if (sa == NULL || sa->p1 == NULL || !sa->p1->looking)
		return;
	v1_enter(e);
	sa->p1->looking = false;
	sa->key_source = keys->source;
	if (keys->n == 0)
		r = disbelieve(sa, &s, keys->why_none);
	else
		r = verify_with(sa, &s, keys->keys, keys->n);
	phase1_resume(sa, r, &s);
	v1_leave(e);
}
