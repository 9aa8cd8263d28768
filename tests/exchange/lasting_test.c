/* What goes on by itself: keepalives for NATs, further tries for a silent peer,
 * a key exchange for a peer that insists on one. */
#include "tests/exchange/pair.h"

#include <string.h>

static void
behind_nat(struct pair *p)
{
	p->net.nat_inside = p->side[A].at;
	assert_true(endpoint_parse("192.1.2.99", 0, &p->net.nat_outside));
	p->side[B].conn->kind = CONN_TEMPLATE;
	p->side[B].conn->remote.host.addr = (struct ip_addr){ 0 };
	p->side[B].conn->remote.has_client = true;
	p->side[B].conn->remote.id = ident_from_addr(&p->side[A].at.addr);
	p->side[B].conn->local.host = p->side[B].at;
}

/* RFC 3948 4: who is behind the NAT, after so long without a packet. */
static void
keepalives(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	behind_nat(p);
	pair_up(p);
	assert_true(pair_ike(p, A)->nat_local);
	pair_advance(p, 19900);
	assert_int_equal(p->side[A].keepalives, 0);
	pair_advance(p, 200);
	assert_int_equal(p->side[A].keepalives, 1);
	pair_advance(p, 40000);
	assert_int_equal(p->side[A].keepalives, 3);
	assert_int_equal(p->side[B].keepalives, 0);
	assert_int_equal(pair_stats(p, A).keepalives, 3);
	/* ESP and IKE do as well. */
	pair_advance(p, 10000);
	fake_kernel_current(&p->side[A].kernel)->counters.last_used_ms = p->clock.now_ms;
	pair_advance(p, 15000);
	assert_int_equal(p->side[A].keepalives, 3);
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_advance(p, 15000);
	assert_int_equal(p->side[A].keepalives, 3);
	pair_advance(p, 6000);
	assert_int_equal(p->side[A].keepalives, 4);
	/* And the heir carries on alone. */
	ike_rekey(p->side[A].e, pair_ike(p, A)->serial);
	pair_advance(p, 61000);
	assert_int_equal(p->side[A].keepalives, 7);
	pair_delete_ike(p, A);
	pair_advance(p, 60000);
	assert_int_equal(p->side[A].keepalives, 7);
	pair_free(p);
}

static void
keepalives_where_they_are_wanted(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct pair *p = pair_new();

		if (i < 2)
			p->side[A].cfg.encap_always = true;	/* port 4500 without a NAT */
		p->side[A].cfg.keepalive_always = i == 1;
		p->side[A].cfg.keepalive_ms = i == 2 ? 0 : 20000;
		if (i == 2)
			behind_nat(p);
		pair_restart(p, A);
		pair_up(p);
		pair_advance(p, 61000);
		assert_int_equal(p->side[A].keepalives, i == 1 ? 3 : 0);
		pair_free(p);
	}
}

static void
drive_silent(struct pair *p, uint32_t tries)
{
	p->side[A].conn->keying_tries = tries;
	p->side[A].cfg.retransmit_tries = 2;
	pair_restart(p, A);
	pair_addresses(p, B, "");
	pair_initiate(p, A, 17, 0);
}

/* Whoever asked hears of the first; --keyingtries is about all of them. */
static void
silent_peer_is_tried_again(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	drive_silent(p, 3);
	pair_advance(p, 120000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 3);
	assert_int_equal(p->side[A].events[0].owner, 17);
	assert_int_not_equal(pair_last(p, A, IKE_EV_FAILED)->owner, 17);
	assert_string_equal(pair_last(p, A, IKE_EV_FAILED)->text, "the peer did not answer");
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_free(p);

	p = pair_new();
	drive_silent(p, 1);
	pair_advance(p, 120000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	pair_free(p);
}

static void
for_ever_until_it_comes(void **state)
{
	struct pair *p = pair_new();
	unsigned before;

	(void)state;
	drive_silent(p, 0);
	pair_advance(p, 3000000);
	before = pair_count(p, A, IKE_EV_FAILED);
	assert_true(before > 8 && before < 25);	/* ever more seldom */
	assert_non_null(strstr(pair_last(p, A, IKE_EV_FAILED)->text, "of any number"));
	pair_addresses(p, B, "192.1.2.23");
	pair_advance(p, 310000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
	pair_advance(p, 600000);
	pair_assert_up(p, 1);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	pair_free(p);
}

/* Neither after the connection was taken down, nor when it is up already, nor for
 * opportunistic peers. */
static void
tries_end(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	drive_silent(p, 0);
	pair_advance(p, 30000);
	ike_delete_conn(p->side[A].e, p->side[A].conn->serial);
	fake_net_clear(&p->net);
	p->net.sent = 0;
	pair_advance(p, 600000);
	assert_int_equal(p->net.sent, 0);
	pair_free(p);

	p = pair_new();
	drive_silent(p, 0);
	pair_advance(p, 200000);
	pair_addresses(p, B, "192.1.2.23");
	pair_initiate(p, B, 18, 0);
	pair_settle(p);
	pair_advance(p, 600000);
	pair_assert_up(p, 1);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	pair_free(p);

	p = pair_new();
	pair_use_oe(p);
	drive_silent(p, 0);
	pair_advance(p, 600000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	pair_free(p);
}

/* A without --pfs; B refuses a Child SA without a key exchange, as a peer with
 * pfs=yes does (ours would take it, so B's refusal is arranged). */
static void
peer_wants_pfs(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[A].conn->pfs = false;
	pair_esp_proposal(p, A, "aes_gcm256");
	pair_up(p);
	pair_esp_proposal(p, B, "chacha20_poly1305");
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	assert_true(pair_deliver_one(p));
	pair_esp_proposal(p, B, "aes_gcm256");
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	assert_int_equal(pair_child(p, A)->ke, KE_X25519);
	pair_assert_one(p);
	/* It may have another reason: that is not asked for ever. */
	pair_esp_proposal(p, B, "chacha20_poly1305");
	ike_rekey(p->side[A].e, pair_child(p, A)->serial);
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	pair_assert_one(p);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keepalives), cmocka_unit_test(keepalives_where_they_are_wanted),
		cmocka_unit_test(silent_peer_is_tried_again), cmocka_unit_test(for_ever_until_it_comes),
		cmocka_unit_test(tries_end), cmocka_unit_test(peer_wants_pfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
