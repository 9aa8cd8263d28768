/* The worker pool (--nhelpers): crypto that takes time runs beside the loop.
 *
 * A job is a pair of functions over the submitter's memory: RUN in a worker
 * (touches nothing but ARG), then DONE on the loop's thread. The submitter
 * frees ARG in DONE; DONE always runs, also from pool_free (with
 * CANCELLED), so memory has one owner at any time. */
#ifndef PLUTO_CRYPTO_POOL_H
#define PLUTO_CRYPTO_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct pool;
typedef void pool_run_fn(void *arg);
typedef void pool_done_fn(void *arg, bool cancelled);

/* N threads; 0: jobs run inside pool_collect on the caller's thread. At most
 * MAX_QUEUED jobs wait. */
struct pool *pool_new(unsigned n_threads, unsigned max_queued);
void pool_free(struct pool *p);		/* waits; undone jobs are DONE(cancelled) */
/* 0, or -EAGAIN when the queue is full (nothing was taken). */
int pool_submit(struct pool *p, pool_run_fn *run, pool_done_fn *done, void *arg);
/* Readable when finished jobs wait; then call pool_collect. */
int pool_fd(struct pool *p);
/* Runs DONE of what has finished; returns how many. */
unsigned pool_collect(struct pool *p);
unsigned pool_pending(struct pool *p);

#endif
