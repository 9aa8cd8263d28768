/* One pair, one wait: ids, limits, order, deadlines. */
#include "lib/test.h"
#include "trap/pending.h"

static struct acquire
acquire(uint8_t host, uint32_t seq)
{
	return (struct acquire){ .flow = { .src = { IP_V4, { 192, 0, 2, 1 } },
		.dst = { IP_V4, { 198, 51, 100, host } } }, .seq = seq };
}

static held_id
add(struct pending *p, uint8_t host, uint64_t now_ms)
{
	struct acquire a = acquire(host, host);
	struct pending_pair *pair = pending_add(p, &a, now_ms);

	return pair != NULL ? pair->id : (held_id){ 0 };
}

static void
is_found_by_pair(void **state)
{
	struct pending *p = pending_new(4, 100);
	struct acquire a = acquire(1, 7);

	(void)state;
	assert_null(pending_find(p, &a.flow.src, &a.flow.dst));
	add(p, 1, 0);
	assert_int_equal(pending_find(p, &a.flow.src, &a.flow.dst)->a.seq, 1);
	assert_null(pending_find(p, &a.flow.dst, &a.flow.src));
	pending_free(p);
}

static void
is_taken_once(void **state)
{
	struct pending *p = pending_new(4, 100);
	struct acquire a = acquire(1, 7);
	held_id one = add(p, 1, 0), two = add(p, 2, 0);
	struct pending_pair out;

	(void)state;
	assert_true(one.n != 0 && two.n != 0 && one.n != two.n);
	assert_true(pending_take(p, one, &out));
	assert_int_equal(out.a.seq, 1);
	assert_false(pending_take(p, one, &out));
	assert_false(pending_take(p, (held_id){ 0 }, &out));
	assert_null(pending_find(p, &a.flow.src, &a.flow.dst));
	assert_true(add(p, 1, 0).n > two.n);
	assert_int_equal(pending_count(p), 2);
	pending_free(p);
}

static void
has_a_limit(void **state)
{
	struct pending *p = pending_new(2, 100);
	held_id one = add(p, 1, 0);
	struct pending_pair out;

	(void)state;
	add(p, 2, 0);
	assert_int_equal(add(p, 3, 0).n, 0);
	pending_take(p, one, &out);
	assert_true(add(p, 3, 0).n != 0);
	pending_free(p);
}

static void
the_oldest_expires_first(void **state)
{
	struct pending *p = pending_new(8, 100);
	held_id middle;
	struct pending_pair out;
	uint64_t at;

	(void)state;
	assert_false(pending_deadline(p, &at));
	add(p, 1, 1000);
	middle = add(p, 2, 1010);
	add(p, 3, 1020);
	assert_true(pending_deadline(p, &at));
	assert_int_equal(at, 1100);
	assert_false(pending_take_expired(p, 1099, &out));
	assert_true(pending_take(p, middle, &out));
	assert_true(pending_take_expired(p, 1200, &out));
	assert_int_equal(out.a.seq, 1);
	assert_true(pending_take_expired(p, 1200, &out));
	assert_int_equal(out.a.seq, 3);
	assert_false(pending_take_expired(p, 1200, &out));
	pending_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_by_pair),
		cmocka_unit_test(is_taken_once),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(the_oldest_expires_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
