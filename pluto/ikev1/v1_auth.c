/* Identities of phase 1, and the hashes that prove them (RFC 2409 5). */
#include <stdio.h>
#include <string.h>

#include "pluto/ikev1/phase1.h"

bool
auth_is_signature(const struct isakmp *sa)
{
	return sa->auth == V1_AUTH_RSA_SIG || sa->auth == V1_AUTH_XAUTH_INIT_RSA
		|| sa->auth == V1_AUTH_XAUTH_RESP_RSA;
}

/* The body of an ID payload as both hashes take it in. Protocol and port are 0:
 * behind a NAT they must be (RFC 3947 4), elsewhere they may. */
static size_t
id_body(const struct ident *id, uint8_t out[260])
{
	struct wire_writer w = wire_writer(out, 260);

	wire_put_u8(&w, id->type);
	wire_put_zeros(&w, 3);
	wire_put(&w, span_of(id->data, id->len));
	return w.len;
}

void
auth_put_id(struct isakmp *sa, struct ike_build *b)
{
	struct chunk *kept = sa->role == SA_INITIATOR ? &sa->p1->idi_b : &sa->p1->idr_b;
	uint8_t body[260];
	size_t n = id_body(&sa->id_local, body);

	chunk_free(kept);
	*kept = chunk_copy(span_of(body, n));
	ike_build_payload(b, V1_ID, chunk_span(*kept));
}

static bool
is_phase1_port(const struct v1_id *id)
{
	return (id->ip_proto == 0 && id->port == 0)
		|| (id->ip_proto == 17 && (id->port == 0 || id->port == 500 || id->port == 4500));
}

bool
auth_take_id(struct isakmp *sa, const struct v1_chain *in, bool from_initiator)
{
	struct span body = v1_find(in, V1_ID)->body;
	struct chunk *kept = from_initiator ? &sa->p1->idi_b : &sa->p1->idr_b;
	struct parse_error e;
	struct v1_id id;

	if (!v1_id_read(body, &id, &e) || !is_phase1_port(&id)
	    || id.data.len > sizeof(sa->id_remote.data)) {
		snprintf(sa->p1->why, sizeof(sa->p1->why), "its identity cannot be read");
		return false;
	}
	chunk_free(kept);
	*kept = chunk_copy(body);
	sa->id_remote = (struct ident){ .type = id.type, .len = (uint8_t)id.data.len };
	memcpy(sa->id_remote.data, id.data.ptr, id.data.len);
	return kept->ptr != NULL;
}

/* HASH_I and HASH_R differ in whose half comes first. */
static size_t
one_hash(struct isakmp *sa, bool of_initiator, uint8_t out[V1_HASH_MAX])
{
	struct phase1 *p = sa->p1;
	bool mine = of_initiator == (sa->role == SA_INITIATOR);
	struct span own = ke_public(p->ke), peer = chunk_span(p->ke_peer);
	const uint8_t *a = of_initiator ? sa->cky_i : sa->cky_r;
	const uint8_t *b = of_initiator ? sa->cky_r : sa->cky_i;
	int n = v1_auth_hash(&sa->keys, mine ? own : peer, mine ? peer : own, a, b,
			     chunk_span(p->sai_b),
			     chunk_span(of_initiator ? p->idi_b : p->idr_b), out);

	return n > 0 ? (size_t)n : 0;
}

size_t
auth_hashes(struct isakmp *sa, uint8_t peer[V1_HASH_MAX], uint8_t own[V1_HASH_MAX])
{
	bool i = sa->role == SA_INITIATOR;
	size_t n = peer != NULL ? one_hash(sa, !i, peer) : 1;

	return n != 0 && own != NULL ? one_hash(sa, i, own) : n;
}

void
auth_put_proof(struct isakmp *sa, struct ike_build *b, struct span proof)
{
	ike_build_payload(b, auth_is_signature(sa) ? V1_SIG : V1_HASH, proof);
}
