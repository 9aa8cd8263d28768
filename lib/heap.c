/* A binary min-heap of deadlines; the nodes live inside the caller's objects. */
#include "lib/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { FIRST_ROOM = 16 };

void
heap_init(struct heap *h)
{
	*h = (struct heap){ 0 };
}

void
heap_clear(struct heap *h)
{
	for (size_t i = 0; i < h->count; i++)
		h->slots[i]->index = 0;
	free(h->slots);
	heap_init(h);
}

bool
heap_has(const struct heap_node *n)
{
	return n->index != 0;
}

struct heap_node *
heap_min(const struct heap *h)
{
	return h->count != 0 ? h->slots[0] : NULL;
}

static void
place(struct heap *h, size_t at, struct heap_node *n)
{
	h->slots[at] = n;
	n->index = at + 1;
}

static void
sift_up(struct heap *h, size_t at)
{
	struct heap_node *n = h->slots[at];

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (h->slots[parent]->key <= n->key)
			break;
		place(h, at, h->slots[parent]);
		at = parent;
	}
	place(h, at, n);
}

static void
sift_down(struct heap *h, size_t at)
{
	struct heap_node *n = h->slots[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count &&
		    h->slots[child + 1]->key < h->slots[child]->key)
			child++;
		if (h->slots[child]->key >= n->key)
			break;
		place(h, at, h->slots[child]);
		at = child;
	}
	place(h, at, n);
}

static int
grow(struct heap *h)
{
	size_t room = h->room != 0 ? 2 * h->room : FIRST_ROOM;
	struct heap_node **slots;

	slots = reallocarray(h->slots, room, sizeof(struct heap_node *));
	if (slots == NULL)
		return -ENOMEM;
	h->slots = slots;
	h->room = room;
	return 0;
}

int
heap_push(struct heap *h, struct heap_node *n)
{
	if (n->index != 0)
		return -EEXIST;
	if (h->count == h->room && grow(h) < 0)
		return -ENOMEM;
	place(h, h->count++, n);
	sift_up(h, h->count - 1);
	return 0;
}

void
heap_remove(struct heap *h, struct heap_node *n)
{
	size_t at = n->index - 1;
	struct heap_node *last;

	if (n->index == 0)
		return;
	assert(at < h->count && h->slots[at] == n);
	last = h->slots[--h->count];
	n->index = 0;
	if (last == n)
		return;
	place(h, at, last);
	sift_up(h, at);
	sift_down(h, last->index - 1);
}

int
heap_update(struct heap *h, struct heap_node *n, uint64_t key)
{
	n->key = key;
	if (n->index == 0)
		return heap_push(h, n);
	sift_up(h, n->index - 1);
	sift_down(h, n->index - 1);
	return 0;
}
