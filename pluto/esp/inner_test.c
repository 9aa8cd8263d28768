/* What may come out of a tunnel, and what may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/inner.h"

static const uint8_t udp4[32] = {
	0x45, 0xb8, 0, 32, 0, 1, 0x40, 0, 64, 17, 0, 0,
	192, 0, 2, 1, 192, 0, 2, 2, 0x12, 0x34, 0, 53, 0, 12, 0, 0,
};
static const uint8_t udp6[56] = {
	0x6b, 0x80, 0, 0, 0, 16, 60, 64,
	0x20, 1, 0xd, 0xb8, [23] = 1, 0x20, 1, 0xd, 0xb8, [39] = 2,
	/* Destination options, then UDP. */
	17, 0, 1, 4, 0, 0, 0, 0, 0x12, 0x34, 0, 53, 0, 8, 0, 0,
};

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static struct selector
pair(const char *local, const char *remote)
{
	struct ip_addr l = addr(local), r = addr(remote);

	return (struct selector){ ts_host(&l), ts_host(&r) };
}

static void
test_v4(void **state)
{
	struct inner in;

	(void)state;
	assert_true(inner_parse(SPAN_OF(udp4), &in));
	assert_int_equal(in.version, 4);
	assert_int_equal(in.tos, 0xb8);
	assert_int_equal(in.len, 32);
	assert_int_equal(in.l4, 20);
	assert_int_equal(in.proto, 17);
	assert_int_equal(in.sport, 0x1234);
	assert_int_equal(in.dport, 53);
	assert_true(in.df && in.plain && !in.fragment);
}

static void
test_v6_extension(void **state)
{
	struct inner in;

	(void)state;
	assert_true(inner_parse(SPAN_OF(udp6), &in));
	assert_int_equal(in.version, 6);
	assert_int_equal(in.tos, 0xb8);
	assert_int_equal(in.len, 56);
	assert_int_equal(in.l4, 48);
	assert_int_equal(in.proto, 17);
	assert_int_equal(in.dport, 53);
	assert_false(in.plain);
}

static void
test_lengths(void **state)
{
	uint8_t pkt[64] = { 0 };
	struct inner in;

	(void)state;
	for (size_t n = 0; n < sizeof(udp4); n++)
		assert_false(inner_parse(span_of(udp4, n), &in));
	for (size_t n = 0; n < sizeof(udp6); n++)
		assert_false(inner_parse(span_of(udp6, n), &in));
	/* Flow padding behind the packet is fine. */
	memcpy(pkt, udp4, sizeof(udp4));
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_int_equal(in.len, 32);
	pkt[0] = 0x44;		/* header of 16 bytes */
	assert_false(inner_parse(SPAN_OF(pkt), &in));
	pkt[0] = 0x4f;		/* header longer than the packet */
	assert_false(inner_parse(SPAN_OF(pkt), &in));
	pkt[0] = 0x55;
	assert_false(inner_parse(SPAN_OF(pkt), &in));
}

static void
test_selector(void **state)
{
	struct selector sel = pair("192.0.2.2", "192.0.2.1");
	struct selector other = pair("192.0.2.2", "192.0.2.3");
	struct inner in;

	(void)state;
	assert_true(inner_parse(SPAN_OF(udp4), &in));
	assert_true(inner_allowed(&in, &sel, false));
	assert_false(inner_allowed(&in, &sel, true));
	assert_false(inner_allowed(&in, &other, false));
	sel.remote.ip_proto = sel.local.ip_proto = 17;
	assert_true(inner_allowed(&in, &sel, false));
	sel.local.port_lo = sel.local.port_hi = 53;
	assert_true(inner_allowed(&in, &sel, false));
	sel.local.port_lo = sel.local.port_hi = 54;
	assert_false(inner_allowed(&in, &sel, false));
	sel.remote.ip_proto = sel.local.ip_proto = 6;
	assert_false(inner_allowed(&in, &sel, false));
}

/* A later fragment has no ports: only a selector for all of them has it. */
static void
test_fragment(void **state)
{
	struct selector sel = pair("192.0.2.2", "192.0.2.1");
	uint8_t pkt[sizeof(udp4)];
	struct inner in;

	(void)state;
	memcpy(pkt, udp4, sizeof(pkt));
	pkt[6] = 0x00;
	pkt[7] = 0x10;
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_true(in.fragment && in.later_fragment);
	assert_true(inner_allowed(&in, &sel, false));
	sel.local.port_lo = sel.local.port_hi = 0;
	assert_false(inner_allowed(&in, &sel, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_v6_extension),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_selector),
		cmocka_unit_test(test_fragment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
