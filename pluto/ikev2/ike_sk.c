/* SK and SKF payloads: sealing, opening, fragmenting. */
#include "pluto/ikev2/ike_sk.h"

#include <errno.h>

#include "lib/secret.h"

enum { GENERIC_HDR = 4, SKF_FIELDS = 4, HDR_LENGTH_AT = 24 };

/* The part of a message that goes into one datagram. */
struct piece {
	struct span plain;
	uint8_t next;		/* of the generic header */
	uint16_t number, total;	/* total 0: SK, not SKF */
};

void
sk_out_free(struct sk_out *o)
{
	for (unsigned i = 0; i < o->n; i++)
		chunk_free(&o->datagram[i]);
	o->n = 0;
}

/* What stands around the plain bytes and their padding. */
static size_t
overhead(const struct sealer *s, bool skf)
{
	return IKE_HDR_LEN + GENERIC_HDR + (skf ? SKF_FIELDS : 0u) +
	    sealer_iv_len(s) + sealer_icv_len(s);
}

/* RFC 7296 3.14: padding and its length fill up the block. */
static size_t
padded_len(const struct sealer *s, size_t plain)
{
	size_t block = sealer_block(s);

	return (plain + 1 + block - 1) / block * block;
}

/* Header, generic header and fragment fields: what is authenticated only. */
static void
write_clear(struct ike_build *b, const struct piece *p, size_t total_len)
{
	size_t mark = ike_build_open(b, p->total != 0 ? P_SKF : P_SK);

	/* The field belongs to what is inside (RFC 7296 3.14), and the lengths
	 * are authenticated, so they are final before the seal. */
	wire_patch_u8(&b->w, b->next_at, p->next);
	wire_patch_u16(&b->w, mark, (uint16_t)(total_len - IKE_HDR_LEN));
	wire_patch_u32(&b->w, HDR_LENGTH_AT, (uint32_t)total_len);
	if (p->total != 0) {
		wire_put_u16(&b->w, p->number);
		wire_put_u16(&b->w, p->total);
	}
}

static int
seal_piece(struct sealer *s, const struct ike_hdr *hdr, const struct piece *p,
	   struct chunk *out)
{
	size_t len = padded_len(s, p->plain.len), aad_len;
	size_t total = overhead(s, p->total != 0) + len;
	struct chunk c = total <= SK_MAX_MESSAGE ? chunk_new(total)
						 : (struct chunk){ 0 };
	struct ike_build b;
	uint8_t *iv, *data, *icv;
	int rc;

	if (total > SK_MAX_MESSAGE)
		return -EMSGSIZE;
	if (c.ptr == NULL)
		return -EINVAL;
	b = ike_build_message(c.ptr, c.len, hdr);
	write_clear(&b, p, total);
	aad_len = b.w.len;
	iv = wire_room(&b.w, sealer_iv_len(s));
	data = wire_room(&b.w, 0);
	wire_put(&b.w, p->plain);
	wire_put_zeros(&b.w, len - p->plain.len - 1);
	wire_put_u8(&b.w, (uint8_t)(len - p->plain.len - 1));
	icv = wire_room(&b.w, sealer_icv_len(s));
	rc = wire_fits(&b.w) ? sealer_seal(s, span_of(c.ptr, aad_len), iv, data,
	    len, icv) : -EINVAL;
	if (rc != 0)
		chunk_free(&c);
	*out = c;
	return rc;
}

/* How many plain bytes fit in a fragment of LIMIT octets; 0: none. */
static size_t
fragment_room(const struct sealer *s, size_t limit)
{
	size_t around = overhead(s, true), block = sealer_block(s);
	size_t room = limit > around ? limit - around : 0;

	room -= room % block;
	return room != 0 ? room - 1 : 0;
}

