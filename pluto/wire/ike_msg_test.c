/* Headers and chains of payloads: captured ones, cut ones, and hostile ones. */
#include "lib/test.h"

#include <string.h>

#include "pluto/wire/ike_build.h"
#include "tests/vectors/ikev2_messages.inc"

static uint8_t buf[4096];

static const struct ike_hdr hdr = {
	.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 },
	.version = 0x20,
	.exchange = EX_SA_INIT,
	.flags = IKE_FLAG_I,
};

static void
captured(void **state)
{
	struct parse_error e;
	struct ke_body ke;
	struct span nonce;
	struct ike_msg m;

	(void)state;
	assert_true(ike_msg_read(SPAN_OF(captured_sa_init_request), &m, &e));
	assert_int_equal(m.outer.n, 3);
	assert_int_equal(m.hdr.exchange, EX_SA_INIT);
	assert_int_equal(m.hdr.flags, IKE_FLAG_I);
	assert_true(m.outer.seen == (PAYLOAD_BIT(P_SA) | PAYLOAD_BIT(P_KE) |
	    PAYLOAD_BIT(P_NONCE)));
	assert_true(ke_read(payload_find(&m.outer, P_KE)->body, &ke, &e));
	assert_int_equal(ke.group, 2);
	assert_int_equal(ke.value.len, 128);
	assert_true(nonce_read(payload_find(&m.outer, P_NONCE)->body, &nonce, &e));
	assert_int_equal(nonce.len, 32);
	assert_null(payload_find(&m.outer, P_N));
	assert_true(ike_msg_read(SPAN_OF(captured_sa_init_response), &m, &e));
	assert_int_equal(m.hdr.flags, IKE_FLAG_R);
	assert_true(ike_msg_read(SPAN_OF(rfc7634_message), &m, &e));
	assert_int_equal(m.outer.n, 1);
	assert_int_equal(m.outer.p[0].type, P_SK);
}

/* Every prefix, also with a header that admits to its length. */
static void
cut(void **state)
{
	struct parse_error e;
	struct ike_msg m;

	(void)state;
	for (size_t n = 0; n < sizeof(captured_sa_init_request); n++) {
		uint8_t copy[sizeof(captured_sa_init_request)];

		memcpy(copy, captured_sa_init_request, sizeof(copy));
		assert_false(ike_msg_read(span_of(copy, n), &m, &e));
		assert_non_null(e.what);
		assert_int_equal(e.notify, 0);
		copy[26] = (uint8_t)(n >> 8);
		copy[27] = (uint8_t)n;
		assert_false(ike_msg_read(span_of(copy, n), &m, &e));
	}
}

static void
headers(void **state)
{
	struct ike_build b = ike_build_message(buf, sizeof(buf), &hdr);
	struct parse_error e;
	struct ike_hdr h;
	struct span s = ike_build_end(&b);

	(void)state;
	assert_int_equal(s.len, IKE_HDR_LEN);
	assert_true(ike_hdr_read(s, &h, &e));
	buf[17] = 0x2f;		/* RFC 7296 2.5: minor versions are ignored */
	assert_true(ike_hdr_read(s, &h, &e));
	for (unsigned major = 0; major < 16; major++) {
		buf[17] = (uint8_t)(major << 4);
		assert_int_equal(ike_hdr_read(s, &h, &e), major == 2);
		if (major != 2)
			assert_int_equal(e.notify, N_INVALID_MAJOR_VERSION);
	}
	buf[17] = 0x20;
	buf[24] = 0xff;		/* a length of 4 GB in 28 octets */
	assert_false(ike_hdr_read(s, &h, &e));
	assert_int_equal(e.notify, 0);
	buf[24] = 0;
	buf[27] = 27;
	assert_false(ike_hdr_read(s, &h, &e));
	buf[27] = 28;
	memset(buf, 0, 8);
	assert_false(ike_hdr_read(s, &h, &e));
}

static struct span
of_many(unsigned n, uint8_t type)
{
	struct ike_build b = ike_build_message(buf, sizeof(buf), &hdr);

	for (unsigned i = 0; i + 1 < n; i++)
		ike_build_payload(&b, type, (struct span){ 0 });
	ike_build_payload(&b, P_SKF, (struct span){ 0 });
	return ike_build_end(&b);
}

