/* Opportunistic IKE SAs are replaced before they end, and only where DNS names the peer's
 * key still. */
#include "tests/exchange/pair.h"

#include <string.h>

enum { LIFETIME_S = 3600 };

static struct pair *
up(bool a_rekeys, bool b_rekeys)
{
	struct pair *p = pair_new();

	pair_use_oe(p);
	p->side[A].conn->rekey = a_rekeys;
	p->side[B].conn->rekey = b_rekeys;
	pair_up(p);
	return p;
}

static void
withdraw(struct pair *p, int from)
{
	p->side[from].dns = (struct peer_keys){ .why_none = "no IPSECKEY record (proved)" };
}

static void
restore(struct pair *p, int from)
{
	p->side[from].dns = (struct peer_keys){ .keys = { p->side[from].conn->keys[0] }, .n = 1,
		.source = "reverse map, DNSSEC secure" };
}

/* Five lifetimes, and the Child SA never went down. */
static void
replaced_in_time(void **state)
{
	(void)state;
	for (int who = 0; who < 3; who++) {
		struct pair *p = up(who != B, who != A);

		for (int i = 0; i < 5; i++) {
			pair_advance(p, LIFETIME_S * 1000);
			pair_assert_one(p);
		}
		for (int i = 0; i < 2; i++)
			assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		pair_free(p);
	}
}

static void
expect_closed(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(pair_stats(p, i).ike_now, 0);
	}
	pair_free(p);
}

/* Who begins does not begin; who is asked answers, and ends it. */
static void
gone_from_dns(void **state)
{
	struct pair *p = up(true, false);

	(void)state;
	withdraw(p, A);
	pair_advance(p, LIFETIME_S * 1000 - 500000);
	expect_closed(p);

	p = up(true, false);
	withdraw(p, B);
	pair_advance(p, LIFETIME_S * 1000 - 500000);
	expect_closed(p);
}

/* Another key under the same name is another peer. */
static void
another_key(void **state)
{
	struct pair *p = up(true, true);

	(void)state;
	p->side[A].dns.keys[0] = pair_key(PUBKEY_ED25519, 2)->pub;
	pair_advance(p, LIFETIME_S * 1000 - 500000);
	expect_closed(p);
}

/* DNS is down: asked again, until the time is over. */
static void
no_answer(void **state)
{
	struct pair *p;

	(void)state;
	for (int bogus = 0; bogus < 2; bogus++) {
		p = up(true, false);
		withdraw(p, A);
		p->side[A].dns.unknown = bogus == 0;
		p->side[A].dns.bogus = bogus != 0;
		pair_advance(p, LIFETIME_S * 1000 - 60000);
		pair_assert_one(p);
		restore(p, A);
		pair_advance(p, LIFETIME_S * 1000 / 2);
		pair_assert_one(p);
		p->side[A].dns.n = 0;
		p->side[A].dns.unknown = true;
		pair_advance(p, LIFETIME_S * 1000);
		expect_closed(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced_in_time), cmocka_unit_test(gone_from_dns),
		cmocka_unit_test(another_key), cmocka_unit_test(no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
