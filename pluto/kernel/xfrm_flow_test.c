/* The newest SA of a flow speaks for it, while the kernel has it. */
#include "lib/test.h"

#include "pluto/kernel/xfrm_flow.h"
#include "pluto/kernel/xfrm_msg.h"

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { .family = IP_NONE };

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static struct kernel_sa
sa_to(const char *remote, enum sa_direction dir, uint32_t spi)
{
	struct kernel_sa sa = { .dir = dir, .spi = spi, .local = { addr("192.0.2.1"), 0 },
		.remote = { addr(remote), 0 } };

	sa.sel.local = ts_host(&sa.local.addr);
	sa.sel.remote = ts_host(&sa.remote.addr);
	return sa;
}

static struct xfrm_sa *
add(struct xfrm_flows *f, const char *remote, enum sa_direction dir, uint32_t spi)
{
	struct kernel_sa sa = sa_to(remote, dir, spi);

	return xfrm_flows_add(f, &sa);
}

static void
test_current(void **state)
{
	struct xfrm_flows f = { .last_reqid = XFRM_REQID_FIRST };
	struct xfrm_sa *old = add(&f, "192.0.2.2", SA_OUT, 1), *new = add(&f, "192.0.2.2", SA_OUT, 2);

	(void)state;
	assert_ptr_equal(old->flow, new->flow);
	assert_ptr_equal(xfrm_flow_current(new->flow, SA_OUT), new);
	assert_null(xfrm_flow_current(new->flow, SA_IN));
	new->expired = true;
	assert_ptr_equal(xfrm_flow_current(new->flow, SA_OUT), old);
	/* None is left: the policies stay with the newest. */
	old->expired = true;
	assert_ptr_equal(xfrm_flow_current(new->flow, SA_OUT), new);
	xfrm_sa_unlink(new);
	assert_ptr_equal(xfrm_flow_current(old->flow, SA_OUT), old);
	xfrm_flows_remove(&f, new);
	xfrm_flows_remove(&f, old);
	assert_int_equal(table_count(&f.flows), 0);
	xfrm_flows_clear(&f);
}

/* What comes in is found by our SPI alone; what goes out by the peer's too. */
static void
test_find(void **state)
{
	struct xfrm_flows f = { .last_reqid = XFRM_REQID_FIRST };
	struct xfrm_sa *in = add(&f, "192.0.2.2", SA_IN, 7), *out = add(&f, "192.0.2.2", SA_OUT, 7);
	struct xfrm_sa *other = add(&f, "192.0.2.3", SA_OUT, 7);
	struct ip_addr two = addr("192.0.2.2"), three = addr("192.0.2.3"), four = addr("192.0.2.4");

	(void)state;
	assert_ptr_equal(xfrm_flows_find(&f, SA_IN, 7, &four), in);
	assert_ptr_equal(xfrm_flows_find(&f, SA_OUT, 7, &two), out);
	assert_ptr_equal(xfrm_flows_find(&f, SA_OUT, 7, &three), other);
	assert_null(xfrm_flows_find(&f, SA_OUT, 7, &four));
	assert_int_not_equal(out->flow->reqid, other->flow->reqid);
	xfrm_flows_clear(&f);
}

/* The first number is that of reserved SPIs, also after all others are used up. */
static void
test_numbers(void **state)
{
	struct xfrm_flows f = { .last_reqid = XFRM_REQID_LAST - 1 };

	(void)state;
	assert_int_equal(add(&f, "192.0.2.2", SA_IN, 1)->flow->reqid, XFRM_REQID_LAST);
	assert_int_equal(add(&f, "192.0.2.3", SA_IN, 2)->flow->reqid, XFRM_REQID_FIRST + 1);
	xfrm_flows_clear(&f);
}

/* The kernel dates use by the wall clock, which may be set at any time. */
static void
test_used(void **state)
{
	static const struct { const char *story; uint64_t packets, at, now, used; } rows[] = {
		{ "not yet", 0, 0, 1000, 0 },
		{ "between", 5, 1500, 2000, 1500 },
		{ "nothing new, and the clock was set back", 5, 2500, 3000, 1500 },
		{ "new, and the clock was set a day ahead", 6, 1, 4000, 4000 },
		{ "nothing new since", 6, 1, 5000, 4000 },
		{ "new, and the clock was set back", 7, 90000000, 6000, 6000 },
		{ "a kernel that does not say", 8, 0, 7000, 7000 },
	};
	struct xfrm_sa sa = { .looked_ms = 500 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (xfrm_sa_used(&sa, rows[i].packets, rows[i].at, rows[i].now) != rows[i].used)
			fail_msg("%s", rows[i].story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_current),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
