/* Deferred freeing for tables that threads read without a lock. */
#include "pluto/esp/qsbr.h"

#include <stddef.h>
#include <time.h>

enum { WAIT_STEP_NS = 100000, WAIT_STEPS = 10000 };

void
qsbr_init(struct qsbr *q)
{
	atomic_init(&q->now, 1);
	for (unsigned i = 0; i < QSBR_READERS; i++)
		atomic_init(&q->reader[i].seen, 0);
	q->head = NULL;
	q->tail = &q->head;
}

void
qsbr_online(struct qsbr *q, unsigned reader)
{
	/* Sequentially consistent: the reads of the table that follow must not
	 * move before the store, or the writer could miss this reader. */
	atomic_store(&q->reader[reader].seen, atomic_load(&q->now));
}

void
qsbr_offline(struct qsbr *q, unsigned reader)
{
	atomic_store(&q->reader[reader].seen, 0);
}

static bool
all_past(struct qsbr *q, uint64_t epoch)
{
	for (unsigned i = 0; i < QSBR_READERS; i++) {
		uint64_t seen = atomic_load(&q->reader[i].seen);

		if (seen != 0 && seen < epoch)
			return false;
	}
	return true;
}

void
qsbr_retire(struct qsbr *q, struct qsbr_item *item,
	    void (*free_fn)(struct qsbr_item *item))
{
	item->next = NULL;
	item->epoch = atomic_fetch_add(&q->now, 1) + 1;
	item->free_fn = free_fn;
	*q->tail = item;
	q->tail = &item->next;
}

static void
free_head(struct qsbr *q)
{
	struct qsbr_item *item = q->head;

	q->head = item->next;
	if (q->head == NULL)
		q->tail = &q->head;
	item->free_fn(item);
}

bool
qsbr_poll(struct qsbr *q)
{
	while (q->head != NULL && all_past(q, q->head->epoch))
		free_head(q);
	return q->head == NULL;
}

bool
qsbr_wait(struct qsbr *q)
{
	uint64_t epoch = atomic_fetch_add(&q->now, 1) + 1;
	struct timespec step = { .tv_nsec = WAIT_STEP_NS };

	for (int i = 0; i < WAIT_STEPS; i++) {
		if (all_past(q, epoch))
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

void
qsbr_clear(struct qsbr *q)
{
	while (q->head != NULL)
		free_head(q);
}
