/* Tests of the holds of routed connections, with a world of its own. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/routed.h"

static struct world {
	uint64_t now, wake;
	unsigned negotiated, changed, n;
	struct { uint64_t id; enum verdict v; } verdicts[64];
	bool fails_at_once;
	struct routed *r;
} w;

static uint64_t now_ms(void *ctx) { (void)ctx; return w.now; }
static void changed(void *ctx) { (void)ctx; w.changed++; }
static void wake_at(void *ctx, uint64_t ms) { (void)ctx; w.wake = ms; }

static void
verdict(void *ctx, held_id id, enum verdict v)
{
	(void)ctx;
	assert_true(w.n < 64);
	w.verdicts[w.n].id = id.n;
	w.verdicts[w.n++].v = v;
}

static void
negotiate(void *ctx, uint64_t conn, const struct flow *f)
{
	(void)ctx;
	(void)f;
	w.negotiated++;
	if (w.fails_at_once)
		routed_failed(w.r, conn, SHUNT_REJECT, 60);
}

static int
setup(void **state)
{
	const struct routed_ports p = { .now_ms = now_ms, .verdict = verdict,
		.negotiate = negotiate, .changed = changed, .wake_at = wake_at };
	const struct routed_limits l = { .per_conn = 4, .total = 6, .hold_ms = 3000 };

	(void)state;
	w = (struct world){ .now = 1000 };
	w.r = routed_new(&p, &l);
	return w.r == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	routed_free(w.r);
	return 0;
}

static struct flow
to(const char *dst)
{
	struct flow f = { .ip_proto = 17 };

	assert_true(ip_addr_parse("10.1.0.7", &f.src) && ip_addr_parse(dst, &f.dst));
	return f;
}

static struct selector
subnets(const char *theirs)
{
	struct ip_prefix l, r;

	assert_true(ip_prefix_parse("10.1.0.0/24", &l) && ip_prefix_parse(theirs, &r));
	return (struct selector){ ts_prefix(&l), ts_prefix(&r) };
}

static void
packet(uint64_t conn, const char *dst, uint64_t held)
{
	struct flow f = to(dst);

	routed_packet(w.r, conn, &f, (held_id){ held });
}

static void
got(unsigned i, uint64_t id, enum verdict v)
{
	assert_true(i < w.n);
	assert_int_equal(w.verdicts[i].id, id);
	assert_int_equal(w.verdicts[i].v, v);
}

static void
one_negotiation_and_all_in_order(void **state)
{
	struct selector s = subnets("10.2.0.0/24");
	struct routed_stats st;

	(void)state;
	packet(7, "10.2.0.1", 11);
	packet(8, "10.3.0.1", 12);
	packet(7, "10.2.0.2", 13);
	packet(7, "10.2.0.1", 14);
	assert_int_equal(w.negotiated, 2);
	assert_int_equal(w.n, 0);
	routed_up(w.r, 7, &s, SHUNT_TRAP, 0);
	assert_int_equal(w.n, 3);
	got(0, 11, VERDICT_TUNNEL);
	got(1, 13, VERDICT_TUNNEL);
	got(2, 14, VERDICT_TUNNEL);
	routed_get_stats(w.r, &st);
	assert_int_equal(st.held_now, 1);
	assert_int_equal(st.released, 3);
	/* It went down again: the next packet begins again. */
	packet(7, "10.2.0.1", 15);
	assert_int_equal(w.negotiated, 3);
}

/* The peer agreed to less. */
static void
only_what_was_agreed_goes_through(void **state)
{
	struct selector s = subnets("10.2.0.0/25");
	struct routed_stats st;

	(void)state;
	packet(7, "10.2.0.1", 11);
	packet(7, "10.2.0.200", 12);
	packet(7, "10.2.0.2", 13);
	routed_up(w.r, 7, &s, SHUNT_TRAP, 0);
	got(0, 11, VERDICT_TUNNEL);
	got(1, 12, VERDICT_DROP);
	got(2, 13, VERDICT_TUNNEL);
	routed_get_stats(w.r, &st);
	assert_int_equal(st.not_agreed, 1);
}

