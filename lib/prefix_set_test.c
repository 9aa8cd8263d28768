/* Longest match and ranges against a search through every prefix. */
#include "lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prefix_set.h"

enum { PREFIXES = 120, PROBES = 600 };

struct model {
	struct ip_prefix prefix[PREFIXES];
	size_t count;
};

/* The slowest possible answer: the index of the longest, or -1. */
static int
slow_find(const struct model *m, const struct ip_addr *a)
{
	int best = -1;

	for (size_t i = 0; i < m->count; i++)
		if (ip_prefix_contains(&m->prefix[i], a) &&
		    (best < 0 || m->prefix[i].len > m->prefix[best].len))
			best = (int)i;
	return best;
}

/* Few different octets, so that prefixes and probes do meet. */
static struct ip_addr
random_addr(enum ip_family family)
{
	static const uint8_t octets[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i < 2 ? octets[random() % 5]
				 : octets[4 * (random() % 2)];
	return ip_addr_from(span_of(bytes, ip_addr_size(family)));
}

static void
fill(struct prefix_set *s, struct model *m, enum ip_family family)
{
	for (size_t n = 0; n < PREFIXES; n++) {
		struct ip_addr a = random_addr(family);
		struct ip_prefix p = {
			.len = (uint8_t)((size_t)random() %
					 (ip_addr_bits(family) + 1)),
		};
		struct traffic_selector ts;
		bool known = false;

		p.addr = a;
		ts = ts_prefix(&p);
		for (size_t i = 0; i < m->count; i++)
			known |= m->prefix[i].len == p.len &&
				 ip_addr_eq(&m->prefix[i].addr, &ts.addr_lo);
		/* Host bits in what is added must not matter. */
		assert_int_equal(prefix_set_add(s, &p, (uint32_t)m->count),
				 known ? -EEXIST : 0);
		p.addr = ts.addr_lo;
		if (!known)
			m->prefix[m->count++] = p;
	}
}

static void
check_find(const struct prefix_set *s, const struct model *m,
	   enum ip_family family)
{
	for (int i = 0; i < PROBES; i++) {
		struct ip_addr a = random_addr(family);
		int want = slow_find(m, &a);
		struct ip_prefix match;
		uint32_t value = 0;

		assert_int_equal(prefix_set_find(s, &a, &value, &match),
				 want >= 0);
		if (want < 0)
			continue;
		assert_int_equal(value, want);
		assert_int_equal(match.len, m->prefix[want].len);
	}
}

struct ranges {
	const struct model *model;
	struct ip_addr lo[2 * PREFIXES + 2], hi[2 * PREFIXES + 2];
	size_t count, stop_after;
};

static bool
on_range(void *ctx, const struct ip_addr *lo, const struct ip_addr *hi,
	 uint32_t value)
{
	struct ranges *r = ctx;

	assert_true(ip_addr_cmp(lo, hi) <= 0);
	if (r->count > 0)
		assert_true(ip_addr_cmp(&r->hi[r->count - 1], lo) < 0);
	assert_int_equal(slow_find(r->model, lo), value);
	assert_int_equal(slow_find(r->model, hi), value);
	r->lo[r->count] = *lo;
	r->hi[r->count] = *hi;
	return ++r->count != r->stop_after;
}

/* An address is in a range exactly when some prefix holds it. */
static void
check_ranges(const struct prefix_set *s, const struct model *m,
	     enum ip_family family)
{
	struct ranges r = { .model = m };

	prefix_set_ranges(s, family, on_range, &r);
	for (int i = 0; i < PROBES; i++) {
		struct ip_addr a = random_addr(family);
		bool in = false;

		for (size_t k = 0; k < r.count; k++)
			in |= ip_addr_cmp(&r.lo[k], &a) <= 0 &&
			      ip_addr_cmp(&a, &r.hi[k]) <= 0;
		assert_int_equal(in, slow_find(m, &a) >= 0);
	}
	if (r.count > 1) {
		struct ranges early = { .model = m, .stop_after = 1 };

		prefix_set_ranges(s, family, on_range, &early);
		assert_int_equal(early.count, 1);
	}
}

static void
brute_force(enum ip_family family)
{
	srandom(3);
	for (int round = 0; round < 20; round++) {
		struct prefix_set *s = prefix_set_new();
		struct model m = { .count = 0 };

		fill(s, &m, family);
		assert_int_equal(prefix_set_count(s), m.count);
		check_find(s, &m, family);
		check_ranges(s, &m, family);
		prefix_set_free(s);
	}
}

static void
ipv4(void **state)
{
	(void)state;
	brute_force(IP_V4);
}

static void
ipv6(void **state)
{
	(void)state;
	brute_force(IP_V6);
}

static void
edges(void **state)
{
	struct prefix_set *s = prefix_set_new();
	struct model m = { .count = 0 };
	struct ranges r = { .model = &m };
	struct ip_addr a;
	uint32_t value;

	(void)state;
	prefix_set_ranges(s, IP_V4, on_range, &r);
	assert_int_equal(r.count, 0);
	assert_true(ip_addr_parse("192.0.2.1", &a));
	assert_false(prefix_set_find(s, &a, &value, NULL));
	assert_false(prefix_set_find(s, &(struct ip_addr){ 0 }, &value, NULL));
	assert_true(ip_prefix_parse("0.0.0.0/0", &m.prefix[0]));
	assert_true(ip_prefix_parse("255.255.255.255", &m.prefix[1]));
	assert_true(ip_prefix_parse("0.0.0.0", &m.prefix[2]));
	for (m.count = 0; m.count < 3; m.count++)
		assert_int_equal(prefix_set_add(s, &m.prefix[m.count],
						(uint32_t)m.count), 0);
	assert_int_equal(prefix_set_add(s, &m.prefix[1], 9), -EEXIST);
	assert_true(prefix_set_find(s, &a, &value, NULL));
	assert_int_equal(value, 0);
	prefix_set_ranges(s, IP_V4, on_range, &r);
	assert_int_equal(r.count, 3);
	assert_false(prefix_set_find(s, &(struct ip_addr){ IP_V6, { 0 } },
				     &value, NULL));
	m.prefix[0].len = 33;
	assert_int_equal(prefix_set_add(s, &m.prefix[0], 1), -EINVAL);
	prefix_set_free(s);
	prefix_set_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
