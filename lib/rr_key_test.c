/* KEY: golden records, which of them are a host's for IPsec, cut and as text. */
#include "lib/test.h"

#include <errno.h>

#include "lib/rr_key.h"

static void
golden(void **state)
{
	static const struct { const char *hex, *text; } rows[] = {
		{ "4200040101035179", "16896 4 1 AQNReQ==" },
		{ "0200 04 05 0103 5179", "512 4 5 AQNReQ==" },
		/* Knot's zone parser: the simplest, and the largest numbers. */
		{ "00000000 00", "0 0 0 AA==" },
		{ "ffffffff 00", "65535 255 255 AA==" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t rdata[64], again[64];
		int len = span_unhex(rows[i].hex, rdata, sizeof(rdata));
		struct wire_writer w = wire_writer(again, sizeof(again));
		struct rr_key rr;
		const char *err;
		char text[80];

		assert_true(len > 0);
		assert_true(rr_key_read(span_of(rdata, (size_t)len), &rr, &err));
		rr_key_write(&w, &rr);
		assert_true(span_eq(wire_written(&w), span_of(rdata, (size_t)len)));
		assert_int_equal(rr_key_text(&rr, text, sizeof(text)), 0);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(rr_key_text(&rr, text, 5), -ENOSPC);
	}
}

static void
cut(void **state)
{
	static const char *const what[] = { "flags", "flags", "protocol", "algorithm" };
	static const uint8_t rdata[] = { 0x42, 0, 4, 1 };

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		struct chunk c = chunk_copy(span_of(rdata, n));
		struct rr_key rr;
		const char *err = NULL;

		assert_false(rr_key_read(chunk_span(c), &rr, &err));
		assert_string_equal(err, what[n]);
		chunk_free(&c);
	}
}

/* RFC 2535 3.1.2, bit by bit. */
static void
whose(void **state)
{
	static const struct {
		unsigned flags, protocol, algorithm;
		bool is;
		const char *why;
	} rows[] = {
		{ 0x4200, 4, 1, true, NULL },
		{ 0x0200, 4, 1, true, NULL },
		{ 0x420f, 4, 5, true, NULL },		/* signatory bits: of no concern */
		{ 0x4200, 3, 1, false, NULL },		/* for DNS itself: not ours */
		{ 0x4200, 255, 1, false, NULL },
		{ 0xc200, 4, 1, false, "not for authentication" },
		{ 0x8200, 4, 1, false, "not for authentication" },
		{ 0x5200, 4, 1, false, "flags" },	/* more flags follow */
		{ 0x6200, 4, 1, false, "flags" },
		{ 0x4a00, 4, 1, false, "flags" },
		{ 0x4280, 4, 1, false, "flags" },
		{ 0x4210, 4, 1, false, "flags" },
		{ 0x4000, 4, 1, false, "flags" },	/* a user's */
		{ 0x4100, 4, 1, false, "flags" },	/* a zone's */
		{ 0x4300, 4, 1, false, "flags" },
		{ 0x4200, 4, 8, false, "algorithm" },
		{ 0x4200, 4, 0, false, "algorithm" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct rr_key rr = { .flags = (uint16_t)rows[i].flags,
			.protocol = (uint8_t)rows[i].protocol,
			.algorithm = (uint8_t)rows[i].algorithm, .key = span_str("k") };
		const char *why;

		assert_int_equal(rr_key_is_hosts(&rr, &why), rows[i].is);
		if (rows[i].why == NULL)
			assert_null(why);
		else
			assert_string_equal(why, rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(cut),
		cmocka_unit_test(whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
