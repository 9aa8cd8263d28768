/* Moves over a bad network, through NATs, and with peers that do not play by the
 * rules (RFC 4555). */
#include "tests/exchange/pair.h"

#include <string.h>

#include "pluto/ikev2/mobike.h"

struct nth { unsigned n, at; enum fake_fate fate; };

static enum fake_fate
the_nth(void *ctx, const struct fake_datagram *d)
{
	struct nth *x = ctx;

	(void)d;
	return x->n++ == x->at ? x->fate : FATE_DELIVER;
}

/* Whatever one datagram of a move suffers. */
static void
every_datagram_suffers(void **state)
{
	static const enum fake_fate fates[] = { FATE_DROP, FATE_TWICE, FATE_HOLD };

	(void)state;
	for (unsigned i = 0; i < 3 * 8; i++) {
		struct pair *p = pair_moving();
		struct nth x = { .at = i / 3, .fate = fates[i % 3] };

		p->net.ctx = &x;
		p->net.fate = the_nth;
		pair_addresses(p, A, "192.1.2.99");
		pair_advance(p, 500);
		fake_net_release(&p->net);
		pair_advance(p, 10000);
		pair_assert_at(p, "192.1.2.99", "192.1.2.23");
		pair_free(p);
	}
}

static enum fake_fate
drop_answers(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return pair_is_response(d) ? FATE_DROP : FATE_DELIVER;
}

/* A rekey is under way: its answer was lost with the old address, and is given
 * once more to the new one. */
static void
request_in_flight_moves_along(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *p = pair_moving();

		p->net.fate = drop_answers;
		ike_rekey(p->side[A].e, i == 0 ? pair_child(p, A)->serial : pair_ike(p, A)->serial);
		pair_settle(p);
		p->net.fate = NULL;
		pair_addresses(p, A, "192.1.2.99");
		pair_settle(p);
		pair_advance(p, 5000);
		pair_assert_at(p, "192.1.2.99", "192.1.2.23");
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), i == 0);
		pair_free(p);
	}
}

/* It moves again before the first move is over. */
static void
moves_overtake_each_other(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	p->net.fate = pair_hold;
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	pair_addresses(p, A, "192.1.2.98");
	pair_settle(p);
	p->net.fate = NULL;
	fake_net_release_reversed(&p->net);
	pair_advance(p, 10000);
	pair_assert_at(p, "192.1.2.98", "192.1.2.23");
	pair_free(p);
}

/* Both ends rekey, or one does, while one moves. */
static void
collisions(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct pair *p = pair_moving();

		p->net.fate = pair_hold;
		if (i & 1)
			ike_rekey(p->side[A].e, i & 4 ? pair_ike(p, A)->serial : pair_child(p, A)->serial);
		if (i & 2)
			ike_rekey(p->side[B].e, i & 4 ? pair_ike(p, B)->serial : pair_child(p, B)->serial);
		pair_compute(p);
		pair_addresses(p, A, "192.1.2.99");
		pair_compute(p);
		p->net.fate = NULL;
		fake_net_release(&p->net);
		pair_advance(p, 60000);
		pair_assert_at(p, "192.1.2.99", "192.1.2.23");
		pair_free(p);
	}
}

static void
behind_nat(struct pair *p)
{
	assert_true(endpoint_parse("10.9.9.9", 0, &p->net.nat_inside));
	assert_true(endpoint_parse("192.1.2.7", 1000, &p->net.nat_outside));
	pair_addresses(p, A, "10.9.9.9");
	pair_settle(p);
}

