/* IKEv1 messages: captured ones, chains that lie, payloads and identities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pluto/wire/v1_msg.h"
#include "tests/vectors/ikev1_messages.inc"

static struct parse_error e;
static struct ike_hdr h;
static struct v1_chain c;

static bool
read_clear(struct span datagram)
{
	struct wire_reader r = wire_reader(datagram);

	wire_skip(&r, IKE_HDR_LEN, "header");
	return v1_hdr_read(datagram, &h, &e)
		&& v1_chain_read(wire_rest(&r), h.next_payload, false, &c, &e);
}

static unsigned
count(uint8_t type)
{
	unsigned n = 0;

	for (const struct v1_payload *p = v1_find(&c, type); p != NULL; p = v1_find_next(&c, p))
		n++;
	return n;
}

static void
captured_ones_are_read(void **state)
{
	struct span nonce;

	(void)state;
	assert_true(read_clear(SPAN_OF(captured_main_1)));
	assert_int_equal(h.exchange, V1_MAIN);
	assert_int_equal(h.flags, 0);
	assert_int_equal(c.n, 5);
	assert_int_equal(count(V1_SA), 1);
	assert_int_equal(count(V1_VID), 4);
	assert_int_equal(c.seen, V1_BIT(V1_SA) | V1_BIT(V1_VID));
	assert_true(read_clear(SPAN_OF(captured_main_2)));
	assert_int_equal(count(V1_VID), 1);
	assert_true(read_clear(SPAN_OF(captured_main_3)));
	assert_int_equal(v1_find(&c, V1_KE)->body.len, 128);
	assert_true(v1_nonce_read(v1_find(&c, V1_NONCE)->body, &nonce, &e));
	assert_int_equal(count(V1_NAT_D), 2);
	assert_true(read_clear(SPAN_OF(captured_aggressive_1)));
	assert_int_equal(h.exchange, V1_AGGRESSIVE);
	assert_true(read_clear(SPAN_OF(captured_offer)));
}

static void
what_lies_is_refused(void **state)
{
	uint8_t m[sizeof(captured_main_1)];

	(void)state;
	assert_false(read_clear(SPAN_OF(captured_zero_length)));
	assert_string_equal(e.what, "length of the message");
	assert_false(read_clear(SPAN_OF(captured_bad_length)));
	assert_string_equal(e.what, "payload length");
	assert_int_equal(e.notify, V1_N_PAYLOAD_MALFORMED);
	memcpy(m, captured_main_1, sizeof(m));
	m[16] = 99;		/* first payload */
	assert_false(read_clear(SPAN_OF(m)));
	assert_int_equal(e.notify, V1_N_INVALID_PAYLOAD_TYPE);
	assert_int_equal(e.payload, 99);
	m[16] = V1_SA;
	m[17] = 0x20;		/* version */
	assert_false(read_clear(SPAN_OF(m)));
	assert_string_equal(e.what, "major version");
	m[17] = V1_VERSION;
	memset(m, 0, 8);	/* cookie */
	assert_false(read_clear(SPAN_OF(m)));
	for (size_t len = 0; len < sizeof(captured_main_1); len++)
		assert_false(read_clear(span_of(captured_main_1, len)));
}

/* An endless chain ends at the bound. */
static void
too_many_payloads(void **state)
{
	uint8_t m[4 * (V1_MAX_PAYLOADS + 1)];

	(void)state;
	for (size_t i = 0; i < sizeof(m); i += 4)
		memcpy(m + i, (uint8_t[]){ V1_VID, 0, 0, 4 }, 4);
	assert_false(v1_chain_read(SPAN_OF(m), V1_VID, false, &c, &e));
	assert_string_equal(e.what, "number of payloads");
}

/* HASH(1) covers what stands behind the first payload, without the padding. */
static void
padding_is_no_payload(void **state)
{
	static const uint8_t plain[] = { V1_N, 0, 0, 8, 1, 2, 3, 4, P_NONE, 0, 0, 16, 0, 0, 0, 1,
		1, 0, 0x60, 0x02, 9, 9, 9, 9, 7, 7, 7, 7 };
	struct v1_notify_body n;

	(void)state;
	assert_false(v1_chain_read(SPAN_OF(plain), V1_HASH, false, &c, &e));
	assert_true(v1_chain_read(SPAN_OF(plain), V1_HASH, true, &c, &e));
	assert_int_equal(c.n, 2);
	assert_int_equal(c.after_first.len, 16);
	assert_memory_equal(c.after_first.ptr, plain + 8, 16);
	assert_true(v1_notify_read(c.p[1].body, &n, &e));
	assert_int_equal(n.type, V1_N_INITIAL_CONTACT);
	assert_int_equal(n.data.len, 4);
	/* Libreswan fills its first messages up to whole words, in the clear. */
	assert_true(v1_chain_read(span_of(plain, sizeof(plain) - 1), V1_HASH, false, &c, &e));
	assert_int_equal(c.after_first.len, 16);
}

