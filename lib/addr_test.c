/* Addresses, prefixes and endpoints: text, questions, sockaddr, hash. */
#include "lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "lib/addr.h"
#include "lib/siphash.h"

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static void
addresses(void **state)
{
	static const char *const good[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::", "::" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	};
	static const char *const bad[] = {
		"", "192.0.2", "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "host",
		"fe80::1%eth0", "2001:db8:::1", "01.2.3.4", "1.2.3.4.5",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb",
	};
	struct addr_buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct ip_addr a = addr(good[i][0]);

		assert_string_equal(ip_addr_text(&a, &b), good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct ip_addr a = { .family = IP_V4, .bytes = { 42 } };

		assert_false(ip_addr_parse(bad[i], &a));
		assert_int_equal(a.bytes[0], 42);
	}
	assert_string_equal(ip_addr_text(&(struct ip_addr){ 0 }, &b), "none");
	assert_int_equal(ip_addr_from(span_of("12345", 5)).family, IP_NONE);
}

static void
prefixes(void **state)
{
	static const char *const good[][2] = {
		{ "192.0.2.255/24", "192.0.2.0/24" },
		{ "192.0.2.255/25", "192.0.2.128/25" },
		{ "192.0.2.7", "192.0.2.7/32" },
		{ "1.2.3.4/0", "0.0.0.0/0" },
		{ "2001:db8:ffff::/33", "2001:db8:8000::/33" },
		{ "::1", "::1/128" },
	};
	static const char *const bad[] = {
		"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "::/129", "/8",
		"192.0.2.0/+8", "192.0.2.0/8x", "1.2.3.4/4294967304",
	};
	struct ip_prefix p;
	struct addr_buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(ip_prefix_parse(good[i][0], &p));
		assert_string_equal(ip_prefix_text(&p, &b), good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(ip_prefix_parse(bad[i], &p));
}

static void
contains(void **state)
{
	struct ip_prefix p;
	struct ip_addr in = addr("10.1.127.255"), out = addr("10.1.128.0");
	struct ip_addr v6 = addr("a01::");

	(void)state;
	assert_true(ip_prefix_parse("10.1.0.0/17", &p));
	assert_true(ip_prefix_contains(&p, &in));
	assert_false(ip_prefix_contains(&p, &out));
	assert_false(ip_prefix_contains(&p, &v6));
	assert_true(ip_prefix_parse("0.0.0.0/0", &p));
	assert_true(ip_prefix_contains(&p, &out));
	p = ip_prefix_host(&in);
	assert_true(ip_prefix_contains(&p, &in));
	assert_false(ip_prefix_contains(&p, &out));
}

static void
endpoints(void **state)
{
	static const char *const good[][2] = {
		{ "192.0.2.1", "192.0.2.1:500" },
		{ "192.0.2.1:53", "192.0.2.1:53" },
		{ "192.0.2.1@53", "192.0.2.1:53" },
		{ "[2001:db8::1]:53", "[2001:db8::1]:53" },
		{ "[2001:db8::1]", "[2001:db8::1]:500" },
		{ "2001:db8::1@65535", "[2001:db8::1]:65535" },
		{ "2001:db8::1", "[2001:db8::1]:500" },
		{ "::", "[::]:500" },
	};
	static const char *const bad[] = {
		"192.0.2.1:", "192.0.2.1@", "192.0.2.1:65536", "[192.0.2.1]:5",
		"[2001:db8::1", "[2001:db8::1]53", ":53", "@53", "",
		"[2001:db8::1]:", "192.0.2.1:5 ",
	};
	struct endpoint e;
	struct addr_buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(endpoint_parse(good[i][0], 500, &e));
		assert_string_equal(endpoint_text(&e, &b), good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(endpoint_parse(bad[i], 500, &e));
}

static void
kinds(void **state)
{
	struct ip_addr a;

	(void)state;
	a = addr("127.9.9.9"); assert_true(ip_addr_is_loopback(&a));
	a = addr("::1"); assert_true(ip_addr_is_loopback(&a));
	a = addr("::2"); assert_false(ip_addr_is_loopback(&a));
	a = addr("224.0.0.1"); assert_true(ip_addr_is_multicast(&a));
	a = addr("240.0.0.1"); assert_false(ip_addr_is_multicast(&a));
	a = addr("255.255.255.255"); assert_true(ip_addr_is_multicast(&a));
	a = addr("ff02::1"); assert_true(ip_addr_is_multicast(&a));
	a = addr("169.254.1.1"); assert_true(ip_addr_is_link_local(&a));
	a = addr("febf::1"); assert_true(ip_addr_is_link_local(&a));
	a = addr("fec0::1"); assert_false(ip_addr_is_link_local(&a));
	a = addr("::"); assert_true(ip_addr_is_any(&a));
	a = addr("0.0.0.1"); assert_false(ip_addr_is_any(&a));
	assert_true(ip_addr_is_any(&(struct ip_addr){ 0 }));
}

static void
sockaddrs(void **state)
{
	static const char *const texts[] = { "192.0.2.1:53", "[2001:db8::1]:4500" };
	struct sockaddr_storage ss;
	struct endpoint e, back, mapped = { .port = 9 };
	struct addr_buf b;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(endpoint_parse(texts[i], 0, &e));
		assert_int_not_equal(endpoint_to_sockaddr(&e, &ss), 0);
		assert_true(endpoint_from_sockaddr((struct sockaddr *)&ss, &back));
		assert_true(endpoint_eq(&e, &back));
	}
	mapped.addr = addr("::ffff:192.0.2.9");
	endpoint_to_sockaddr(&mapped, &ss);
	assert_true(endpoint_from_sockaddr((struct sockaddr *)&ss, &back));
	assert_string_equal(endpoint_text(&back, &b), "192.0.2.9:9");
	assert_int_equal(endpoint_to_sockaddr(&(struct endpoint){ 0 }, &ss), 0);
	assert_false(endpoint_from_sockaddr((struct sockaddr *)&ss, &back));
}

static void
order(void **state)
{
	struct ip_addr a = addr("10.0.0.1"), b = addr("10.0.0.2"), c = addr("::");

	(void)state;
	assert_true(ip_addr_cmp(&a, &b) < 0 && ip_addr_cmp(&b, &a) > 0);
	assert_true(ip_addr_cmp(&b, &c) < 0);
	assert_true(ip_addr_eq(&a, &a) && !ip_addr_eq(&a, &b));
	assert_true(ip_pair_hash(&a, &b) == ip_pair_hash(&a, &b));
	assert_true(ip_pair_hash(&a, &b) != ip_pair_hash(&b, &a));
}

/* The paper's appendix A, and two rows of the reference's vectors.h. */
static void
siphash(void **state)
{
	uint8_t key[16], in[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	memcpy(in, key, sizeof(in));
	assert_true(siphash24(key, SPAN_OF(in)) == UINT64_C(0xa129ca6149be45e5));
	assert_true(siphash24(key, span_of(NULL, 0)) ==
		    UINT64_C(0x726fdb47dd0e0e31));
	assert_true(siphash24(key, span_of(in, 8)) ==
		    UINT64_C(0x93f5f5799a932462));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(contains),
		cmocka_unit_test(endpoints),
		cmocka_unit_test(kinds),
		cmocka_unit_test(sockaddrs),
		cmocka_unit_test(order),
		cmocka_unit_test(siphash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
