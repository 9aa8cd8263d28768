/* Worker threads behind one bounded queue; results return through an eventfd. */
#include "pluto/crypto/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/eventfd.h>

struct job {
	pool_run_fn *run;
	pool_done_fn *done;
	void *arg;
	struct job *next;
};

struct job_list {
	struct job *first, **end;
};

struct pool {
	pthread_mutex_t lock;		/* over everything below */
	pthread_cond_t more;		/* work waits, or stop */
	struct job_list waiting, finished;
	unsigned pending, max;		/* submitted and not yet DONE */
	bool stop;
	int fd;				/* eventfd; never blocks */
	unsigned n_threads;
	pthread_t *threads;		/* owned */
};

static void
list_clear(struct job_list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void
list_add(struct job_list *l, struct job *j)
{
	j->next = NULL;
	*l->end = j;
	l->end = &j->next;
}

static struct job *
list_take(struct job_list *l)
{
	struct job *j = l->first;

	if (j) {
		l->first = j->next;
		if (!l->first)
			l->end = &l->first;
	}
	return j;
}

/* Everything in L, as a chain; L is then empty. */
static struct job *
list_take_all(struct job_list *l)
{
	struct job *j = l->first;

	list_clear(l);
	return j;
}

/* Makes the descriptor readable. It can only fail when the counter is about to
 * overflow, and then it is readable already. */
static void
wake(struct pool *p)
{
	ssize_t n;

	do
		n = write(p->fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	while (n < 0 && errno == EINTR);
}

static void
sleep_again(struct pool *p)
{
	uint64_t count;
	ssize_t n;

	do
		n = read(p->fd, &count, sizeof(count));
	while (n < 0 && errno == EINTR);
}

static void *
worker(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		struct job *j = list_take(&p->waiting);

		if (!j) {
			pthread_cond_wait(&p->more, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		j->run(j->arg);
		pthread_mutex_lock(&p->lock);
		list_add(&p->finished, j);
		wake(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Workers take no signals: those belong to the loop's thread. */
static bool
start_threads(struct pool *p, unsigned n)
{
	sigset_t all, old;
	bool ok = true;

	if (n == 0)
		return true;
	p->threads = calloc(n, sizeof(*p->threads));
	if (!p->threads)
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (ok && p->n_threads < n) {
		ok = pthread_create(&p->threads[p->n_threads], NULL, worker,
		    p) == 0;
		if (ok)
			p->n_threads++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ok;
}

struct pool *
pool_new(unsigned n_threads, unsigned max_queued)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->max = max_queued;
	list_clear(&p->waiting);
	list_clear(&p->finished);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->fd < 0 || !start_threads(p, n_threads)) {
		pool_free(p);
		return NULL;
	}
	return p;
}

static void
cancel_all(struct pool *p, struct job *j)
{
	while (j) {
		struct job *next = j->next;

		p->pending--;
		j->done(j->arg, true);
		free(j);
		j = next;
	}
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	cancel_all(p, list_take_all(&p->finished));
	cancel_all(p, list_take_all(&p->waiting));
	if (p->fd >= 0)
		close(p->fd);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}

/* False when the pool is full or on its way out. */
static bool
enqueue(struct pool *p, struct job *j)
{
	bool room;

	pthread_mutex_lock(&p->lock);
	room = !p->stop && p->pending < p->max;
	if (room) {
		p->pending++;
		list_add(&p->waiting, j);
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}

int
pool_submit(struct pool *p, pool_run_fn *run, pool_done_fn *done, void *arg)
{
	struct job *j = malloc(sizeof(*j));

	if (!j)
		return -EAGAIN;
	*j = (struct job){ .run = run, .done = done, .arg = arg };
	if (!enqueue(p, j)) {
		free(j);
		return -EAGAIN;
	}
	if (p->n_threads == 0)
		wake(p);
	return 0;
}

int
pool_fd(struct pool *p)
{
	return p->fd;
}

/* What can be told now. Without threads that is what waited when we came:
 * jobs that a DONE submits have their own wake-up. */
static struct job *
take_ready(struct pool *p)
{
	struct job_list *l = p->n_threads ? &p->finished : &p->waiting;
	struct job *j;

	pthread_mutex_lock(&p->lock);
	j = list_take_all(l);
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void
count_down(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->pending--;
	pthread_mutex_unlock(&p->lock);
}

unsigned
pool_collect(struct pool *p)
{
	struct job *j;
	unsigned n = 0;

	sleep_again(p);
	j = take_ready(p);
	while (j) {
		struct job *next = j->next;

		if (p->n_threads == 0)
			j->run(j->arg);
		count_down(p);
		j->done(j->arg, false);
		free(j);
		j = next;
		n++;
	}
	return n;
}

unsigned
pool_pending(struct pool *p)
{
	unsigned n;

	pthread_mutex_lock(&p->lock);
	n = p->pending;
	pthread_mutex_unlock(&p->lock);
	return n;
}
