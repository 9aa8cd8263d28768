/* Quick Mode for a host behind the peer: let in, refused, or put off until it is
 * known who speaks for that host (RFC 4322 3.3.2). */
#include "tests/exchange_v1/v1_pair.h"

static struct v1_pair *
gateways(enum ike_client answer)
{
	struct v1_pair *p = v1_pair_new();

	v1_pair_rsa(p);
	p->side[A].conn->oe = p->side[B].conn->oe = true;
	p->side[B].client = (struct fake_client){ .on = true, .answer = answer };
	v1_pair_restart(p, B);
	return p;
}

static void
begin(struct v1_pair *p, const char *local, uint64_t owner)
{
	struct connection *c = fake_client_conn(p->side[A].conn, local, "10.2.0.10");

	assert_non_null(c);
	v1_initiate(p->side[A].e, c, owner, 20000);
	connection_unref(c);
}

static void
let_in(void **state)
{
	struct v1_pair *p = gateways(IKE_CLIENT_YES);
	struct fake_client *f = &p->side[B].client;
	struct ip_addr near;

	(void)state;
	begin(p, "10.1.0.10", 17);
	v1_pair_advance(p, 3000);
	v1_pair_assert_up(p, 1);
	assert_int_equal(f->asked, 1);
	assert_true(f->proven);
	assert_true(ip_addr_parse("10.1.0.10", &near));
	assert_true(ip_addr_eq(&f->pair.remote.addr_lo, &near));
	/* One more, under the same ISAKMP SA. */
	begin(p, "10.1.0.11", 18);
	v1_pair_advance(p, 3000);
	v1_pair_assert_up(p, 2);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_IKE_UP), 1);
	v1_pair_free(p);
}

static void
refused(void **state)
{
	struct v1_pair *p = gateways(IKE_CLIENT_NO);

	(void)state;
	begin(p, "10.1.0.10", 17);
	v1_pair_advance(p, 25000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	assert_int_equal(p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

static void
put_off(void **state)
{
	struct v1_pair *p = gateways(IKE_CLIENT_LATER);
	struct fake_client *f = &p->side[B].client;

	(void)state;
	begin(p, "10.1.0.10", 17);
	v1_pair_settle(p);
	assert_true(f->asked >= 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 0);
	f->answer = IKE_CLIENT_YES;
	v1_pair_advance(p, 5000);	/* QM1 comes again */
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

/* IPsec SAs outlive the ISAKMP SA: with some, the next one is not the first contact,
 * which would end them. */
static void
outlived(void **state)
{
	struct v1_pair *p = gateways(IKE_CLIENT_YES);

	(void)state;
	p->side[A].conn->rekey = p->side[B].conn->rekey = false;
	begin(p, "10.1.0.10", 17);
	v1_pair_advance(p, 3700000);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	begin(p, "10.1.0.11", 18);
	v1_pair_advance(p, 3000);
	v1_pair_assert_up(p, 2);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 0);
	v1_pair_free(p);
}

/* A range is no pair of hosts. */
static void
a_range(void **state)
{
	struct v1_pair *p = gateways(IKE_CLIENT_YES);
	struct connection *c = fake_client_conn(p->side[A].conn, "10.1.0.10", "10.2.0.10");
	struct ip_prefix wide;

	(void)state;
	assert_true(ip_prefix_parse("10.1.0.0/24", &wide));
	c->local.ts = ts_prefix(&wide);
	v1_initiate(p->side[A].e, c, 17, 20000);
	connection_unref(c);
	v1_pair_advance(p, 25000);
	assert_int_equal(p->side[B].client.asked, 0);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(let_in),
		cmocka_unit_test(refused),
		cmocka_unit_test(put_off),
		cmocka_unit_test(outlived),
		cmocka_unit_test(a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
