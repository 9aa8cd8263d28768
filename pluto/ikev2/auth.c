/* AUTH: what is signed, with what, and who the peer is. */
#include "pluto/ikev2/auth.h"

#include <stdio.h>
#include <string.h>

#include "pluto/ikev2/event.h"

/* The octets that one side signs: its IKE_SA_INIT message | the other's nonce |
 * prf(SK_p, ID body). Owned; empty on failure. */
static struct chunk
octets_signed(const struct ike_sa *sa, bool of_initiator, struct span id_body)
{
	const struct handshake *hs = sa->hs;
	struct chunk init = of_initiator ? hs->init_i : hs->init_r;
	struct chunk nonce = of_initiator ? hs->nr : hs->ni;
	const struct secret *sk_p = of_initiator ? &sa->keys.sk_pi : &sa->keys.sk_pr;
	size_t n = prf_len(sa->chosen.prf);
	uint8_t maced[64];
	struct chunk out = chunk_new(init.len + nonce.len + n);
	struct wire_writer w = wire_writer(out.ptr, out.len);

	if (out.ptr == NULL || n > sizeof(maced)
	    || prf_parts(sa->chosen.prf, secret_span(sk_p), &id_body, 1, maced) != 0) {
		chunk_free(&out);
		return out;
	}
	wire_put(&w, chunk_span(init));
	wire_put(&w, chunk_span(nonce));
	wire_put(&w, span_of(maced, n));
	return out;
}

/* RFC 7427 where the peer knows it; the classic methods otherwise. AUTH_NONE: the
 * peer could not check it. */
static uint8_t
method_for(const struct ike_sa *sa, const struct pubkey *k)
{
	if (sa->hs->peer_hashes != 0)
		return AUTH_DIGITAL_SIGNATURE;
	switch (k->kind) {
	case PUBKEY_RSA: return AUTH_RSA;
	case PUBKEY_P256: return AUTH_ECDSA_256;
	case PUBKEY_P384: return AUTH_ECDSA_384;
	case PUBKEY_ED25519:
	case PUBKEY_NONE: break;
	}
	return AUTH_NONE;
}

struct ident
auth_local_id(const struct ike_sa *sa)
{
	return conn_end_id(&sa->conn->local, &sa->local.addr);
}

struct ident
auth_remote_id(const struct ike_sa *sa)
{
	return conn_end_id(&sa->conn->remote, &sa->remote.addr);
}

struct chunk
auth_own_octets(const struct ike_sa *sa)
{
	uint8_t body[259];
	size_t n = ident_body(&sa->id_local, body);

	return octets_signed(sa, sa->role == SA_INITIATOR, span_of(body, n));
}

static void
with_secret(const struct ike_sa *sa, struct job *j)
{
	j->id_local = sa->id_local;
	j->id_remote = sa->id_remote;
	j->prf = sa->chosen.prf;
}

static bool
prepare_signature(struct ike_sa *sa, struct job *j)
{
	const struct pubkey *k = sa->e->ports.find_key(sa->e->ports.ctx, sa->conn);

	if (k == NULL) {
		snprintf(sa->hs->why, sizeof(sa->hs->why), "we have no private key of our own");
		return false;
	}
	j->sign_method = method_for(sa, k);
	if (j->sign_method == AUTH_NONE) {
		snprintf(sa->hs->why, sizeof(sa->hs->why),
			 "the peer cannot check signatures of our kind of key");
		return false;
	}
	j->own = pubkey_ref(k);
	j->peer_hashes = sa->hs->peer_hashes;
	return true;
}

bool
auth_prepare_proof(struct ike_sa *sa, struct job *j)
{
	if (sa->conn->local.auth == CONN_AUTH_PSK) {
		j->prove_psk = true;
		j->sign_method = AUTH_PSK;
		with_secret(sa, j);
	} else if (!prepare_signature(sa, j)) {
		return false;
	}
	j->sign_octets = auth_own_octets(sa);
	return j->sign_octets.ptr != NULL;
}

