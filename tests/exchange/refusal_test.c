/* IKE_SA_INIT and IKE_AUTH that come to nothing: whose fault, and what is told. */
#include "tests/exchange/pair.h"

#include <string.h>

/* A peer that knows none of the hashes that our key can sign with. */
static void
no_common_hash(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_keys(p, PUBKEY_ED25519);
	pair_initiate(p, A, 17, 3000);
	pair_compute(p);
	assert_true(pair_deliver_one(p));
	pair_compute(p);
	ike_sa_find(p->side[B].e, 1)->hs->peer_hashes = 1;
	pair_advance(p, 20000);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_US);
	pair_assert_down(p);
	pair_free(p);
}

static void
expect_failure(struct pair *p, enum ike_failure why)
{
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 4000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, why);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->owner, 17);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 0);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
}

static void
wrong_psk(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	strcpy(p->side[A].psk, "another secret");
	expect_failure(p, IKE_FAIL_AUTH_US);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_AUTHENTICATION_FAILED);
	pair_assert_down(p);
	pair_free(p);
}

/* A's key is not the one that B knows. */
static void
wrong_key(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_keys(p, PUBKEY_ED25519);
	p->side[A].key = pair_key(PUBKEY_ED25519, 2);
	expect_failure(p, IKE_FAIL_AUTH_US);
	pair_assert_down(p);
	pair_free(p);
}

/* B's key is not the one that A knows: B is told and forgets. */
static void
wrong_key_of_responder(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_keys(p, PUBKEY_ED25519);
	p->side[B].key = pair_key(PUBKEY_ED25519, 2);
	expect_failure(p, IKE_FAIL_AUTH_PEER);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	pair_assert_down(p);
	pair_free(p);
}

static void
no_private_key(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_use_keys(p, PUBKEY_ED25519);
	p->side[A].key = NULL;
	expect_failure(p, IKE_FAIL_NO_KEY);
	pair_free(p);
}

static void
no_shared_secret(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[A].psk[0] = '\0';
	expect_failure(p, IKE_FAIL_NO_KEY);
	pair_free(p);
}

static void
unknown_id(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].unknown_id = true;
	expect_failure(p, IKE_FAIL_AUTH_US);
	pair_assert_down(p);
	pair_free(p);
}

/* The peer calls itself something that A does not expect. */
static void
unexpected_id(void **state)
{
	struct pair *p = pair_new();
	char err[100];

	(void)state;
	assert_true(ident_parse("@east.example", &p->side[B].conn->local.id, err, sizeof(err)));
	expect_failure(p, IKE_FAIL_AUTH_PEER);
	pair_assert_down(p);
	pair_free(p);
}

/* An error in IKE_SA_INIT that anyone can forge does not shorten the wait. */
static void
unauthenticated_refusal(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].unknown = true;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	p->side[B].unknown = false;
	pair_advance(p, 1900);
	pair_assert_up(p, 1);
	pair_free(p);

	p = pair_new();
	p->side[B].unknown = true;
	expect_failure(p, IKE_FAIL_NO_PROPOSAL);
	pair_assert_down(p);
	pair_free(p);

	/* Who asked stops waiting at the same time, and hears of it before. */
	p = pair_new();
	p->side[B].unknown = true;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 2950);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_NO_PROPOSAL);
	pair_free(p);
}

static void
no_common_ike_algorithm(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_ike_proposal(p, A, "aes_gcm128-sha2_256-x25519");
	pair_ike_proposal(p, B, "aes_gcm256-sha2_256-x25519");
	expect_failure(p, IKE_FAIL_NO_PROPOSAL);
	pair_free(p);
}

/* A refused Child SA leaves the IKE SA standing. */
static void
no_common_esp_algorithm(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_esp_proposal(p, A, "aes_gcm128");
	pair_esp_proposal(p, B, "aes_gcm256");
	expect_failure(p, IKE_FAIL_CHILD);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_NO_PROPOSAL_CHOSEN);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	pair_free(p);
}

static void
ts_mismatch(void **state)
{
	struct pair *p = pair_new();
	struct ip_addr other;

	(void)state;
	assert_true(ip_addr_parse("10.0.0.1", &other));
	p->side[A].conn->local.ts = ts_host(&other);
	expect_failure(p, IKE_FAIL_TS);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_TS_UNACCEPTABLE);
	pair_free(p);
}

