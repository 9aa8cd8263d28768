/* Several connections between the same two ends: the responder finds the one
 * that is meant by the selectors that it is asked for. */
#include "tests/exchange/pair.h"

static struct traffic_selector
prefix(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static struct connection *
between(struct pair *p, int who, const char *ours, const char *theirs)
{
	struct connection *c = connection_instance(p->side[who].conn, NULL, NULL);

	assert_non_null(c);
	c->local.ts = prefix(ours);
	c->remote.ts = prefix(theirs);
	return c;
}

/* The SA that the kernel of WHO encrypts with now is for these subnets. */
static void
assert_keyed(struct pair *p, int who, const char *ours, const char *theirs)
{
	const struct kernel_sa *sa = &fake_kernel_current(&p->side[who].kernel)->sa;
	struct traffic_selector l = prefix(ours), r = prefix(theirs);

	assert_true(ts_eq(&sa->sel.local, &l));
	assert_true(ts_eq(&sa->sel.remote, &r));
}

static void
with_the_ike_sa(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[A].conn->local.ts = prefix("10.1.0.0/24");
	p->side[A].conn->remote.ts = prefix("10.2.0.0/24");
	p->side[B].second = between(p, B, "10.2.0.0/24", "10.1.0.0/24");
	pair_up(p);
	assert_keyed(p, A, "10.1.0.0/24", "10.2.0.0/24");
	assert_ptr_equal(pair_child(p, B)->conn, p->side[B].second);
	assert_ptr_equal(pair_ike(p, B)->conn, p->side[B].second);
	pair_free(p);
}

static void
on_an_ike_sa_that_stands(void **state)
{
	struct pair *p = pair_new();
	struct connection *one = between(p, A, "fd01::/64", "fd02::/64");

	(void)state;
	pair_up(p);
	p->side[B].second = between(p, B, "fd02::/64", "fd01::/64");
	ike_initiate(p->side[A].e, one, NULL, 7, 0);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 2);
	assert_keyed(p, A, "fd01::/64", "fd02::/64");
	assert_keyed(p, B, "fd02::/64", "fd01::/64");
	assert_ptr_equal(pair_child(p, B)->conn, p->side[B].second);
	connection_unref(one);
	pair_free(p);
}

/* It has proved who it is, and may have none of these: the IKE SA stands. */
static void
none_for_it(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].no_client = true;
	ike_initiate(p->side[A].e, p->side[A].conn, NULL, 7, 0);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	assert_int_equal(pair_count(p, B, IKE_EV_IKE_UP), 1);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 0);
	/* Nor later. */
	ike_initiate(p->side[A].e, p->side[A].conn, NULL, 8, 0);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 2);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 0);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_ike_sa),
		cmocka_unit_test(on_an_ike_sa_that_stands),
		cmocka_unit_test(none_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
