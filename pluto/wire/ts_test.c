/* Traffic selectors at their edges (RFC 7296 2.9, 3.13). */
#include "lib/test.h"

#include "pluto/wire/ts.h"

static uint8_t buf[2048];

/* One IPv4 selector: any protocol and port, 192.0.2.LO to 192.0.2.HI. */
#define V4(lo, hi) 7, 0, 0, 16, 0, 0, 255, 255, 192, 0, 2, (lo), 192, 0, 2, (hi)

static bool
read_of(const uint8_t *p, size_t n, struct ts_list *out)
{
	struct parse_error e;
	bool ok = ts_list_read(span_of(p, n), out, &e);

	assert_true(ok || (e.notify == N_INVALID_SYNTAX && e.what && out->n == 0));
	return ok;
}

#define READ(out, ...) \
	read_of((const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }), (out))

static struct traffic_selector
host(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return ts_host(&a);
}

static struct traffic_selector
net(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static void
counts(void **state)
{
	struct ts_list l;

	(void)state;
	assert_true(READ(&l, 1, 0, 0, 0, V4(1, 1)));
	assert_int_equal(l.n, 1);
	assert_true(READ(&l, 2, 9, 9, 9, V4(1, 1), V4(2, 3)));
	assert_int_equal(l.n, 2);
	assert_false(READ(&l, 0, 0, 0, 0));
	assert_false(READ(&l, 0, 0, 0, 0, V4(1, 1)));
	assert_false(READ(&l, 1, 0, 0, 0));
	assert_false(READ(&l, 2, 0, 0, 0, V4(1, 1)));
	assert_false(READ(&l, 1, 0, 0, 0, V4(1, 1), V4(2, 3)));
	assert_false(READ(&l, 255, 0, 0, 0, V4(1, 1)));
	assert_false(READ(&l, 1, 0, 0));
}

static void
lengths(void **state)
{
	static const uint8_t good[] = { 1, 0, 0, 0, V4(1, 1) };
	struct ts_list l;

	(void)state;
	for (size_t n = 0; n < sizeof(good); n++)
		assert_false(read_of(good, n, &l));
	for (unsigned len = 0; len < 256; len++) {
		uint8_t bad[] = { 1, 0, 0, 0, V4(1, 1) };

		bad[7] = (uint8_t)len;
		assert_int_equal(read_of(bad, sizeof(bad), &l), len == 16);
		bad[4] = TS_IPV6_ADDR_RANGE;	/* no 40 octets are there */
		assert_false(len != 16 && read_of(bad, sizeof(bad), &l));
	}
	assert_false(READ(&l, 1, 0, 0, 0, 8, 0, 0, 16, 0, 0, 255, 255,
	    192, 0, 2, 1, 192, 0, 2, 1));
}

static void
values(void **state)
{
	struct ts_list l;

	(void)state;
	assert_false(READ(&l, 1, 0, 0, 0, V4(2, 1)));
	/* Port ranges backwards, but OPAQUE is no mistake. */
	assert_false(READ(&l, 1, 0, 0, 0, 7, 6, 0, 16, 0, 2, 0, 1,
	    192, 0, 2, 1, 192, 0, 2, 1));
	assert_true(READ(&l, 1, 0, 0, 0, 7, 6, 0, 16, 255, 255, 0, 0,
	    192, 0, 2, 1, 192, 0, 2, 1));
	/* Unknown types are passed over; alone, they leave nothing. */
	assert_true(READ(&l, 2, 0, 0, 0, 9, 0, 0, 8, 1, 2, 3, 4, V4(1, 1)));
	assert_int_equal(l.n, 1);
	assert_true(READ(&l, 1, 0, 0, 0, 9, 0, 0, 4));
	assert_int_equal(l.n, 0);
}

static void
round_trip(void **state)
{
	struct ts_list l = { .n = 3 }, again;
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	struct payload_list p;
	struct parse_error e;

	(void)state;
	l.ts[0] = host("192.0.2.1");
	l.ts[0].ip_proto = 6;
	l.ts[0].port_lo = l.ts[0].port_hi = 443;
	l.ts[1] = host("2001:db8::1");
	l.ts[2] = net("198.51.100.0/24");
	ts_list_write(&b, P_TSr, &l);
	assert_true(payload_list_read(ike_build_end(&b), b.first, &p, &e));
	assert_int_equal(p.p[0].type, P_TSr);
	assert_true(ts_list_read(p.p[0].body, &again, &e));
	assert_int_equal(again.n, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(ts_eq(&l.ts[i], &again.ts[i]));
}

/* More than we keep are all checked, and the first ones kept. */
static void
many(void **state)
{
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	struct ts_list l;

	(void)state;
	wire_put_u32(&w, (uint32_t)(TS_MAX + 1) << 24);
	for (unsigned i = 0; i <= TS_MAX; i++)
		wire_put(&w, SPAN_OF(((const uint8_t[]){ V4(1, 1) })));
	assert_true(read_of(buf, w.len, &l));
	assert_int_equal(l.n, TS_MAX);
	wire_patch_u8(&w, w.len - 1, 0);
	assert_false(read_of(buf, w.len, &l));
}

static void
narrow(void **state)
{
	struct traffic_selector limit = host("192.0.2.1"), out;
	struct ts_list l = { .n = 1, .ts = { net("0.0.0.0/0") } };

	(void)state;
	assert_true(ts_narrow(&l, &limit, &out));
	assert_true(ts_eq(&out, &limit));
	l.ts[0] = net("198.51.100.0/24");
	assert_false(ts_narrow(&l, &limit, &out));
	l.n = 0;
	assert_false(ts_narrow(&l, &limit, &out));
	/* The packet's own selector first, then all of the host. */
	l = (struct ts_list){ .n = 3, .ts = { limit, net("0.0.0.0/0"),
	    host("2001:db8::1") } };
	l.ts[0].ip_proto = 17;
	l.ts[0].port_lo = l.ts[0].port_hi = 53;
	assert_true(ts_narrow(&l, &limit, &out));
	assert_true(ts_eq(&out, &limit));
	l.n = 1;
	assert_true(ts_narrow(&l, &limit, &out));
	assert_true(ts_eq(&out, &l.ts[0]));
	/* Two that have nothing in common: the first. */
	l = (struct ts_list){ .n = 2, .ts = { host("192.0.2.9"),
	    host("192.0.2.8") } };
	limit = net("192.0.2.0/24");
	assert_true(ts_narrow(&l, &limit, &out));
	assert_true(ts_eq(&out, &l.ts[0]));
}

static void
within(void **state)
{
	struct traffic_selector limit = net("192.0.2.0/24");
	struct ts_list l = { .n = 2, .ts = { host("192.0.2.1"),
	    host("192.0.2.255") } };

	(void)state;
	assert_true(ts_within(&l, &limit));
	l.ts[1] = host("192.0.3.0");
	assert_false(ts_within(&l, &limit));
	l.n = 0;
	assert_false(ts_within(&l, &limit));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(lengths),
		cmocka_unit_test(values),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(many),
		cmocka_unit_test(narrow),
		cmocka_unit_test(within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