struct chunk
auth_peer_octets(const struct ike_sa *sa, const struct payload_list *in)
{
	bool initiators = sa->role == SA_RESPONDER;

	return octets_signed(sa, initiators, payload_find(in, initiators ? P_IDi : P_IDr)->body);
}

uint8_t
auth_method_of(const struct payload_list *in)
{
	struct parse_error err;
	struct auth_body a;

	return auth_read(payload_find(in, P_AUTH)->body, &a, &err) ? a.method : AUTH_NONE;
}

bool
auth_prepare_verify(struct ike_sa *sa, struct job *j, const struct payload_list *in,
		    const struct pubkey *keys, unsigned n_keys, const char **why)
{
	struct parse_error err;
	struct auth_body a;

	*why = "its AUTH payload is malformed";
	if (!auth_read(payload_find(in, P_AUTH)->body, &a, &err))
		return false;
	j->verify_psk = sa->conn->remote.auth == CONN_AUTH_PSK;
	if (j->verify_psk)
		with_secret(sa, j);
	if (j->verify_psk && a.method != AUTH_PSK) {
		*why = "it did not authenticate by shared secret";
		return false;
	}
	for (unsigned i = 0; i < n_keys && i < CONN_MAX_KEYS; i++)
		j->keys[j->n_keys++] = pubkey_ref(&keys[i]);
	j->verify_method = a.method;
	j->verify_data = chunk_copy(a.data);
	j->verify_octets = auth_peer_octets(sa, in);
	return j->verify_octets.ptr != NULL && (a.data.len == 0 || j->verify_data.ptr != NULL);
}

const struct pubkey *
auth_peer_keys(const struct ike_sa *sa, unsigned *n)
{
	if (sa->conn->n_keys > 0) {
		*n = sa->conn->n_keys;
		return sa->conn->keys;
	}
	*n = sa->hs->found.n;
	return sa->hs->found.keys;
}

bool
auth_must_look_up(const struct ike_sa *sa)
{
	const struct connection *c = sa->conn;
	/* An opportunistic peer comes anonymously only where DNS knows no key of it. */
	bool asks = c->remote.auth == CONN_AUTH_PUBKEY
		|| (c->remote.auth == CONN_AUTH_NULL && c->oe);

	return asks && c->n_keys == 0 && c->keys_from_dns && !sa->hs->looked_up;
}

void
auth_ask_keys(struct ike_sa *sa)
{
	struct addr_buf b;

	if (sa->role == SA_RESPONDER)
		ike_step_become(sa, IKE_AUTH_KEY_WAIT);
	ike_line(sa, 0, "auth", "looking up the key of %s", ip_addr_text(&sa->remote.addr, &b));
	sa->e->ports.lookup_keys(sa->e->ports.ctx, sa->serial, sa->conn, &sa->id_remote, &sa->remote,
				 sa->hs->client.family != IP_NONE ? &sa->hs->client : NULL);
}

void
auth_proved(struct ike_sa *sa, const struct pubkey *k)
{
	struct addr_buf b;
	char key[24];

	if (sa->conn->remote.auth == CONN_AUTH_NULL) {
		sa->anonymous = true;
		sa->key_source = "unauthenticated (NULL)";
		ike_line(sa, 0, "auth", "peer %s is anonymous: encrypted, unauthenticated (NULL)",
			 ip_addr_text(&sa->remote.addr, &b));
		return;
	}
	if (k == NULL) {
		sa->key_source = NULL;
		ike_line(sa, 0, "auth", "peer %s proved the shared secret",
			 ip_addr_text(&sa->remote.addr, &b));
		return;
	}
	sa->key_source = sa->conn->n_keys > 0 ? sa->conn->key_source : sa->hs->found.source;
	if (sa->key_source == NULL)
		sa->key_source = "configured";
	sa->peer_key = pubkey_ref(k);
	ike_line(sa, 0, "auth", "peer %s proved key %s (%s)", ip_addr_text(&sa->remote.addr, &b),
		 pubkey_short(k, key), sa->key_source);
}
