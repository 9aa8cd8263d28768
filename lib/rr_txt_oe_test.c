/* X-IPsec-Server: what is one, what is somebody else's, cut and split everywhere. */
#include "lib/test.h"

#include <errno.h>
#include <string.h>

#include "lib/rr_txt_oe.h"

#define KEY "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="	/* RFC 4025 3.2 */
enum { KEY_LEN = 34 };

/* TEXT as one rdata, cut into character-strings of at most N octets. */
static struct span
rdata_of(const char *text, size_t len, size_t n, uint8_t buf[8192])
{
	struct wire_writer w = wire_writer(buf, 8192);

	do {
		size_t part = len < n ? len : n;

		wire_put_u8(&w, (uint8_t)part);
		wire_put(&w, span_of(text, part));
		text += part;
		len -= part;
	} while (len > 0);
	return wire_written(&w);
}

static enum txt_oe
read_text(const char *text, struct rr_txt_oe *rr, const char **err)
{
	uint8_t buf[8192];

	*err = NULL;
	return rr_txt_oe_read(rdata_of(text, strlen(text), 255, buf), rr, err);
}

static void
good(void **state)
{
	static const struct {
		const char *in, *out;
		unsigned precedence;
		size_t key;
	} rows[] = {
		{ "X-IPsec-Server(10)=192.0.2.11 " KEY,
		  "\"X-IPsec-Server(10)=192.0.2.11 " KEY "\"", 10, KEY_LEN },
		{ "X-IPsec-Server(10)=192.0.2.11", "\"X-IPsec-Server(10)=192.0.2.11\"", 10, 0 },
		{ "x-ipsec-SERVER ( 0 ) = 2001:db8::1\t" KEY " ",
		  "\"X-IPsec-Server(0)=2001:db8::1 " KEY "\"", 0, KEY_LEN },
		{ " X-IPsec-Server(65535)=@GW.example.com. " KEY,
		  "\"X-IPsec-Server(65535)=@gw.example.com " KEY "\"", 65535, KEY_LEN },
		{ "X-IPsec-Server(10)=192.0.2.11 AQNRU3mG7TVTO2BkR47u sntb102uFJtugbo6BSGvgqt4AQ==",
		  "\"X-IPsec-Server(10)=192.0.2.11 " KEY "\"", 10, KEY_LEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rr_txt_oe rr;
		const char *err;
		char text[400];

		assert_int_equal(read_text(rows[i].in, &rr, &err), TXT_OE_GATEWAY);
		assert_int_equal(rr.precedence, rows[i].precedence);
		assert_int_equal(rr.key.len, rows[i].key);
		assert_int_equal(rr_txt_oe_text(&rr, text, sizeof(text)), 0);
		assert_string_equal(text, rows[i].out);
		assert_int_equal(rr_txt_oe_text(&rr, text, strlen(rows[i].out)), -ENOSPC);
		rr_txt_oe_free(&rr);
	}
}

static void
others(void **state)
{
	static const char *const rows[] = {
		"", "v=spf1 -all", "X-IPsec-Serve(10)=192.0.2.1", "X-IPsec-Gateway(10)=192.0.2.1",
		"X-IPsec-Servers(10)=192.0.2.1", "X-IPsec-Server=192.0.2.1", "a\0b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rr_txt_oe rr;
		const char *err;

		assert_int_equal(read_text(rows[i], &rr, &err), TXT_OE_OTHER);
	}
}

static void
bad(void **state)
{
	static const char *const rows[][2] = {
		{ "X-IPsec-Server", "precedence" },
		{ "X-IPsec-Server ", "precedence" },
		{ "X-IPsec-Server()=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(65536)=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(123456)=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(010)=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(0x10)=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(-1)=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(10=192.0.2.1", "precedence" },
		{ "X-IPsec-Server(10)192.0.2.1", "gateway" },
		{ "X-IPsec-Server(10)=", "gateway" },
		{ "X-IPsec-Server(10)==192.0.2.1", "gateway" },
		{ "X-IPsec-Server(10)=0.0.0.0", "gateway" },
		{ "X-IPsec-Server(10)=::", "gateway" },
		{ "X-IPsec-Server(10)=fe80::1%eth0", "gateway" },
		{ "X-IPsec-Server(10)=192.0.2.256", "gateway" },
		{ "X-IPsec-Server(10)=@", "gateway" },
		{ "X-IPsec-Server(10)=@a..b", "gateway" },
		{ "X-IPsec-Server(10)=gw.example.com", "gateway" },
		{ "X-IPsec-Server(10)=192.0.2.1 AQ", "public key" },
		{ "X-IPsec-Server(10)=192.0.2.1 !", "public key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rr_txt_oe rr;
		const char *err;

		assert_int_equal(read_text(rows[i][0], &rr, &err), TXT_OE_BAD);
		assert_string_equal(err, rows[i][1]);
	}
}

/* RFC 4322 5.2.1: a text longer than one string is several, joined again. */
static void
split_everywhere(void **state)
{
	static const char text[] = "X-IPsec-Server(10)=192.0.2.11 " KEY;

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		uint8_t buf[8192];
		struct rr_txt_oe rr;
		const char *err;

		assert_int_equal(rr_txt_oe_read(rdata_of(text, sizeof(text) - 1, n, buf), &rr, &err),
				 TXT_OE_GATEWAY);
		assert_int_equal(rr.key.len, KEY_LEN);
		rr_txt_oe_free(&rr);
	}
}

/* On the heap, where a sanitizer sees a read beyond the end. */
static void
cut_everywhere(void **state)
{
	static const char text[] = "X-IPsec-Server(10)=192.0.2.11 " KEY;
	uint8_t buf[8192];
	struct span whole = rdata_of(text, sizeof(text) - 1, 20, buf);

	(void)state;
	for (size_t cut = 0; cut < whole.len; cut++) {
		struct chunk c = chunk_copy(span_of(whole.ptr, cut));
		struct rr_txt_oe rr;
		const char *err = NULL;
		enum txt_oe what = rr_txt_oe_read(chunk_span(c), &rr, &err);

		if (what == TXT_OE_GATEWAY) {	/* cut between two strings */
			assert_int_equal(cut % 21, 0);
			rr_txt_oe_free(&rr);
		} else {
			assert_int_equal(what, cut < 21 ? TXT_OE_OTHER : TXT_OE_BAD);
		}
		chunk_free(&c);
	}
}

static void
nul_and_length(void **state)
{
	static const char with_nul[] = "X-IPsec-Server(10)=192.0.2.11\0 " KEY;
	char longest[5000] = "X-IPsec-Server(10)=192.0.2.11 ";
	uint8_t buf[8192];
	struct rr_txt_oe rr;
	const char *err;

	(void)state;
	assert_int_equal(rr_txt_oe_read(rdata_of(with_nul, sizeof(with_nul) - 1, 255, buf), &rr,
					&err), TXT_OE_BAD);
	assert_string_equal(err, "NUL octet");
	memset(longest + strlen(longest), 'A', sizeof(longest) - strlen(longest));
	assert_int_equal(rr_txt_oe_read(rdata_of(longest, sizeof(longest), 255, buf), &rr, &err),
			 TXT_OE_BAD);
	assert_string_equal(err, "length");
}

/* A key of 4096 bits needs three strings; what is written is read as it was. */
static void
long_key(void **state)
{
	struct rr_txt_oe rr = { .precedence = 7, .gateway_kind = GW_ADDR4,
		.key = chunk_new(515) }, again;
	uint8_t buf[2048];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	const char *err;
	char text[1024];

	(void)state;
	memset(rr.key.ptr, 0x5a, rr.key.len);
	assert_true(ip_addr_parse("192.0.2.1", &rr.gateway));
	rr_txt_oe_write(&w, &rr);
	assert_true(wire_fits(&w));
	assert_int_equal(rr_txt_oe_read(wire_written(&w), &again, &err), TXT_OE_GATEWAY);
	assert_true(span_eq(chunk_span(again.key), chunk_span(rr.key)));
	assert_int_equal(rr_txt_oe_text(&rr, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "\" \""));
	rr_txt_oe_free(&again);
	rr_txt_oe_free(&rr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(others),
		cmocka_unit_test(bad),
		cmocka_unit_test(split_everywhere),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(nul_and_length),
		cmocka_unit_test(long_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
