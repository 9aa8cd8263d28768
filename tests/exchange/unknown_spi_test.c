/* ESP that the peer cannot open: told outside an IKE SA, believed after a look;
 * and the moments in which each side can be sent ESP by a new SA. */
#include "tests/exchange/pair.h"

static void
tell(struct pair *p, uint32_t spi)
{
	ike_tell_invalid_spi(p->side[B].e, &p->side[B].at, &p->side[A].at, spi);
}

/* B has forgotten everything and may not begin: A finds out within 2.5 s. */
static void
a_restarted_peer_tells(void **state)
{
	struct pair *p = pair_new();
	uint32_t spi;

	(void)state;
	pair_up(p);
	spi = pair_child(p, A)->spi_out;
	pair_restart(p, B);
	tell(p, spi);
	pair_advance(p, 1000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	pair_advance(p, 1500);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(pair_stats(p, A).ike_now, 0);
	pair_free(p);
}

/* Anybody can say it: a peer that still answers has not forgotten. */
static void
a_lie_costs_one_exchange(void **state)
{
	struct pair *p = pair_new();
	unsigned before;

	(void)state;
	pair_up(p);
	before = p->net.sent;
	tell(p, pair_child(p, A)->spi_out);
	tell(p, pair_child(p, A)->spi_out);
	pair_advance(p, 9000);
	assert_int_equal(p->net.sent, before + 4);	/* both lies, a question, its answer */
	pair_assert_one(p);
	pair_free(p);
}

static void
another_spi_is_not_ours(void **state)
{
	struct pair *p = pair_new();
	unsigned before;

	(void)state;
	pair_up(p);
	before = p->net.sent;
	tell(p, pair_child(p, A)->spi_out + 1);
	tell(p, pair_child(p, A)->spi_in);
	pair_advance(p, 9000);
	assert_int_equal(p->net.sent, before + 2);
	pair_assert_one(p);
	pair_free(p);
}

static void
not_more_than_ten_a_second(void **state)
{
	struct pair *p = pair_new();
	unsigned before = p->net.sent;

	(void)state;
	for (unsigned i = 0; i < 50; i++)
		tell(p, 1000 + i);
	assert_int_equal(p->net.sent, before + 10);
	pair_advance(p, 1000);
	tell(p, 1000);
	assert_int_equal(p->net.sent, before + 11);
	pair_free(p);
}

/* RFC 7296 1.5: inside the IKE SA that both have, where it is believed. */
static void
told_inside_the_ike_sa(void **state)
{
	struct pair *p = pair_new();
	struct ip_addr a = p->side[A].at.addr, b = p->side[B].at.addr;
	uint32_t spi;

	(void)state;
	assert_false(ike_tell_inside(p->side[B].e, &b, &a, 4711));
	pair_up(p);
	spi = pair_child(p, A)->spi_out;
	assert_true(ike_tell_inside(p->side[B].e, &b, &a, 4711));
	pair_settle(p);
	pair_assert_one(p);
	/* B has lost its half, and says so. */
	engine_enter(p->side[B].e);
	child_sa_kill(pair_child(p, B), "its time is over");
	engine_leave(p->side[B].e);
	assert_true(ike_tell_inside(p->side[B].e, &b, &a, spi));
	assert_true(ike_tell_inside(p->side[B].e, &b, &a, spi));
	pair_settle(p);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_string_equal(pair_last(p, A, IKE_EV_CHILD_DOWN)->text, "the peer does not have it");
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	pair_initiate(p, A, 18, 3000);
	pair_settle(p);
	pair_assert_up(p, 1);
	pair_free(p);
}

struct answer {
	struct pair *p;
	uint8_t exchange;
	unsigned seen, sas_before;
};

static enum fake_fate
look_at_answer(void *ctx, const struct fake_datagram *d)
{
	struct answer *a = ctx;

	if (pair_exchange_of(d) == a->exchange && pair_is_response(d)) {
		a->seen++;
		assert_int_equal(fake_kernel_count(&a->p->side[B].kernel, SA_OUT), a->sas_before + 1);
		assert_int_equal(fake_kernel_count(&a->p->side[B].kernel, SA_IN), a->sas_before + 1);
	}
	return FATE_DELIVER;
}

/* The initiator may send as soon as it has the answer, and what it sends must
 * not be answered in the clear: the responder has both halves before. */
static void
both_halves_before_the_answer(void **state)
{
	struct answer a = { .p = pair_new(), .exchange = EX_AUTH };

	(void)state;
	a.p->net.fate = look_at_answer;
	a.p->net.ctx = &a;
	pair_up(a.p);
	assert_int_equal(a.seen, 1);
	a.exchange = EX_CREATE_CHILD_SA;
	a.sas_before = 1;
	pair_initiate(a.p, A, 2, 0);
	pair_settle(a.p);
	assert_int_equal(a.seen, 2);
	pair_free(a.p);
}

static enum fake_fate
hold_deletes(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return pair_exchange_of(d) == EX_INFORMATIONAL ? FATE_HOLD : FATE_DELIVER;
}

static uint32_t
sends_by(struct pair *p, int who)
{
	return fake_kernel_current(&p->side[who].kernel)->sa.spi;
}

/* RFC 7296 2.8: after a rekey the responder goes on by the old SA until the
 * initiator deletes it and so shows that it has the new one; not for ever. */
static void
a_rekeyed_one_carries_on(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct pair *p = pair_new();
		uint32_t before;

		pair_up(p);
		before = sends_by(p, B);
		p->net.fate = hold_deletes;
		assert_true(ike_rekey(p->side[A].e, pair_child(p, A)->serial));
		pair_settle(p);
		assert_int_equal(sends_by(p, B), before);
		assert_true(fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel));
		assert_true(fake_kernel_reaches(&p->side[B].kernel, &p->side[A].kernel));
		p->net.fate = NULL;
		if (late)
			pair_advance(p, 1000);
		else
			fake_net_release(&p->net);
		pair_settle(p);
		assert_int_not_equal(sends_by(p, B), before);
		fake_net_release(&p->net);
		pair_advance(p, 2000);
		pair_assert_one(p);
		pair_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restarted_peer_tells),
		cmocka_unit_test(a_lie_costs_one_exchange),
		cmocka_unit_test(another_spi_is_not_ours),
		cmocka_unit_test(told_inside_the_ike_sa),
		cmocka_unit_test(not_more_than_ten_a_second),
		cmocka_unit_test(both_halves_before_the_answer),
		cmocka_unit_test(a_rekeyed_one_carries_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
