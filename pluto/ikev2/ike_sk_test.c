/* SK against RFC 7634's message, and both ways with every kind of cipher. */
#include "pluto/ikev2/ike_sk_test.h"

#include "tests/vectors/ikev2_messages.inc"

static void
rfc7634(void **state)
{
	struct sealer *s = sealer_new(ENCR_CHACHA20_POLY1305, 0, INTEG_NONE,
	    SPAN_OF(rfc7634_key_salt), (struct span){ 0 });
	struct ike_msg m = message(SPAN_OF(rfc7634_message));
	struct parse_error e;
	struct span plain;
	uint8_t first;

	(void)state;
	assert_non_null(s);
	assert_int_equal(sk_open(s, &m, buf, sizeof(buf), &plain, &first, &e), 0);
	assert_true(span_eq(plain, SPAN_OF(rfc7634_plain)));
	assert_int_equal(first, P_N);
	sealer_free(s);
}

static void
round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SUITES; i++) {
		struct sealer *s = new_sealer(i);

		for (size_t len = 4; len < 40; len++) {
			struct ike_build b = inner_of(len);
			struct parse_error e;
			struct sk_out o;
			struct span plain;
			struct ike_msg m;
			uint8_t first = 0;

			assert_int_equal(sk_seal(s, &hdr, &b, 0, &o), 0);
			assert_int_equal(o.n, 1);
			m = message(chunk_span(o.datagram[0]));
			assert_int_equal(m.hdr.message_id, 1);
			assert_int_equal(sk_open(s, &m, buf, sizeof(buf), &plain,
			    &first, &e), 0);
			assert_int_equal(first, P_V);
			assert_true(span_eq(plain, wire_written(&b.w)));
			sk_out_free(&o);
		}
		sealer_free(s);
	}
}

static void
nothing_inside(void **state)
{
	struct ike_build b = ike_build_inner(text, sizeof(text));
	struct sealer *s = new_sealer(0);
	struct parse_error e;
	struct span plain;
	struct ike_msg m;
	struct sk_out o;
	uint8_t first = 1;

	(void)state;
	assert_int_equal(sk_seal(s, &hdr, &b, 0, &o), 0);
	m = message(chunk_span(o.datagram[0]));
	assert_int_equal(sk_open(s, &m, buf, sizeof(buf), &plain, &first, &e), 0);
	assert_int_equal(plain.len, 0);
	assert_int_equal(first, P_NONE);
	sk_out_free(&o);
	sealer_free(s);
}

/* Every octet counts, also those in the clear. */
static void
one_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SUITES; i++) {
		struct sealer *s = new_sealer(i);
		struct ike_build b = inner_of(20);
		struct sk_out o;

		assert_int_equal(sk_seal(s, &hdr, &b, 0, &o), 0);
		for (size_t at = 0; at < o.datagram[0].len; at++) {
			struct parse_error e;
			struct ike_msg m;
			struct span plain;
			uint8_t first;

			o.datagram[0].ptr[at] ^= 1;
			if (ike_msg_read(chunk_span(o.datagram[0]), &m, &e))
				assert_int_equal(sk_open(s, &m, buf, sizeof(buf),
				    &plain, &first, &e), -EBADMSG);
			o.datagram[0].ptr[at] ^= 1;
		}
		sk_out_free(&o);
		sealer_free(s);
	}
}

/* SK bodies of every short length, and a message that has none. */
static void
too_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SUITES; i++)
		for (size_t len = 0; len < 70; len++) {
			struct sealer *s = new_sealer(i);
			uint8_t type = len & 1 ? P_SK : P_SKF;
			struct ike_build b = ike_build_message(text, 200, &hdr);
			struct sk_reassembly r = { 0 };
			struct parse_error e;
			struct ike_msg m;
			struct span plain;
			struct chunk all;
			uint8_t first;

			ike_build_payload(&b, type, span_of(buf, len / 2));
			m = message(ike_build_end(&b));
			assert_int_equal(sk_open(s, &m, buf, sizeof(buf), &plain,
			    &first, &e), -EBADMSG);
			assert_int_equal(sk_fragment_in(&r, s, &m, &all, &first,
			    &e), -EBADMSG);
			sealer_free(s);
		}
}

/* A peer who knows the keys lies about the padding. */
static void
bad_padding(void **state)
{
	struct sealer *s = new_sealer(0);
	uint8_t data[] = { 9, 9, 3 }, iv[8], icv[16];
	struct ike_build b = ike_build_message(buf, 200, &hdr);
	size_t mark = ike_build_open(&b, P_SK);
	struct parse_error e;
	struct ike_msg m;
	struct span plain;
	uint8_t first, out[8];

	(void)state;
	/* The lengths stand in what is authenticated. */
	wire_patch_u16(&b.w, mark, 4 + 8 + 3 + 16);
	wire_patch_u32(&b.w, 24, 28 + 4 + 8 + 3 + 16);
	assert_int_equal(sealer_seal(s, wire_written(&b.w), iv, data, 3, icv), 0);
	wire_put(&b.w, SPAN_OF(iv));
	wire_put(&b.w, SPAN_OF(data));
	wire_put(&b.w, SPAN_OF(icv));
	m = message(ike_build_end(&b));
	assert_int_equal(sk_open(s, &m, out, sizeof(out), &plain, &first, &e),
	    -EPROTO);
	assert_int_equal(e.notify, N_INVALID_SYNTAX);
	assert_int_equal(sk_open(s, &m, out, 2, &plain, &first, &e), -EBADMSG);
	sealer_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7634),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(nothing_inside),
		cmocka_unit_test(one_bit),
		cmocka_unit_test(too_short),
		cmocka_unit_test(bad_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
