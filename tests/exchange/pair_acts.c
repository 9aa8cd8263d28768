/* What the tests of exchanges do to a pair, and ask of it, again and again. */
#include "tests/exchange/pair.h"

void
pair_auth(struct pair *p, int who, enum conn_auth how)
{
	p->side[who].conn->local.auth = how;
	p->side[1 - who].conn->remote.auth = how;
}

void
pair_assert_one(struct pair *p)
{
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_int_equal(pair_stats(p, B).ike_now, 1);
	assert_int_equal(pair_stats(p, A).child_now, 1);
	assert_int_equal(pair_stats(p, B).child_now, 1);
	pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(pair_count(p, i, IKE_EV_IKE_DOWN), 0);
	}
}

void
pair_delete_child(struct pair *p, int who)
{
	ike_delete_serial(p->side[who].e, pair_child(p, who)->serial);
}

void
pair_delete_ike(struct pair *p, int who)
{
	ike_delete_serial(p->side[who].e, pair_ike(p, who)->serial);
}

enum fake_fate
pair_hold(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	(void)d;
	return FATE_HOLD;
}
