/* Names in DNS: reverse names, host names, wire names. */
#include "lib/test.h"

#include <string.h>

#include "lib/revname.h"
#include "lib/wire.h"

/* The IPv6 name is that of RFC 4025 3.2's text, with the nibble it lacks. */
static const char *const pairs[][2] = {
	{ "192.1.2.23", "23.2.1.192.in-addr.arpa." },
	{ "0.0.0.0", "0.0.0.0.in-addr.arpa." },
	{ "255.255.255.255", "255.255.255.255.in-addr.arpa." },
	{ "2001:db8:200:1:210:f3ff:fe03:4d0",
	  "0.d.4.0.3.0.e.f.f.f.3.f.0.1.2.0.1.0.0.0.0.0.2.0.8.b.d.0.1.0.0.2."
	  "ip6.arpa." },
};

static void
reverse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct ip_addr a, back;
		struct dns_name n;

		assert_true(ip_addr_parse(pairs[i][0], &a));
		n = revname_of(&a);
		assert_string_equal(n.text, pairs[i][1]);
		assert_true(revname_parse(n.text, &back));
		assert_true(ip_addr_eq(&a, &back));
		n.text[strlen(n.text) - 1] = '\0';
		n.text[strlen(n.text) - 1] = 'A';
		assert_true(revname_parse(n.text, &back));
	}
	assert_string_equal(revname_of(&(struct ip_addr){ 0 }).text, "");
}

static void
not_reverse(void **state)
{
	static const char *const bad[] = {
		"", ".", "2.1.192.in-addr.arpa.", "23.2.1.192.ip6.arpa.",
		"023.2.1.192.in-addr.arpa.", "256.2.1.192.in-addr.arpa.",
		"23.2.1.192.in-addr.arpa..", "1.23.2.1.192.in-addr.arpa.",
		"23.2.1.192.in-addr.arpa.example.", "-1.2.1.192.in-addr.arpa.",
		" 3.2.1.192.in-addr.arpa.", "d.4.0.ip6.arpa.",
		"0.d.4.0.3.0.e.f.f.f.3.f.0.1.2.0.1.0.0.0.0.0.2.0.8.b.d.0.1.0.0.g."
		"ip6.arpa.",
		"0-d.4.0.3.0.e.f.f.f.3.f.0.1.2.0.1.0.0.0.0.0.2.0.8.b.d.0.1.0.0.2."
		"ip6.arpa.",
	};
	struct ip_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(revname_parse(bad[i], &a));
}

static void
hosts(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "a..", ".a", "a..b", "a b", "a\\b", "a/b", "a;b",
		"a\xc3\xa9", "a$(x)",
	};
	struct dns_name n;

	(void)state;
	assert_true(dns_name_from_host(span_str("Gate_1-a.EXAMPLE.com"), &n));
	assert_string_equal(n.text, "gate_1-a.example.com.");
	assert_true(dns_name_from_host(span_str("example.com."), &n));
	assert_string_equal(n.text, "example.com.");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(dns_name_from_host(span_str(bad[i]), &n));
	assert_false(dns_name_from_host(span_of("a\0b", 3), &n));
}

static void
host_lengths(void **state)
{
	struct dns_name n;
	char host[256];

	(void)state;
	memset(host, 'a', sizeof(host));
	assert_true(dns_name_from_host(span_of(host, 63), &n));
	assert_false(dns_name_from_host(span_of(host, 64), &n));
	host[63] = host[127] = host[191] = '.';
	assert_true(dns_name_from_host(span_of(host, 253), &n));
	assert_int_equal(strlen(n.text), 254);
	assert_false(dns_name_from_host(span_of(host, 254), &n));
	host[253] = '.';
	assert_true(dns_name_from_host(span_of(host, 254), &n));
}

static bool
read_hex(const char *hex, struct dns_name *out, size_t *left)
{
	uint8_t wire[300];
	int len = span_unhex(hex, wire, sizeof(wire));
	struct wire_reader r;
	bool good;

	assert_true(len >= 0);
	r = wire_reader(span_of(wire, (size_t)len));
	good = dns_name_read(&r, out);
	*left = wire_left(&r);
	return good;
}

static void
wire_names(void **state)
{
	struct dns_name n;
	size_t left;

	(void)state;
	assert_true(read_hex("0261420163 00 ffff", &n, &left));
	assert_string_equal(n.text, "ab.c.");
	assert_int_equal(left, 2);
	assert_true(read_hex("00", &n, &left));
	assert_string_equal(n.text, ".");
	assert_false(read_hex("", &n, &left));
	assert_false(read_hex("0261", &n, &left));
	assert_false(read_hex("026142", &n, &left));
	assert_false(read_hex("c000", &n, &left));
	assert_false(read_hex("012e00", &n, &left));
	assert_false(read_hex("010000", &n, &left));
}

/* Four labels are 255 octets on the wire when the last has 61. */
static void
wire_lengths(void **state)
{
	uint8_t wire[256], again[256];
	struct wire_writer w = wire_writer(again, sizeof(again));
	struct wire_reader r;
	struct dns_name n;

	(void)state;
	memset(wire, 'a', sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	r = wire_reader(span_of(wire, 255));
	assert_true(dns_name_read(&r, &n));
	assert_int_equal(strlen(n.text), 254);
	dns_name_write(&w, &n);
	assert_true(span_eq(wire_written(&w), span_of(wire, 255)));
	wire[192] = 62;
	wire[254] = 'a';
	wire[255] = 0;
	r = wire_reader(SPAN_OF(wire));
	assert_false(dns_name_read(&r, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reverse),
		cmocka_unit_test(not_reverse),
		cmocka_unit_test(hosts),
		cmocka_unit_test(host_lengths),
		cmocka_unit_test(wire_names),
		cmocka_unit_test(wire_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
