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

/* prf(prf(psk, "Key Pad for IKEv2"), octets), prf_len octets. */
static struct chunk
psk_value(const struct ike_sa *sa, const struct secret *psk, struct span octets)
{
	const struct span pad = span_str("Key Pad for IKEv2");
	size_t n = prf_len(sa->chosen.prf);
	struct chunk out = chunk_new(n);
	uint8_t key[64];

	if (out.ptr == NULL || n > sizeof(key)
	    || prf_parts(sa->chosen.prf, secret_span(psk), &pad, 1, key) != 0
	    || prf_parts(sa->chosen.prf, span_of(key, n), &octets, 1, out.ptr) != 0)
		chunk_free(&out);
	secret_wipe(key, sizeof(key));
	return out;
}

/* RFC 7427 where the peer knows it; the classic methods otherwise. */
/* The method for our key and this peer; AUTH_NONE: it could not check it. */
static uint8_t
method_for(const struct ike_sa *sa, const struct private_key *k)
{
	if (sa->hs->peer_hashes != 0)
		return AUTH_DIGITAL_SIGNATURE;
	switch (k->pub.kind) {
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

static struct chunk
own_octets(struct ike_sa *sa)
{
	uint8_t body[259];
	size_t n = ident_body(&sa->id_local, body);

	return octets_signed(sa, sa->role == SA_INITIATOR, span_of(body, n));
}

bool
auth_prepare_sign(struct ike_sa *sa, struct job *j)
{
	const struct private_key *k = sa->e->ports.find_key(sa->e->ports.ctx, sa->conn);

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
	j->own = private_key_ref(k);
	j->peer_hashes = sa->hs->peer_hashes;
	j->sign_octets = own_octets(sa);
	return j->sign_octets.ptr != NULL;
}

static const struct payload *
peer_id(const struct ike_sa *sa, const struct payload_list *in)
{
	return payload_find(in, sa->role == SA_RESPONDER ? P_IDi : P_IDr);
}

bool
auth_prepare_verify(struct ike_sa *sa, struct job *j, const struct payload_list *in,
		    const struct pubkey *keys, unsigned n_keys)
{
	struct parse_error err;
	struct auth_body a;

	if (!auth_read(payload_find(in, P_AUTH)->body, &a, &err))
		return false;
	for (unsigned i = 0; i < n_keys && i < CONN_MAX_KEYS; i++)
		j->keys[j->n_keys++] = pubkey_ref(&keys[i]);
	j->verify_method = a.method;
	j->verify_data = chunk_copy(a.data);
	j->verify_octets = octets_signed(sa, sa->role == SA_RESPONDER, peer_id(sa, in)->body);
	return j->verify_octets.ptr != NULL && (a.data.len == 0 || j->verify_data.ptr != NULL);
}

bool
auth_check_psk(struct ike_sa *sa, const struct payload_list *in, const char **why)
{
	struct parse_error err;
	struct auth_body a;
	struct secret psk = { 0 };
	struct chunk octets, want;
	bool ok;

	*why = "it did not authenticate by shared secret";
	if (!auth_read(payload_find(in, P_AUTH)->body, &a, &err) || a.method != AUTH_PSK)
		return false;
	*why = "we have no shared secret for it";
	if (!sa->e->ports.find_psk(sa->e->ports.ctx, sa->conn, &sa->id_local, &sa->id_remote, &psk))
		return false;
	*why = "its shared secret is not ours";
	octets = octets_signed(sa, sa->role == SA_RESPONDER, peer_id(sa, in)->body);
	want = psk_value(sa, &psk, chunk_span(octets));
	ok = want.len > 0 && span_eq_secret(a.data, chunk_span(want));
	secret_free(&psk);
	chunk_free(&octets);
	chunk_free(&want);
	return ok;
}

struct chunk
auth_our_psk(struct ike_sa *sa)
{
	struct secret psk = { 0 };
	struct chunk octets, out = { NULL, 0 };

	if (!sa->e->ports.find_psk(sa->e->ports.ctx, sa->conn, &sa->id_local, &sa->id_remote,
				   &psk)) {
		snprintf(sa->hs->why, sizeof(sa->hs->why), "we have no shared secret for the peer");
		return out;
	}
	octets = own_octets(sa);
	if (octets.ptr != NULL)
		out = psk_value(sa, &psk, chunk_span(octets));
	chunk_free(&octets);
	secret_free(&psk);
	return out;
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
	return sa->conn->auth == CONN_AUTH_PUBKEY && sa->conn->n_keys == 0
		&& sa->conn->keys_from_dns && !sa->hs->looked_up;
}

void
auth_ask_keys(struct ike_sa *sa)
{
	struct addr_buf b;

	if (sa->role == SA_RESPONDER)
		ike_step_become(sa, IKE_AUTH_KEY_WAIT);
	ike_line(sa, 0, "auth", "looking up the key of %s", ip_addr_text(&sa->remote.addr, &b));
	sa->e->ports.lookup_keys(sa->e->ports.ctx, sa->serial, sa->conn, &sa->id_remote, &sa->remote);
}

void
auth_proved(struct ike_sa *sa, const struct pubkey *k)
{
	struct addr_buf b;
	char key[24];

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
