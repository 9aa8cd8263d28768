/* One verdict each, limits, order, deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trap/held.h"

static struct held_packet
packet(uint8_t host, uint32_t n, uint64_t deadline_ms)
{
	return (struct held_packet){
		.src = { IP_V4, { 192, 0, 2, 1 } },
		.dst = { IP_V4, { 198, 51, 100, host } },
		.queue_id = n, .deadline_ms = deadline_ms,
	};
}

static held_id
put(struct held *h, uint8_t host, uint32_t n, uint64_t deadline_ms)
{
	struct held_packet p = packet(host, n, deadline_ms);

	return held_put(h, &p);
}

static void
one_verdict_each(void **state)
{
	struct held *h = held_new(4, 4);
	struct held_packet out;
	held_id a = put(h, 1, 11, 100), b = put(h, 1, 12, 100);

	(void)state;
	assert_true(a.n != 0 && b.n != 0 && a.n != b.n);
	assert_int_equal(held_count(h), 2);
	assert_true(held_take(h, a, &out));
	assert_int_equal(out.queue_id, 11);
	assert_false(held_take(h, a, &out));
	assert_false(held_take(h, (held_id){ 0 }, &out));
	assert_false(held_take(h, (held_id){ UINT64_MAX }, &out));
	assert_true(held_take(h, b, &out));
	assert_int_equal(out.queue_id, 12);
	assert_int_equal(held_count(h), 0);
	held_free(h);
}

static void
ids_are_never_reused(void **state)
{
	struct held *h = held_new(1, 1);
	struct held_packet out;
	held_id before = { 0 }, id;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		id = put(h, 1, (uint32_t)i, 0);
		assert_true(id.n != 0 && id.n != before.n);
		assert_false(held_take(h, before, &out));
		assert_true(held_take(h, id, &out));
		before = id;
	}
	held_free(h);
}

static void
a_pair_has_its_share(void **state)
{
	struct held *h = held_new(10, 2);
	struct held_packet out;
	held_id first = put(h, 1, 1, 0);

	(void)state;
	assert_true(put(h, 1, 2, 0).n != 0);
	assert_int_equal(put(h, 1, 3, 0).n, 0);
	assert_true(put(h, 2, 4, 0).n != 0);
	assert_int_equal(held_count(h), 3);
	assert_true(held_take(h, first, &out));
	assert_true(put(h, 1, 5, 0).n != 0);
	assert_int_equal(put(h, 1, 6, 0).n, 0);
	held_free(h);
}

static void
the_total_is_kept(void **state)
{
	struct held *h = held_new(3, 3);
	struct held_packet out;
	uint8_t i;

	(void)state;
	for (i = 1; i <= 3; i++)
		assert_true(put(h, i, i, i).n != 0);
	assert_int_equal(put(h, 4, 4, 4).n, 0);
	assert_true(held_take_expired(h, 1, &out));
	assert_int_equal(out.queue_id, 1);
	assert_true(put(h, 4, 4, 4).n != 0);
	assert_int_equal(put(h, 5, 5, 5).n, 0);
	held_free(h);
}

static void
deadlines_in_order(void **state)
{
	struct held *h = held_new(8, 8);
	struct held_packet out;
	uint64_t at = 7;
	held_id b;

	(void)state;
	assert_false(held_deadline(h, &at));
	assert_int_equal(at, 7);
	put(h, 1, 1, 100);
	b = put(h, 2, 2, 200);
	put(h, 3, 3, 300);
	assert_true(held_deadline(h, &at));
	assert_int_equal(at, 100);
	assert_false(held_take_expired(h, 99, &out));
	assert_true(held_take_expired(h, 100, &out));
	assert_int_equal(out.queue_id, 1);
	assert_false(held_take_expired(h, 100, &out));
	assert_true(held_take(h, b, &out));
	assert_true(held_deadline(h, &at));
	assert_int_equal(at, 300);
	assert_true(held_take_expired(h, 1000, &out));
	assert_int_equal(out.queue_id, 3);
	assert_false(held_take_expired(h, 1000, &out));
	held_free(h);
}

/* Puts and takes at random, beside a plain array that says what must be. */
static void
many(void **state)
{
	enum { MAX = 200 };
	struct held *h = held_new(MAX, 5);
	struct held_packet out;
	held_id ids[MAX] = { { 0 } };
	unsigned held_of[64] = { 0 }, host_of[MAX] = { 0 }, count = 0, i;
	uint32_t x = 1;

	(void)state;
	for (i = 0; i < 100000; i++) {
		unsigned at, host;

		x = x * 1664525u + 1013904223u;
		at = (x >> 8) % MAX;
		host = (x >> 20) % 64;
		if (ids[at].n != 0) {
			assert_true(held_take(h, ids[at], &out));
			assert_int_equal(out.queue_id, at);
			held_of[host_of[at]]--;
			count--;
			ids[at].n = 0;
			continue;
		}
		ids[at] = put(h, (uint8_t)host, at, i);
		assert_int_equal(ids[at].n != 0, held_of[host] < 5);
		if (ids[at].n != 0) {
			host_of[at] = host;
			held_of[host]++;
			count++;
		}
		assert_int_equal(held_count(h), count);
	}
	held_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_verdict_each),
		cmocka_unit_test(ids_are_never_reused),
		cmocka_unit_test(a_pair_has_its_share),
		cmocka_unit_test(the_total_is_kept),
		cmocka_unit_test(deadlines_in_order),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
