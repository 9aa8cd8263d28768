/* What may become of each message, for every kind of negotiation. */
#include "tests/exchange_v1/v1_pair.h"

static void
comes_up(struct v1_pair *p, fake_fate_fn *fate, void *ctx)
{
	p->net.fate = fate;
	p->net.ctx = ctx;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 4000);
	v1_pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v1_pair_stats(p, i).isakmp_now, 1);
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_UP), 1);
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
	}
	v1_pair_free(p);
}

void
v1_pair_each_fate(struct v1_pair *(*make)(void), unsigned messages)
{
	for (unsigned at = 0; at < messages; at++) {
		struct fake_nth lost = { .at = at, .fate = FATE_DROP };

		comes_up(make(), fake_net_nth, &lost);
	}
	comes_up(make(), fake_net_twice, NULL);
}
