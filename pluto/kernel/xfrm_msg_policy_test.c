/* XFRM policies carry what was meant: selectors and templates by direction,
 * bundles, exemptions, priorities; and SAs that move. */
#include "pluto/kernel/xfrm_msg_test.h"

static void
test_refused(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_OUT, .rank = KERNEL_RANK_OE,
		.sel = sa.sel, .local = sa.local.addr, .remote = sa.remote.addr };

	(void)state;
	r.sel.remote.addr_hi = addr("192.0.2.4");	/* .2-.4 is no prefix */
	assert_int_equal(xfrm_put_policy(mnl_nlmsg_put_header(buf), &r), -EOPNOTSUPP);
	r.sel.remote = sa.sel.remote;
	r.sel.remote.port_lo = 5;			/* nor is 5-65535 a port */
	assert_int_equal(xfrm_put_policy(mnl_nlmsg_put_header(buf), &r), -EOPNOTSUPP);
}

static void
test_policy(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_IN, .rank = KERNEL_RANK_OE,
		.sel = { net("10.1.0.0/16"), net("10.2.3.0/24") }, .mode = MODE_TUNNEL,
		.local = sa.local.addr, .remote = sa.remote.addr, .reqid = 9, .spi = 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);
	const struct xfrm_user_tmpl *t;

	(void)state;
	assert_int_equal(xfrm_put_policy(h, &r), 0);
	t = attr(h, sizeof(*x), XFRMA_TMPL);
	assert_int_equal(x->sel.prefixlen_s, 24);
	assert_int_equal(x->sel.prefixlen_d, 16);
	assert_memory_equal(&x->sel.saddr, r.sel.remote.addr_lo.bytes, 4);
	assert_non_null(t);
	assert_memory_equal(&t->saddr, r.remote.bytes, 4);
	assert_memory_equal(&t->id.daddr, r.local.bytes, 4);
	assert_int_equal(t->reqid, 9);
	assert_int_equal(t->optional, 0);
}

/* Inside out: IPComp, then ESP; what comes in need not be compressed. */
static void
test_bundle(void **state)
{
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_IN, .rank = KERNEL_RANK_OE, .sel = sa.sel,
		.local = sa.local.addr, .remote = sa.remote.addr, .reqid = 9, .cpi = 0x0abc,
		.if_id = 3 };

	(void)state;
	for (unsigned dir = XFRM_POLICY_IN; dir <= XFRM_POLICY_OUT; dir++) {
		struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
		const struct xfrm_user_tmpl *t;

		r.dir = (uint8_t)dir;
		assert_int_equal(xfrm_put_policy(h, &r), 0);
		t = attr(h, sizeof(struct xfrm_userpolicy_info), XFRMA_TMPL);
		assert_non_null(t);
		assert_int_equal(t[0].id.proto, IPPROTO_COMP);
		assert_int_equal(t[0].mode, XFRM_MODE_TUNNEL);
		assert_int_equal(t[0].optional, dir == XFRM_POLICY_IN);
		assert_int_equal(t[1].id.proto, IPPROTO_ESP);
		assert_int_equal(t[1].mode, XFRM_MODE_TRANSPORT);
		assert_non_null(attr(h, sizeof(struct xfrm_userpolicy_info), XFRMA_IF_ID));
	}
}

static void
test_priority(void **state)
{
	const struct selector wide = { net("::/0"), net("::/0") };
	const struct selector host = { net("2001:db8::1/128"), net("2001:db8::2/128") };
	const struct selector wider = { net("2001:db8::1/128"), net("2001:db8::/64") };
	struct selector tcp = host, port, port127;

	(void)state;
	tcp.local.ip_proto = tcp.remote.ip_proto = 6;
	port = tcp;
	port.remote.port_lo = port.remote.port_hi = port.local.port_lo = port.local.port_hi = 80;
	port127 = port;
	port127.remote.addr_hi.bytes[15] |= 1;
	port127.remote.addr_lo.bytes[15] &= 0xfe;
	/* The order that policy is written in. */
	assert_true(KERNEL_RANK_EXEMPT < KERNEL_RANK_MANUAL
		    && KERNEL_RANK_MANUAL < KERNEL_RANK_OE
		    && KERNEL_RANK_OE < KERNEL_RANK_OE_NULL
		    && KERNEL_RANK_OE_NULL < KERNEL_RANK_TRAP
		    && KERNEL_RANK_TRAP < KERNEL_RANK_DEFAULT);
	/* Rank counts before anything else. */
	for (unsigned rank = KERNEL_RANK_EXEMPT; rank < KERNEL_RANK_DEFAULT; rank++)
		assert_true(xfrm_priority((enum kernel_rank)rank, &wide)
			    < xfrm_priority((enum kernel_rank)(rank + 1), &tcp));
	assert_true(xfrm_priority(KERNEL_RANK_OE, &host) < xfrm_priority(KERNEL_RANK_OE, &wider));
	assert_true(xfrm_priority(KERNEL_RANK_OE, &tcp) < xfrm_priority(KERNEL_RANK_OE, &host));
	assert_true(xfrm_priority(KERNEL_RANK_OE, &port) < xfrm_priority(KERNEL_RANK_OE, &tcp));
	/* One bit of prefix counts for more than protocol and ports. */
	assert_true(xfrm_priority(KERNEL_RANK_OE, &host) < xfrm_priority(KERNEL_RANK_OE, &port127));
}

static void
test_exemption(void **state)
{
	struct xfrm_rule in = xfrm_exemption(XFRM_POLICY_IN, 135);
	struct xfrm_rule out = xfrm_exemption(XFRM_POLICY_OUT, 136);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_userpolicy_info *x = mnl_nlmsg_get_payload(h);

	(void)state;
	assert_int_equal(xfrm_put_policy(h, &in), 0);
	assert_int_equal(x->sel.sport, htons(135));
	assert_int_equal(x->sel.dport_mask, 0);
	assert_null(attr(h, sizeof(*x), XFRMA_TMPL));
	/* By this one number the sweep knows them. */
	assert_int_equal(xfrm_priority(in.rank, &in.sel), xfrm_priority(out.rank, &out.sel));
}

static void
test_migrate(void **state)
{
	const struct xfrm_place to = { SA_IN, { addr("2001:db8::1"), 0 },
		{ addr("2001:db8::2"), 0 }, false };
	struct kernel_sa sa = gcm(SA_IN);
	struct xfrm_rule r = { .dir = XFRM_POLICY_IN, .rank = KERNEL_RANK_OE, .sel = sa.sel,
		.local = sa.local.addr, .remote = sa.remote.addr, .reqid = 9 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	const struct xfrm_user_migrate *m;

	(void)state;
	assert_int_equal(xfrm_put_migrate(h, &r, &to), 0);
	m = attr(h, sizeof(struct xfrm_userpolicy_id), XFRMA_MIGRATE);
	assert_non_null(m);
	assert_memory_equal(&m->old_saddr, sa.remote.addr.bytes, 4);
	assert_memory_equal(&m->old_daddr, sa.local.addr.bytes, 4);
	assert_memory_equal(&m->new_saddr, to.remote.addr.bytes, 16);
	assert_int_equal(m->old_family, AF_INET);
	assert_int_equal(m->new_family, AF_INET6);
	assert_null(attr(h, sizeof(struct xfrm_userpolicy_id), XFRMA_ENCAP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_exemption),
		cmocka_unit_test(test_migrate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
