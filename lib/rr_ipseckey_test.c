/* IPSECKEY: golden records, cut at every octet, and as text. */
#include "lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base64.h"
#include "lib/rr_ipseckey.h"

/* RFC 4025 3.2: the key of its examples, 34 octets. */
#define RFC4025_KEY "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="
#define RFC4025_HEX "0103" \
	"51537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801"

struct golden {
	const char *hex, *text;
};

static const struct golden golden[] = {
	{ "0a0102c0000226" RFC4025_HEX, "10 1 2 192.0.2.38 " RFC4025_KEY },
	{ "0a0002" RFC4025_HEX, "10 0 2 . " RFC4025_KEY },
	{ "0a0302096d7967617465776179076578616d706c6503636f6d00" RFC4025_HEX,
	  "10 3 2 mygateway.example.com. " RFC4025_KEY },
	{ "0a020220010db8000080020000000000000001" RFC4025_HEX,
	  "10 2 2 2001:db8:0:8002::1 " RFC4025_KEY },
	/* RFC 9373 appendix A. */
	{ "0a0004dd64d7814be99f54650979e6f3480663"
	  "62d9fc4ad450466d677dc80e2f327e13",
	  "10 0 4 . 3WTXgUvpn1RlCXnm80gGY2LZ/ErUUEZtZ33IDi8yfhM=" },
	{ "000000", "0 0 0 ." },
	{ "ff0302 00", "255 3 2 ." },
};

static void
golden_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		uint8_t rdata[256], again[256];
		struct wire_writer w = wire_writer(again, sizeof(again));
		int len = span_unhex(golden[i].hex, rdata, sizeof(rdata));
		struct rr_ipseckey rr;
		const char *err;
		char text[400];

		assert_true(len > 0);
		assert_true(rr_ipseckey_read(span_of(rdata, (size_t)len), &rr,
					     &err));
		rr_ipseckey_write(&w, &rr);
		assert_true(span_eq(wire_written(&w),
				    span_of(rdata, (size_t)len)));
		assert_int_equal(rr_ipseckey_text(&rr, text, sizeof(text)), 0);
		assert_string_equal(text, golden[i].text);
	}
}

/* Up to the key every cut is an error that names the field; the copy on the
 * heap lets a sanitizer see a read beyond it. */
static void
cut_everywhere(void **state)
{
	static const size_t fixed[] = { 7, 3, 26, 19, 3, 3, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		uint8_t rdata[256];
		int len = span_unhex(golden[i].hex, rdata, sizeof(rdata));

		for (size_t cut = 0; cut <= (size_t)len; cut++) {
			struct chunk c = chunk_copy(span_of(rdata, cut));
			struct rr_ipseckey rr;
			const char *err = NULL;

			assert_int_equal(rr_ipseckey_read(chunk_span(c), &rr,
							  &err),
					 cut >= fixed[i]);
			assert_int_equal(err == NULL, cut >= fixed[i]);
			chunk_free(&c);
		}
	}
}

static void
refused(void **state)
{
	static const char *const bad[][2] = {
		{ "0a0402", "gateway type" },
		{ "0aff02", "gateway type" },
		{ "0a000001", "public key" },
		{ "0a0302c00c", "gateway name" },	/* compressed */
		{ "0a030203612e6200", "gateway name" },	/* a dot in a label */
		{ "0a030203610062 00", "gateway name" },
		{ "0a030240", "gateway name" },		/* 64 in a label */
		{ "0a01", "algorithm" },
		{ "", "precedence" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint8_t rdata[64];
		int len = span_unhex(bad[i][0], rdata, sizeof(rdata));
		struct rr_ipseckey rr;
		const char *err = NULL;

		assert_true(len >= 0);
		assert_false(rr_ipseckey_read(span_of(rdata, (size_t)len), &rr,
					      &err));
		assert_string_equal(err, bad[i][1]);
	}
}

static void
text_room(void **state)
{
	struct rr_ipseckey rr = { .precedence = 10, .algorithm = 4 };
	char text[16];

	(void)state;
	rr.key = span_of("abc", 3);
	assert_int_equal(rr_ipseckey_text(&rr, text, 14), 0);
	assert_string_equal(text, "10 0 4 . YWJj");
	assert_int_equal(rr_ipseckey_text(&rr, text, 13), -ENOSPC);
}

static void
base64(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foobar", "Zm9vYmFy" },
	};
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zg==Zg==", "Z-8=",
		"====", "=", "Zm9v=",
	};
	struct chunk c;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		char *text = base64_encode(span_str(pairs[i][0]));

		assert_string_equal(text, pairs[i][1]);
		free(text);
		assert_int_equal(base64_decode(pairs[i][1], &c), 0);
		assert_true(span_eq(chunk_span(c), span_str(pairs[i][0])));
		chunk_free(&c);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(base64_decode(bad[i], &c), -EINVAL);
	assert_int_equal(base64_decode(" Zm\n9v Zg = =\t", &c), 0);
	assert_true(span_eq(chunk_span(c), span_str("foof")));
	chunk_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_records),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(refused),
		cmocka_unit_test(text_room),
		cmocka_unit_test(base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
