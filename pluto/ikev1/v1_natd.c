/* What we can (vendor IDs), and whether a NAT stands between (RFC 3947 3). */
#include <string.h>

#include "pluto/ikev1/phase1.h"

/* The MD5 of "RFC 3947"; RFC 3706 5.1. */
static const uint8_t vid_natt[] = { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57,
	0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f };
static const uint8_t vid_dpd[] = { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86,
	0x96, 0xfc, 0x77, 0x57, 0x01, 0x00 };

/* Cisco's fragments; four octets of flags follow, for what is said without. */
static const uint8_t vid_fragments[] = { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25,
	0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0x80, 0x00, 0x00, 0x00 };
enum { VID_FLAGS = 4 };
/* draft-beaulieu-ike-xauth-02 3. */
static const uint8_t vid_xauth[] = { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 };

void
natd_put_vids(struct isakmp *sa, struct ike_build *b)
{
	if (sa->conn->xauth != CONN_PART_NONE)
		ike_build_payload(b, V1_VID, SPAN_OF(vid_xauth));
	ike_build_payload(b, V1_VID, SPAN_OF(vid_dpd));
	ike_build_payload(b, V1_VID, SPAN_OF(vid_natt));
	ike_build_payload(b, V1_VID, SPAN_OF(vid_fragments));
}

static bool
is_fragments(struct span vid)
{
	struct wire_reader r = wire_reader(vid);

	return span_eq(wire_bytes(&r, sizeof(vid_fragments) - VID_FLAGS, "vendor ID"),
		       span_of(vid_fragments, sizeof(vid_fragments) - VID_FLAGS));
}

void
natd_take_vids(struct isakmp *sa, const struct v1_chain *in)
{
	for (const struct v1_payload *p = v1_find(in, V1_VID); p != NULL; p = v1_find_next(in, p)) {
		sa->peer_natt = sa->peer_natt || span_eq(p->body, SPAN_OF(vid_natt));
		sa->peer_fragments = sa->peer_fragments || is_fragments(p->body);
		sa->peer_dpd = sa->peer_dpd || span_eq(p->body, SPAN_OF(vid_dpd));
	}
}

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
