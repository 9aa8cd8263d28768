/* A binary min-heap of deadlines; the nodes live inside the caller's objects. */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed means "in no heap". KEY is the deadline, lowest first. */
struct heap_node {
	uint64_t key;
	size_t index;		/* place in the heap counted from 1; 0: in none */
};

struct heap {
	struct heap_node **slots;	/* owned; the nodes are the caller's */
	size_t count, room;
};

/* A heap is zeroed, or initialised by this. */
void heap_init(struct heap *h);
/* Frees the slots; the nodes that are still inside are marked as outside. */
void heap_clear(struct heap *h);
/* Puts N in with its key. -EEXIST when N is in a heap, -ENOMEM. */
int heap_push(struct heap *h, struct heap_node *n);
/* Takes N out; harmless when it is in no heap. */
void heap_remove(struct heap *h, struct heap_node *n);
/* The node with the lowest key, left inside; NULL when empty. */
struct heap_node *heap_min(const struct heap *h);
/* Moves N to KEY, putting it in when it is outside; -ENOMEM only then. */
int heap_update(struct heap *h, struct heap_node *n, uint64_t key);
bool heap_has(const struct heap_node *n);

/* The object of TYPE whose member MEMBER is NODE. */
#define HEAP_OWNER(node, type, member) \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

#endif