static struct span
one_body(struct ike_build *b)
{
	struct span s = ike_build_end(b);

	assert_true(v1_chain_read(s, b->first, false, &c, &e));
	assert_int_equal(c.n, 1);
	return c.p[0].body;
}

static void
notifies_and_deletes(void **state)
{
	static const uint8_t spis[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t buf[100], bad[16];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct v1_notify_body n;
	struct v1_delete_body d;
	struct span body;

	(void)state;
	v1_put_notify(&b, V1_PROTO_ISAKMP, SPAN_OF(spis), V1_N_R_U_THERE, span_of(spis, 4));
	assert_true(v1_notify_read(one_body(&b), &n, &e));
	assert_int_equal(n.type, V1_N_R_U_THERE);
	assert_true(span_eq(n.spi, SPAN_OF(spis)));
	assert_true(span_eq(n.data, span_of(spis, 4)));
	b = ike_build_inner(buf, sizeof(buf));
	v1_put_delete(&b, V1_PROTO_ESP, 4, SPAN_OF(spis));
	body = one_body(&b);
	assert_true(v1_delete_read(body, &d, &e));
	assert_int_equal(d.n_spis, 2);
	memcpy(bad, body.ptr, body.len);
	bad[7] = 3;		/* more SPIs than there are */
	assert_false(v1_delete_read(span_of(bad, body.len), &d, &e));
	assert_int_equal(d.n_spis, 0);
	bad[7] = 2;
	bad[4] = V1_PROTO_ISAKMP;	/* its SPI has 16 octets */
	assert_false(v1_delete_read(span_of(bad, body.len), &d, &e));
}

static struct traffic_selector
prefix_ts(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static void
same_ts(struct traffic_selector ts, uint8_t type)
{
	uint8_t buf[100], data[32];
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct traffic_selector got;
	struct v1_id id, again;

	v1_id_from_ts(&ts, &id, data);
	assert_int_equal(id.type, type);
	v1_put_id(&b, &id);
	assert_true(v1_id_read(one_body(&b), &again, &e));
	assert_true(v1_id_to_ts(&again, &got));
	assert_true(ts_eq(&got, &ts));
}

static void
client_identities(void **state)
{
	struct traffic_selector ts = prefix_ts("192.0.2.0/24");

	(void)state;
	same_ts(prefix_ts("192.0.2.1"), ID_IPV4_ADDR);
	same_ts(ts, V1_ID_IPV4_SUBNET);
	same_ts(prefix_ts("10.1.2.128/25"), V1_ID_IPV4_SUBNET);
	same_ts(prefix_ts("0.0.0.0/0"), V1_ID_IPV4_SUBNET);
	same_ts(prefix_ts("2001:db8::1"), ID_IPV6_ADDR);
	same_ts(prefix_ts("2001:db8::/45"), V1_ID_IPV6_SUBNET);
	ts.addr_hi.bytes[3] = 77;
	same_ts(ts, V1_ID_IPV4_RANGE);
	ts = prefix_ts("192.0.2.1");
	ts.ip_proto = 17;
	ts.port_lo = ts.port_hi = 53;
	same_ts(ts, ID_IPV4_ADDR);
}

static void
identities_that_say_nothing(void **state)
{
	static const struct { uint8_t type, len, data[8]; } bad[] = {
		{ V1_ID_IPV4_SUBNET, 8, { 10, 0, 0, 0, 255, 0, 255, 0 } },
		{ V1_ID_IPV4_SUBNET, 7, { 10, 0, 0, 0, 255, 0, 0 } },
		{ V1_ID_IPV4_RANGE, 8, { 10, 0, 0, 9, 10, 0, 0, 1 } },
		{ ID_IPV4_ADDR, 5, { 10, 0, 0, 0, 1 } },
		{ ID_IPV4_ADDR, 3, { 10, 0, 0 } },
		{ ID_FQDN, 3, "abc" },
	};
	struct traffic_selector ts;
	struct v1_id id;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		id = (struct v1_id){ .type = bad[i].type,
			.data = span_of(bad[i].data, bad[i].len) };
		assert_false(v1_id_to_ts(&id, &ts));
	}
	id = (struct v1_id){ .type = ID_IPV4_ADDR, .port = 53, .data = span_of(bad[0].data, 4) };
	assert_false(v1_id_to_ts(&id, &ts));	/* a port of no protocol */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured_ones_are_read),
		cmocka_unit_test(what_lies_is_refused),
		cmocka_unit_test(too_many_payloads),
		cmocka_unit_test(padding_is_no_payload),
		cmocka_unit_test(notifies_and_deletes),
		cmocka_unit_test(client_identities),
		cmocka_unit_test(identities_that_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
