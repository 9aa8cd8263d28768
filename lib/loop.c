/* A thin skin over libevent: descriptors, signals and timers, named by ids. */
#include "lib/loop.h"

#include <event2/event.h>
#include <stdlib.h>

#include "lib/table.h"

struct loop {
	struct event_base *base;
	struct table watches;
	uint64_t last_id;
};

/* One thing waited for; owned by the table. */
struct watch {
	struct loop *loop;
	struct event *event;
	uint64_t id;
	loop_fd_fn *fd_fn;
	loop_timer_fn *timer_fn;
	void *ctx;
	bool once;
};

static bool
has_id(const void *item, const void *key)
{
	const struct watch *w = item;
	const uint64_t *id = key;

	return w->id == *id;
}

static void
watch_free(struct watch *w)
{
	if (w->event != NULL)
		event_free(w->event);
	free(w);
}

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->base = event_base_new();
	if (l->base == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void
loop_free(struct loop *l)
{
	struct watch *w;
	size_t at = 0;

	if (l == NULL)
		return;
	while ((w = table_next(&l->watches, &at)) != NULL)
		watch_free(w);
	table_clear(&l->watches);
	event_base_free(l->base);
	free(l);
}

int
loop_run(struct loop *l)
{
	/* Stays although nothing is waited for: loop_stop is the only way out. */
	return event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0 ? -1 : 0;
}

void
loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

/* The callback may cancel its own id: nothing is touched after it. */
static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	loop_fd_fn *fd_fn = w->fd_fn;
	loop_timer_fn *timer_fn = w->timer_fn;
	void *ctx = w->ctx;

	if (w->once) {
		table_remove(&w->loop->watches, w->id, has_id, &w->id);
		watch_free(w);
	}
	if (fd_fn != NULL)
		fd_fn(ctx, (int)fd, ((what & EV_READ) != 0 ? LOOP_READ : 0) |
				    ((what & EV_WRITE) != 0 ? LOOP_WRITE : 0));
	else
		timer_fn(ctx);
}

/* Takes MODEL's functions, waits for WHAT on FD; none when memory is out. */
static loop_id
watch_add(struct loop *l, const struct watch *model, int fd, short what,
	  const struct timeval *after)
{
	struct watch *w = malloc(sizeof(*w));

	if (w == NULL)
		return (loop_id){ 0 };
	*w = *model;
	w->loop = l;
	w->id = ++l->last_id;
	w->event = event_new(l->base, fd, what, on_event, w);
	if (w->event == NULL || event_add(w->event, after) < 0 ||
	    table_insert(&l->watches, w->id, w) < 0) {
		watch_free(w);
		return (loop_id){ 0 };
	}
	return (loop_id){ w->id };
}

loop_id
loop_fd(struct loop *l, int fd, int what, loop_fd_fn *fn, void *ctx)
{
	struct watch model = { .fd_fn = fn, .ctx = ctx };
	int events = EV_PERSIST;

	if ((what & LOOP_READ) != 0)
		events |= EV_READ;
	if ((what & LOOP_WRITE) != 0)
		events |= EV_WRITE;
	return watch_add(l, &model, fd, (short)events, NULL);
}

loop_id
loop_signal(struct loop *l, int signo, loop_timer_fn *fn, void *ctx)
{
	struct watch model = { .timer_fn = fn, .ctx = ctx };

	return watch_add(l, &model, signo, EV_SIGNAL | EV_PERSIST, NULL);
}

loop_id
loop_after(struct loop *l, uint64_t ms, loop_timer_fn *fn, void *ctx)
{
	struct watch model = { .timer_fn = fn, .ctx = ctx, .once = true };
	/* A year is as good as never, and no time_t overflows. */
	uint64_t most = UINT64_C(365) * 86400 * 1000;
	struct timeval tv;

	if (ms > most)
		ms = most;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	return watch_add(l, &model, -1, 0, &tv);
}

void
loop_cancel(struct loop *l, loop_id *id)
{
	struct watch *w = table_remove(&l->watches, id->n, has_id, &id->n);

	*id = (loop_id){ 0 };
	if (w != NULL)
		watch_free(w);
}
