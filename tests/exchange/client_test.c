/* A peer that speaks for a host behind it: let in, refused, or put off until it is
 * known who speaks for that host (RFC 4322 3.3.2). */
#include "tests/exchange/pair.h"

static const char near[] = "10.1.0.10", far[] = "10.2.0.10";

/* A will speak for NEAR, and B for FAR. */
static struct pair *
gateways(enum ike_client answer)
{
	struct pair *p = pair_new();

	pair_use_oe(p);
	p->side[B].conn->n_keys = 0;	/* from DNS: pair_use_oe keeps it there */
	p->side[B].conn->keys_from_dns = true;
	p->side[B].client = (struct fake_client){ .on = true, .answer = answer };
	pair_restart(p, B);
	return p;
}

static void
done(struct pair *p)
{
	p->side[B].conn->n_keys = 1;
	pair_free(p);
}

/* Begins for the two hosts, as OWNER. */
static void
begin(struct pair *p, const char *local, const char *remote, uint64_t owner)
{
	struct connection *c = fake_client_conn(p->side[A].conn, local, remote);

	assert_non_null(c);
	ike_initiate(p->side[A].e, c, NULL, owner, 10000);
	connection_unref(c);
}

static bool
is_host(const struct traffic_selector *ts, const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return ip_addr_eq(&ts->addr_lo, &a) && ip_addr_eq(&ts->addr_hi, &a);
}

static void
let_in(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_YES);
	struct fake_client *f = &p->side[B].client;

	(void)state;
	begin(p, near, far, 17);
	pair_advance(p, 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 1);
	assert_int_equal(f->asked, 1);
	assert_true(f->proven);
	/* It was looked up together with the key, so nobody waited twice. */
	assert_int_equal(f->looked_up.family, IP_V4);
	assert_true(is_host(&f->pair.local, far) && is_host(&f->pair.remote, near));
	assert_true(is_host(&pair_child(p, B)->sel.remote, near));
	assert_true(is_host(&pair_child(p, A)->sel.remote, far));
	done(p);
}

/* The IKE SA stands, and another host may have better luck with it. */
static void
refused(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_NO);

	(void)state;
	begin(p, near, far, 17);
	pair_advance(p, 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 0);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 0);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	assert_int_equal(p->side[B].kernel.n, 0);
	done(p);
}

/* A second host, on the IKE SA that is there. */
static void
one_more(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_YES);
	struct fake_client *f = &p->side[B].client;
	unsigned asked;

	(void)state;
	begin(p, near, far, 17);
	pair_advance(p, 1000);
	f->answer = IKE_CLIENT_LATER;
	begin(p, "10.1.0.11", far, 18);
	pair_settle(p);
	asked = f->asked;
	assert_true(asked >= 2);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 1);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	f->answer = IKE_CLIENT_YES;
	pair_advance(p, 3000);		/* A sends it again */
	assert_int_equal(f->asked, asked + 1);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 2);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 2);
	assert_int_equal(pair_count(p, A, IKE_EV_IKE_UP), 1);
	assert_true(is_host(&pair_child(p, B)->sel.remote, "10.1.0.11"));

	f->answer = IKE_CLIENT_NO;
	begin(p, "10.1.0.12", far, 19);
	pair_advance(p, 3000);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->owner, 19);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 2);
	done(p);
}

/* The other way round, on the same IKE SA: its responder begins. */
static void
from_the_other_side(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_YES);
	struct connection *c;

	(void)state;
	p->side[A].client = (struct fake_client){ .on = true, .answer = IKE_CLIENT_YES };
	pair_restart(p, A);
	begin(p, near, far, 17);
	pair_advance(p, 1000);
	p->side[B].conn->n_keys = 1;
	c = fake_client_conn(p->side[B].conn, far, "10.1.0.11");
	ike_initiate(p->side[B].e, c, NULL, 20, 10000);
	connection_unref(c);
	pair_advance(p, 1000);
	assert_int_equal(p->side[A].client.asked, 1);
	assert_true(p->side[A].client.proven);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 2);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 2);
	assert_true(is_host(&pair_child(p, A)->sel.local, "10.1.0.11"));
	pair_free(p);
}

/* Two gateways begin for two pairs of hosts at once: neither IKE SA goes, as each has
 * what the other has not. */
static void
both_begin(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_YES);
	struct connection *c;

	(void)state;
	p->side[A].client = (struct fake_client){ .on = true, .answer = IKE_CLIENT_YES };
	pair_restart(p, A);
	p->side[B].conn->n_keys = 1;
	begin(p, near, far, 17);
	c = fake_client_conn(p->side[B].conn, far, "10.1.0.11");
	ike_initiate(p->side[B].e, c, NULL, 20, 10000);
	connection_unref(c);
	pair_advance(p, 25000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 2);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 2);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 0);
	pair_free(p);
}

/* An attempt with another key of the same gateway does not say INITIAL_CONTACT, which
 * would end what is there. */
static void
another_key(void **state)
{
	struct pair *p = gateways(IKE_CLIENT_YES);
	struct pubkey right = p->side[A].conn->keys[0];

	(void)state;
	begin(p, near, far, 17);
	pair_advance(p, 15000);
	p->side[A].conn->keys[0] = pair_key(PUBKEY_ED25519, 2)->pub;
	begin(p, "10.1.0.11", far, 18);
	p->side[A].conn->keys[0] = right;
	pair_advance(p, 25000);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_PEER);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	/* B had one more for a moment. */
	assert_true(is_host(&pair_child(p, B)->sel.remote, near));
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP) - pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	done(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(let_in),
		cmocka_unit_test(refused),
		cmocka_unit_test(one_more),
		cmocka_unit_test(from_the_other_side),
		cmocka_unit_test(both_begin),
		cmocka_unit_test(another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
