/* IKE_SA_INIT and IKE_AUTH: every way to authenticate, every algorithm. */
#include "tests/exchange/pair.h"

#include <stdio.h>
#include <string.h>

static void
by_psk(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	assert_int_equal(pair_stats(p, A).half_open_now, 0);
	assert_int_equal(pair_stats(p, B).half_open_now, 0);
	pair_free(p);
}

static void
by_signature(void **state)
{
	static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256, PUBKEY_P384,
		PUBKEY_ED25519 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct pair *p = pair_new();

		pair_use_keys(p, kinds[i]);
		pair_up(p);
		assert_string_equal(pair_last(p, A, IKE_EV_CHILD_UP)->key_source, "configured");
		pair_free(p);
	}
}

/* A peer from before RFC 7427: the classic methods 1, 9 and 10. */
static void
by_classic_signature(void **state)
{
	static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256, PUBKEY_P384 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct pair *p = pair_new();

		pair_use_keys(p, kinds[i]);
		pair_initiate(p, A, 17, 3000);
		pair_compute(p);
		assert_true(pair_deliver_one(p));
		pair_compute(p);
		ike_sa_find(p->side[B].e, 1)->hs->peer_hashes = 0;
		assert_true(pair_deliver_one(p));
		while (ike_sa_find(p->side[A].e, 1)->seal == NULL)
			pool_collect(p->side[A].pool);
		ike_sa_find(p->side[A].e, 1)->hs->peer_hashes = 0;
		pair_settle(p);
		pair_assert_up(p, 1);
		pair_free(p);
	}
}

/* Keys of different kinds on both sides, found by a lookup at the responder. */
static void
opportunistic(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_oe(p);
	pubkey_free(&p->side[B].conn->keys[0]);
	p->side[B].conn->n_keys = 0;
	p->side[B].conn->keys_from_dns = true;
	p->side[B].dns.keys[0] = pair_key(PUBKEY_ED25519, A)->pub;
	pair_up(p);
	assert_string_equal(pair_last(p, B, IKE_EV_CHILD_UP)->key_source,
			    "reverse map, DNSSEC secure");
	assert_true(ike_child_for(p->side[A].e, &p->side[A].at.addr, &p->side[B].at.addr) != 0);
	assert_true(ike_child_for(p->side[A].e, &p->side[B].at.addr, &p->side[A].at.addr) == 0);
	pair_free(p);
}

static void
every_group(void **state)
{
	static const char *const groups[] = { "x25519", "ecp256", "ecp384", "modp2048",
		"modp3072", "modp4096" };
	char text[64];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct pair *p = pair_new();

		snprintf(text, sizeof(text), "aes_gcm256-sha2_512-%s", groups[i]);
		pair_ike_proposal(p, A, text);
		pair_up(p);
		pair_free(p);
	}
}

static void
every_cipher(void **state)
{
	static const char *const ike[] = { "aes_gcm256-sha2_256-x25519",
		"aes_gcm128-sha2_384-x25519", "chacha20_poly1305-sha2_512-x25519",
		"aes256-sha2_512-x25519", "aes128-sha2_256-x25519" };
	static const char *const esp[] = { "aes_gcm256", "aes_gcm128", "chacha20_poly1305",
		"aes256-sha2_512", "aes128-sha2_256" };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct pair *p = pair_new();

		pair_ike_proposal(p, A, ike[i]);
		pair_esp_proposal(p, A, esp[i]);
		pair_up(p);
		pair_free(p);
	}
}

static void
invalid_ke(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_ike_proposal(p, B, "aes_gcm256-sha2_256-ecp384");
	pair_up(p);
	pair_free(p);
}

static void
cookies(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].cfg.cookie_threshold = 0;
	pair_restart(p, B);
	pair_up(p);
	assert_int_equal(pair_stats(p, B).cookies_sent, 1);
	assert_int_equal(pair_stats(p, B).ke_jobs, 2);
	pair_free(p);
}

/* The cookie first, then another group, and the cookie stays good. */
static void
cookie_then_invalid_ke(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].cfg.cookie_threshold = 0;
	pair_restart(p, B);
	pair_ike_proposal(p, B, "aes_gcm256-sha2_256-ecp256");
	pair_up(p);
	assert_int_equal(pair_stats(p, B).cookies_sent, 1);
	pair_free(p);
}

