/* SK and SKF: sealing and opening one message. */
#include "pluto/ikev2/ike_sk.h"

#include <errno.h>
#include <string.h>

enum { GENERIC_HDR = 4, FRAGMENT_HDR = 4 };

void
sk_out_free(struct sk_out *o)
{
	for (unsigned i = 0; i < o->n; i++)
		chunk_free(&o->datagram[i]);
	o->n = 0;
}

/* Where things stand in a sealed payload. */
struct layout {
	size_t head;		/* header, generic header, fragment fields */
	size_t iv, data, pad, icv, total;
};

static struct layout
layout_of(const struct sealer *s, size_t plain, bool fragment)
{
	size_t block = sealer_block(s);
	struct layout l = { .iv = sealer_iv_len(s), .icv = sealer_icv_len(s) };

	l.head = IKE_HDR_LEN + GENERIC_HDR + (fragment ? FRAGMENT_HDR : 0);
	l.pad = (block - (plain + 1) % block) % block;
	l.data = plain + l.pad + 1;
	l.total = l.head + l.iv + l.data + l.icv;
	return l;
}

/* One SK (TOTAL 0) or one SKF datagram over PLAIN. */
static int
seal_one(struct sealer *s, const struct ike_hdr *hdr, struct span plain, uint8_t first,
	 uint16_t number, uint16_t total, struct chunk *out)
{
	bool fragment = total != 0;
	struct layout l = layout_of(s, plain.len, fragment);
	struct ike_hdr h = *hdr;
	struct ike_build b;
	struct wire_writer w;
	uint8_t *iv, *data, *icv;

	*out = chunk_new(l.total);
	if (out->ptr == NULL || l.total > UINT16_MAX)
		return -EMSGSIZE;
	b = ike_build_message(out->ptr, out->len, &h);
	w = b.w;
	wire_patch_u8(&w, 16, fragment ? P_SKF : P_SK);
	wire_patch_u32(&w, 24, (uint32_t)l.total);
	wire_put_u8(&w, first);
	wire_put_u8(&w, 0);
	wire_put_u16(&w, (uint16_t)(l.total - IKE_HDR_LEN));
	if (fragment) {
		wire_put_u16(&w, number);
		wire_put_u16(&w, total);
	}
	iv = wire_room(&w, l.iv);
	data = w.buf + w.len;
	wire_put(&w, plain);
	wire_put_zeros(&w, l.pad);
	wire_put_u8(&w, (uint8_t)l.pad);
	icv = wire_room(&w, l.icv);
	if (!wire_fits(&w))
		return -EINVAL;
	return sealer_seal(s, span_of(out->ptr, l.head), iv, data, l.data, icv);
}

/* The longest plain text whose fragment stays within LIMIT. */
static size_t
fragment_room(const struct sealer *s, size_t limit)
{
	size_t fixed = layout_of(s, 0, true).total;
	size_t room = limit > fixed ? limit - fixed : 0;

	while (room > 0 && layout_of(s, room, true).total > limit)
		room--;
	return room;
}

static int
seal_fragments(struct sealer *s, const struct ike_hdr *hdr, struct span plain, uint8_t first,
	       size_t limit, struct sk_out *out)
{
	size_t room = fragment_room(s, limit);
	size_t total = room == 0 ? SIZE_MAX : (plain.len + room - 1) / room;
	struct wire_reader r = wire_reader(plain);
	int rc = 0;

	if (total > SK_MAX_FRAGMENTS)
		return -EMSGSIZE;
	for (size_t i = 0; i < total && rc == 0; i++) {
		size_t left = wire_left(&r);
		struct span part = wire_bytes(&r, left < room ? left : room, "fragment");

		/* RFC 7383 2.5: only the first fragment names the first payload. */
		rc = seal_one(s, hdr, part, i == 0 ? first : P_NONE, (uint16_t)(i + 1),
			      (uint16_t)total, &out->datagram[i]);
		out->n++;
	}
	return rc;
}

int
sk_seal(struct sealer *s, const struct ike_hdr *hdr, const struct ike_build *inner, size_t limit,
	struct sk_out *out)
{
	struct span plain = wire_written(&inner->w);
	int rc;

	out->n = 0;
	if (!wire_fits(&inner->w))
		return -EMSGSIZE;
	if (limit != 0 && layout_of(s, plain.len, false).total > limit) {
		rc = seal_fragments(s, hdr, plain, inner->first, limit, out);
	} else {
		rc = seal_one(s, hdr, plain, inner->first, 0, 0, &out->datagram[0]);
		out->n = 1;
	}
	if (rc != 0)
		sk_out_free(out);
	return rc;
}

static int
malformed(struct parse_error *e, const char *what, enum wire_err err)
{
	*e = (struct parse_error){ .what = what, .err = err, .notify = N_INVALID_SYNTAX };
	return -EPROTO;
}

/* Decrypts the body of MSG's last payload, after SKIP bytes of it, into BUF. */
static int
open_body(struct sealer *s, const struct ike_msg *msg, size_t skip, uint8_t *buf, size_t max,
	  struct span *plain, struct parse_error *e)
{
	const struct payload *p = &msg->outer.p[msg->outer.n - 1];
	size_t iv_len = sealer_iv_len(s), icv_len = sealer_icv_len(s), len;
	struct wire_reader r = wire_reader(p->body);
	struct span iv, data, icv, aad;
	int rc;

