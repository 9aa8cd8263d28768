/* What a hostile peer says on an IKE SA that is up: from the side of its initiator,
 * and from that of its responder. */
#include <stdlib.h>
#include <string.h>

#include "tests/holes/after_table.h"

struct trial {
	struct pair *p;
	const struct after_row *row;
	int liar;
	int notify;		/* of the answer; 0: none in it; NO_ANSWER */
};

static void
complain(const struct trial *t, const char *what)
{
	fail_msg("%s from %s \"%.80s\": %s (notify %d)", t->row->id, t->liar == A ? "A" : "B",
		 t->row->words, what, t->notify);
}

static int
first_notify(struct span plain, uint8_t first)
{
	struct payload_list l;
	struct notify_body n;
	struct parse_error e;

	assert_true(payload_list_read(plain, first, &l, &e));
	return payload_find(&l, P_N) != NULL && notify_read(payload_find(&l, P_N)->body, &n, &e)
		? n.type : 0;
}

/* The answer to what the liar did not send itself is kept from it. */
static enum fake_fate
catch_answer(void *ctx, const struct fake_datagram *d)
{
	static uint8_t buf[SEALED_MAX];
	struct trial *t = ctx;
	struct span plain;
	uint8_t first;

	if (!pair_is_response(d) || !ip_addr_eq(&d->to.addr, &t->p->side[t->liar].at.addr))
		return FATE_DELIVER;
	if (sealed_open(t->p, 1 - t->liar, chunk_span(d->bytes), buf, &plain, &first))
		t->notify = first_notify(plain, first);
	return FATE_DROP;
}

static struct spell_live
live(struct pair *p, int liar)
{
	struct spell_live l;
	uint32_t spi = pair_child(p, liar)->spi_in;
	struct wire_writer w = wire_writer(l.esp, sizeof(l.esp));

	wire_put_u32(&w, spi);
	memcpy(l.spi_i, pair_ike(p, liar)->spi_i, 8);
	memcpy(l.spi_r, pair_ike(p, liar)->spi_r, 8);
	memcpy(l.ours, p->side[liar].at.addr.bytes, 4);
	memcpy(l.theirs, p->side[1 - liar].at.addr.bytes, 4);
	return l;
}

static void
lie(struct trial *t)
{
	static struct spelled inner;
	struct pair *p = t->p;
	struct ike_sa *sa = pair_ike(p, t->liar);
	const struct spell_live l = live(p, t->liar);
	uint8_t flags = sa->role == SA_INITIATOR ? IKE_FLAG_I : 0;
	struct chunk m;

	spell(t->row->words, &l, &inner);
	if (t->row->flags == RESPONSE)
		flags |= IKE_FLAG_R;
	m = sealed_message(p, t->liar, t->row->exchange, flags, sa->ours.next, NULL, &inner);
	if (t->row->flags != RESPONSE)
		sa->ours.next++;
	ike_receive(p->side[1 - t->liar].e, &p->side[1 - t->liar].at, &p->side[t->liar].at,
		    chunk_span(m));
	chunk_free(&m);
	pair_settle(p);
}

/* What the row promises, and that the honest side still works. */
static void
judge(const struct trial *t)
{
	struct pair *p = t->p;
	int victim = 1 - t->liar;

	if (t->row->notify != ANY && t->notify != t->row->notify)
		complain(t, "another answer was expected");
	if (t->row->then == ENDS) {
		if (pair_stats(p, victim).ike_now != 0 || p->side[victim].kernel.n != 0)
			complain(t, "something is left");
		return;
	}
	if (pair_stats(p, victim).ike_now != 1)
		complain(t, "the IKE SA is gone, or there is another");
	if ((pair_child(p, victim) == NULL) != (t->row->then == CHILDLESS))
		complain(t, "the Child SA is not as it should be");
	if (t->row->then != CHILDLESS
	    && p->side[victim].kernel.n != (t->row->then == ONE_MORE ? 4 : 2))
		complain(t, "there are SAs too many, or too few");
}

static void
play(const struct after_row *row, int liar)
{
	struct trial t = { .p = pair_new(), .row = row, .liar = liar, .notify = NO_ANSWER };

	pair_up(t.p);
	t.p->net.fate = catch_answer;
	t.p->net.ctx = &t;
	lie(&t);
	t.p->net.fate = NULL;
	judge(&t);
	if (row->then == STANDS) {
		ike_rekey(t.p->side[1 - liar].e, pair_child(t.p, 1 - liar)->serial);
		pair_advance(t.p, 5000);
		pair_assert_up(t.p, 1);
	}
	pair_advance(t.p, 300000);
	pair_free(t.p);
}

static void
rows(void **state)
{
	const char *only = getenv("HOLE");

	(void)state;
	for (unsigned i = 0; i < n_after_rows; i++)
		for (int liar = A; liar <= B; liar++)
			if (only == NULL || strcmp(only, after_rows[i].id) == 0)
				play(&after_rows[i], liar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
