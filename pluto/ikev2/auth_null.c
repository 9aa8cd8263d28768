/* AUTH by nothing but the keys of this exchange (RFC 7619 2.1): who proves nothing takes
 * its own SK_p for the shared secret. */
#include "pluto/ikev2/auth.h"

#include "pluto/crypto/psk.h"

static struct chunk
mac(const struct ike_sa *sa, bool of_initiator, struct span octets)
{
	const struct secret *sk_p = of_initiator ? &sa->keys.sk_pi : &sa->keys.sk_pr;

	return psk_auth(sa->chosen.prf, secret_span(sk_p), octets);
}

bool
auth_null_check(struct ike_sa *sa, const struct payload_list *in, const char **why)
{
	struct chunk octets, expected;
	struct parse_error err;
	struct auth_body a;
	bool ok;

	*why = "it did not come anonymously (NULL)";
	if (!auth_read(payload_find(in, P_AUTH)->body, &a, &err) || a.method != AUTH_NULL)
		return false;
	*why = "its AUTH does not fit the exchange";
	octets = auth_peer_octets(sa, in);
	expected = mac(sa, sa->role == SA_RESPONDER, chunk_span(octets));
	ok = expected.len > 0 && span_eq_secret(a.data, chunk_span(expected));
	chunk_free(&octets);
	chunk_free(&expected);
	return ok;
}

struct chunk
auth_null_ours(struct ike_sa *sa)
{
	struct chunk octets = auth_own_octets(sa), out = { NULL, 0 };

	if (octets.ptr != NULL)
		out = mac(sa, sa->role == SA_INITIATOR, chunk_span(octets));
	chunk_free(&octets);
	return out;
}
