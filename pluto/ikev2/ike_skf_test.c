/* SKF in every order, and what a stranger or a peer can do to it. */
#include "pluto/ikev2/ike_sk_test.h"

#include <string.h>

static int
give(struct sk_reassembly *r, struct sealer *s, struct chunk datagram,
     struct chunk *all, uint8_t *first)
{
	struct ike_msg m = message(chunk_span(datagram));
	struct parse_error e;

	return sk_fragment_in(r, s, &m, all, first, &e);
}

static void
six_orders(void **state)
{
	static const uint8_t order[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_SUITES; i++)
		for (size_t k = 0; k < 6; k++) {
			struct sealer *s = new_sealer(i);
			struct ike_build b = inner_of(700);
			struct sk_reassembly r = { 0 };
			struct sk_out o;
			struct chunk all = { 0 };
			uint8_t first = 0;

			assert_int_equal(sk_seal(s, &hdr, &b, 400, &o), 0);
			assert_int_equal(o.n, 3);
			/* RFC 7383 2.5: the first says what is inside. */
			assert_int_equal(o.datagram[0].ptr[IKE_HDR_LEN], P_V);
			assert_int_equal(o.datagram[1].ptr[IKE_HDR_LEN], P_NONE);
			for (unsigned n = 0; n < 3; n++) {
				struct chunk d = o.datagram[order[k][n]];

				assert_true(d.len <= 400);
				assert_int_equal(give(&r, s, d, &all, &first),
				    n == 2);
				/* Once more is once too often. */
				if (n < 2)
					assert_int_equal(give(&r, s, d, &all,
					    &first), 0);
			}
			assert_true(span_eq(chunk_span(all), wire_written(&b.w)));
			assert_int_equal(first, P_V);
			assert_int_equal(r.total, 0);
			chunk_free(&all);
			sk_out_free(&o);
			sealer_free(s);
		}
}

/* A forged fragment comes first, and takes nobody's place. */
static void
forged_first(void **state)
{
	struct sealer *s = new_sealer(0);
	struct ike_build b = inner_of(700);
	struct sk_reassembly r = { 0 };
	struct chunk all = { 0 };
	struct sk_out o;
	uint8_t first;

	(void)state;
	assert_int_equal(sk_seal(s, &hdr, &b, 400, &o), 0);
	o.datagram[1].ptr[60] ^= 1;
	assert_int_equal(give(&r, s, o.datagram[1], &all, &first), -EBADMSG);
	assert_int_equal(r.total, 0);
	assert_int_equal(give(&r, s, o.datagram[0], &all, &first), 0);
	assert_int_equal(give(&r, s, o.datagram[1], &all, &first), -EBADMSG);
	o.datagram[1].ptr[60] ^= 1;
	assert_int_equal(give(&r, s, o.datagram[1], &all, &first), 0);
	assert_int_equal(give(&r, s, o.datagram[2], &all, &first), 1);
	chunk_free(&all);
	sk_out_free(&o);
	sealer_free(s);
}

/* RFC 7383 2.6.1: a larger total begins anew, a smaller one is ignored. */
static void
totals_change(void **state)
{
	struct sealer *s = new_sealer(0);
	struct ike_build b = inner_of(700);
	struct sk_reassembly r = { 0 };
	struct chunk all = { 0 };
	struct sk_out three, more;
	uint8_t first;

	(void)state;
	assert_int_equal(sk_seal(s, &hdr, &b, 400, &three), 0);
	assert_int_equal(sk_seal(s, &hdr, &b, 200, &more), 0);
	assert_true(more.n > three.n);
	give(&r, s, three.datagram[0], &all, &first);
	give(&r, s, three.datagram[1], &all, &first);
	assert_int_equal(r.have, 2);
	/* Not before it has verified. */
	more.datagram[0].ptr[60] ^= 1;
	assert_int_equal(give(&r, s, more.datagram[0], &all, &first), -EBADMSG);
	assert_int_equal(r.have, 2);
	more.datagram[0].ptr[60] ^= 1;
	assert_int_equal(give(&r, s, more.datagram[0], &all, &first), 0);
	assert_int_equal(r.have, 1);
	assert_int_equal(r.total, more.n);
	assert_int_equal(give(&r, s, three.datagram[2], &all, &first), 0);
	assert_int_equal(r.have, 1);
	for (unsigned i = 1; i < more.n; i++)
		assert_int_equal(give(&r, s, more.datagram[i], &all, &first),
		    i + 1u == more.n);
	assert_int_equal(all.len, 700);
	chunk_free(&all);
	sk_out_free(&three);
	sk_out_free(&more);
	sealer_free(s);
}

