/* SAs that move to other addresses, and those that must not (RFC 4555). */
#include "tests/exchange/pair.h"

#include <string.h>

#include "pluto/ikev2/mobike.h"

static void
offered_where_it_can_be(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct pair *p = pair_new();

		if (i != 3)
			pair_use_clients(p);
		if (i < 2)
			p->side[i].conn->mobike = false;
		if (i == 4)
			p->side[A].conn->mode = p->side[B].conn->mode = MODE_TRANSPORT;
		pair_up(p);
		assert_int_equal(pair_ike(p, A)->mobike != NULL, i == 2);
		assert_int_equal(pair_ike(p, B)->mobike != NULL, i == 2);
		/* RFC 4555 3.3: port 4500 where NAT traversal is possible, and no UDP yet. */
		assert_int_equal(pair_ike(p, A)->remote.port, i == 1 || i == 2 ? 4500 : 500);
		assert_false(fake_kernel_current(&p->side[A].kernel)->sa.encap_udp);
		pair_free(p);
	}
}

static void
initiator_moves(void **state)
{
	struct pair *p = pair_moving();
	uint64_t child = pair_child(p, A)->serial;

	(void)state;
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	assert_int_equal(pair_child(p, A)->serial, child);
	assert_int_equal(pair_count(p, A, IKE_EV_MOVED), 1);
	assert_int_equal(pair_count(p, B, IKE_EV_MOVED), 1);
	assert_true(ip_addr_eq(&pair_last(p, B, IKE_EV_MOVED)->remote.addr, &p->side[A].addrs[0]));
	/* And on: rekeys, another move, the end. */
	ike_rekey(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	assert_non_null(pair_ike(p, A)->mobike);
	ike_rekey(p->side[B].e, pair_child(p, B)->serial);
	pair_settle(p);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	pair_addresses(p, A, "192.1.2.45");
	pair_settle(p);
	pair_assert_at(p, "192.1.2.45", "192.1.2.23");
	pair_delete_ike(p, B);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);
}

/* After a rekey of the IKE SA by the other end the roles are still the first ones. */
static void
first_initiator_decides(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	ike_rekey(p->side[B].e, pair_ike(p, B)->serial);
	pair_settle(p);
	assert_int_equal(pair_ike(p, B)->role, SA_INITIATOR);
	assert_true(pair_ike(p, A)->mobike->initiator);
	assert_false(pair_ike(p, B)->mobike->initiator);
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	pair_free(p);
}

static enum fake_fate
hold_requests_of_b(void *ctx, const struct fake_datagram *d)
{
	const struct pair *p = ctx;

	return !pair_is_response(d) && ip_addr_eq(&d->from.addr, &p->side[B].at.addr)
		? FATE_HOLD : FATE_DELIVER;
}

/* RFC 4555 3.7: B sends traffic there when it knows that A is there. */
static void
return_routability(void **state)
{
	struct pair *p = pair_moving();
	struct ip_addr old = p->side[A].addrs[0];

	(void)state;
	p->net.ctx = p;
	p->net.fate = hold_requests_of_b;
	pair_addresses(p, A, "192.1.2.99");
	pair_settle(p);
	assert_true(ip_addr_eq(&pair_ike(p, B)->remote.addr, &p->side[A].addrs[0]));
	assert_true(ip_addr_eq(&fake_kernel_current(&p->side[B].kernel)->sa.remote.addr, &old));
	assert_int_equal(p->net.n_held, 1);
	p->net.fate = NULL;
	fake_net_release(&p->net);
	pair_settle(p);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	pair_free(p);
}

/* RFC 4555 3.6: B says from its new address what its addresses are now. */
static void
responder_moves(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	pair_addresses(p, B, "192.1.2.24 192.1.2.25");
	pair_advance(p, 1000);
	pair_assert_at(p, "192.1.2.45", "192.1.2.24");
	assert_int_equal(pair_ike(p, A)->mobike->n_peer, 1);
	pair_addresses(p, B, "192.1.2.25");
	pair_advance(p, 1000);
	pair_assert_at(p, "192.1.2.45", "192.1.2.25");
	assert_int_equal(pair_ike(p, A)->mobike->n_peer, 0);
	pair_free(p);
}

