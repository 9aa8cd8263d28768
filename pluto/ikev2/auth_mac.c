/* AUTH without signatures: a shared secret, or nothing but the keys of this
 * exchange (RFC 7619). */
#include "pluto/ikev2/auth.h"

#include <stdio.h>

bool
auth_is_mac(enum conn_auth a)
{
	return a != CONN_AUTH_PUBKEY;
}

uint8_t
auth_mac_method(enum conn_auth a)
{
	return a == CONN_AUTH_NULL ? AUTH_NULL : AUTH_PSK;
}

/* prf(prf(secret, "Key Pad for IKEv2"), octets), prf_len octets. */
static struct chunk
mac(const struct ike_sa *sa, const struct secret *secret, struct span octets)
{
	const struct span pad = span_str("Key Pad for IKEv2");
	size_t n = prf_len(sa->chosen.prf);
	struct chunk out = chunk_new(n);
	uint8_t key[64];

	if (out.ptr == NULL || n > sizeof(key)
	    || prf_parts(sa->chosen.prf, secret_span(secret), &pad, 1, key) != 0
	    || prf_parts(sa->chosen.prf, span_of(key, n), &octets, 1, out.ptr) != 0)
		chunk_free(&out);
	secret_wipe(key, sizeof(key));
	return out;
}

/* RFC 7619 2.1: who proves nothing takes its own SK_p for the secret. */
static bool
secret_of(const struct ike_sa *sa, bool ours, struct secret *out)
{
	const struct ike_ports *p = &sa->e->ports;
	const struct conn_end *end = ours ? &sa->conn->local : &sa->conn->remote;
	bool initiators = ours == (sa->role == SA_INITIATOR);

	if (end->auth != CONN_AUTH_NULL)
		return p->find_psk(p->ctx, sa->conn, &sa->id_local, &sa->id_remote, out);
	*out = secret_copy(secret_span(initiators ? &sa->keys.sk_pi : &sa->keys.sk_pr));
	return true;
}

static const char *
said_other(enum conn_auth want)
{
	return want == CONN_AUTH_NULL ? "it did not come anonymously (NULL)"
		: "it did not authenticate by shared secret";
}

bool
auth_check_mac(struct ike_sa *sa, const struct payload_list *in, const char **why)
{
	enum conn_auth want = sa->conn->remote.auth;
	struct parse_error err;
	struct auth_body a;
	struct secret secret = { 0 };
	struct chunk octets, expected;
	bool ok;

	*why = said_other(want);
	if (!auth_read(payload_find(in, P_AUTH)->body, &a, &err)
	    || a.method != auth_mac_method(want))
		return false;
	*why = "we have no shared secret for it";
	if (!secret_of(sa, false, &secret))
		return false;
	*why = want == CONN_AUTH_NULL ? "its AUTH does not fit the exchange"
		: "its shared secret is not ours";
	octets = auth_peer_octets(sa, in);
	expected = mac(sa, &secret, chunk_span(octets));
	ok = expected.len > 0 && span_eq_secret(a.data, chunk_span(expected));
	secret_free(&secret);
	chunk_free(&octets);
	chunk_free(&expected);
	return ok;
}

struct chunk
auth_our_mac(struct ike_sa *sa)
{
	struct secret secret = { 0 };
	struct chunk octets, out = { NULL, 0 };

	if (!secret_of(sa, true, &secret)) {
		snprintf(sa->hs->why, sizeof(sa->hs->why), "we have no shared secret for the peer");
		return out;
	}
	octets = auth_own_octets(sa);
	if (octets.ptr != NULL)
		out = mac(sa, &secret, chunk_span(octets));
	chunk_free(&octets);
	secret_free(&secret);
	return out;
}
