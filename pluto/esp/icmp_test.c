/* "Too big" messages that a host will believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"
#include "pluto/esp/icmp.h"

static uint8_t pkt[1500];

static void
make(int version, uint8_t proto, uint8_t type)
{
	memset(pkt, 0, sizeof(pkt));
	if (version == 4) {
		pkt[0] = 0x45;
		put_be16(pkt + 2, sizeof(pkt));
		pkt[9] = proto;
		memcpy(pkt + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
		pkt[20] = type;
	} else {
		pkt[0] = 0x60;
		put_be16(pkt + 4, sizeof(pkt) - 40);
		pkt[6] = proto;
		pkt[8] = pkt[24] = 0x20;
		pkt[39] = 9;
		pkt[40] = type;
	}
}

static void
test_v4(void **state)
{
	uint8_t out[ICMP_TOO_BIG_MAX];
	struct inner in, about;
	size_t len;

	(void)state;
	make(4, 17, 0);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	len = icmp_too_big(out, &in, pkt, 1438);
	assert_int_equal(len, 576);
	assert_true(inner_parse(span_of(out, len), &about));
	assert_true(ip_addr_eq(&about.dst, &in.src));
	assert_true(ip_addr_eq(&about.src, &in.dst));
	assert_int_equal(about.proto, 1);
	assert_int_equal(be16_at(out + 20), 0x0304);
	assert_int_equal(be16_at(out + 26), 1438);
	assert_int_equal(csum_fold(csum_add(0, out, 20)), 0xffff);
	assert_int_equal(csum_fold(csum_add(0, out + 20, len - 20)), 0xffff);
	assert_memory_equal(out + 28, pkt, len - 28);
}

static void
test_v6(void **state)
{
	uint8_t out[ICMP_TOO_BIG_MAX];
	struct inner in, about;
	size_t len;

	(void)state;
	make(6, 17, 0);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	len = icmp_too_big(out, &in, pkt, 1418);
	assert_int_equal(len, 1280);
	assert_true(inner_parse(span_of(out, len), &about));
	assert_true(ip_addr_eq(&about.dst, &in.src));
	assert_int_equal(be16_at(out + 40), 0x0200);
	assert_int_equal(be32_at(out + 44), 1418);
	assert_int_equal(csum_fold(csum_add(csum_pseudo(out, 58,
		(uint32_t)len - 40), out + 40, len - 40)), 0xffff);
}

static void
test_never_about_errors(void **state)
{
	uint8_t out[ICMP_TOO_BIG_MAX];
	struct inner in;

	(void)state;
	make(4, 1, 3);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_int_equal(icmp_too_big(out, &in, pkt, 1438), 0);
	make(4, 1, 8);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_true(icmp_too_big(out, &in, pkt, 1438) > 0);
	make(6, 58, 1);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_int_equal(icmp_too_big(out, &in, pkt, 1418), 0);
	make(6, 58, 128);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_true(icmp_too_big(out, &in, pkt, 1418) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_never_about_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