static int
seal_fragments(struct sealer *s, const struct ike_hdr *hdr, struct span inner,
	       uint8_t first, size_t room, struct sk_out *out)
{
	struct wire_reader r = wire_reader(inner);
	size_t n = (inner.len + room - 1) / room;

	if (n > SK_MAX_FRAGMENTS)
		return -EMSGSIZE;
	for (size_t i = 1; i <= n; i++) {
		size_t left = wire_left(&r);
		struct piece p = {
			.plain = wire_bytes(&r, left < room ? left : room, "part"),
			/* RFC 7383 2.5: the first fragment alone says it. */
			.next = i == 1 ? first : P_NONE,
			.number = (uint16_t)i,
			.total = (uint16_t)n,
		};
		int rc = seal_piece(s, hdr, &p, &out->datagram[out->n]);

		if (rc != 0) {
			sk_out_free(out);
			return rc;
		}
		out->n++;
	}
	return 0;
}

int
sk_seal(struct sealer *s, const struct ike_hdr *hdr, const struct ike_build *inner,
	size_t limit, struct sk_out *out)
{
	struct piece whole = { .next = inner->first };
	size_t len;
	int rc;

	*out = (struct sk_out){ 0 };
	if (!wire_fits(&inner->w) || inner->w.len > SK_MAX_MESSAGE)
		return -EMSGSIZE;
	whole.plain = wire_written(&inner->w);
	len = overhead(s, false) + padded_len(s, whole.plain.len);
	if (limit != 0 && len > limit) {
		size_t room = fragment_room(s, limit);

		/* Even a payload's header would not fit. */
		if (room < GENERIC_HDR || whole.plain.len == 0)
			return -EINVAL;
		return seal_fragments(s, hdr, whole.plain, whole.next, room, out);
	}
	rc = seal_piece(s, hdr, &whole, &out->datagram[0]);
	out->n = rc == 0;
	return rc;
}

/* The sealed payload of a message, and where its parts are. */
struct sealed {
	uint8_t next;
	uint16_t number, total;	/* SKF */
	struct span aad, iv, data, icv;
};

/* False when the message has no such payload, or it is too short to hold
 * anything that could verify. */
static bool
find_sealed(const struct sealer *s, const struct ike_msg *msg, uint8_t type,
	    struct sealed *out)
{
	const struct payload *p = payload_find(&msg->outer, type);
	size_t fields = type == P_SKF ? SKF_FIELDS : 0, clear;
	struct wire_reader r = wire_reader(msg->raw);

	if (p == NULL || p->body.len < fields + sealer_iv_len(s) +
	    sealer_icv_len(s))
		return false;
	/* It is the last payload, so it ends where the message ends. */
	clear = msg->raw.len - p->body.len;
	wire_skip(&r, clear - GENERIC_HDR, "clear part");
	*out = (struct sealed){ .next = wire_u8(&r, "next payload") };
	wire_skip(&r, GENERIC_HDR - 1, "generic header");
	if (type == P_SKF) {
		out->number = wire_u16(&r, "fragment number");
		out->total = wire_u16(&r, "total fragments");
	}
	out->aad = span_of(msg->raw.ptr, clear + fields);
	out->iv = wire_bytes(&r, sealer_iv_len(s), "IV");
	out->data = wire_bytes(&r, wire_left(&r) - sealer_icv_len(s), "data");
	out->icv = wire_bytes(&r, sealer_icv_len(s), "ICV");
	return wire_done(&r) && out->data.len != 0 &&
	    out->data.len % sealer_block(s) == 0;
}

static int
malformed(struct parse_error *e, const char *what)
{
	*e = (struct parse_error){
		.what = what, .err = WIRE_VALUE, .notify = N_INVALID_SYNTAX,
	};
	return -EPROTO;
}

/* Decrypts into BUF and takes the padding off. */
static int
open_sealed(struct sealer *s, const struct sealed *in, uint8_t *buf, size_t max,
	    struct span *plain, struct parse_error *e)
{
	struct wire_writer w = wire_writer(buf, max);
	struct wire_reader last;
	uint8_t pad;