static void
into_a_nat_and_out(void **state)
{
	struct pair *p = pair_moving();
	const struct fake_sa *sa;

	(void)state;
	behind_nat(p);
	assert_true(pair_ike(p, A)->nat_local && pair_ike(p, B)->nat_remote);
	sa = fake_kernel_current(&p->side[B].kernel);
	assert_true(ip_addr_eq(&sa->sa.remote.addr, &p->net.nat_outside.addr));
	assert_int_equal(sa->sa.remote.port, 5500);
	sa = fake_kernel_current(&p->side[A].kernel);
	assert_int_equal(sa->sa.local.port, 4500);
	/* RFC 4555 3.8: the mapping changes; the next liveness check tells. */
	p->net.nat_outside.port = 2000;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	p->net.nat_outside.port = 3000;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.remote.port, 7500);
	/* Out of it: plain ESP again. */
	pair_addresses(p, A, "192.1.2.45");
	pair_settle(p);
	pair_assert_at(p, "192.1.2.45", "192.1.2.23");
	for (int i = 0; i < 2; i++)
		assert_int_equal(fake_kernel_current(&p->side[i].kernel)->sa.remote.port, 0);
	pair_free(p);
}

/* RFC 4555 3.8: who is not behind a NAT does not follow what is not an update. */
static void
others_do_not_move_it(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	behind_nat(p);
	p->net.nat_outside.port = 2000;
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	assert_int_equal(pair_ike(p, B)->remote.port, 5500);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.remote.port, 5500);
	pair_free(p);
}

static enum fake_fate
hold_requests_of_a(void *ctx, const struct fake_datagram *d)
{
	const struct pair *p = ctx;

	return !pair_is_response(d) && ip_addr_eq(&d->from.addr, &p->side[A].at.addr)
		? FATE_HOLD : FATE_DELIVER;
}

/* What was asked on an IKE SA that is replaced meanwhile is asked on the new one. */
static void
heir_asks_again(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	p->net.ctx = p;
	p->net.fate = hold_requests_of_a;
	pair_addresses(p, A, "192.1.2.45 192.1.2.98");
	pair_settle(p);
	ike_rekey(p->side[B].e, pair_ike(p, B)->serial);
	pair_settle(p);
	p->net.fate = NULL;
	pair_settle(p);
	fake_net_release(&p->net);
	pair_settle(p);
	assert_int_equal(pair_ike(p, B)->mobike->n_peer, 1);
	pair_free(p);
}

/* RFC 4555 3.9: without NAT traversal a NAT is an attack. */
static void
nats_are_refused(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	pair_ike(p, A)->natt = pair_ike(p, B)->natt = false;
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	behind_nat(p);
	assert_int_equal(pair_count(p, B, IKE_EV_MOVED), 1);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	pair_free(p);
}

/* The peer's policy wants it where it was. */
static void
unacceptable(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	pair_child(p, B)->sel.remote = ts_host(&p->side[A].at.addr);
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	assert_int_equal(pair_count(p, B, IKE_EV_MOVED), 0);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	pair_free(p);
}

/* RFC 4555 3.7: then the IKE SA is closed, whichever side was cheated. */
static void
wrong_cookie(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *p = pair_moving();

		p->net.fate = pair_hold;
		pair_addresses(p, A, "192.1.2.99");
		if (i == 1) {
			fake_net_release(&p->net);
			pair_settle(p);
		}
		assert_true(pair_ike(p, i)->mobike->cookie_out);
		pair_ike(p, i)->mobike->cookie[3] ^= 1;
		p->net.fate = NULL;
		fake_net_release(&p->net);
		pair_settle(p);
		pair_assert_down(p);
		pair_free(p);
	}
}

/* A plane that cannot move an SA gets another one. */
static void
kernel_cannot_move(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	p->side[A].kernel.refuse_move = true;
	pair_addresses(p, A, "192.1.2.99");
	pair_advance(p, 5000);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	assert_true(pair_count(p, A, IKE_EV_CHILD_REKEYED) >= 1);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_datagram_suffers),
		cmocka_unit_test(request_in_flight_moves_along),
		cmocka_unit_test(moves_overtake_each_other), cmocka_unit_test(collisions),
		cmocka_unit_test(into_a_nat_and_out), cmocka_unit_test(others_do_not_move_it),
		cmocka_unit_test(heir_asks_again),
		cmocka_unit_test(nats_are_refused), cmocka_unit_test(unacceptable),
		cmocka_unit_test(wrong_cookie), cmocka_unit_test(kernel_cannot_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