	wire_skip(&r, skip, "fragment number");
	iv = wire_bytes(&r, iv_len, "SK IV");
	len = wire_left(&r) > icv_len ? wire_left(&r) - icv_len : 0;
	data = wire_bytes(&r, len, "SK data");
	icv = wire_bytes(&r, icv_len, "SK ICV");
	if (!wire_done(&r) || len == 0 || len > max || len % sealer_block(s) != 0)
		return malformed(e, "SK length", WIRE_SHORT);
	aad = span_of(msg->raw.ptr, msg->raw.len - p->body.len + skip);
	memcpy(buf, data.ptr, len);
	rc = sealer_open(s, aad, iv, buf, len, icv);
	if (rc != 0)
		return -EBADMSG;
	if ((size_t)buf[len - 1] + 1 > len)
		return malformed(e, "SK pad length", WIRE_VALUE);
	*plain = span_of(buf, len - 1 - buf[len - 1]);
	return 0;
}

/* The "next payload" field of SK stands in the first byte of its generic
 * header, four bytes before the body. */
static uint8_t
next_field(const struct ike_msg *msg)
{
	const struct payload *p = &msg->outer.p[msg->outer.n - 1];
	struct wire_reader r = wire_reader(msg->raw);

	wire_skip(&r, msg->raw.len - p->body.len - GENERIC_HDR, "SK header");
	return wire_u8(&r, "SK next payload");
}

static bool
ends_with(const struct ike_msg *msg, uint8_t type)
{
	return msg->outer.n > 0 && msg->outer.p[msg->outer.n - 1].type == type;
}

int
sk_open(struct sealer *s, const struct ike_msg *msg, uint8_t *buf, size_t max,
	struct span *plain, uint8_t *first, struct parse_error *e)
{
	if (!ends_with(msg, P_SK))
		return malformed(e, "SK is missing", WIRE_SHORT);
	*first = next_field(msg);
	return open_body(s, msg, 0, buf, max, plain, e);
}

void
sk_reassembly_clear(struct sk_reassembly *r)
{
	for (unsigned i = 0; i < SK_MAX_FRAGMENTS; i++) {
		if (r->part[i].ptr != NULL)
			secret_wipe(r->part[i].ptr, r->part[i].len);
		chunk_free(&r->part[i]);
	}
	*r = (struct sk_reassembly){ 0 };
}

static struct chunk
join(const struct sk_reassembly *r)
{
	struct chunk whole = chunk_new(r->bytes);
	struct wire_writer w = wire_writer(whole.ptr, whole.len);

	for (unsigned i = 0; whole.ptr != NULL && i < r->total; i++)
		wire_put(&w, chunk_span(r->part[i]));
	return whole;
}

/* Keeps one decrypted part; 1 when it was the last that was missing. */
static int
keep(struct sk_reassembly *r, uint16_t number, struct span plain, struct chunk *whole,
     uint8_t *first)
{
	struct chunk *slot = &r->part[number - 1];

	if (slot->ptr != NULL || plain.len == 0 || r->bytes + plain.len > SK_MAX_MESSAGE)
		return 0;
	*slot = chunk_copy(plain);
	if (slot->ptr == NULL)
		return 0;
	r->bytes += plain.len;
	if (++r->have < r->total)
		return 0;
	*whole = join(r);
	*first = r->first;
	sk_reassembly_clear(r);
	return whole->ptr != NULL ? 1 : 0;
}

/* RFC 7383 2.6: a new message or a larger total starts anew. */
static bool
accepts(struct sk_reassembly *r, uint32_t message_id, uint16_t total)
{
	if (r->total != 0 && r->message_id == message_id && total < r->total)
		return false;
	if (r->total != total || r->message_id != message_id) {
		sk_reassembly_clear(r);
		r->message_id = message_id;
		r->total = total;
	}
	return true;
}

int
sk_fragment_in(struct sk_reassembly *r, struct sealer *s, const struct ike_msg *msg,
	       struct chunk *plain, uint8_t *first, struct parse_error *e)
{
	struct wire_reader head;
	uint16_t number, total;
	struct chunk buf;
	struct span part;
	int rc;

	if (!ends_with(msg, P_SKF))
		return malformed(e, "SKF is missing", WIRE_SHORT);
	head = wire_reader(msg->outer.p[msg->outer.n - 1].body);
	number = wire_u16(&head, "fragment number");
	total = wire_u16(&head, "total fragments");
	if (!wire_ok(&head) || number == 0 || number > total || total > SK_MAX_FRAGMENTS)
		return malformed(e, "fragment number", WIRE_VALUE);
	buf = chunk_new(msg->raw.len);
	if (buf.ptr == NULL)
		return 0;
	/* The ICV comes first: a forged fragment changes nothing. */
	rc = open_body(s, msg, FRAGMENT_HDR, buf.ptr, buf.len, &part, e);
	if (rc == 0 && accepts(r, msg->hdr.message_id, total)) {
		if (number == 1)
			r->first = next_field(msg);
		rc = keep(r, number, part, plain, first);
	}
	secret_wipe(buf.ptr, buf.len);
	chunk_free(&buf);
	return rc;
}
