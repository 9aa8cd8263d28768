/* Deferred freeing for tables that threads read without a lock.
 *
 * A reader is online while it handles a batch and offline while it waits. The
 * writer unlinks first and retires then; what it retired is freed when every
 * reader has been offline, or online anew, since. One writer thread. */
#ifndef PLUTO_ESP_QSBR_H
#define PLUTO_ESP_QSBR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { QSBR_READERS = 4 };

struct qsbr_item {		/* embedded in what is retired */
	struct qsbr_item *next;
	uint64_t epoch;
	void (*free_fn)(struct qsbr_item *item);
};

struct qsbr {
	_Atomic uint64_t now;
	struct {
		_Alignas(64) _Atomic uint64_t seen;	/* 0: offline */
	} reader[QSBR_READERS];
	struct qsbr_item *head, **tail;	/* the writer's */
};

void qsbr_init(struct qsbr *q);
/* The reader's two calls, around every batch. */
void qsbr_online(struct qsbr *q, unsigned reader);
void qsbr_offline(struct qsbr *q, unsigned reader);

/* The item is already unreachable; FREE_FN runs in a later qsbr_poll(). */
void qsbr_retire(struct qsbr *q, struct qsbr_item *item,
		 void (*free_fn)(struct qsbr_item *item));
/* Frees what nobody can see any more. True when nothing is left waiting. */
bool qsbr_poll(struct qsbr *q);
/* Waits until no reader can see anything unlinked before the call. Batches are
 * short, so this takes at most milliseconds; it gives up after a second. */
bool qsbr_wait(struct qsbr *q);
/* Frees everything; no reader may be left. */
void qsbr_clear(struct qsbr *q);

#endif
