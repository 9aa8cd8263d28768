/* The SPI is found wherever it stands, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/esp_packet.h"

static const uint8_t spi[4] = { 0x12, 0x34, 0x56, 0x78 };

/* An IPv4 packet from 192.0.2.2 to 192.0.2.1 with OPTIONS words of options. */
static size_t
v4(uint8_t p[128], uint8_t proto, unsigned options)
{
	static const uint8_t ends[] = { 192, 0, 2, 2, 192, 0, 2, 1 };

	memset(p, 0, 128);
	p[0] = (uint8_t)(0x45 + options);
	p[9] = proto;
	memcpy(p + 12, ends, sizeof(ends));
	return 20 + 4 * options;
}

static bool
reads(const uint8_t *p, size_t len, uint16_t port)
{
	struct esp_packet e;
	struct addr_buf b;

	if (!esp_packet_read(span_of(p, len), &e))
		return false;
	assert_int_equal(e.spi, 0x12345678);
	assert_int_equal(e.remote.port, port);
	if (e.local.family == IP_V4) {
		assert_string_equal(ip_addr_text(&e.remote.addr, &b), "192.0.2.2");
		assert_string_equal(ip_addr_text(&e.local, &b), "192.0.2.1");
	}
	return true;
}

static void
bare(void **state)
{
	uint8_t p[128];
	size_t at = v4(p, IPPROTO_ESP, 0);

	(void)state;
	memcpy(p + at, spi, 4);
	assert_true(reads(p, at + 4, 0));
	assert_false(reads(p, at + 3, 0));
	at = v4(p, IPPROTO_ESP, 2);
	memcpy(p + at, spi, 4);
	assert_true(reads(p, at + 4, 0));
	at = v4(p, IPPROTO_AH, 0);
	memcpy(p + at + 4, spi, 4);
	assert_true(reads(p, at + 8, 0));
}

static void
in_udp(void **state)
{
	uint8_t p[128];
	size_t at = v4(p, IPPROTO_UDP, 0);

	(void)state;
	p[at] = 0x11;
	p[at + 1] = 0x94;
	assert_false(reads(p, at + 16, 4500));	/* IKE: the SPI is zero */
	memcpy(p + at + 8, spi, 4);
	assert_true(reads(p, at + 16, 4500));
	assert_false(reads(p, at + 9, 4500));	/* a keepalive */
}

static void
v6(void **state)
{
	uint8_t p[128] = { 0x60 };
	struct esp_packet e;
	struct addr_buf b;

	(void)state;
	p[6] = IPPROTO_ESP;
	p[8] = 0x20;
	p[23] = 2;
	p[24] = 0x20;
	p[39] = 1;
	memcpy(p + 40, spi, 4);
	assert_true(esp_packet_read(span_of(p, 44), &e));
	assert_string_equal(ip_addr_text(&e.remote.addr, &b), "2000::2");
	assert_string_equal(ip_addr_text(&e.local, &b), "2000::1");
	assert_int_equal(e.spi, 0x12345678);
	assert_false(esp_packet_read(span_of(p, 43), &e));
}

static void
nothing_else(void **state)
{
	uint8_t p[128];
	struct esp_packet e;
	size_t at = v4(p, IPPROTO_TCP, 0);

	(void)state;
	memset(p + at, 1, 40);
	assert_false(esp_packet_read(span_of(p, 60), &e));
	v4(p, IPPROTO_ESP, 0);
	memset(p + 20, 1, 40);
	p[0] = 0x44;		/* a header shorter than itself */
	assert_false(esp_packet_read(span_of(p, 60), &e));
	p[0] = 0x55;
	assert_false(esp_packet_read(span_of(p, 60), &e));
	assert_false(esp_packet_read(span_of(p, 0), &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare),
		cmocka_unit_test(in_udp),
		cmocka_unit_test(v6),
		cmocka_unit_test(nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