/* An opportunistic peer that claims somebody else's address gets nothing. */
static void
oe_claims_another_address(void **state)
{
	struct pair *p = pair_new();
	struct ip_addr other;

	(void)state;
	pair_use_oe(p);
	assert_true(ip_addr_parse("192.1.2.254", &other));
	p->side[A].conn->local.ts = ts_host(&other);
	expect_failure(p, IKE_FAIL_TS);
	pair_assert_down(p);
	pair_free(p);
}

/* Behind a NAT a peer has the address that we see, not the one that it has inside,
 * nor one that it likes; proven or not. */
static void
oe_behind_a_nat(void **state)
{
	static const struct { const char *claimed; bool up; } rows[] = {
		{ "192.1.2.99", true }, { "192.1.2.45", false }, { "8.8.8.8", false },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		bool anonymous = i % 2 != 0, want = rows[i / 2].up;
		struct pair *p = pair_new();
		struct ip_addr a;

		pair_use_oe(p);
		for (int who = 0; anonymous && who < 2; who++)
			pair_auth(p, who, CONN_AUTH_NULL);
		p->side[B].dns.may_be_anonymous = anonymous;
		p->net.nat_inside = p->side[A].at;
		assert_true(endpoint_parse("192.1.2.99", 1000, &p->net.nat_outside));
		assert_true(ip_addr_parse("192.1.2.99", &a));
		p->side[B].conn->remote.ts = ts_host(&a);
		assert_true(ip_addr_parse(rows[i / 2].claimed, &a));
		p->side[A].conn->local.ts = ts_host(&a);
		pair_initiate(p, A, 17, 3000);
		pair_settle(p);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), want);
		assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), want);
		if (!want)
			assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
		pair_free(p);
	}
}

/* B asks DNS for A's key. */
static struct pair *
asking(void)
{
	struct pair *p = pair_new();

	pair_use_oe(p);
	pubkey_free(&p->side[B].conn->keys[0]);
	p->side[B].conn->n_keys = 0;
	p->side[B].conn->keys_from_dns = true;
	p->side[B].dns = (struct peer_keys){ .why_none = "it says so" };
	return p;
}

/* That DNS is down at the peer is not that it does not believe us. */
static void
oe_peer_without_dns(void **state)
{
	struct pair *p = asking();

	(void)state;
	p->side[B].dns.unknown = true;
	expect_failure(p, IKE_FAIL_LATER);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_TEMPORARY_FAILURE);
	pair_assert_down(p);
	pair_free(p);

	/* What DNS says is a no. */
	p = asking();
	expect_failure(p, IKE_FAIL_AUTH_US);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_AUTHENTICATION_FAILED);
	pair_assert_down(p);
	pair_free(p);
}

/* Nor is it silent while it waits for DNS. */
static void
oe_peer_waits_for_dns(void **state)
{
	struct pair *p = asking();

	(void)state;
	p->side[B].lookup_by_hand = true;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_ANSWERS), 1);
	pair_advance(p, 2100);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_LATER);
	pair_free(p);
}

static void
kernel_refuses(void **state)
{
	struct pair *p;

	(void)state;
	for (int who = 0; who < 2; who++) {
		for (int dir = SA_IN; dir <= SA_OUT; dir++) {
			p = pair_new();
			p->side[who].kernel.refuse = -12;
			p->side[who].kernel.refuse_dir = dir;
			pair_initiate(p, A, 17, 3000);
			pair_advance(p, 20000);
			if (who == A) {
				assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 0);
				assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure,
						 IKE_FAIL_KERNEL);
			}
			assert_int_equal(p->side[who].kernel.n, 0);
			pair_free(p);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_common_hash), cmocka_unit_test(wrong_psk),
		cmocka_unit_test(wrong_key), cmocka_unit_test(wrong_key_of_responder),
		cmocka_unit_test(no_private_key), cmocka_unit_test(no_shared_secret),
		cmocka_unit_test(unknown_id), cmocka_unit_test(unexpected_id),
		cmocka_unit_test(unauthenticated_refusal), cmocka_unit_test(no_common_ike_algorithm),
		cmocka_unit_test(no_common_esp_algorithm), cmocka_unit_test(ts_mismatch),
		cmocka_unit_test(oe_claims_another_address),
		cmocka_unit_test(oe_peer_without_dns), cmocka_unit_test(oe_peer_waits_for_dns),
		cmocka_unit_test(oe_behind_a_nat), cmocka_unit_test(kernel_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
