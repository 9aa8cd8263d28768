/* Traffic selectors: text, overlap, what holds what. */
#include "lib/test.h"

#include "lib/addr.h"

static struct traffic_selector
range(const char *lo, const char *hi)
{
	struct traffic_selector ts = { .port_hi = 65535 };

	assert_true(ip_addr_parse(lo, &ts.addr_lo));
	assert_true(ip_addr_parse(hi, &ts.addr_hi));
	return ts;
}

static void
text(void **state)
{
	struct traffic_selector ts = range("10.0.0.0", "10.0.1.255");
	struct addr_buf b;

	(void)state;
	assert_string_equal(ts_text(&ts, &b), "10.0.0.0/23");
	ts = range("10.0.0.1", "10.0.1.255");
	ts.ip_proto = 6;
	ts.port_lo = ts.port_hi = 80;
	assert_string_equal(ts_text(&ts, &b), "10.0.0.1-10.0.1.255 tcp/80");
	ts = range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	ts.port_hi = 9;
	assert_string_equal(ts_text(&ts, &b), "::/0 any/0-9");
	ts = range("192.0.2.1", "192.0.2.1");
	assert_string_equal(ts_text(&ts, &b), "192.0.2.1/32");
}

static void
longest_text(void **state)
{
	const char *v6 = "1111:2222:3333:4444:5555:6666:177.177.177.177";
	struct traffic_selector ts = range(v6, "ffff::");
	struct flow f = { .ip_proto = 250, .sport = 65535, .dport = 65535 };
	struct addr_buf b;

	(void)state;
	ts.ip_proto = 132;
	ts.port_lo = 10000;
	ts.port_hi = 65534;
	ts_text(&ts, &b);
	f.src = f.dst = ts.addr_lo;
	assert_string_equal(flow_text(&f, &b),
	    "1111:2222:3333:4444:5555:6666:b1b1:b1b1 -> "
	    "1111:2222:3333:4444:5555:6666:b1b1:b1b1 250 65535->65535");
}

static void
flows(void **state)
{
	struct flow f = { .ip_proto = 6, .sport = 1, .dport = 2 };
	struct addr_buf b;

	(void)state;
	assert_true(ip_addr_parse("10.0.0.1", &f.src));
	assert_true(ip_addr_parse("10.0.0.2", &f.dst));
	assert_string_equal(flow_text(&f, &b), "10.0.0.1 -> 10.0.0.2 tcp 1->2");
	f.ip_proto = 0;
	assert_string_equal(flow_text(&f, &b), "10.0.0.1 -> 10.0.0.2");
}

static void
from_prefix(void **state)
{
	struct ip_prefix p;
	struct traffic_selector ts, want = range("10.0.128.0", "10.0.255.255");

	(void)state;
	assert_true(ip_prefix_parse("10.0.128.0/17", &p));
	ts = ts_prefix(&p);
	assert_true(ts_eq(&ts, &want));
	assert_true(ip_prefix_parse("0.0.0.0/0", &p));
	ts = ts_prefix(&p);
	want = range("0.0.0.0", "255.255.255.255");
	assert_true(ts_eq(&ts, &want));
}

static void
narrowing(void **state)
{
	struct traffic_selector a = range("10.0.0.0", "10.0.0.9");
	struct traffic_selector b = range("10.0.0.9", "10.0.0.20");
	struct traffic_selector both, other = range("10.0.0.10", "10.0.0.20");

	(void)state;
	a.ip_proto = 17;
	b.port_lo = 53;
	b.port_hi = 60;
	a.port_lo = 60;
	assert_true(ts_intersect(&a, &b, &both));
	assert_true(ip_addr_eq(&both.addr_lo, &a.addr_hi));
	assert_true(ip_addr_eq(&both.addr_hi, &a.addr_hi));
	assert_int_equal(both.ip_proto, 17);
	assert_int_equal(both.port_lo, 60);
	assert_int_equal(both.port_hi, 60);
	assert_true(ts_contains(&a, &both) && ts_contains(&b, &both));
	assert_false(ts_contains(&both, &a));
	assert_false(ts_intersect(&a, &other, &both));
	a.port_lo = 61;
	assert_false(ts_intersect(&a, &b, &both));
	a.port_lo = 0;
	b.ip_proto = 6;
	assert_false(ts_intersect(&a, &b, &both));
}