/* A new address beside the one in use is told, and changes nothing. */
static void
addresses_are_told(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	pair_addresses(p, A, "192.1.2.45 2001:db8::45");
	pair_addresses(p, B, "192.1.2.23 192.1.2.24 2001:db8::23");
	pair_advance(p, 1000);
	pair_assert_at(p, "192.1.2.45", "192.1.2.23");
	assert_int_equal(pair_ike(p, A)->mobike->n_peer, 2);
	assert_int_equal(pair_ike(p, B)->mobike->n_peer, 1);
	assert_int_equal(pair_count(p, A, IKE_EV_MOVED) + pair_count(p, B, IKE_EV_MOVED), 0);
	/* The other family serves as well. */
	pair_addresses(p, A, "2001:db8::45");
	pair_advance(p, 1000);
	pair_assert_at(p, "2001:db8::45", "2001:db8::23");
	pair_free(p);
}

/* An opportunistic pair, and any whose traffic has the outer address. */
static void
what_hangs_on_the_address_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *p = pair_new();

		if (i == 0)
			pair_use_oe(p);
		pair_up(p);
		assert_null(pair_ike(p, A)->mobike);
		pair_addresses(p, A, "192.1.2.45 192.1.2.99");
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
		pair_addresses(p, A, "192.1.2.99");
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
		assert_string_equal(pair_last(p, A, IKE_EV_CHILD_DOWN)->text, "our address is gone");
		assert_int_equal(p->side[A].kernel.n, 0);
		assert_int_equal(pair_stats(p, A).ike_now, 0);
		pair_free(p);
	}
}

static void
handshake_ends_at_once(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_clients(p);
	p->net.fate = pair_hold;
	pair_initiate(p, A, 17, 3000);
	pair_settle(p);
	pair_addresses(p, A, "192.1.2.99");
	assert_string_equal(pair_last(p, A, IKE_EV_FAILED)->text, "our address is gone");
	pair_free(p);
}

/* Between two addresses there is none; both ends wait, for a while. */
static void
no_address_for_a_while(void **state)
{
	struct pair *p = pair_moving();

	(void)state;
	pair_addresses(p, A, "");
	pair_advance(p, 20000);
	pair_addresses(p, A, "192.1.2.99");
	pair_advance(p, 1000);
	pair_assert_at(p, "192.1.2.99", "192.1.2.23");
	pair_addresses(p, A, "");
	pair_advance(p, 200000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_free(p);
}

static bool
goes_to(const struct fake_datagram *d, const char *addr)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(addr, &a));
	return ip_addr_eq(&d->to.addr, &a) || ip_addr_eq(&d->from.addr, &a);
}

static enum fake_fate
lose_23(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return goes_to(d, "192.1.2.23") ? FATE_DROP : FATE_DELIVER;
}

/* RFC 4555 3.5: several retransmissions without an answer. */
static void
another_path_is_tried(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_clients(p);
	pair_addresses(p, B, "192.1.2.23 192.1.2.22 192.1.2.24");
	pair_up(p);
	assert_int_equal(pair_ike(p, A)->mobike->n_peer, 2);
	pair_addresses(p, B, "192.1.2.23 192.1.2.24");
	p->net.fate = lose_23;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_advance(p, 20000);
	pair_assert_at(p, "192.1.2.45", "192.1.2.24");
	pair_free(p);
}

/* Nobody answers anywhere: given up in the end, not sooner and not never. */
static void
no_path_is_left(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_clients(p);
	pair_addresses(p, B, "192.1.2.23 192.1.2.24");
	pair_up(p);
	pair_addresses(p, B, "");
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_advance(p, 15000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	pair_advance(p, 185000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	pair_free(p);
}

/* Both lose the address in use; A knows of another of B. */
static void
both_move(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_clients(p);
	pair_addresses(p, B, "192.1.2.23 192.1.2.24");
	pair_up(p);
	pair_addresses(p, B, "192.1.2.24");
	pair_addresses(p, A, "192.1.2.99");
	pair_advance(p, 30000);
	pair_assert_at(p, "192.1.2.99", "192.1.2.24");
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offered_where_it_can_be), cmocka_unit_test(initiator_moves),
		cmocka_unit_test(first_initiator_decides), cmocka_unit_test(return_routability),
		cmocka_unit_test(responder_moves), cmocka_unit_test(addresses_are_told),
		cmocka_unit_test(what_hangs_on_the_address_ends),
		cmocka_unit_test(handshake_ends_at_once), cmocka_unit_test(no_address_for_a_while),
		cmocka_unit_test(another_path_is_tried), cmocka_unit_test(no_path_is_left),
		cmocka_unit_test(both_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
