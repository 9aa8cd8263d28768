/* Which zones hold the reverse names of a prefix, and lists of hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "zones/hosts.h"
#include "zones/revzone.h"

#define V6_48 "8.b.d.0.1.0.0.2.ip6.arpa."

static const struct {
	const char *prefix, *pattern;
	unsigned count, nth;
	const char *name, *parent, *addr, *owner;
} rows[] = {
	{ "192.0.2.0/24", "", 1, 0, "2.0.192.in-addr.arpa.", "0.192.in-addr.arpa.",
	  "192.0.2.7", "7.2.0.192.in-addr.arpa." },
	{ "10.0.0.0/8", "", 1, 0, "10.in-addr.arpa.", "in-addr.arpa.",
	  "10.1.2.3", "3.2.1.10.in-addr.arpa." },
	{ "192.0.0.0/22", "", 4, 3, "3.0.192.in-addr.arpa.", "0.192.in-addr.arpa.",
	  "192.0.3.1", "1.3.0.192.in-addr.arpa." },
	{ "10.128.0.0/9", "", 128, 127, "255.10.in-addr.arpa.", "10.in-addr.arpa.",
	  "10.255.0.1", "1.0.255.10.in-addr.arpa." },
	{ "192.0.2.7/32", "", 1, 0, "7.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.",
	  "192.0.2.7", "7.2.0.192.in-addr.arpa." },
	{ "192.0.2.40/28", "%f-%l", 1, 0, "32-47.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.",
	  "192.0.2.33", "33.32-47.2.0.192.in-addr.arpa." },
	{ "192.0.2.0/27", "%f/%n", 1, 0, "0/27.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.",
	  "192.0.2.31", "31.0/27.2.0.192.in-addr.arpa." },
	{ "192.0.2.4/31", "unr5", 1, 0, "unr5.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.",
	  "192.0.2.5", "5.unr5.2.0.192.in-addr.arpa." },
	{ "2001:db8::/32", "", 1, 0, V6_48, "b.d.0.1.0.0.2.ip6.arpa.",
	  "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." V6_48 },
	{ "2001:db8:40::/42", "", 4, 2, "6.0.0." V6_48, "0.0." V6_48,
	  "2001:db8:60::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.0.0." V6_48 },
	{ "2001:db8::/47", "", 2, 1, "1.0.0.0." V6_48, "0.0.0." V6_48,
	  "2001:db8:1::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0." V6_48 },
};

static void
zones_of_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ip_prefix p;
		struct revzone z;
		struct ip_addr a;
		struct dns_name n;

		assert_true(ip_prefix_parse(rows[i].prefix, &p));
		assert_int_equal(revzone_count(&p), rows[i].count);
		assert_true(revzone_nth(&p, rows[i].nth, rows[i].pattern, &z));
		assert_string_equal(z.name.text, rows[i].name);
		assert_string_equal(z.parent.text, rows[i].parent);
		assert_true(ip_addr_parse(rows[i].addr, &a));
		assert_true(ip_prefix_contains(&z.prefix, &a));
		n = revzone_owner(&z, &a);
		assert_string_equal(n.text, rows[i].owner);
		assert_true(revzone_wildcard(&z, &n));
		assert_memory_equal(n.text, "*.", 2);
		assert_string_equal(n.text + 2, rows[i].name);
	}
}

static void
bad_patterns(void **state)
{
	static const char *const bad[] = { "", "%", "%x", "a b", "'", "..",
		"0123456789012345678901234567890123456789012345678901234567890123456789" };
	struct ip_prefix p;
	struct revzone z;

	(void)state;
	assert_true(ip_prefix_parse("192.0.2.0/28", &p));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(revzone_nth(&p, 0, bad[i], &z));
}

static void
lists_of_hosts(void **state)
{
	struct hosts h = { 0 };
	char err[200];

	(void)state;
	assert_true(ip_prefix_parse("255.255.255.252/30", &h.within));
	assert_true(hosts_all(&h, err, sizeof(err)));
	assert_int_equal(h.n, 4);
	assert_int_equal(h.addrs[3].bytes[3], 255);
	assert_true(hosts_add(&h, "255.255.255.253", err, sizeof(err)));
	assert_false(hosts_add(&h, "255.255.255.1", err, sizeof(err)));
	assert_string_equal(err, "\"255.255.255.1\": expected an address in 255.255.255.252/30");
	assert_false(hosts_add(&h, "x", err, sizeof(err)));
	assert_false(hosts_read(&h, "/nonexistent/file", err, sizeof(err)));
	hosts_free(&h);
	assert_true(ip_prefix_parse("10.0.0.0/15", &h.within));
	assert_false(hosts_all(&h, err, sizeof(err)));
	assert_non_null(strstr(err, "65536"));
	hosts_free(&h);
	assert_true(ip_prefix_parse("2001:db8::/120", &h.within));
	assert_false(hosts_all(&h, err, sizeof(err)));
	hosts_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_of_prefixes),
		cmocka_unit_test(bad_patterns),
		cmocka_unit_test(lists_of_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
