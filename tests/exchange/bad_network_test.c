/* A network that loses, doubles and delays, by a seed, while SAs are replaced by either
 * side and by both: the pair stays up all the time. */
#include "tests/exchange/pair.h"

#include <stdlib.h>

/* ROUND=n plays one of them. LONG_MS: until all that was asked is answered or given up. */
enum { ROUNDS = 1000, APART_MS = 700, LONG_MS = 200000 };

struct bad { uint64_t state; unsigned lost, in_a_row[2]; };

static unsigned
die_of(struct bad *b, unsigned sides)
{
	uint32_t r;

	fake_random(&b->state, &r, sizeof(r));
	return r % sides;
}

/* Three of ten are lost, never three of one side in succession. */
static enum fake_fate
fate_bad(void *ctx, const struct fake_datagram *d)
{
	struct bad *b = ctx;
	unsigned *row = &b->in_a_row[d->from.addr.bytes[3] & 1];

	if (*row < 2 && die_of(b, 10) < 3) {
		b->lost++;
		++*row;
		return FATE_DROP;
	}
	*row = 0;
	return die_of(b, 10) == 0 ? FATE_TWICE : FATE_DELIVER;
}

static void
rekey_child(struct pair *p, int who)
{
	const struct child_sa *c = pair_child(p, who);

	if (c != NULL)
		ike_rekey(p->side[who].e, c->serial);
}

static void
rekey_ike(struct pair *p, int who)
{
	const struct ike_sa *sa = pair_ike(p, who);

	if (sa != NULL)
		ike_rekey(p->side[who].e, sa->serial);
}

/* Up to five things, mostly while what was before is on its way. */
static unsigned
act(struct pair *p, struct bad *b)
{
	unsigned n = 1 + die_of(b, 5);

	for (unsigned i = 0; i < n; i++) {
		unsigned what = die_of(b, 4);

		(what & 1 ? rekey_ike : rekey_child)(p, what & 2 ? B : A);
		if (i + 1 < n)
			pair_advance(p, die_of(b, 4) * APART_MS);
	}
	return n;
}

/* Who has deleted the loser of two rekeys may be ahead of the other's answer: only
 * then is there none for a moment (RFC 7296 2.8.1). */
static void
check_one(struct pair *p, bool crossed)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_stats(p, i).ike_now, 1);
		assert_int_equal(pair_stats(p, i).child_now, 1);
		assert_int_equal(pair_count(p, i, IKE_EV_IKE_DOWN), 0);
		assert_true(crossed || pair_count(p, i, IKE_EV_CHILD_DOWN) == 0);
	}
	pair_assert_up(p, 1);
}

static void
replaced_under_loss(void **state)
{
	const char *one = getenv("ROUND");
	bool crossed;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct bad b = { .state = i };
		struct pair *p;

		if (one != NULL && strtoul(one, NULL, 10) != i)
			continue;
		p = pair_new();
		p->random = i;
		pair_up(p);
		p->net.fate = fate_bad;
		p->net.ctx = &b;
		crossed = false;
		for (unsigned k = 0; k < 3; k++) {
			crossed |= act(p, &b) > 1;
			pair_advance(p, LONG_MS);
			check_one(p, crossed);
		}
		pair_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced_under_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
