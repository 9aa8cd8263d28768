/* Each allocation of a whole life of IKEv1 fails in its turn: nobody dies, nothing
 * leaks, no half of an SA stays, and with memory the two come together again. */
#include "tests/exchange_v1/v1_pair.h"
#include "tests/fake/fake_memory.h"

enum { LIFE_MS = 3000, LONG_MS = 200000 };

struct how { void (*prepare)(struct v1_pair *p); };	/* NULL: as it is */

static void
check_whole(struct v1_pair *p)
{
	for (int i = 0; i < 2; i++) {
		const struct fake_kernel *k = &p->side[i].kernel;

		assert_int_equal(fake_kernel_count(k, SA_IN), fake_kernel_count(k, SA_OUT));
	}
}

static void
act_on_last(struct v1_pair *p, int who, enum ike_event_kind kind,
	    bool (*act)(struct v1_engine *e, uint64_t serial))
{
	const struct seen_event *e = NULL;

	if (v1_pair_count(p, who, kind) > 0)
		e = v1_pair_last(p, who, kind);
	if (e != NULL)
		act(p->side[who].e, kind == IKE_EV_IKE_UP ? e->ike : e->child);
	v1_pair_advance(p, LIFE_MS);
}

/* Up, both kinds of SA replaced, deleted. */
static void
live(struct v1_pair *p)
{
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, LIFE_MS);
	act_on_last(p, B, IKE_EV_CHILD_UP, v1_rekey);
	act_on_last(p, A, IKE_EV_IKE_UP, v1_rekey);
	act_on_last(p, A, IKE_EV_CHILD_REKEYED, v1_delete_serial);
}

static void
comes_up(struct v1_pair *p)
{
	v1_pair_advance(p, LONG_MS);
	check_whole(p);
	v1_pair_initiate(p, A, 18);
	v1_pair_advance(p, LIFE_MS);
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
	struct v1_pair *p = v1_pair_new();
	unsigned asked;

	if (how->prepare != NULL)
		how->prepare(p);
	fake_memory_fail(n, more);
	live(p);
	asked = fake_memory_asked();
	fake_memory_fail(0, 0);
	comes_up(p);
	v1_pair_free(p);
	assert_int_equal(fake_memory_live(), before);
	return asked;
}

static void
each_fails_with_a_secret(void **state)
{
	(void)state;
	fake_memory_sweep("Main Mode, shared secret", 0, true, without, &(struct how){ NULL });
}

static void
each_fails_with_rsa(void **state)
{
	(void)state;
	/* An RSA key for which OpenSSL 3.0 found no memory verifies nothing any more. */
	fake_memory_sweep("Main Mode, RSA", 0, false, without, &(struct how){ v1_pair_rsa });
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
		cmocka_unit_test(each_fails_with_rsa),
		cmocka_unit_test(thirty_fail_in_succession),
	};

	assert_true(fake_memory_openssl());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
