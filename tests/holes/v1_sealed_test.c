/* What a hostile peer of IKEv1 says behind its keys, from either side. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/seal.h"
#include "tests/holes/v1_sealed_table.h"

struct trial {
	struct v1_pair *p;
	const struct v1_sealed_row *row;
	int liar;
	unsigned answers;
	uint8_t first;		/* type of the words' first payload */
};

static void
complain(const struct trial *t, const char *what)
{
	fail_msg("%s from %s \"%.80s\": %s", t->row->id, t->liar == A ? "A" : "B", t->row->words, what);
}

static enum fake_fate
catch_answer(void *ctx, const struct fake_datagram *d)
{
	struct trial *t = ctx;

	if (!ip_addr_eq(&d->to.addr, &t->p->side[t->liar].at.addr))
		return FATE_DELIVER;
	t->answers++;
	return FATE_DROP;
}

static struct spell_live
live(const struct v1_pair *p, int liar)
{
	const struct v1_engine *e = p->side[liar].e;
	struct spell_live l;
	struct wire_writer w = wire_writer(l.esp, sizeof(l.esp));

	wire_put_u32(&w, e->children->spi_in);
	memcpy(l.spi_i, e->all->cky_i, 8);
	memcpy(l.spi_r, e->all->cky_r, 8);
	memcpy(l.ours, p->side[liar].at.addr.bytes, 4);
	memcpy(l.theirs, p->side[1 - liar].at.addr.bytes, 4);
	return l;
}

/* INNER with the HASH that the row wants, under the liar's keys. */
static void
lie(const struct trial *t, struct span inner)
{
	struct isakmp *sa = t->p->side[t->liar].e->all;
	const struct v1_side *victim = &t->p->side[1 - t->liar];
	uint32_t id = v1_new_msgid(sa);
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	size_t n = v1_exchange_hash(sa, t->row->hash == OF_ANOTHER ? id + 1 : id,
				    (struct span){ NULL, 0 }, inner, hash);
	struct chunk m;

	assert_true(n > 0 && v1_exchange_iv(sa, id, iv));
	if (t->row->hash == WRONG)
		hash[n - 1] ^= 1;
	else if (t->row->hash == SHORT)
		n /= 2;
	else if (t->row->hash == NONE)
		n = 0;
	m = v1_protected(sa, t->row->exchange, id, iv, span_of(hash, n), inner, t->first);
	assert_non_null(m.ptr);
	v1_receive(victim->e, &victim->at, &t->p->side[t->liar].at, chunk_span(m));
	chunk_free(&m);
	v1_pair_settle(t->p);
}

static void
tell(struct trial *t)
{
	static const uint8_t values[] = { 0, 1, 3, 4, 0x7f, 0x80, 0xff };
	static struct spelled s;
	const struct spell_live l = live(t->p, t->liar);

	spell(t->row->words, &l, &s);
	t->first = s.first;
	if (t->row->how == ONCE) {
		lie(t, spelled_span(&s));
		return;
	}
	for (size_t at = 0; at < s.len; at++)
		for (size_t i = 0; i < sizeof(values); i++) {
			uint8_t was = s.bytes[at];

			s.bytes[at] = values[i];
			lie(t, spelled_span(&s));
			s.bytes[at] = was;
		}
}

static void
judge(const struct trial *t)
{
	const struct v1_side *victim = &t->p->side[1 - t->liar];
	unsigned down = v1_pair_count(t->p, 1 - t->liar, IKE_EV_CHILD_DOWN);

	if (t->row->answer == UNHEARD && t->answers != 0)
		complain(t, "it is answered");
	if (t->row->answer == ANSWERED && t->answers == 0)
		complain(t, "nothing comes back");
	if ((t->row->then == ENDS) != (v1_pair_stats(t->p, 1 - t->liar).isakmp_now == 0))
		complain(t, "the ISAKMP SA is not as it should be");
	if (t->row->then == STANDS && (down != 0 || victim->kernel.n < 2))
		complain(t, "the pair of SAs is gone");
	if (t->row->then == CHILDLESS && victim->kernel.n != 0)
		complain(t, "the pair of SAs is still there");
}

static void
play(const struct v1_sealed_row *row, int liar)
{
	struct trial t = { .p = v1_pair_new(), .row = row, .liar = liar };

	v1_pair_up(t.p);
	t.p->net.fate = catch_answer;
	t.p->net.ctx = &t;
	tell(&t);
	judge(&t);
	t.p->net.fate = NULL;
	/* What was begun and not ended goes, and SAs can be made. */
	v1_pair_advance(t.p, 60000);
	if (row->then == STANDS) {
		struct v1_side *victim = &t.p->side[1 - liar];

		v1_rekey(victim->e, victim->e->children->serial);
		v1_pair_advance(t.p, 5000);
		if (v1_pair_count(t.p, 1 - liar, IKE_EV_CHILD_REKEYED) == 0)
			complain(&t, "no new pair of SAs can be made afterwards");
	}
	v1_pair_free(t.p);
}

static void
rows(void **state)
{
	const char *only = getenv("HOLE");

	(void)state;
	for (unsigned i = 0; i < n_v1_sealed_rows; i++)
		for (int liar = A; liar <= B; liar++)
			if (only == NULL || strcmp(only, v1_sealed_rows[i].id) == 0)
				play(&v1_sealed_rows[i], liar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
