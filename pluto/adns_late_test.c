/* Tests of answers that are held back: which, how long, and how many. */
#include "lib/test.h"

#include <stdlib.h>

#include "lib/rr_ipseckey.h"
#include "pluto/adns_late.h"

struct seen { struct loop *l; unsigned n; uint8_t last; uint64_t at_ms; };

static void
see(void *ctx, struct span record)
{
	struct seen *s = ctx;

	s->n++;
	s->last = record.ptr[0];
	s->at_ms = monotonic_ms();
	loop_stop(s->l);
}

static void
too_long(void *ctx)
{
	loop_stop(ctx);
}

static void
test_kinds(void **state)
{
	static const uint8_t record[] = { 7 };
	struct seen s = { .l = loop_new() };
	struct adns_late *a = adns_late_new(s.l, see, &s);
	uint64_t from = monotonic_ms();

	(void)state;
	assert_false(adns_late_hold(a, RRTYPE_KEY, SPAN_OF(record)));
	adns_late_set(a, 40, 0);
	assert_false(adns_late_hold(a, RRTYPE_TXT, SPAN_OF(record)));
	assert_false(adns_late_hold(a, RRTYPE_A, SPAN_OF(record)));
	assert_true(adns_late_hold(a, RRTYPE_IPSECKEY, SPAN_OF(record)));
	loop_after(s.l, 5000, too_long, s.l);
	loop_run(s.l);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last, 7);
	assert_true(s.at_ms - from >= 30);
	adns_late_set(a, 0, 40);
	assert_true(adns_late_hold(a, RRTYPE_TXT, SPAN_OF(record)));
	assert_false(adns_late_hold(a, RRTYPE_KEY, SPAN_OF(record)));
	adns_late_free(a);	/* with one inside */
	loop_free(s.l);
}

static void
test_bound(void **state)
{
	static const uint8_t record[] = { 7 };
	struct seen s = { .l = loop_new() };
	struct adns_late *a = adns_late_new(s.l, see, &s);
	unsigned n = 0;

	(void)state;
	adns_late_set(a, 60000, 0);
	while (n < 1000 && adns_late_hold(a, RRTYPE_KEY, SPAN_OF(record)))
		n++;
	assert_int_equal(n, 64);
	adns_late_free(a);
	loop_free(s.l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
