/* The fast checksum against the slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/csum.h"

static uint16_t
naive(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++) {
		sum += (uint32_t)(i % 2 == 0 ? p[i] << 8 : p[i]);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

static void
test_lengths(void **state)
{
	uint8_t data[300], out[2];
	uint32_t x = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	for (size_t len = 0; len <= sizeof(data); len++) {
		csum_put(out, csum_add(0, data, len));
		assert_int_equal(out[0] << 8 | out[1], naive(data, len));
	}
}

static void
test_carries(void **state)
{
	uint8_t data[4096], out[2];

	(void)state;
	memset(data, 0xff, sizeof(data));
	csum_put(out, csum_add(UINT64_MAX, data, sizeof(data)));
	assert_int_equal(out[0] << 8 | out[1], 0xffff);
	data[4095] = 0xfe;
	csum_put_final(out, csum_add(0, data, sizeof(data)));
	assert_int_equal(out[0] << 8 | out[1], 1);
}

/* The header of the ICMP example in RFC 7634 appendix A: its sum is e778. */
static void
test_header(void **state)
{
	uint8_t h[20] = { 0x45, 0, 0, 0x54, 0xa6, 0xf2, 0, 0, 0x40, 1, 0, 0,
			  0xc6, 0x33, 0x64, 5, 0xc0, 0, 2, 5 };

	(void)state;
	csum_put_final(h + 10, csum_add(0, h, sizeof(h)));
	assert_int_equal(h[10], 0xe7);
	assert_int_equal(h[11], 0x78);
}

static void
test_pseudo(void **state)
{
	uint8_t v4[20] = { 0x45, [12] = 192, 0, 2, 1, 192, 0, 2, 2 };
	uint8_t flat[12] = { 192, 0, 2, 1, 192, 0, 2, 2, 0, 17, 0x12, 0x34 };
	uint8_t v6[40] = { 0x60, [8] = 1, 2, 3, [39] = 9 };
	uint8_t flat6[40] = { 1, 2, 3, [31] = 9, 0, 1, 0x12, 0x34, 0, 0, 0, 6 };

	(void)state;
	assert_int_equal(csum_fold(csum_pseudo(v4, 17, 0x1234)),
			 csum_fold(csum_add(0, flat, sizeof(flat))));
	assert_int_equal(csum_fold(csum_pseudo(v6, 6, 0x11234)),
			 csum_fold(csum_add(0, flat6, sizeof(flat6))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_carries),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_pseudo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
