/* Peers that prove nothing (RFC 7619): what they get, and what they may not do. */
#include "tests/exchange/pair.h"

#include <string.h>

static void
use_null(struct pair *p)
{
	pair_auth(p, A, CONN_AUTH_NULL);
	pair_auth(p, B, CONN_AUTH_NULL);
}

static void
oe_null(struct pair *p)
{
	pair_use_oe(p);
	use_null(p);
	for (int i = 0; i < 2; i++) {
		pubkey_free(&p->side[i].conn->keys[0]);
		p->side[i].conn->n_keys = 0;
		p->side[i].dns = (struct peer_keys){ .why_none = "no key", .may_be_anonymous = true };
	}
	p->side[B].conn->keys_from_dns = true;
}

static void
assert_anonymous(struct pair *p, int who, bool anonymous)
{
	const struct seen_event *e = pair_last(p, who, IKE_EV_CHILD_UP);

	assert_int_equal(e->anonymous, anonymous);
	assert_int_equal(pair_ike(p, who)->anonymous, anonymous);
	if (anonymous)
		assert_string_equal(e->key_source, "unauthenticated (NULL)");
}

static void
both(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	use_null(p);
	p->side[A].psk[0] = p->side[B].psk[0] = '\0';
	pair_up(p);
	for (int i = 0; i < 2; i++) {
		assert_anonymous(p, i, true);
		assert_int_equal(pair_ike(p, i)->id_local.type, ID_NULL);
		assert_int_equal(pair_ike(p, i)->id_local.len, 0);
		assert_int_equal(pair_ike(p, i)->id_remote.type, ID_NULL);
	}
	pair_free(p);
}

/* Only one side is anonymous, by key or by secret the other. */
static void
one_side(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pair *p = pair_new();
		int who = i & 1;

		if (i & 2)
			pair_use_keys(p, PUBKEY_ED25519);
		pair_auth(p, who, CONN_AUTH_NULL);
		p->side[who].key = NULL;
		pair_up(p);
		assert_anonymous(p, 1 - who, true);
		assert_anonymous(p, who, false);
		pair_free(p);
	}
}

/* RFC 7619 2.2: whatever the identity says. */
static void
identity_means_nothing(void **state)
{
	struct pair *p = pair_new();
	char err[80];

	(void)state;
	use_null(p);
	assert_true(ident_parse("@somebody.example", &p->side[A].conn->local.id, err, sizeof(err)));
	assert_true(ident_parse("@me.example", &p->side[B].conn->local.id, err, sizeof(err)));
	assert_true(ident_parse("@other.example", &p->side[B].conn->remote.id, err, sizeof(err)));
	pair_up(p);
	pair_free(p);
}

static void
refused(struct pair *p)
{
	pair_initiate(p, A, 17, 3000);
	pair_settle(p);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_US);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->notify, N_AUTHENTICATION_FAILED);
	pair_assert_down(p);
	pair_free(p);
}

static void
who_must_prove_itself_is_refused(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[A].conn->local.auth = CONN_AUTH_NULL;
	refused(p);
	p = pair_new();
	pair_use_keys(p, PUBKEY_ED25519);
	p->side[A].conn->local.auth = CONN_AUTH_NULL;
	refused(p);
	p = pair_new();
	use_null(p);
	p->side[B].proven_only = true;
	refused(p);
	/* A shared secret where nobody expects one is no better. */
	p = pair_new();
	pair_auth(p, A, CONN_AUTH_NULL);
	p->side[A].conn->local.auth = CONN_AUTH_PSK;
	refused(p);
}

/* The responder answers with something else than was expected. */
static void
initiator_expects_proof(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	p->side[B].conn->local.auth = CONN_AUTH_NULL;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 1000);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_PEER);
	pair_assert_down(p);
	pair_free(p);
}

/* What DNS says decides whether a stranger may be anonymous. */
static void
dns_decides(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	pair_up(p);
	assert_anonymous(p, B, true);
	assert_int_equal(fake_kernel_current(&p->side[A].kernel)->sa.rank, KERNEL_RANK_OE_NULL);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.rank, KERNEL_RANK_OE_NULL);
	pair_free(p);

	p = pair_new();
	oe_null(p);
	p->side[B].dns = (struct peer_keys){ .keys = { pair_key(PUBKEY_ED25519, A)->pub }, .n = 1,
		.source = "reverse map, DNSSEC secure" };
	refused(p);
	p = pair_new();
	oe_null(p);
	p->side[B].dns.may_be_anonymous = false;
	refused(p);
}

/* Everything that comes later under the same IKE SA stays as it was. */
static void
rekeys_stay_anonymous(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	pair_up(p);
	assert_true(ike_rekey(p->side[A].e, pair_ike(p, A)->serial));
	pair_settle(p);
	assert_true(ike_rekey(p->side[B].e, pair_child(p, B)->serial));
	pair_settle(p);
	pair_assert_one(p);
	assert_true(pair_ike(p, A)->anonymous && pair_ike(p, B)->anonymous);
	assert_int_equal(fake_kernel_current(&p->side[B].kernel)->sa.rank, KERNEL_RANK_OE_NULL);
	pair_free(p);
}

/* From here on both ways to come are open: A is known by key, and B takes the
 * anonymous too. */