/* Another message's fragments do not mix with these. */
static void
next_message(void **state)
{
	struct sealer *s = new_sealer(0);
	struct ike_build b = inner_of(700);
	struct ike_hdr second = hdr;
	struct sk_reassembly r = { 0 };
	struct chunk all = { 0 };
	struct sk_out one, two;
	uint8_t first;

	(void)state;
	second.message_id = 2;
	assert_int_equal(sk_seal(s, &hdr, &b, 400, &one), 0);
	assert_int_equal(sk_seal(s, &second, &b, 400, &two), 0);
	give(&r, s, one.datagram[0], &all, &first);
	give(&r, s, one.datagram[1], &all, &first);
	assert_int_equal(give(&r, s, two.datagram[2], &all, &first), 0);
	assert_int_equal(r.have, 1);
	assert_int_equal(r.message_id, 2);
	sk_reassembly_clear(&r);
	assert_int_equal(r.have, 0);
	sk_out_free(&one);
	sk_out_free(&two);
	sealer_free(s);
}

/* A fragment that says what we want, and verifies. */
static int
authentic(uint16_t number, uint16_t total, size_t plain, struct sk_reassembly *r)
{
	struct sealer *s = new_sealer(0);
	struct ike_build b = ike_build_message(text, sizeof(text), &hdr);
	size_t mark = ike_build_open(&b, P_SKF), len = plain + 1;
	uint8_t iv[8], icv[16], first;
	struct chunk all = { 0 };
	struct parse_error e;
	struct ike_msg m;
	int rc;

	wire_put_u16(&b.w, number);
	wire_put_u16(&b.w, total);
	wire_patch_u16(&b.w, mark, (uint16_t)(8 + 8 + len + 16));
	wire_patch_u32(&b.w, 24, (uint32_t)(28 + 8 + 8 + len + 16));
	memset(buf, 0, len);
	assert_int_equal(sealer_seal(s, wire_written(&b.w), iv, buf, len, icv), 0);
	wire_put(&b.w, SPAN_OF(iv));
	wire_put(&b.w, span_of(buf, len));
	wire_put(&b.w, SPAN_OF(icv));
	m = message(ike_build_end(&b));
	rc = sk_fragment_in(r, s, &m, &all, &first, &e);
	chunk_free(&all);
	sealer_free(s);
	return rc;
}

static void
odd_numbers(void **state)
{
	static const struct {
		uint16_t number, total;
		int rc;
	} rows[] = {
		{ 0, 0, -EBADMSG }, { 1, 0, -EBADMSG }, { 0, 2, -EBADMSG },
		{ 3, 2, -EBADMSG }, { 65535, 2, -EBADMSG },
		{ 1, SK_MAX_FRAGMENTS + 1, -EBADMSG }, { 1, 65535, -EBADMSG },
		{ 1, 1, 1 }, { SK_MAX_FRAGMENTS, SK_MAX_FRAGMENTS, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sk_reassembly r = { 0 };

		assert_int_equal(authentic(rows[i].number, rows[i].total, 10, &r),
		    rows[i].rc);
		sk_reassembly_clear(&r);
	}
}

static void
too_much(void **state)
{
	struct sk_reassembly r = { 0 };

	(void)state;
	assert_int_equal(authentic(1, 3, 0, &r), -EPROTO);
	assert_int_equal(authentic(1, 3, 16384, &r), 0);
	assert_int_equal(authentic(2, 3, 16384, &r), 0);
	assert_int_equal(authentic(3, 3, 1, &r), -EPROTO);
	sk_reassembly_clear(&r);
}

static void
limits(void **state)
{
	struct sealer *s = new_sealer(0);
	struct ike_build b = inner_of(6000);
	struct ike_build full = ike_build_inner(text, 3);
	struct sk_out o;

	(void)state;
	/* 32 fragments of 200 octets do not hold 6000. */
	assert_int_equal(sk_seal(s, &hdr, &b, 200, &o), -EMSGSIZE);
	assert_int_equal(sk_seal(s, &hdr, &b, 40, &o), -EINVAL);
	assert_int_equal(o.n, 0);
	assert_int_equal(sk_seal(s, &hdr, &b, 6057, &o), 0);
	assert_int_equal(o.n, 1);
	assert_int_equal(o.datagram[0].len, 6057);
	sk_out_free(&o);
	assert_int_equal(sk_seal(s, &hdr, &b, 6056, &o), 0);
	assert_int_equal(o.n, 2);
	sk_out_free(&o);
	ike_build_payload(&full, P_V, span_of(bytes, 10));
	assert_int_equal(sk_seal(s, &hdr, &full, 0, &o), -EMSGSIZE);
	b = inner_of(SK_MAX_MESSAGE);
	assert_int_equal(sk_seal(s, &hdr, &b, 0, &o), -EMSGSIZE);
	sealer_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_orders),
		cmocka_unit_test(forged_first),
		cmocka_unit_test(totals_change),
		cmocka_unit_test(next_message),
		cmocka_unit_test(odd_numbers),
		cmocka_unit_test(too_much),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
