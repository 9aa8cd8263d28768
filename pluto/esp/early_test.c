/* Packets that overtook their SA. */
#include "lib/test.h"
#include "pluto/esp/early.h"

struct claims {
	char wanted;		/* packets of this first byte are claimed */
	char seen[EARLY_MAX + 1];
	unsigned n;
};

static bool
claim(void *ctx, struct early_packet *p)
{
	struct claims *c = ctx;

	if (p->pkt[0] != (uint8_t)c->wanted)
		return false;
	c->seen[c->n++] = (char)p->pkt[1];
	return true;
}

static void
keep(struct early *e, const char *text)
{
	struct arrival a = { .tos = 7 };

	assert_true(early_keep(e, &a, (const uint8_t *)text, 2, 1000));
}

static void
claimed_in_order_others_stay(void **state)
{
	static struct early e;
	struct claims a = { .wanted = 'a' }, b = { .wanted = 'b' };

	(void)state;
	keep(&e, "a1");
	keep(&e, "b1");
	keep(&e, "a2");
	keep(&e, "b2");
	keep(&e, "a3");
	early_each(&e, claim, &a);
	assert_string_equal(a.seen, "123");
	assert_int_equal(e.n, 2);
	assert_int_equal(e.slot[0].until_ms, 1000 + EARLY_MS);
	early_each(&e, claim, &b);
	assert_string_equal(b.seen, "12");
	assert_int_equal(e.n, 0);
}

static void
bounded(void **state)
{
	static struct early e;
	static uint8_t big[EARLY_BYTES + 1];
	struct arrival a = { .tos = 0 };

	(void)state;
	assert_false(early_keep(&e, &a, big, EARLY_BYTES + 1, 0));
	for (unsigned i = 0; i < EARLY_MAX; i++)
		assert_true(early_keep(&e, &a, big, EARLY_BYTES, 0));
	assert_false(early_keep(&e, &a, big, 1, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claimed_in_order_others_stay),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
