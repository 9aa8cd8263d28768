/* What each side can, said by vendor IDs. */
#include <stddef.h>

#include "pluto/ikev1/phase1.h"

static const struct vid_row {
	const char *what;
	size_t peer;			/* the flag in struct isakmp */
	uint8_t len, same;		/* octets that we send; that the peer's begins with */
	uint8_t id[20];
} rows[] = {
	{ "DPD (RFC 3706 5.1)", offsetof(struct isakmp, peer_dpd), 16, 16,
	  { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57,
	    0x01, 0x00 } },
	{ "RFC 3947, the MD5 of that", offsetof(struct isakmp, peer_natt), 16, 16,
	  { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95,
	    0x45, 0x2f } },
	{ "Cisco's fragments; some say it without the flags",
	  offsetof(struct isakmp, peer_fragments), 20, 16,
	  { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6,
	    0xc2, 0xd3, 0x80, 0x00, 0x00, 0x00 } },
	{ "XAUTH (draft-beaulieu-ike-xauth-02 3)", offsetof(struct isakmp, peer_xauth), 8, 8,
	  { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 } },
};

static bool *
flag(struct isakmp *sa, const struct vid_row *row)
{
	return (bool *)((char *)sa + row->peer);
}

/* Who answers says what the other has said too: its address is not proved yet, and
 * gets no more than it has sent. */
static bool
is_said(struct isakmp *sa, const struct vid_row *row)
{
	if (sa->role == SA_RESPONDER)
		return *flag(sa, row);
	return row->peer != offsetof(struct isakmp, peer_xauth)
		|| sa->conn->xauth != CONN_PART_NONE;
}

void
vids_put(struct isakmp *sa, struct ike_build *b)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (is_said(sa, &rows[i]))
			ike_build_payload(b, V1_VID, span_of(rows[i].id, sa->peer_terse
							     ? rows[i].same : rows[i].len));
}

static bool
is_row(const struct vid_row *row, struct span vid)
{
	struct wire_reader r = wire_reader(vid);
	struct span begin = wire_bytes(&r, row->same, "vendor ID");

	return span_eq(begin, span_of(row->id, row->same))
		&& (row->len > row->same || wire_left(&r) == 0);
}

void
vids_take(struct isakmp *sa, const struct v1_chain *in)
{
	for (const struct v1_payload *p = v1_find(in, V1_VID); p != NULL; p = v1_find_next(in, p))
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			if (is_row(&rows[i], p->body)) {
				*flag(sa, &rows[i]) = true;
				sa->peer_terse |= p->body.len < rows[i].len;
			}
}