/* n - 1, n and n + 1 payloads, of types that we keep and that we do not. */
static void
payload_limit(void **state)
{
	static const uint8_t types[] = { P_V, 200, 1, 127 };
	struct parse_error e;
	struct ike_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		for (unsigned n = 63; n <= 64; n++) {
			assert_true(ike_msg_read(of_many(n, types[i]), &m, &e));
			assert_int_equal(m.outer.n, types[i] == P_V ? n : 1);
		}
		assert_false(ike_msg_read(of_many(65, types[i]), &m, &e));
		assert_string_equal(e.what, "number of payloads");
	}
}

static void
critical(void **state)
{
	struct parse_error e;
	struct ike_msg m;

	(void)state;
	for (unsigned type = 1; type < 256; type++) {
		struct ike_build b = ike_build_message(buf, sizeof(buf), &hdr);
		bool known = (type >= P_SA && type <= P_EAP) || type == P_SKF;
		struct span s;

		ike_build_payload(&b, (uint8_t)type, (struct span){ 0 });
		s = ike_build_end(&b);
		assert_true(ike_msg_read(s, &m, &e));
		assert_int_equal(m.outer.n, known);
		buf[IKE_HDR_LEN + 1] = 0x80;
		assert_int_equal(ike_msg_read(s, &m, &e), known);
		if (known) {
			assert_true(m.outer.p[0].critical);
			continue;
		}
		assert_int_equal(e.notify, N_UNSUPPORTED_CRITICAL_PAYLOAD);
		assert_int_equal(e.payload, type);
	}
}

/* SK ends the chain, whatever its next payload says, and it must end the
 * message. */
static void
sealed_is_last(void **state)
{
	struct ike_build b = ike_build_message(buf, sizeof(buf), &hdr);
	uint8_t body[8] = { 0 };
	struct parse_error e;
	struct ike_msg m;
	struct span s;
	size_t at;

	(void)state;
	ike_build_payload(&b, P_N, SPAN_OF(body));
	at = b.w.len;
	ike_build_payload(&b, P_SK, SPAN_OF(body));
	s = ike_build_end(&b);
	buf[at] = P_IDi;
	assert_true(ike_msg_read(s, &m, &e));
	assert_int_equal(m.outer.n, 2);
	ike_build_payload(&b, P_N, SPAN_OF(body));
	assert_false(ike_msg_read(ike_build_end(&b), &m, &e));
}

static void
lengths(void **state)
{
	static const uint8_t one[] = { 0, 0, 0, 4 };
	static const uint8_t lies[][4] = {
		{ 0, 0, 0, 0 }, { 0, 0, 0, 3 }, { 0, 0, 0, 5 },
		{ 0, 0, 255, 255 }, { 33, 0, 0, 0 }, { 33, 0, 0, 4 },
	};
	struct payload_list l;
	struct parse_error e;

	(void)state;
	assert_true(payload_list_read(SPAN_OF(one), P_V, &l, &e));
	assert_int_equal(l.p[0].body.len, 0);
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		assert_false(payload_list_read(SPAN_OF(lies[i]), P_V, &l, &e));
		assert_int_equal(e.notify, N_INVALID_SYNTAX);
	}
	/* Bytes behind the last payload, or although there is none. */
	assert_false(payload_list_read(SPAN_OF(one), P_NONE, &l, &e));
	assert_int_equal(e.err, WIRE_TRAILING);
	assert_true(payload_list_read((struct span){ 0 }, P_NONE, &l, &e));
	assert_int_equal(l.n, 0);
	assert_false(payload_list_read((struct span){ 0 }, P_SA, &l, &e));
	assert_false(payload_list_read(SPAN_OF(one), P_SK, &l, &e));
	assert_false(payload_list_read(SPAN_OF(one), P_SKF, &l, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured),
		cmocka_unit_test(cut),
		cmocka_unit_test(headers),
		cmocka_unit_test(payload_limit),
		cmocka_unit_test(critical),
		cmocka_unit_test(sealed_is_last),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
