/* What packet_flow makes of whole, odd and short packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trap/packet.h"

enum { MAX = 256 };

/* Parses HEX cut to CUT bytes (0: whole). */
static bool
parse(const char *hex, size_t cut, struct flow *f, const char **err)
{
	uint8_t buf[MAX];
	int n = span_unhex(hex, buf, sizeof(buf));

	assert_true(n > 0);
	return packet_flow(span_of(buf, cut != 0 ? cut : (size_t)n), f, err);
}

static void
expect(const char *hex, size_t cut, const char *text)
{
	struct flow f;
	struct addr_buf b;
	const char *err = "";

	assert_true(parse(hex, cut, &f, &err));
	assert_string_equal(flow_text(&f, &b), text);
}

static void
expect_bad(const char *hex, size_t cut, const char *what)
{
	struct flow f = { .ip_proto = 77 };
	const char *err = "";

	assert_false(parse(hex, cut, &f, &err));
	assert_string_equal(err, what);
	assert_int_equal(f.ip_proto, 77);
}

#define V4(hl, len, frag, proto) "4" hl "00" len "0001" frag "40" proto \
	"0000 c0000201 c6336409 "
#define V6(next) "60000000 0010" next "40 " \
	"20010db8000000000000000000000001 20010db8000000000000000000000002 "

static void
ports(const char *hex, uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct flow f;
	const char *err = "";

	assert_true(parse(hex, 0, &f, &err));
	assert_int_equal(f.ip_proto, proto);
	assert_int_equal(f.sport, sport);
	assert_int_equal(f.dport, dport);
}

static void
ipv4_protocols(void **state)
{
	(void)state;
	ports(V4("5", "0028", "0000", "06") "1f900050", 6, 8080, 80);
	ports(V4("5", "0028", "0000", "11") "00350036", 17, 53, 54);
	ports(V4("5", "0028", "0000", "84") "00010002", 132, 1, 2);
	ports(V4("5", "0028", "0000", "01") "0800ffff", 1, 8, 0);
	ports(V4("5", "0028", "0000", "01") "0304ffff", 1, 3, 4);
	ports(V4("5", "0028", "0000", "2f") "00010002", 47, 0, 0);
	expect(V4("5", "0028", "0000", "06") "1f900050", 0,
	       "192.0.2.1 -> 198.51.100.9 tcp 8080->80");
}

static void
ipv4_options_and_fragments(void **state)
{
	(void)state;
	/* two words of options stand before the ports */
	ports(V4("7", "0030", "0000", "11") "01010101 01010100 00350036", 17,
	      53, 54);
	/* first fragment: more follow, offset 0 */
	ports(V4("5", "0028", "2000", "11") "00350036", 17, 53, 54);
	/* a later one: what stands there is data */
	ports(V4("5", "0028", "2001", "11") "00350036", 17, 0, 0);
	ports(V4("5", "0028", "0fff", "06") "00350036", 6, 0, 0);
	ports(V4("5", "0028", "1000", "06") "00350036", 6, 0, 0);
	/* don't-fragment is not an offset */
	ports(V4("5", "0028", "4000", "11") "00350036", 17, 53, 54);
}

static void
ipv4_short(void **state)
{
	const char *whole = V4("5", "0028", "0000", "06") "1f900050";

	(void)state;
	expect_bad(whole, 1, "type of service, length, identification");
	expect_bad(whole, 15, "source address");
	expect_bad(whole, 19, "destination address");
	ports(V4("5", "0028", "0000", "06"), 6, 0, 0);
	ports(V4("5", "0028", "0000", "06") "1f9000", 6, 0, 0);
	/* options said to be there, but cut off */
	ports(V4("f", "0028", "0000", "06") "1f900050", 6, 0, 0);
	expect_bad(V4("4", "0028", "0000", "06") "1f900050", 0, "header length");
	expect_bad("50", 0, "version");
	expect_bad("00", 0, "version");
}

static void
ipv6_plain(void **state)
{
	(void)state;
	ports(V6("06") "1f900050", 6, 8080, 80);
	ports(V6("3a") "8000ffff", 58, 128, 0);
	ports(V6("3b"), 59, 0, 0);
	expect_bad(V6("06"), 39, "destination address");
	expect_bad(V6("06"), 23, "source address");
}

static void
ipv6_extensions(void **state)
{
	(void)state;
	/* hop-by-hop, destination options, then UDP */
	ports(V6("00") "3c00 000000000000 1100 000000000000 00350036", 17, 53,
	      54);
	/* routing of 24 octets */
	ports(V6("2b") "1102 000000000000 0000000000000000 0000000000000000 "
	      "00350036", 17, 53, 54);
	/* AH counts in words: (1 + 2) * 4 */
	ports(V6("33") "1101 0000 00000001 00000001 00350036", 17, 53, 54);
	/* first fragment, then a later one */
	ports(V6("2c") "11000001 00000001 00350036", 17, 53, 54);
	ports(V6("2c") "11000009 00000001 00350036", 17, 0, 0);
}

static void
ipv6_hostile(void **state)
{
	char hex[MAX * 2 + 1] = V6("00");
	int i;

	(void)state;
	/* cut inside an extension, or longer than the packet */
	ports(V6("00") "11", 0, 0, 0);
	ports(V6("00") "11ff 000000000000", 0, 0, 0);
	/* eight are read, the ninth is not */
	for (i = 0; i < 7; i++)
		strcat(hex, "0000 000000000000 ");
	strcat(hex, "1100 000000000000 00350036");
	ports(hex, 17, 53, 54);
	strcpy(hex, V6("00"));
	for (i = 0; i < 8; i++)
		strcat(hex, "0000 000000000000 ");
	strcat(hex, "1100 000000000000 00350036");
	ports(hex, 0, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_protocols),
		cmocka_unit_test(ipv4_options_and_fragments),
		cmocka_unit_test(ipv4_short),
		cmocka_unit_test(ipv6_plain),
		cmocka_unit_test(ipv6_extensions),
		cmocka_unit_test(ipv6_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
