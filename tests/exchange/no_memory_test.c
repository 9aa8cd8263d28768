/* Each allocation of a whole life fails in its turn: nobody dies, nothing leaks, no half
 * of an SA stays, and once there is memory again the two come together. */
#include "tests/exchange/pair.h"
#include "tests/fake/fake_memory.h"

enum { LIFE_MS = 3000, LONG_MS = 200000 };

struct how { void (*prepare)(struct pair *p); };	/* NULL: as it is */

static void
check_whole(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		const struct fake_kernel *k = &p->side[i].kernel;

		assert_int_equal(fake_kernel_count(k, SA_IN), pair_stats(p, i).child_now);
		assert_int_equal(fake_kernel_count(k, SA_OUT), pair_stats(p, i).child_now);
	}
}

/* Up, replaced in both ways, deleted, with payloads of every kind between. */
static void
live(struct pair *p)
{
	const struct child_sa *c;
	const struct ike_sa *sa;

	pair_initiate(p, A, 17, 0);
	pair_advance(p, LIFE_MS);
	if ((c = pair_child(p, A)) != NULL)
		ike_rekey(p->side[A].e, c->serial);
	pair_advance(p, LIFE_MS);
	if ((sa = pair_ike(p, B)) != NULL)
		ike_rekey(p->side[B].e, sa->serial);
	pair_advance(p, LIFE_MS);
	if ((c = pair_child(p, B)) != NULL)
		ike_delete_serial(p->side[B].e, c->serial);
	pair_advance(p, LIFE_MS);
}

static void
comes_up(struct pair *p)
{
	pair_advance(p, LONG_MS);
	check_whole(p);
	pair_initiate(p, A, 18, 0);
	pair_advance(p, LIFE_MS);
	check_whole(p);
	assert_true(fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel));
	assert_true(fake_kernel_reaches(&p->side[B].kernel, &p->side[A].kernel));
}

/* The Nth of the life gets nothing. How many there were. */
static unsigned
without(unsigned n, unsigned more, const void *arg)
{
	const struct how *how = arg;
	size_t before = fake_memory_live();
	struct pair *p = pair_new();
	unsigned asked;

	if (how->prepare != NULL)
		how->prepare(p);
	fake_memory_fail(n, more);
	live(p);
	asked = fake_memory_asked();
	fake_memory_fail(0, 0);
	comes_up(p);
	pair_free(p);
	assert_int_equal(fake_memory_live(), before);
	return asked;
}

static void
keys(struct pair *p)
{
	pair_use_oe(p);
}

static void
each_fails_with_a_secret(void **state)
{
	(void)state;
	fake_memory_sweep("shared secret", 0, true, without, &(struct how){ NULL });
}

static void
each_fails_with_keys_of_dns(void **state)
{
	(void)state;
	fake_memory_sweep("keys of DNS", 0, true, without, &(struct how){ keys });
}

static void
thirty_fail_in_succession(void **state)
{
	(void)state;
	fake_memory_sweep("thirty in succession", 29, false, without, &(struct how){ NULL });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fails_with_a_secret),
		cmocka_unit_test(each_fails_with_keys_of_dns),
		cmocka_unit_test(thirty_fail_in_succession),
	};

	assert_true(fake_memory_openssl());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
