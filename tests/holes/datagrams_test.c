/* Every row of strangers_table.c against engines that have an SA up with an honest
 * peer: nothing comes of it, and no more goes out than came in. HOLE=H05 in the
 * environment: that row alone. */
#include <stdlib.h>
#include <string.h>

#include "tests/holes/strangers.h"
#include "tests/holes/world.h"

enum { VERSION_AT = 17, PATIENCE_MS = 120000 };

struct trial {
	struct world *w;
	const struct stranger *row;
	enum world_kind kind;
	enum whose from;
	struct spell_live told;		/* SPIs of the last answer */
	uint64_t in;			/* octets */
	unsigned n_in;
};

static void
judge_answer(const struct trial *t, unsigned before)
{
	if (t->row->answer == ANYTHING || t->kind == WORLD_AGGRESSIVE || t->w->n_out == before)
		return;			/* errors are told at a limited rate */
	if (t->row->answer == SILENCE || t->w->notify != t->row->answer)
		fail_msg("%s \"%.70s\": notify %d comes back", t->row->id, t->row->words,
			 t->w->notify);
}

/* AM2 holds a proof, which AM1 does not: it may be longer, and comes once. */
static void
no_more_out_than_in(const struct trial *t, const char *when)
{
	if ((t->w->bytes_out > t->in && t->kind != WORLD_AGGRESSIVE) || t->w->n_out > t->n_in)
		fail_msg("%s \"%.70s\": %llu octets out for %llu in, %s", t->row->id, t->row->words,
			 (unsigned long long)t->w->bytes_out, (unsigned long long)t->in, when);
}

static void
send_one(void *ctx, struct span d)
{
	struct trial *t = ctx;
	unsigned before = t->w->n_out;

	t->in += d.len;
	t->n_in++;
	world_receive(t->w, t->from, d);
	judge_answer(t, before);
	no_more_out_than_in(t, "at once");
	if (t->w->n_out != before)
		t->told = t->w->told;
}

static void
send_then(void *ctx, struct span d)
{
	struct trial *t = ctx;

	t->in += d.len;
	t->n_in++;
	world_receive(t->w, t->from, d);
	no_more_out_than_in(t, "after the second message");
}

static void
play(const struct stranger *row, enum world_kind kind, enum whose from)
{
	struct trial t = { .w = world_new(kind), .row = row, .kind = kind, .from = from };

	stranger_each(row->how, row->words, &t.w->live, send_one, &t);
	if (row->answer > 0 && from == STRANGER && kind != WORLD_AGGRESSIVE && t.w->n_out == 0)
		fail_msg("%s \"%.70s\": nothing comes back", row->id, row->words);
	if (row->then != NULL)
		stranger_each(ONCE, row->then, &t.told, send_then, &t);
	world_advance(t.w, PATIENCE_MS);
	no_more_out_than_in(&t, "in the time after");
	world_assert_unharmed(t.w);
	world_free(t.w);
}

/* From an address of his own, and from the honest peer's. */
static void
rows(void **state)
{
	const struct spell_live none = { 0 };
	const char *only = getenv("HOLE");
	static struct spelled s;

	(void)state;
	for (unsigned i = 0; i < n_strangers; i++) {
		const struct stranger *row = &strangers[i];

		if (only != NULL && strcmp(only, row->id) != 0)
			continue;
		spell(row->words, &none, &s);
		for (enum whose from = STRANGER; from <= PEER; from++) {
			play(row, s.bytes[VERSION_AT] >> 4 == 1 ? WORLD_V1 : WORLD_V2, from);
			if (s.bytes[VERSION_AT] >> 4 == 1)
				play(row, WORLD_AGGRESSIVE, from);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