static void
holds_are_bounded(void **state)
{
	struct routed_stats st;
	uint64_t i;

	(void)state;
	for (i = 1; i <= 5; i++)
		packet(7, "10.2.0.1", i);
	got(0, 5, VERDICT_DROP);
	for (i = 6; i <= 8; i++)
		packet(8, "10.3.0.1", i);
	got(1, 8, VERDICT_DROP);
	routed_get_stats(w.r, &st);
	assert_int_equal(st.held_now, 6);
	assert_int_equal(st.dropped_full, 2);
	/* The trap has let go of the old ones by itself. */
	w.now += 3000;
	packet(7, "10.2.0.1", 9);
	assert_int_equal(w.n, 2);
	routed_get_stats(w.r, &st);
	assert_int_equal(st.held_now, 3);
}

static void
failure_is_a_shunt_for_a_while(void **state)
{
	uint32_t left;

	(void)state;
	packet(7, "10.2.0.1", 11);
	packet(7, "10.2.0.1", 12);
	assert_int_equal(routed_shunt(w.r, 7, &left), SHUNT_TRAP);
	routed_failed(w.r, 7, SHUNT_PASS, 120);
	got(0, 11, VERDICT_PASS);
	got(1, 12, VERDICT_PASS);
	assert_int_equal(w.changed, 1);
	assert_int_equal(routed_shunt(w.r, 7, &left), SHUNT_PASS);
	assert_int_equal(left, 120);
	packet(7, "10.2.0.1", 13);	/* was in the queue already */
	got(2, 13, VERDICT_PASS);
	assert_int_equal(w.negotiated, 1);
	assert_int_equal(w.wake, 121000);
	w.now = 121000;
	routed_run(w.r);
	assert_int_equal(w.changed, 2);
	assert_int_equal(routed_shunt(w.r, 7, &left), SHUNT_TRAP);
	packet(7, "10.2.0.1", 14);
	assert_int_equal(w.negotiated, 2);
	assert_int_equal(w.n, 3);
}

static void
without_a_failure_shunt_it_is_tried_again(void **state)
{
	(void)state;
	packet(7, "10.2.0.1", 11);
	routed_failed(w.r, 7, SHUNT_TRAP, 120);
	got(0, 11, VERDICT_DROP);
	packet(7, "10.2.0.1", 12);
	assert_int_equal(w.negotiated, 2);
	routed_failed(w.r, 9, SHUNT_PASS, 120);	/* somebody else's attempt */
	assert_int_equal(w.n, 1);
}

static void
it_may_fail_within_the_call(void **state)
{
	(void)state;
	w.fails_at_once = true;
	packet(7, "10.2.0.1", 11);
	assert_int_equal(w.n, 1);
	got(0, 11, VERDICT_REJECT);
}

/* The peer began, and cannot open our packets yet. */
static void
what_comes_too_early_waits(void **state)
{
	struct selector s = subnets("10.2.0.0/24");

	(void)state;
	packet(7, "10.2.0.1", 11);
	routed_up(w.r, 7, &s, SHUNT_TRAP, 30);
	assert_true(routed_settling(w.r, 7));
	routed_failed(w.r, 7, SHUNT_PASS, 60);	/* our own attempt has lost the race */
	packet(7, "10.2.0.1", 12);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.negotiated, 1);
	w.now = w.wake;
	routed_run(w.r);
	got(0, 11, VERDICT_TUNNEL);
	got(1, 12, VERDICT_TUNNEL);
	assert_false(routed_settling(w.r, 7));
	routed_up(w.r, 8, &s, SHUNT_TRAP, 30);
	packet(8, "10.2.0.1", 13);
	assert_int_equal(w.negotiated, 1);
}

static void
forgotten_ones_are_dropped(void **state)
{
	uint32_t left;

	(void)state;
	packet(7, "10.2.0.1", 11);
	routed_forget(w.r, 7);
	got(0, 11, VERDICT_DROP);
	packet(7, "10.2.0.1", 12);
	routed_failed(w.r, 7, SHUNT_DROP, 60);
	routed_forget(w.r, 7);
	assert_int_equal(routed_shunt(w.r, 7, &left), SHUNT_TRAP);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_negotiation_and_all_in_order),
		TEST(only_what_was_agreed_goes_through),
		TEST(holds_are_bounded),
		TEST(failure_is_a_shunt_for_a_while),
		TEST(without_a_failure_shunt_it_is_tried_again),
		TEST(it_may_fail_within_the_call),
		TEST(what_comes_too_early_waits),
		TEST(forgotten_ones_are_dropped),
	};

	return cmocka_run_group_tests_name("routed", tests, NULL, NULL);
}
