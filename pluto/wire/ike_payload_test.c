/* The simple payload bodies at their edges, written and read again. */
#include "lib/test.h"

#include "pluto/wire/ike_build.h"

static uint8_t buf[2048];
static const uint8_t bytes[300] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct payload_list
list_of(struct ike_build *b)
{
	struct payload_list l = { 0 };
	struct parse_error e;
	struct span s = ike_build_end(b);

	assert_non_null(s.ptr);
	assert_true(payload_list_read(s, b->first, &l, &e));
	return l;
}

static void
ke(void **state)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct parse_error e;
	struct ke_body k;

	(void)state;
	ike_build_ke(&b, KE_X25519, span_of(bytes, 32));
	l = list_of(&b);
	assert_true(ke_read(l.p[0].body, &k, &e));
	assert_int_equal(k.group, KE_X25519);
	assert_true(span_eq(k.value, span_of(bytes, 32)));
	assert_true(ke_read(span_of(bytes, 5), &k, &e));
	for (size_t n = 0; n < 5; n++) {
		assert_false(ke_read(span_of(bytes, n), &k, &e));
		assert_int_equal(e.notify, N_INVALID_SYNTAX);
	}
}

static void
nonce(void **state)
{
	struct parse_error e;
	struct span out;

	(void)state;
	for (size_t n = 0; n <= 257; n++)
		assert_int_equal(nonce_read(span_of(bytes, n), &out, &e),
		    n >= 16 && n <= 256);
}

static void
notify(void **state)
{
	static const uint8_t past_end[] = { 3, 2, 0, 11, 1 };
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct notify_body n;
	struct parse_error e;

	(void)state;
	/* One that cannot be read must not hide the others. */
	ike_build_payload(&b, P_N, SPAN_OF(past_end));
	ike_build_notify(&b, PROTO_NONE, (struct span){ 0 }, N_COOKIE,
	    span_of(bytes, 3));
	ike_build_notify(&b, PROTO_ESP, span_of(bytes, 4), N_REKEY_SA,
	    (struct span){ 0 });
	ike_build_notify(&b, PROTO_NONE, (struct span){ 0 },
	    N_NO_PROPOSAL_CHOSEN, (struct span){ 0 });
	l = list_of(&b);
	assert_int_equal(l.n, 4);
	assert_true(notify_find(&l, N_COOKIE, &n));
	assert_int_equal(n.data.len, 3);
	assert_true(notify_find(&l, N_REKEY_SA, &n));
	assert_int_equal(n.protocol, PROTO_ESP);
	assert_true(span_eq(n.spi, span_of(bytes, 4)));
	assert_true(notify_find_error(&l, &n));
	assert_int_equal(n.type, N_NO_PROPOSAL_CHOSEN);
	assert_false(notify_find(&l, N_INVALID_SPI, &n));
	assert_false(notify_read(SPAN_OF(past_end), &n, &e));
	for (size_t i = 0; i < 4; i++)
		assert_false(notify_read(span_of(bytes, i), &n, &e));
}

static void
no_error_notify(void **state)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct notify_body n;

	(void)state;
	ike_build_notify(&b, PROTO_NONE, (struct span){ 0 }, N_FIRST_STATUS,
	    (struct span){ 0 });
	l = list_of(&b);
	assert_false(notify_find_error(&l, &n));
}

static void
delete(void **state)
{
	static const struct {
		uint8_t body[12];
		size_t len;
		bool ok;
	} rows[] = {
		{ { 1, 0, 0, 0 }, 4, true },
		{ { 1, 0, 0, 1 }, 4, false },		/* an SPI without octets */
		{ { 1, 8, 0, 0 }, 4, false },
		{ { 3, 4, 0, 1, 1, 2, 3, 4 }, 8, true },
		{ { 3, 4, 0, 2, 1, 2, 3, 4 }, 8, false },
		{ { 3, 4, 0, 1, 1, 2, 3, 4, 5 }, 9, false },
		{ { 3, 4, 255, 255, 1, 2, 3, 4 }, 8, false },
		{ { 3, 0, 255, 255 }, 4, false },	/* a long walk over nothing */
		{ { 3, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8 }, 12, false },
		{ { 2, 4, 0, 0 }, 4, true },
		{ { 3, 4, 0 }, 3, false },
	};
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct delete_body d;
	struct payload_list l;
	struct parse_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(delete_read(span_of(rows[i].body, rows[i].len),
		    &d, &e), rows[i].ok);
		assert_int_equal(d.n_spis,
		    rows[i].ok ? (rows[i].body[2] << 8) + rows[i].body[3] : 0);
	}
	ike_build_delete(&b, PROTO_ESP, 4, bytes, 2);
	l = list_of(&b);
	assert_true(delete_read(l.p[0].body, &d, &e));
	assert_int_equal(d.n_spis, 2);
	assert_int_equal(d.spis.len, 8);
}

static void
auth(void **state)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list l;
	struct auth_body a;
	struct parse_error e;

	(void)state;
	ike_build_auth(&b, AUTH_DIGITAL_SIGNATURE, span_of(bytes, 80));
	l = list_of(&b);
	assert_true(auth_read(l.p[0].body, &a, &e));
	assert_int_equal(a.method, AUTH_DIGITAL_SIGNATURE);
	assert_int_equal(a.data.len, 80);
	assert_false(auth_read(span_of(bytes, 3), &a, &e));
	assert_true(auth_read(span_of(bytes, 4), &a, &e));
	assert_int_equal(a.data.len, 0);
}

/* A buffer of every size that is too small gives nothing at all. */
static void
no_room(void **state)
{
	const struct ike_hdr hdr = { .version = 0x20 };

	(void)state;
	for (size_t max = 0; max <= 28 + 8 + 4; max++) {
		struct ike_build b = ike_build_message(buf, max, &hdr);

		ike_build_payload(&b, P_V, span_of(bytes, 4));
		ike_build_payload(&b, P_V, (struct span){ 0 });
		assert_int_equal(ike_build_end(&b).len, max == 40 ? 40 : 0);
	}
}

static void
nothing_inside(void **state)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	(void)state;
	assert_non_null(ike_build_end(&b).ptr);
	assert_int_equal(ike_build_end(&b).len, 0);
	assert_int_equal(b.first, P_NONE);
}

static void
too_long_for_a_payload(void **state)
{
	static uint8_t big[70000], body[65532];
	struct ike_build b = ike_build_inner(big, sizeof(big));

	(void)state;
	ike_build_payload(&b, P_V, span_of(body, 65531));
	assert_int_equal(ike_build_end(&b).len, 65535);
	b = ike_build_inner(big, sizeof(big));
	ike_build_payload(&b, P_V, SPAN_OF(body));
	assert_null(ike_build_end(&b).ptr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ke),
		cmocka_unit_test(nonce),
		cmocka_unit_test(notify),
		cmocka_unit_test(no_error_notify),
		cmocka_unit_test(delete),
		cmocka_unit_test(auth),
		cmocka_unit_test(no_room),
		cmocka_unit_test(nothing_inside),
		cmocka_unit_test(too_long_for_a_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
