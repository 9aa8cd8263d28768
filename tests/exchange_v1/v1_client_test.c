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

static struct traffic_selector
prefix(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static struct connection *
subnets(struct v1_pair *p, int who, const char *ours, const char *theirs)
{
	struct connection *c = connection_instance(p->side[who].conn, NULL, NULL);

	assert_non_null(c);
	c->local.ts = prefix(ours);
	c->remote.ts = prefix(theirs);
	c->local.has_client = c->remote.has_client = true;
	return c;
}

/* Several connections between the same two ends: the selectors say which is meant. */
static void
one_of_several(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct connection *c = subnets(p, A, "10.1.0.0/24", "10.2.0.0/24");
	const struct kernel_sa *sa;
	struct traffic_selector theirs = prefix("10.1.0.0/24");

	(void)state;
	p->side[A].second = c;
	p->side[B].second = subnets(p, B, "10.2.0.0/24", "10.1.0.0/24");
	v1_pair_up(p);
	v1_initiate(p->side[A].e, c, 18, 20000);
	v1_pair_advance(p, 3000);
	v1_pair_assert_up(p, 2);
	sa = &fake_kernel_current(&p->side[B].kernel)->sa;
	assert_true(ts_eq(&sa->sel.remote, &theirs));
	/* And from then on it is that one's, also when it is replaced by the responder. */
	assert_true(v1_rekey(p->side[B].e, v1_pair_last(p, B, IKE_EV_CHILD_UP)->child));
	v1_pair_advance(p, 3000);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_REKEYED), 1);
	sa = &fake_kernel_current(&p->side[B].kernel)->sa;
	assert_true(ts_eq(&sa->sel.remote, &theirs));
	connection_unref(c);
	connection_unref(p->side[B].second);
	v1_pair_free(p);
}

/* It has proved who it is, and may not have what it asks for. */
static void
none_for_it(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[B].no_client = true;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 25000);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_IKE_UP), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->notify, V1_N_INVALID_ID_INFORMATION);
	assert_int_equal(p->side[B].kernel.n, 0);
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
		cmocka_unit_test(one_of_several),
		cmocka_unit_test(none_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
