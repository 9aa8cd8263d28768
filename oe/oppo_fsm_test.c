/* Every cell of the state machine is filled and leads somewhere sensible. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oe/oppo_fsm.h"

static enum oppo_state
run(enum oppo_state s, enum oppo_event e, bool own_awaited, struct oppo *o)
{
	struct flow f = { .ip_proto = 17 };
	struct oppo_detail d = { .flow = &f, .held = { 7 } };

	*o = (struct oppo){ .state = s, .own_awaited = own_awaited };
	return oppo_fsm_cell(s, e)->run(o, &d);
}

static void
test_all_cells(void **state)
{
	struct oppo o;

	(void)state;
	for (unsigned s = 0; s < OPPO_N_STATES; s++) {
		for (unsigned e = 0; e < OPPO_N_EVENTS; e++) {
			enum oppo_state from = (enum oppo_state)s;
			enum oppo_event ev = (enum oppo_event)e;
			const struct oppo_cell *c = oppo_fsm_cell(from, ev);

			if (c->run == NULL || c->story == NULL)
				fail_msg("%s x %s is empty", oppo_state_name(from),
					 oppo_event_name(ev));
			enum oppo_state to = run(from, ev, from == OPPO_OWN_KEY, &o);

			assert_true((unsigned)to < OPPO_N_STATES);
			assert_int_equal(o.state, from);	/* the engine assigns */
			if (from != OPPO_NEW)
				assert_true(to != OPPO_NEW);
			if (from == OPPO_SECURED)
				assert_int_equal(to, OPPO_SECURED);
			if (from == OPPO_SHUNTED)
				assert_true(to == OPPO_SHUNTED ||
					    (to == OPPO_SECURED && ev == OPPO_EV_CHILD_UP));
			/* Only IKE makes a pair secure. */
			if (to == OPPO_SECURED && from != OPPO_SECURED && from != OPPO_CROSSING)
				assert_true(ev == OPPO_EV_CHILD_UP || ev == OPPO_EV_PAIR_UP);
		}
	}
}

/* Whatever state it is in, a request that is not over ends by each of these, but
 * a peer that comes while we negotiate is waited for a little longer. */
static void
test_all_states_end(void **state)
{
	static const enum oppo_event enders[] = {
		OPPO_EV_DEADLINE, OPPO_EV_TEARDOWN, OPPO_EV_PAIR_UP,
	};
	struct oppo o;

	(void)state;
	for (unsigned s = 0; s < OPPO_SECURED; s++)
		for (unsigned i = 0; i < 3; i++) {
			enum oppo_state to = run((enum oppo_state)s, enders[i],
						 s == OPPO_OWN_KEY, &o);

			assert_true(oppo_is_over(to)
				    || (to == OPPO_CROSSING && enders[i] == OPPO_EV_PAIR_UP
					&& s >= OPPO_NEGOTIATING));
		}
}

static void
test_the_straight_way(void **state)
{
	struct oppo o;

	(void)state;
	assert_int_equal(run(OPPO_NEW, OPPO_EV_START, false, &o), OPPO_PEER_KEY);
	assert_int_equal(run(OPPO_PEER_KEY, OPPO_EV_KEY_FOUND, false, &o), OPPO_NEGOTIATING);
	assert_int_equal(run(OPPO_NEGOTIATING, OPPO_EV_CHILD_UP, false, &o), OPPO_SECURED);
	assert_int_equal(run(OPPO_NEGOTIATING, OPPO_EV_DEADLINE, false, &o), OPPO_SHUNTED);
	assert_true(o.give_up);
	assert_int_equal(o.facts.ike, IKE_OUTCOME_SILENT);
}

/* Both questions are asked at once: whichever answer comes first waits for the other,
 * but a peer that has no key waits for nothing. */
static void
test_two_answers(void **state)
{
	size_t n;
	const struct lookup_step *plan = lookup_plan(&n);
	struct oppo o;

	(void)state;
	assert_int_equal(n, 2);
	assert_int_not_equal(plan[0].whose, plan[1].whose);
	assert_int_equal(run(OPPO_PEER_KEY, OPPO_EV_OWN_KNOWN, false, &o), OPPO_PEER_KEY);
	assert_int_equal(run(OPPO_PEER_KEY, OPPO_EV_KEY_FOUND, true, &o), OPPO_OWN_KEY);
	assert_int_equal(run(OPPO_PEER_KEY, OPPO_EV_ANONYMOUS, true, &o), OPPO_OWN_KEY);
	assert_int_equal(run(OPPO_PEER_KEY, OPPO_EV_KEY_ABSENT, true, &o), OPPO_SHUNTED);
	assert_int_equal(run(OPPO_OWN_KEY, OPPO_EV_OWN_KNOWN, false, &o), OPPO_NEGOTIATING);
	assert_int_equal(run(OPPO_OWN_KEY, OPPO_EV_KEY_FOUND, true, &o), OPPO_OWN_KEY);
}

/* 40 packets come, 8 are displaced in order, 32 are left in order. */
static void
test_ring_of_held_packets(void **state)
{
	struct oppo o = { .state = OPPO_PEER_KEY };
	struct flow f = { .ip_proto = 6 }, back;

	(void)state;
	for (uint64_t i = 1; i <= 40; i++) {
		f.sport = (uint16_t)i;
		o.displaced.id.n = 0;
		oppo_hold(&o, (held_id){ i }, &f);
		assert_int_equal(o.displaced.id.n, i > OPPO_MAX_HELD ? i - OPPO_MAX_HELD : 0);
	}
	oppo_hold(&o, (held_id){ 0 }, &f);
	assert_int_equal(o.n_held, OPPO_MAX_HELD);
	for (unsigned i = 0; i < OPPO_MAX_HELD; i++) {
		assert_int_equal(oppo_held(&o, i, &back).n, i + 9);
		assert_int_equal(back.sport, i + 9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_cells),
		cmocka_unit_test(test_all_states_end),
		cmocka_unit_test(test_the_straight_way),
		cmocka_unit_test(test_two_answers),
		cmocka_unit_test(test_ring_of_held_packets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