/* The responder becomes busy between both. */
static void
invalid_ke_then_cookie(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_ike_proposal(p, B, "aes_gcm256-sha2_256-ecp256");
	pair_initiate(p, A, 17, 3000);
	pair_compute(p);
	assert_true(pair_deliver_one(p));
	p->side[B].e->cfg.cookie_threshold = 0;
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_equal(pair_stats(p, B).cookies_sent, 1);
	pair_free(p);
}

/* The offer is wider than what the responder allows. */
static void
narrowing(void **state)
{
	struct pair *p = pair_new();
	struct ip_prefix wide;

	(void)state;
	assert_true(ip_prefix_parse("192.1.2.0/24", &wide));
	p->side[A].conn->local.ts = ts_prefix(&wide);
	p->side[A].conn->remote.ts = ts_prefix(&wide);
	pair_up(p);
	assert_true(ts_eq(&fake_kernel_current(&p->side[A].kernel)->sa.sel.local,
			  &p->side[B].conn->remote.ts));
	pair_free(p);
}

/* A claimed NAT moves both sides to port 4500 and into UDP. */
static void
encapsulation(void **state)
{
	struct pair *p;

	(void)state;
	for (int who = 0; who < 4; who++) {
		p = pair_new();
		if (who < 2)
			p->side[who].cfg.encap_always = true;
		else	/* --forceencaps, of the connection */
			p->side[who - 2].conn->force_encaps = true;
		pair_restart(p, who % 2);
		pair_up(p);
		assert_true(fake_kernel_current(&p->side[A].kernel)->sa.encap_udp);
		assert_true(fake_kernel_current(&p->side[B].kernel)->sa.encap_udp);
		assert_int_equal(fake_kernel_current(&p->side[A].kernel)->sa.remote.port, 4500);
		assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.remote.port, 4500);
		assert_int_equal(p->net.last.from.port, 4500);
		pair_free(p);
	}
}

static void
behind_a_nat(void **state)
{
	struct pair *p = pair_new();
	struct endpoint moved, before;

	(void)state;
	p->net.nat_inside = p->side[A].at;
	assert_true(endpoint_parse("192.1.2.99", 1000, &p->net.nat_outside));
	p->side[B].conn->kind = CONN_TEMPLATE;
	p->side[B].conn->remote.host.addr = (struct ip_addr){ 0 };
	p->side[B].conn->remote.ts = p->side[A].conn->local.ts;
	p->side[B].conn->remote.has_client = true;
	p->side[B].conn->remote.id = ident_from_addr(&p->side[A].at.addr);
	pair_up(p);
	assert_true(pair_ike(p, A)->nat_local);
	assert_true(pair_ike(p, B)->nat_remote);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.remote.port, 5500);
	p->net.nat_outside.port = 1001;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.remote.port, 5501);
	/* ESP tells too, and sooner. */
	assert_true(endpoint_parse("192.1.2.98", 6000, &moved));
	ike_peer_moved(p->side[B].e, pair_child(p, B)->spi_in, &moved);
	assert_true(endpoint_eq(&fake_kernel_current(&p->side[B].kernel)->sa.remote, &moved));
	assert_true(endpoint_eq(&pair_ike(p, B)->remote, &moved));
	/* Who is not behind a NAT stays. */
	before = pair_ike(p, A)->remote;
	ike_peer_moved(p->side[A].e, pair_child(p, A)->spi_in, &moved);
	assert_true(endpoint_eq(&pair_ike(p, A)->remote, &before));
	pair_free(p);
}

/* The last word of the responder lets traffic come: it must be ready. */
static enum fake_fate
ready_before_the_answer(void *ctx, const struct fake_datagram *d)
{
	struct pair *p = ctx;

	if (pair_is_response(d) && pair_exchange_of(d) == EX_AUTH) {
		assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 1);
		assert_int_equal(fake_kernel_count(&p->side[B].kernel, SA_OUT), 1);
	}
	return FATE_DELIVER;
}

static void
responder_is_ready(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->net.fate = ready_before_the_answer;
	p->net.ctx = p;
	pair_up(p);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_psk), cmocka_unit_test(by_signature),
		cmocka_unit_test(by_classic_signature), cmocka_unit_test(opportunistic),
		cmocka_unit_test(every_group), cmocka_unit_test(every_cipher),
		cmocka_unit_test(invalid_ke), cmocka_unit_test(cookies),
		cmocka_unit_test(cookie_then_invalid_ke), cmocka_unit_test(invalid_ke_then_cookie),
		cmocka_unit_test(narrowing), cmocka_unit_test(encapsulation),
		cmocka_unit_test(behind_a_nat), cmocka_unit_test(responder_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
