/* Fuzz target: SKF fragments (RFC 7383) of a peer that has keys, in any order and
 * number, with and without good seals; and SK around whatever. For each fragment:
 * number and total, one octet each, the message, flags, a length, that many octets. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev2/ike_sk.h"
#include "pluto/wire/ike_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 28, GENERIC = 4, ROOM = 4096, FRAGMENTS_MAX = 80, BAD_SEAL = 1, WHOLE = 2 };

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* The datagram of one fragment; its length. */
static size_t
seal(struct sealer *s, uint8_t *m, uint8_t flags, uint16_t number, uint16_t total, uint32_t id,
     struct span plain)
{
	size_t fields = (flags & WHOLE) != 0 ? 0 : 4, body = HEADER + GENERIC + fields;
	size_t iv = sealer_iv_len(s), icv = sealer_icv_len(s), len = body + iv + plain.len + icv;
	const struct ike_hdr h = { .spi_i = { 1 }, .spi_r = { 2 }, .version = 0x20, .exchange = EX_AUTH,
		.flags = IKE_FLAG_I, .message_id = id };
	struct wire_writer w = wire_writer(m, ROOM + 200);

	wire_put(&w, SPAN_OF(h.spi_i));
	wire_put(&w, SPAN_OF(h.spi_r));
	wire_put_u8(&w, (flags & WHOLE) != 0 ? P_SK : P_SKF);
	wire_put_u8(&w, h.version);
	wire_put_u8(&w, h.exchange);
	wire_put_u8(&w, h.flags);
	wire_put_u32(&w, id);
	wire_put_u32(&w, (uint32_t)len);
	wire_put_u8(&w, P_V);
	wire_put_u8(&w, 0);
	wire_put_u16(&w, (uint16_t)(len - HEADER));
	if (fields != 0) {
		wire_put_u16(&w, number);
		wire_put_u16(&w, total);
	}
	must(wire_fits(&w) && w.len == body);
	memcpy(m + body + iv, plain.ptr, plain.len);
	must(sealer_seal(s, span_of(m, body), m + body, m + body + iv, plain.len, m + body + iv + plain.len) == 0);
	m[len - 1] ^= flags & BAD_SEAL;
	return len;
}

static void
take(struct sealer *open, struct sk_reassembly *r, struct span d)
{
	struct chunk exact = chunk_copy(d), plain = { NULL, 0 }, buf = chunk_new(d.len);
	struct parse_error e;
	struct ike_msg m;
	struct span text;
	uint8_t first;

	must(ike_msg_read(chunk_span(exact), &m, &e));
	if (payload_find(&m.outer, P_SK) != NULL) {
		if (sk_open(open, &m, buf.ptr, buf.len, &text, &first, &e) == 0)
			must(text.len < d.len);
	} else if (sk_fragment_in(r, open, &m, &plain, &first, &e) == 1) {
		must(plain.len <= SK_MAX_MESSAGE);
		sk_reassembly_clear(r);
	}
	must(r->total <= SK_MAX_FRAGMENTS && r->have <= r->total && r->bytes <= SK_MAX_MESSAGE);
	chunk_free(&plain);
	chunk_free(&buf);
	chunk_free(&exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[36] = { 1, 2, 3 };
	static uint8_t m[ROOM + 200];
	struct wire_reader r = wire_reader(span_of(data, size));
	struct sealer *s = sealer_new(ENCR_AES_GCM_16, 256, INTEG_NONE, SPAN_OF(key), (struct span){ NULL, 0 });
	struct sealer *open = sealer_new(ENCR_AES_GCM_16, 256, INTEG_NONE, SPAN_OF(key), (struct span){ NULL, 0 });
	struct sk_reassembly ra = { 0 };

	must(s != NULL && open != NULL);
	for (unsigned i = 0; i < FRAGMENTS_MAX && wire_left(&r) >= 6; i++) {
		uint16_t number = wire_u8(&r, "number"), total = wire_u8(&r, "total");
		uint32_t id = wire_u8(&r, "message");
		uint8_t flags = wire_u8(&r, "flags");
		size_t len = wire_u16(&r, "length") % ROOM, there = wire_left(&r);
		struct span plain = wire_bytes(&r, len < there ? len : there, "octets");

		if (plain.len > 0)
			take(open, &ra, span_of(m, seal(s, m, flags, number, total, id, plain)));
	}
	sk_reassembly_clear(&ra);
	sealer_free(s);
	sealer_free(open);
	return 0;
}
