/* Which entry speaks for a flow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "oe/group_set.h"

static const char text[] =
	"10.0.0.0/8\n"
	"10.1.0.0/16 tcp 0 22\n"
	"10.1.2.0/24 udp 0 0\n"
	"10.1.2.0/24 udp 0 53\n"
	"2001:db8::/32\n"
	"2001:db8:1::/48 58 0 0\n";

static void
no_complaint(void *ctx, const char *line)
{
	(void)ctx;
	fail_msg("%s", line);
}

static struct group_set *
make(void)
{
	struct group_entry *e = NULL;
	size_t n = 0;

	group_file_parse("private", span_str(text), GROUP_ID_PRIVATE, &e, &n, no_complaint, NULL);
	struct group_set *s = group_set_new(e, n);

	assert_non_null(s);
	free(e);
	return s;
}

/* The line that speaks for a flow; "" for none. */
static const char *
line_for(const struct group_set *s, const char *dst, uint8_t proto, uint16_t dport)
{
	struct flow f = { .ip_proto = proto, .dport = dport };

	assert_true(ip_addr_parse(dst, &f.dst));
	const struct group_entry *e = group_set_find(s, &f);

	return e != NULL ? strchr(e->where, ':') + 1 : "";
}

static bool
mixed(const struct group_set *s, const char *dst)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(dst, &a));
	return group_set_mixed(s, &a, &a);
}

static void
test_find(void **state)
{
	struct group_set *s = make();

	(void)state;
	assert_string_equal(line_for(s, "10.9.9.9", 6, 22), "1");
	assert_string_equal(line_for(s, "10.1.9.9", 6, 22), "2");
	assert_string_equal(line_for(s, "10.1.9.9", 6, 80), "1");
	assert_string_equal(line_for(s, "10.1.2.3", 17, 53), "4");
	assert_string_equal(line_for(s, "10.1.2.3", 17, 54), "3");
	assert_string_equal(line_for(s, "10.1.2.3", 6, 22), "2");
	assert_string_equal(line_for(s, "10.1.2.3", 1, 0), "1");
	assert_string_equal(line_for(s, "11.0.0.1", 1, 0), "");
	assert_string_equal(line_for(s, "2001:db8:1::1", 58, 0), "6");
	assert_string_equal(line_for(s, "2001:db8:1::1", 6, 0), "5");
	assert_string_equal(line_for(s, "2001:db9::1", 6, 0), "");
	group_set_free(s);
}

/* Where the source is a host behind us, what is said for the longest prefix around
 * it counts alone; for our own traffic, the rest. */
static void
test_hosts_behind_us(void **state)
{
	struct group_entry e[4] = {
		{ .group = GROUP_ID_PRIVATE, .where = "own" },
		{ .group = GROUP_ID_CLEAR, .where = "wide" },
		{ .group = GROUP_ID_BLOCK, .where = "narrow" },
		{ .group = GROUP_ID_CLEAR, .where = "ports", .ip_proto = 6 },
	};
	static const struct { const char *src, *dst, *where; } rows[] = {
		{ "192.0.2.1", "10.2.0.1", "own" },
		{ "10.1.0.1", "10.2.0.1", "wide" },
		{ "10.1.0.1", "10.9.0.1", "" },
		{ "10.1.1.1", "10.2.0.1", "narrow" },
		{ "10.1.1.1", "10.3.0.1", "" },
	};
	struct group_set *s;

	(void)state;
	assert_true(ip_prefix_parse("10.0.0.0/8", &e[0].remote));
	assert_true(ip_prefix_parse("10.1.0.0/16", &e[1].clients));
	assert_true(ip_prefix_parse("10.2.0.0/16", &e[1].remote));
	assert_true(ip_prefix_parse("10.1.1.0/24", &e[2].clients));
	assert_true(ip_prefix_parse("10.2.0.0/16", &e[2].remote));
	e[3].clients = e[2].clients;
	assert_true(ip_prefix_parse("10.5.0.0/16", &e[3].remote));
	s = group_set_new(e, 4);
	assert_non_null(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct group_entry *found;
		struct flow f = { .ip_proto = 1 };

		assert_true(ip_addr_parse(rows[i].src, &f.src));
		assert_true(ip_addr_parse(rows[i].dst, &f.dst));
		found = group_set_find(s, &f);
		assert_string_equal(found != NULL ? found->where : "", rows[i].where);
	}
	struct ip_addr behind, own, dst;

	assert_true(ip_addr_parse("10.1.1.1", &behind) && ip_addr_parse("192.0.2.1", &own)
		    && ip_addr_parse("10.5.0.1", &dst));
	assert_true(group_set_mixed(s, &behind, &dst));
	assert_false(group_set_mixed(s, &own, &dst));
	group_set_free(s);
}

static void
test_mixed(void **state)
{
	struct group_set *s = make();

	(void)state;
	assert_false(mixed(s, "10.9.9.9"));
	assert_true(mixed(s, "10.1.9.9"));
	assert_true(mixed(s, "10.1.2.3"));
	assert_false(mixed(s, "11.0.0.1"));
	assert_false(mixed(s, "2001:db8::1"));
	assert_true(mixed(s, "2001:db8:1::1"));
	group_set_free(s);
}

static void
test_empty(void **state)
{
	struct group_set *s = group_set_new(NULL, 0);

	(void)state;
	assert_non_null(s);
	assert_string_equal(line_for(s, "10.0.0.1", 6, 22), "");
	group_set_free(s);
	group_set_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_hosts_behind_us),
		cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
