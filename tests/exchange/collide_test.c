/* Both sides replace or delete the same thing at the same time (RFC 7296 2.8.1,
 * 2.25). */
#include "tests/exchange/pair.h"

#include <stdlib.h>
#include <string.h>

typedef void action_fn(struct pair *p, int who);

static void
do_rekey_child(struct pair *p, int who)
{
	ike_rekey(p->side[who].e, pair_child(p, who)->serial);
}

static void
do_rekey_ike(struct pair *p, int who)
{
	ike_rekey(p->side[who].e, pair_ike(p, who)->serial);
}

static void
do_create_child(struct pair *p, int who)
{
	pair_initiate(p, who, 100 + (uint64_t)who, 0);
}

/* Both requests are on the way before either arrives. In ORDER 0 they cross; in
 * 1 and 2 all of one side's messages wait until the other side is done. */
static void
cross(struct pair *p, action_fn *a, action_fn *b, int order)
{
	p->net.fate = pair_hold;
	a(p, A);
	b(p, B);
	pair_compute(p);
	p->net.fate = NULL;
	if (order == 2)
		fake_net_release_reversed(&p->net);
	else
		fake_net_release(&p->net);
	pair_settle(p);
	pair_advance(p, 60000);
}

enum { STAYS_UP, NO_CHILD, ALL_DOWN };

static const struct crossing {
	const char *story;
	action_fn *a, *b;
	int result;
	const char *refusal;	/* that somebody must hear; NULL: nobody may */
} crossings[] = {
	{ "both rekey the child", do_rekey_child, do_rekey_child, STAYS_UP, NULL },
	{ "both rekey the IKE SA", do_rekey_ike, do_rekey_ike, STAYS_UP, NULL },
	{ "rekey of a child that is being deleted",
	  do_rekey_child, pair_delete_child, NO_CHILD, "TEMPORARY_FAILURE" },
	{ "both delete the child", pair_delete_child, pair_delete_child, NO_CHILD, NULL },
	{ "rekey of the IKE SA while a child is rekeyed",
	  do_rekey_ike, do_rekey_child, STAYS_UP, "TEMPORARY_FAILURE" },
	{ "rekey of the IKE SA while a child is made",
	  do_rekey_ike, do_create_child, STAYS_UP, "TEMPORARY_FAILURE" },
	{ "rekey of the IKE SA while a child is deleted",
	  do_rekey_ike, pair_delete_child, NO_CHILD, "TEMPORARY_FAILURE" },
	{ "rekey of the IKE SA that is being deleted", do_rekey_ike, pair_delete_ike, ALL_DOWN, NULL },
	{ "rekey of a child of an IKE SA being deleted", do_rekey_child, pair_delete_ike, ALL_DOWN, NULL },
	{ "both delete the IKE SA", pair_delete_ike, pair_delete_ike, ALL_DOWN, NULL },
	{ "both make another child", do_create_child, do_create_child, STAYS_UP, NULL },
};

static unsigned
count_lines(const struct pair *p, const char *part)
{
	unsigned n = 0;

	for (int i = 0; i < 2; i++)
		for (unsigned k = 0; k < p->side[i].n_events; k++)
			n += strstr(p->side[i].events[k].text, part) != NULL;
	return n;
}

static void
check_crossing(const struct crossing *c, bool swapped, int order)
{
	struct pair *p = pair_new();

	if (getenv("PAIR_TRACE") != NULL)
		print_message("%s, order %d%s\n", c->story, order, swapped ? ", swapped" : "");
	pair_up(p);
	cross(p, swapped ? c->b : c->a, swapped ? c->a : c->b, order);
	assert_int_equal(count_lines(p, "TEMPORARY_FAILURE") > 0, c->refusal != NULL);
	if (c->result == ALL_DOWN) {
		pair_assert_down(p);
	} else if (c->result == NO_CHILD) {
		assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	} else {
		pair_assert_one(p);
	}
	pair_free(p);
}

static void
collisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(crossings) / sizeof(*crossings); i++)
		for (int order = 1; order <= 2; order++)
			for (int swapped = 0; swapped < 2; swapped++)
				check_crossing(&crossings[i], swapped, order);
}

/* RFC 7296 2.8.1: what the exchange with the lowest nonce made does not stay. */
static void
lowest_nonce_goes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct pair *p = pair_new();
		bool a_made_it;
		int order;

		p->random = i;
		pair_up(p);
		p->net.fate = pair_hold;
		if (i & 1) {
			do_rekey_ike(p, A);
			do_rekey_ike(p, B);
		} else {
			do_rekey_child(p, A);
			do_rekey_child(p, B);
		}
		pair_compute(p);
		fake_net_release(&p->net);
		pair_settle(p);		/* both answers are held */
		if (i & 1) {
			const struct ike_sa *a = ike_sa_find(p->side[A].e, 1);
			const struct ike_sa *b = ike_sa_find(p->side[B].e, 1);

			order = span_cmp(span_of(b->low_nonce[1], b->low_nonce_len[1]),
					 span_of(a->low_nonce[1], a->low_nonce_len[1]));
		} else {
			const struct child_sa *a = child_sa_find(p->side[A].e, 2);
			const struct child_sa *b = child_sa_find(p->side[B].e, 2);

			order = span_cmp(span_of(b->low_nonce, b->low_nonce_len),
					 span_of(a->low_nonce, a->low_nonce_len));
		}
		assert_int_not_equal(order, 0);
		p->net.fate = NULL;
		fake_net_release(&p->net);
		pair_settle(p);
		pair_assert_one(p);
		a_made_it = i & 1 ? pair_ike(p, A)->role == SA_INITIATOR : pair_child(p, A)->initiator;
		assert_int_equal(a_made_it, order > 0);
		pair_free(p);
	}
}

