/* The probe is an IKE_SA_INIT whose lengths add up, and only its answer counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "zones/ike_probe.h"

static const uint8_t spi[IKE_PROBE_SPI] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* RFC 7296 3.1, 3.2: each payload names the next, and the last one ends the message. */
static void
lengths_add_up(void **state)
{
	static const uint8_t types[] = { 33, 34, 40, 0 };
	uint8_t buf[256], random[64] = { 0 };
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct wire_reader r;

	(void)state;
	ike_probe_write(&w, spi, random);
	assert_true(wire_fits(&w));
	r = wire_reader(wire_written(&w));
	wire_skip(&r, 16, "SPIs");
	assert_int_equal(wire_u8(&r, "next"), types[0]);
	assert_int_equal(wire_u8(&r, "version"), 0x20);
	assert_int_equal(wire_u8(&r, "exchange"), 34);
	wire_skip(&r, 5, "flags, message id");
	assert_int_equal(wire_u32(&r, "length"), wire_written(&w).len);
	for (size_t i = 1; i < sizeof(types); i++) {
		assert_int_equal(wire_u8(&r, "next"), types[i]);
		wire_skip(&r, 1, "flags");
		wire_skip(&r, wire_u16(&r, "length") - 4U, "body");
	}
	assert_true(wire_done(&r));
}

static void
answers(void **state)
{
	uint8_t buf[28] = { 1, 2, 3, 4, 5, 6, 7, 8, [17] = 0x20, [18] = 34, [19] = 0x20 };

	(void)state;
	assert_true(ike_probe_answers(SPAN_OF(buf), spi));
	/* What we sent, sent back; and somebody who knows IKEv1 alone. */
	buf[19] = 0x08;
	assert_false(ike_probe_answers(SPAN_OF(buf), spi));
	buf[17] = 0x10;
	assert_true(ike_probe_answers(SPAN_OF(buf), spi));
	assert_false(ike_probe_answers(span_of(buf, 27), spi));
	assert_false(ike_probe_answers(span_of(NULL, 0), spi));
	buf[0] = 2;
	assert_false(ike_probe_answers(SPAN_OF(buf), spi));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_add_up),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
