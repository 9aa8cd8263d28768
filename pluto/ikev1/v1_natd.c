/* Whether a NAT stands between (RFC 3947 3). */
#include <string.h>

#include "pluto/ikev1/phase1.h"

/* HASH(CKY-I | CKY-R | address | port); its length, or 0. */
static size_t
hash_of(const struct isakmp *sa, const struct endpoint *at, uint8_t out[V1_HASH_MAX])
{
	uint8_t port[2];
	struct wire_writer w = wire_writer(port, sizeof(port));
	const struct span parts[] = { SPAN_OF(sa->cky_i), SPAN_OF(sa->cky_r),
		ip_addr_span(&at->addr), SPAN_OF(port) };
	int n;

	wire_put_u16(&w, at->port);
	n = v1_digest(sa->prf, parts, sizeof(parts) / sizeof(*parts), out);
	return n > 0 ? (size_t)n : 0;
}

static void
put_one(struct isakmp *sa, struct ike_build *b, const struct endpoint *at, bool wrong)
{
	uint8_t out[V1_HASH_MAX];
	size_t n = hash_of(sa, at, out);

	if (n == 0)
		b->w.err = WIRE_FULL;	/* no message, rather than a NAT that is none */
	if (wrong)
		v1_random(sa->e, out, n);
	ike_build_payload(b, V1_NAT_D, span_of(out, n));
}

/* The destination first, then what we believe to be the source. */
void
natd_put(struct isakmp *sa, struct ike_build *b)
{
	const struct phase1 *p = sa->p1;
	bool answering = p->row != NULL;

	if (!sa->peer_natt)
		return;
	put_one(sa, b, answering ? &p->row_remote : &sa->remote, false);
	put_one(sa, b, answering ? &p->row_local : &sa->local, isakmp_encap_forced(sa));
}

void
natd_take(struct isakmp *sa, const struct v1_chain *in)
{
	const struct v1_payload *d = v1_find(in, V1_NAT_D);
	uint8_t own[V1_HASH_MAX], peer[V1_HASH_MAX];
	size_t n = hash_of(sa, &sa->p1->row_local, own);

	if (!sa->peer_natt || d == NULL || n == 0 || hash_of(sa, &sa->p1->row_remote, peer) != n)
		return;
	sa->nat_local = !span_eq(d->body, span_of(own, n));
	sa->nat_remote = true;
	while ((d = v1_find_next(in, d)) != NULL)
		if (span_eq(d->body, span_of(peer, n)))
			sa->nat_remote = false;
	sa->encap = sa->nat_local || sa->nat_remote || isakmp_encap_forced(sa);
}