static enum fake_fate
hold_requests_of_a(void *ctx, const struct fake_datagram *d)
{
	const struct pair *p = ctx;

	return !pair_is_response(d) && ip_addr_eq(&d->from.addr, &p->side[A].at.addr)
		? FATE_HOLD : FATE_DELIVER;
}

/* A's rekey comes while B has the answer to its own in hand and ends that first:
 * the old one is on its way out then, and A's must be put off, not made. */
static void
own_rekey_ends_while_computing(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	p->net.ctx = p;
	p->net.fate = hold_requests_of_a;
	do_rekey_child(p, A);
	do_rekey_child(p, B);
	pair_compute(p);
	p->side[B].idle = true;
	pair_settle(p);		/* B has A's answer, not yet computed */
	p->net.fate = NULL;
	fake_net_release(&p->net);
	pair_settle(p);
	p->side[B].idle = false;
	pair_settle(p);
	pair_advance(p, 1000);
	pair_assert_one(p);
	pair_free(p);
}

static void
deliver(struct pair *p, int datagrams)
{
	while (datagrams-- > 0) {
		pair_compute(p);
		assert_true(pair_deliver_one(p));
	}
	pair_compute(p);
}

/* Both rekey the IKE SA, just after B has rekeyed the child. A still computes what
 * came of its own when B, who is done, deletes the old child in the new IKE SA: A
 * has to find it, whichever of the two stays. */
static void
asked_before_it_is_decided(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct pair *p = pair_new();

		p->random = i;
		pair_up(p);
		do_rekey_child(p, B);
		do_rekey_ike(p, B);
		deliver(p, 2);
		do_rekey_ike(p, A);
		deliver(p, 2);
		p->side[A].idle = true;
		pair_settle(p);
		p->side[A].idle = false;
		pair_settle(p);
		pair_advance(p, 5000);
		pair_assert_one(p);
		pair_free(p);
	}
}

struct lengths { size_t answers[4]; unsigned n; };

static enum fake_fate
note_lengths(void *ctx, const struct fake_datagram *d)
{
	struct lengths *l = ctx;

	if (pair_exchange_of(d) == EX_INFORMATIONAL && pair_is_response(d) && l->n < 4)
		l->answers[l->n++] = d->bytes.len;
	return FATE_DELIVER;
}

/* RFC 7296 1.4.1: crossed deletions are answered without a Delete payload. */
static void
crossed_deletes_are_answered_empty(void **state)
{
	struct pair *p = pair_new();
	struct lengths l = { .n = 0 };
	size_t empty;

	(void)state;
	pair_up(p);
	p->net.ctx = &l;
	p->net.fate = note_lengths;
	ike_liveness(p->side[A].e, pair_ike(p, A)->serial);
	pair_settle(p);
	pair_delete_child(p, A);
	pair_delete_child(p, B);
	pair_settle(p);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.answers[1], l.answers[0]);
	assert_int_equal(l.answers[2], l.answers[0]);
	empty = l.answers[0];
	pair_initiate(p, A, 18, 0);
	pair_settle(p);
	l.n = 0;
	pair_delete_child(p, A);
	pair_settle(p);
	assert_int_equal(l.n, 1);
	assert_true(l.answers[0] > empty);
	pair_free(p);
}

/* B has lost the child that A wants to rekey, or to delete. */
static void
child_is_unknown(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair *p = pair_new();

		pair_up(p);
		engine_enter(p->side[B].e);
		child_sa_kill(pair_child(p, B), "its time is over");
		engine_leave(p->side[B].e);
		if (i == 0)
			do_rekey_child(p, A);
		else
			pair_delete_child(p, A);
		pair_settle(p);
		assert_int_equal(count_lines(p, "CHILD_SA_NOT_FOUND") > 0, i == 0);
		assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
		assert_int_equal(p->side[A].kernel.n, 0);
		assert_int_equal(pair_stats(p, A).ike_now, 1);
		pair_free(p);
	}
}

/* Both rekey; everything that B sends is late, so A does not see the crossing. */
static enum fake_fate
hold_from_b(void *ctx, const struct fake_datagram *d)
{
	const struct pair *p = ctx;

	return ip_addr_eq(&d->from.addr, &p->side[B].at.addr) ? FATE_HOLD : FATE_DELIVER;
}

static enum fake_fate
hold_requests_from_b(void *ctx, const struct fake_datagram *d)
{
	return pair_is_response(d) ? FATE_DELIVER : hold_from_b(ctx, d);
}

static void
unnoticed_crossing(void **state)
{
	static action_fn *const actions[] = { do_rekey_child, do_rekey_ike };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pair *p = pair_new();

		pair_up(p);
		p->net.ctx = p;
		p->net.fate = i & 2 ? hold_from_b : hold_requests_from_b;
		actions[i & 1](p, B);
		actions[i & 1](p, A);
		pair_settle(p);
		p->net.fate = NULL;
		fake_net_release(&p->net);
		pair_settle(p);
		pair_advance(p, 60000);
		pair_assert_one(p);
		pair_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collisions), cmocka_unit_test(lowest_nonce_goes),
		cmocka_unit_test(asked_before_it_is_decided),
		cmocka_unit_test(crossed_deletes_are_answered_empty),
		cmocka_unit_test(child_is_unknown), cmocka_unit_test(unnoticed_crossing),
		cmocka_unit_test(own_rekey_ends_while_computing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