static void
become(struct pair *p, enum conn_auth how)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &p->side[i];
		struct connection *c = connection_new(how == CONN_AUTH_NULL ? "null" : "key");

		c->oe = true;
		c->rekey = false;
		c->local = s->conn->local;
		c->remote = s->conn->remote;
		c->local.auth = c->remote.auth = how;
		c->keys_from_dns = i == B;
		if (how == CONN_AUTH_PUBKEY && i == A) {
			c->keys[0] = pubkey_ref(&pair_key(PUBKEY_ED25519, B)->pub);
			c->n_keys = 1;
		}
		s->dns = (struct peer_keys){ .may_be_anonymous = how == CONN_AUTH_NULL,
			.why_none = "no key" };
		if (how == CONN_AUTH_PUBKEY)
			s->dns = (struct peer_keys){ .n = 1, .source = "reverse map, DNSSEC secure",
				.keys = { pair_key(PUBKEY_ED25519, 1 - i)->pub } };
		s->key = pair_key(PUBKEY_ED25519, i);
		connection_unref(s->conn);
		s->conn = c;
	}
}

/* RFC 7619 3.3, although B's DNS would let it in: the proven one stays. */
static void
proven_does_not_yield(void **state)
{
	struct pair *p = pair_new();
	uint64_t proven;

	(void)state;
	become(p, CONN_AUTH_PUBKEY);
	pair_up(p);
	proven = pair_child(p, B)->serial;
	become(p, CONN_AUTH_NULL);
	pair_restart(p, A);
	pair_initiate(p, A, 18, 3000);
	pair_settle(p);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	assert_int_equal(pair_child(p, B)->serial, proven);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 1);
	/* It was stale: nobody answered when it was asked. */
	pair_advance(p, 20000);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	pair_initiate(p, A, 19, 3000);
	pair_settle(p);
	assert_int_equal(pair_count(p, B, IKE_EV_CHILD_UP), 2);
	pair_free(p);
}

/* Nor does it ride on the IKE SA of the proven one. */
static void
nothing_is_shared(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	become(p, CONN_AUTH_PUBKEY);
	pair_up(p);
	become(p, CONN_AUTH_NULL);
	pair_initiate(p, A, 18, 3000);
	pair_settle(p);
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	pair_assert_up(p, 1);
	assert_false(pair_ike(p, A)->anonymous || pair_ike(p, B)->anonymous);
	pair_free(p);
}

static bool
keep_none(void *ctx, const struct selector *sel)
{
	(void)ctx;
	(void)sel;
	return false;
}

/* A policy that no longer allows it ends it; proven ones stay. */
static void
policy_ends_it(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	pair_up(p);
	assert_int_equal(ike_close_anonymous(p->side[A].e, keep_none, NULL), 1);
	pair_settle(p);
	pair_assert_down(p);
	pair_free(p);
	p = pair_new();
	become(p, CONN_AUTH_PUBKEY);
	pair_up(p);
	assert_int_equal(ike_close_anonymous(p->side[A].e, keep_none, NULL), 0);
	pair_assert_one(p);
	pair_free(p);
}

/* No part of an anonymous IKE SA serves a proven pair; and it goes. */
static void
proven_takes_over(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	become(p, CONN_AUTH_NULL);
	pair_up(p);
	become(p, CONN_AUTH_PUBKEY);
	pair_initiate(p, A, 18, 3000);
	pair_settle(p);
	pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		assert_anonymous(p, i, false);
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(pair_stats(p, i).ike_now, 1);
		assert_int_equal(fake_kernel_current(&p->side[i].kernel)->sa.rank, KERNEL_RANK_OE);
	}
	pair_free(p);
}

/* RFC 7619 2.3: a new anonymous peer cannot end an old one that lives. */
static void
anonymous_do_not_replace_each_other(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	pair_up(p);
	pair_advance(p, 20000);
	/* As if somebody else came from that address: A's engine knows of both. */
	become(p, CONN_AUTH_NULL);
	p->side[A].conn->oe = false;
	pair_initiate(p, A, 18, 3000);
	pair_advance(p, 60000);
	assert_int_equal(pair_stats(p, B).ike_now, 2);
	assert_int_equal(pair_count(p, B, IKE_EV_IKE_DOWN), 0);
	pair_free(p);
}

/* One that is gone is noticed when the next comes. */
static void
stale_anonymous_goes(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	pair_up(p);
	pair_restart(p, A);
	pair_advance(p, 20000);
	pair_initiate(p, A, 18, 3000);
	pair_advance(p, 20000);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	pair_assert_up(p, 1);
	pair_free(p);
}

/* Both begin at once: one pair is left. */
static void
simultaneous_start(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	oe_null(p);
	p->side[A].conn->keys_from_dns = true;
	p->net.fate = pair_hold;
	pair_initiate(p, A, 17, 3000);
	pair_initiate(p, B, 18, 3000);
	pair_compute(p);
	p->net.fate = NULL;
	fake_net_release(&p->net);
	pair_advance(p, 30000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_stats(p, i).ike_now, 1);
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
	}
	pair_assert_up(p, 1);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both), cmocka_unit_test(one_side),
		cmocka_unit_test(identity_means_nothing),
		cmocka_unit_test(who_must_prove_itself_is_refused),
		cmocka_unit_test(initiator_expects_proof), cmocka_unit_test(dns_decides),
		cmocka_unit_test(rekeys_stay_anonymous), cmocka_unit_test(proven_does_not_yield),
		cmocka_unit_test(nothing_is_shared), cmocka_unit_test(policy_ends_it),
		cmocka_unit_test(proven_takes_over),
		cmocka_unit_test(anonymous_do_not_replace_each_other),
		cmocka_unit_test(stale_anonymous_goes), cmocka_unit_test(simultaneous_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
