/* The heap against a plain search for the lowest key. */
#include "lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/heap.h"

enum { NODES = 300 };

static uint64_t
lowest(const struct heap_node *nodes)
{
	uint64_t low = UINT64_MAX;

	for (size_t i = 0; i < NODES; i++)
		if (heap_has(&nodes[i]) && nodes[i].key < low)
			low = nodes[i].key;
	return low;
}

static void
random_steps(void **state)
{
	struct heap_node nodes[NODES] = { 0 };
	struct heap h = { 0 };

	(void)state;
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		struct heap_node *n = &nodes[random() % NODES];
		uint64_t key = (uint64_t)random() % 1000;

		switch (random() % 4) {
		case 0:
			heap_remove(&h, n);
			assert_false(heap_has(n));
			break;
		case 1:
			if (heap_has(n)) {
				assert_int_equal(heap_push(&h, n), -EEXIST);
				break;
			}
			n->key = key;
			assert_int_equal(heap_push(&h, n), 0);
			break;
		default:
			assert_int_equal(heap_update(&h, n, key), 0);
			break;
		}
		if (h.count == 0)
			assert_null(heap_min(&h));
		else
			assert_true(heap_min(&h)->key == lowest(nodes));
	}
	heap_clear(&h);
	assert_true(lowest(nodes) == UINT64_MAX);
}

static void
sorted_out(void **state)
{
	struct heap_node nodes[NODES] = { 0 };
	uint64_t last = 0;
	struct heap h;

	(void)state;
	heap_init(&h);
	assert_null(heap_min(&h));
	for (size_t i = 0; i < NODES; i++) {
		nodes[i].key = i * 7919 % NODES;
		assert_int_equal(heap_push(&h, &nodes[i]), 0);
	}
	for (size_t i = 0; i < NODES; i++) {
		struct heap_node *n = heap_min(&h);

		assert_true(n->key >= last);
		last = n->key;
		heap_remove(&h, n);
		heap_remove(&h, n);
	}
	assert_null(heap_min(&h));
	heap_clear(&h);
}

struct job {
	int before;
	struct heap_node due;
};

static void
owner(void **state)
{
	struct job j = { .before = 4 };

	(void)state;
	assert_ptr_equal(HEAP_OWNER(&j.due, struct job, due), &j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_steps),
		cmocka_unit_test(sorted_out),
		cmocka_unit_test(owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
