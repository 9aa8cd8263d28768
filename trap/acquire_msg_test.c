/* What the kernel asks, read from bytes that may be anything. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>

#include "lib/test.h"
#include "trap/acquire_msg.h"

enum { REQID = 77, ROOM = 2048 };

/* Messages as the kernel writes them, one after the other. */
struct bytes {
	uint8_t b[ROOM];
	size_t len;
};

static void
append(struct bytes *m, const void *from, size_t n)
{
	memcpy(m->b + m->len, from, n);
	m->len += n;
}

static void
header(struct bytes *m, uint16_t type, size_t body)
{
	const struct nlmsghdr h = { .nlmsg_len = (uint32_t)(sizeof(h) + body), .nlmsg_type = type };

	append(m, &h, sizeof(h));
}

static struct xfrm_selector
pair(uint8_t host)
{
	struct xfrm_selector s = { .family = AF_INET, .prefixlen_s = 32, .prefixlen_d = 32,
		.proto = IPPROTO_TCP, .sport = htons(1234), .dport = htons(80) };

	s.saddr.a4 = htonl(0xc0000201);
	s.daddr.a4 = htonl(0xc6336400u + host);
	return s;
}

static void
put_acquire(struct bytes *m, uint8_t host, uint32_t reqid, uint8_t mode)
{
	struct xfrm_user_acquire a = { .sel = pair(host), .seq = host,
		.policy.sel = { .family = AF_INET, .prefixlen_d = 24, .dport = htons(80),
				.dport_mask = 0xffff } };
	const struct xfrm_user_tmpl t = { .reqid = reqid, .mode = mode, .id.proto = IPPROTO_ESP };
	const struct nlattr n = { .nla_len = sizeof(n) + sizeof(t), .nla_type = XFRMA_TMPL };

	a.policy.sel.daddr.a4 = htonl(0xc6336400u);
	header(m, XFRM_MSG_ACQUIRE, sizeof(a) + sizeof(n) + sizeof(t));
	append(m, &a, sizeof(a));
	append(m, &n, sizeof(n));
	append(m, &t, sizeof(t));
}

static void
put_sa(struct bytes *m, uint8_t host, uint32_t spi)
{
	const struct xfrm_usersa_info x = { .sel = pair(host), .id = { .spi = spi,
		.proto = IPPROTO_ESP }, .seq = host, .reqid = REQID, .mode = XFRM_MODE_TRANSPORT };

	header(m, XFRM_MSG_NEWSA, sizeof(x));
	append(m, &x, sizeof(x));
}

struct seen {
	unsigned n;
	struct acquire last;
};

static void
see(void *ctx, const struct acquire *a)
{
	struct seen *s = ctx;

	s->n++;
	s->last = *a;
}

static bool
parse(const struct bytes *m, struct seen *s, const char **bad)
{
	*s = (struct seen){ .n = 0 };
	return acquire_parse(span_of(m->b, m->len), REQID, see, s, bad);
}

static void
an_acquire_is_a_flow_and_a_rule(void **state)
{
	struct bytes m = { .len = 0 };
	const char *bad = NULL;
	struct addr_buf b;
	struct seen s;

	(void)state;
	put_acquire(&m, 7, REQID, XFRM_MODE_TRANSPORT);
	assert_true(parse(&m, &s, &bad));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.seq, 7);
	assert_string_equal(ip_addr_text(&s.last.flow.dst, &b), "198.51.100.7");
	assert_int_equal(s.last.flow.ip_proto, IPPROTO_TCP);
	assert_int_equal(s.last.flow.sport, 1234);
	assert_int_equal(s.last.flow.dport, 80);
	assert_string_equal(ip_prefix_text(&s.last.rule.remote, &b), "198.51.100.0/24");
	assert_int_equal(s.last.rule.dport, 80);
	assert_int_equal(s.last.rule.sport, 0);
	assert_int_equal(s.last.rule.local.len, 0);
}

static void
others_are_skipped(void **state)
{
	struct bytes m = { .len = 0 };
	const char *bad = NULL;
	struct seen s;

	(void)state;
	put_acquire(&m, 1, REQID + 1, XFRM_MODE_TRANSPORT);
	put_acquire(&m, 2, REQID, XFRM_MODE_TUNNEL);
	put_sa(&m, 3, htonl(0x1000));
	header(&m, NLMSG_DONE, 0);
	put_acquire(&m, 4, REQID, XFRM_MODE_TRANSPORT);
	assert_true(parse(&m, &s, &bad));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.seq, 4);
}

static void
larval_sas_of_a_dump(void **state)
{
	struct bytes m = { .len = 0 };
	const char *bad = NULL;
	struct seen s;

	(void)state;
	put_sa(&m, 5, 0);
	put_sa(&m, 6, 0);
	assert_true(parse(&m, &s, &bad));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.last.seq, 6);
	assert_int_equal(s.last.rule.remote.addr.family, IP_NONE);
}

/* Cut anywhere, the bytes are refused, and nothing beyond them is read. */
static void
cut_short(void **state)
{
	struct bytes m = { .len = 0 };
	const char *bad;
	size_t whole;
	struct seen s;

	(void)state;
	put_acquire(&m, 7, REQID, XFRM_MODE_TRANSPORT);
	whole = m.len;
	for (m.len = 1; m.len < whole; m.len++) {
		bad = NULL;
		assert_false(parse(&m, &s, &bad));
		assert_non_null(bad);
		assert_int_equal(s.n, 0);
	}
}

static void
lengths_that_lie(void **state)
{
	static const struct { size_t at; uint8_t lo, hi; } lies[] = {
		{ 0, 0, 0 }, { 0, 15, 0 }, { 0, 255, 255 },	/* message */
		{ 16 + 280, 0, 0 }, { 16 + 280, 3, 0 }, { 16 + 280, 40, 0 },	/* attribute */
		{ 16 + 280, 255, 255 },
		{ 16 + 40 + 40, 0, 0 },		/* family of the selector */
		{ 16 + 40 + 42, 31, 32 },	/* its prefix lengths */
	};
	const char *bad;
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct bytes m = { .len = 0 };

		put_acquire(&m, 7, REQID, XFRM_MODE_TRANSPORT);
		m.b[lies[i].at] = lies[i].lo;
		m.b[lies[i].at + 1] = lies[i].hi;
		bad = NULL;
		assert_false(parse(&m, &s, &bad));
		assert_non_null(bad);
		assert_int_equal(s.n, 0);
	}
}

/* The rule is told only when it is one. */
static void
an_odd_rule_is_left_out(void **state)
{
	enum { PREFIXLEN_D = 16 + 96 + 42 };
	struct bytes m = { .len = 0 };
	const char *bad = NULL;
	struct seen s;

	(void)state;
	put_acquire(&m, 7, REQID, XFRM_MODE_TRANSPORT);
	m.b[PREFIXLEN_D] = 33;
	assert_true(parse(&m, &s, &bad));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.rule.remote.addr.family, IP_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acquire_is_a_flow_and_a_rule),
		cmocka_unit_test(others_are_skipped),
		cmocka_unit_test(larval_sas_of_a_dump),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(an_odd_rule_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
