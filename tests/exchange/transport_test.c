/* Transport mode: where both ask for it (RFC 7296 1.3.1), and through a NAT with
 * the addresses that each end sees (2.23.1). */
#include "tests/exchange/pair.h"

static void
mode_is(struct pair *p, enum ipsec_mode mode)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(fake_kernel_current(&p->side[i].kernel)->sa.mode, mode);
}

static struct pair *
pair_of(enum ipsec_mode a, enum ipsec_mode b)
{
	struct pair *p = pair_new();

	p->side[A].conn->mode = a;
	p->side[B].conn->mode = b;
	return p;
}

static void
both_ask(void **state)
{
	struct pair *p = pair_of(MODE_TRANSPORT, MODE_TRANSPORT);

	(void)state;
	pair_up(p);
	mode_is(p, MODE_TRANSPORT);
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_advance(p, 3000);
	pair_assert_one(p);
	mode_is(p, MODE_TRANSPORT);
	ike_rekey(p->side[B].e, pair_child(p, B)->serial);
	pair_advance(p, 3000);
	pair_assert_one(p);
	mode_is(p, MODE_TRANSPORT);
	pair_free(p);
}

static void
one_asks(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *p = pair_of(i == A ? MODE_TRANSPORT : MODE_TUNNEL,
					 i == B ? MODE_TRANSPORT : MODE_TUNNEL);

		pair_up(p);
		mode_is(p, MODE_TUNNEL);
		pair_free(p);
	}
}

static void
a_nat_between(void **state)
{
	struct pair *p = pair_of(MODE_TRANSPORT, MODE_TRANSPORT);

	(void)state;
	p->net.nat_inside = p->side[A].at;
	assert_true(endpoint_parse("192.1.2.99", 1000, &p->net.nat_outside));
	pair_up(p);
	mode_is(p, MODE_TRANSPORT);
	for (int i = 0; i < 2; i++) {
		const struct kernel_sa *sa = &fake_kernel_current(&p->side[i].kernel)->sa;

		assert_true(ip_addr_eq(&sa->sel.local.addr_lo, &p->side[i].at.addr));
		assert_true(ip_addr_eq(&sa->sel.remote.addr_lo, i == A ? &p->side[B].at.addr
				       : &p->net.nat_outside.addr));
	}
	for (int i = 0; i < 2; i++) {	/* whoever begins */
		ike_rekey(p->side[i].e, pair_child(p, i)->serial);
		pair_advance(p, 3000);
		pair_assert_one(p);
		mode_is(p, MODE_TRANSPORT);
	}
	pair_free(p);
}

/* The tunnel that the other wants instead has the addresses inside that are there. */
static void
a_nat_and_a_tunnel(void **state)
{
	struct pair *p = pair_of(MODE_TRANSPORT, MODE_TUNNEL);
	struct ip_prefix all;

	(void)state;
	assert_true(ip_prefix_parse("192.1.2.0/24", &all));
	p->side[B].conn->remote.ts = ts_prefix(&all);
	p->side[B].conn->remote.has_client = true;
	p->net.nat_inside = p->side[A].at;
	assert_true(endpoint_parse("192.1.2.99", 1000, &p->net.nat_outside));
	pair_up(p);
	mode_is(p, MODE_TUNNEL);
	assert_true(ip_addr_eq(&fake_kernel_current(&p->side[B].kernel)->sa.sel.remote.addr_lo,
			       &p->side[A].at.addr));
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ask),
		cmocka_unit_test(one_asks),
		cmocka_unit_test(a_nat_between),
		cmocka_unit_test(a_nat_and_a_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