	wire_put(&w, in->data);
	if (!wire_fits(&w) ||
	    sealer_open(s, in->aad, in->iv, buf, w.len, in->icv) != 0)
		return -EBADMSG;
	last = wire_reader(wire_written(&w));
	wire_skip(&last, w.len - 1, "data");
	pad = wire_u8(&last, "pad length");
	if (pad + 1u > w.len)
		return malformed(e, "pad length");
	*plain = span_of(buf, w.len - 1 - pad);
	return 0;
}

int
sk_open(struct sealer *s, const struct ike_msg *msg, uint8_t *buf, size_t max,
	struct span *plain, uint8_t *first, struct parse_error *e)
{
	struct sealed in;

	*e = (struct parse_error){ 0 };
	if (!find_sealed(s, msg, P_SK, &in))
		return -EBADMSG;
	*first = in.next;
	return open_sealed(s, &in, buf, max, plain, e);
}

void
sk_reassembly_clear(struct sk_reassembly *r)
{
	for (unsigned i = 0; i < SK_MAX_FRAGMENTS; i++)
		chunk_free(&r->part[i]);
	*r = (struct sk_reassembly){ 0 };
}

static bool
is_of(const struct sk_reassembly *r, const struct ike_msg *msg)
{
	return r->total != 0 && r->message_id == msg->hdr.message_id;
}

/* RFC 7383 2.6, without a key: is it a fragment, and could it be a new one? */
static int
screen(const struct sk_reassembly *r, const struct ike_msg *msg,
       const struct sealed *in)
{
	if (in->number == 0 || in->number > in->total ||
	    in->total > SK_MAX_FRAGMENTS)
		return -EBADMSG;
	if (!is_of(r, msg) || in->total > r->total)
		return 1;
	return in->total == r->total && r->part[in->number - 1].ptr == NULL;
}

/* Keeps a fragment that has verified. */
static int
keep(struct sk_reassembly *r, const struct ike_msg *msg, const struct sealed *in,
     struct span plain, struct parse_error *e)
{
	struct chunk *part;

	/* RFC 7383 2.6.1: the sender cuts smaller; the old ones are of no use. */
	if (!is_of(r, msg) || in->total > r->total) {
		sk_reassembly_clear(r);
		r->message_id = msg->hdr.message_id;
		r->total = in->total;
	}
	if (plain.len == 0)
		return malformed(e, "empty fragment");
	if (plain.len > SK_MAX_MESSAGE - r->bytes)
		return malformed(e, "length of all fragments");
	part = &r->part[in->number - 1];
	*part = chunk_copy(plain);
	if (part->ptr == NULL)
		return -ENOMEM;
	if (in->number == 1)
		r->first = in->next;
	r->bytes += plain.len;
	r->have++;
	return 0;
}

/* All parts in one, when they are all there. */
static int
join(struct sk_reassembly *r, struct chunk *plain, uint8_t *first)
{
	struct wire_writer w;

	if (r->have != r->total)
		return 0;
	*plain = chunk_new(r->bytes);
	if (plain->ptr == NULL)
		return -ENOMEM;
	w = wire_writer(plain->ptr, plain->len);
	for (unsigned i = 0; i < r->total; i++)
		wire_put(&w, chunk_span(r->part[i]));
	*first = r->first;
	sk_reassembly_clear(r);
	return 1;
}

int
sk_fragment_in(struct sk_reassembly *r, struct sealer *s, const struct ike_msg *msg,
	       struct chunk *plain, uint8_t *first, struct parse_error *e)
{
	struct sealed in;
	struct chunk buf;
	struct span part;
	int rc;

	*e = (struct parse_error){ 0 };
	if (!find_sealed(s, msg, P_SKF, &in))
		return -EBADMSG;
	rc = screen(r, msg, &in);
	if (rc <= 0)
		return rc;
	buf = chunk_new(in.data.len);
	if (buf.ptr == NULL)
		return -ENOMEM;
	rc = open_sealed(s, &in, buf.ptr, buf.len, &part, e);
	if (rc == 0)
		rc = keep(r, msg, &in, part, e);
	if (rc == 0)
		rc = join(r, plain, first);
	secret_wipe(buf.ptr, buf.len);
	chunk_free(&buf);
	return rc;
}
