/* The pool: every job is DONE once, on our thread, with and without workers. */
#include "pluto/crypto/vectors.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "pluto/crypto/pool.h"

enum { MANY = 500 };

struct work {
	unsigned in, out;
	bool ran, done, cancelled;
	pthread_t done_on;
	sem_t *gate;		/* RUN waits here when set */
};

static void
run_square(void *arg)
{
	struct work *w = arg;

	if (w->gate)
		sem_wait(w->gate);
	w->out = w->in * w->in;
	w->ran = true;
}

static void
note_done(void *arg, bool cancelled)
{
	struct work *w = arg;

	assert_false(w->done);
	w->done = true;
	w->cancelled = cancelled;
	w->done_on = pthread_self();
}

/* Collects until N jobs are done, at most ten seconds. */
static void
collect(struct pool *p, unsigned n)
{
	unsigned got = 0;

	while (got < n) {
		struct pollfd pfd = { .fd = pool_fd(p), .events = POLLIN };

		assert_int_equal(poll(&pfd, 1, 10000), 1);
		got += pool_collect(p);
	}
	assert_int_equal(got, n);
}

static void
many_jobs(unsigned threads)
{
	struct pool *p = pool_new(threads, MANY);
	struct work *w = calloc(MANY, sizeof(*w));

	assert_non_null(p);
	for (unsigned i = 0; i < MANY; i++) {
		w[i].in = i;
		assert_int_equal(pool_submit(p, run_square, note_done, &w[i]),
		    0);
	}
	collect(p, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		assert_true(w[i].ran && w[i].done && !w[i].cancelled);
		assert_int_equal(w[i].out, i * i);
		assert_true(pthread_equal(w[i].done_on, pthread_self()));
	}
	assert_int_equal(pool_pending(p), 0);
	assert_int_equal(pool_collect(p), 0);
	pool_free(p);
	free(w);
}

static void
with_workers(void **state)
{
	(void)state;
	many_jobs(1);
	many_jobs(4);
}

static void
without_workers(void **state)
{
	(void)state;
	many_jobs(0);
}

static void
full_queue(unsigned threads)
{
	struct pool *p = pool_new(threads, 3);
	struct work w[4] = { { .in = 1 }, { .in = 2 }, { .in = 3 }, { .in = 4 } };
	sem_t gate;

	sem_init(&gate, 0, 0);
	for (unsigned i = 0; i < 3; i++) {
		w[i].gate = threads ? &gate : NULL;
		assert_int_equal(pool_submit(p, run_square, note_done, &w[i]),
		    0);
	}
	assert_int_equal(pool_submit(p, run_square, note_done, &w[3]),
	    -EAGAIN);
	assert_int_equal(pool_pending(p), 3);
	for (unsigned i = 0; i < 3; i++)
		sem_post(&gate);
	collect(p, 3);
	assert_false(w[3].ran || w[3].done);
	assert_int_equal(pool_submit(p, run_square, note_done, &w[3]), 0);
	collect(p, 1);
	assert_int_equal(w[3].out, 16);
	pool_free(p);
	sem_destroy(&gate);
}

static void
full(void **state)
{
	(void)state;
	full_queue(0);
	full_queue(2);
}

/* Freed with one job running, one waiting: both come back as cancelled. */
static void
cancel_on_free(void **state)
{
	struct pool *p = pool_new(1, 8);
	struct work w[3] = { { .in = 1 }, { .in = 2 }, { .in = 3 } };
	sem_t gate;

	(void)state;
	sem_init(&gate, 0, 0);
	w[0].gate = &gate;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pool_submit(p, run_square, note_done, &w[i]),
		    0);
	sem_post(&gate);
	pool_free(p);
	for (unsigned i = 0; i < 3; i++)
		assert_true(w[i].done && w[i].cancelled);
	sem_destroy(&gate);
}

static void
cancel_without_workers(void **state)
{
	struct pool *p = pool_new(0, 8);
	struct work w = { .in = 5 };

	(void)state;
	assert_int_equal(pool_submit(p, run_square, note_done, &w), 0);
	pool_free(p);
	assert_true(w.done && w.cancelled && !w.ran);
	pool_free(NULL);
}

struct chain {
	struct pool *pool;
	unsigned left;
};

static void
run_nothing(void *arg)
{
	(void)arg;
}

static void
submit_next(void *arg, bool cancelled)
{
	struct chain *c = arg;

	assert_false(cancelled);
	if (--c->left)
		assert_int_equal(pool_submit(c->pool, run_nothing, submit_next,
		    c), 0);
}

/* A DONE may submit: with max 1 its own place is free by then. */
static void
done_submits(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads < 3; threads++) {
		struct chain c = { .pool = pool_new(threads, 1), .left = 20 };

		assert_int_equal(pool_submit(c.pool, run_nothing, submit_next,
		    &c), 0);
		collect(c.pool, 20);
		assert_int_equal(c.left, 0);
		pool_free(c.pool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_workers),
		cmocka_unit_test(without_workers),
		cmocka_unit_test(full),
		cmocka_unit_test(cancel_on_free),
		cmocka_unit_test(cancel_without_workers),
		cmocka_unit_test(done_submits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
