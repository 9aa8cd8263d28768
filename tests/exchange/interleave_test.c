/* Both sides rekey at once, in every order that computing and arriving may take:
 * one pair is left, soon. */
#include "tests/exchange/pair.h"

#include <stdlib.h>

struct dice { uint64_t n; };

static unsigned
roll(struct dice *d, unsigned sides)
{
	d->n = d->n * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(d->n >> 33) % sides;
}

/* The order within a direction stays, as on most networks. */
static bool
deliver_from(struct pair *p, int who)
{
	struct fake_datagram first;

	for (unsigned i = 0; i < p->net.n; i++) {
		if (!ip_addr_eq(&p->net.queue[i].from.addr, &p->side[who].at.addr))
			continue;
		first = p->net.queue[i];
		for (unsigned k = i; k > 0; k--)
			p->net.queue[k] = p->net.queue[k - 1];
		p->net.queue[0] = first;
		return pair_deliver_one(p);
	}
	return false;
}

static void
shuffle(struct pair *p, struct dice *d)
{
	for (int i = 0; i < 200; i++) {
		int who = (int)roll(d, 2);

		if (roll(d, 2) == 0)
			pool_collect(p->side[who].pool);
		else
			deliver_from(p, who);
	}
}

static void
rekey(struct pair *p, int who, bool ike)
{
	if (ike && pair_ike(p, who) != NULL)
		ike_rekey(p->side[who].e, pair_ike(p, who)->serial);
	else if (pair_child(p, who) != NULL)
		ike_rekey(p->side[who].e, pair_child(p, who)->serial);
}

static void
any_order(void **state)
{
	const char *more = getenv("ROUNDS");
	unsigned rounds = more != NULL ? (unsigned)strtoul(more, NULL, 10) : 300;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct pair *p = pair_new();
		struct dice d = { .n = i };

		p->random = i + 1;
		pair_up(p);
		rekey(p, A, i & 1);
		if (roll(&d, 2))
			shuffle(p, &(struct dice){ .n = i * 7 });
		rekey(p, B, i & 2);
		shuffle(p, &d);
		pair_settle(p);
		pair_advance(p, 3000);
		for (int who = 0; who < 2; who++) {
			if (pair_stats(p, who).child_now != 1 || pair_stats(p, who).ike_now != 1)
				print_message("order %u: more than one\n", i);
			assert_int_equal(pair_stats(p, who).child_now, 1);
			assert_int_equal(pair_stats(p, who).ike_now, 1);
		}
		pair_assert_up(p, 1);
		pair_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(any_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