static void
odd_ranges(void **state)
{
	struct traffic_selector v4 = range("0.0.0.0", "255.255.255.255"), out;
	struct traffic_selector v6 = range("::", "ffff::");
	struct traffic_selector upside = range("10.0.0.9", "10.0.0.1");
	struct traffic_selector none = { 0 };
	struct traffic_selector opaque = v4;

	(void)state;
	assert_false(ts_intersect(&v4, &v6, &out));
	assert_false(ts_intersect(&v4, &upside, &out));
	assert_false(ts_contains(&v4, &upside));
	assert_false(ts_intersect(&none, &none, &out));
	opaque.port_lo = 65535;
	opaque.port_hi = 0;
	assert_true(ts_intersect(&v4, &opaque, &out));
	assert_true(out.port_lo == 65535 && out.port_hi == 0);
	v4.port_lo = 1;
	assert_false(ts_intersect(&v4, &opaque, &out));
	assert_false(ts_has_addr(&v4, &v6.addr_lo));
	assert_true(ts_has_addr(&v4, &upside.addr_lo));
}

static void
to_prefix(void **state)
{
	struct traffic_selector all = range("0.0.0.0", "255.255.255.255");
	struct traffic_selector host = range("2001:db8::1", "2001:db8::1");
	struct traffic_selector odd = range("10.0.0.1", "10.0.0.2");
	struct traffic_selector mixed = range("10.0.0.0", "::"), none = { 0 };
	struct ip_prefix p;
	struct addr_buf b;

	(void)state;
	assert_true(ts_is_prefix(&all, &p));
	assert_string_equal(ip_prefix_text(&p, &b), "0.0.0.0/0");
	assert_true(ts_is_prefix(&host, &p));
	assert_string_equal(ip_prefix_text(&p, &b), "2001:db8::1/128");
	assert_false(ts_is_prefix(&odd, &p));
	assert_false(ts_is_prefix(&mixed, &p));
	assert_false(ts_is_prefix(&none, &p));
}

static struct selector
between(const char *ours, const char *theirs)
{
	struct ip_prefix l, r;

	assert_true(ip_prefix_parse(ours, &l) && ip_prefix_parse(theirs, &r));
	return (struct selector){ ts_prefix(&l), ts_prefix(&r) };
}

static void
flows_in_selectors(void **state)
{
	struct selector s = between("10.1.0.0/24", "10.2.0.0/24");
	struct flow f = { .ip_proto = 17, .sport = 5000, .dport = 53 };

	(void)state;
	assert_true(ip_addr_parse("10.1.0.7", &f.src) && ip_addr_parse("10.2.0.7", &f.dst));
	assert_true(selector_holds(&s, &f));
	s.local.ip_proto = s.remote.ip_proto = 17;
	s.remote.port_lo = s.remote.port_hi = 53;
	assert_true(selector_holds(&s, &f));
	f.dport = 54;
	assert_false(selector_holds(&s, &f));
	f.dport = 53;
	f.ip_proto = 6;
	assert_false(selector_holds(&s, &f));
	f.ip_proto = 17;
	assert_true(ip_addr_parse("10.2.1.7", &f.dst));
	assert_false(selector_holds(&s, &f));
}

static void
the_more_specific(void **state)
{
	struct selector wide = between("10.1.0.0/24", "10.2.0.0/24");
	struct selector host = between("10.1.0.7/32", "10.2.0.0/24");
	struct selector port = wide, part = wide;

	(void)state;
	port.local.ip_proto = port.remote.ip_proto = 17;
	port.remote.port_lo = port.remote.port_hi = 53;
	part.remote.addr_hi.bytes[3] = 99;
	assert_true(selector_narrow(&host) > selector_narrow(&wide));
	assert_true(selector_narrow(&port) > selector_narrow(&wide));
	assert_true(selector_narrow(&host) > selector_narrow(&port));
	assert_true(selector_narrow(&part) > selector_narrow(&wide));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(longest_text),
		cmocka_unit_test(flows),
		cmocka_unit_test(from_prefix),
		cmocka_unit_test(narrowing),
		cmocka_unit_test(odd_ranges),
		cmocka_unit_test(to_prefix),
		cmocka_unit_test(flows_in_selectors),
		cmocka_unit_test(the_more_specific),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
