/* A data thread: one TUN queue, some sockets, and everything they need. */
#include "pluto/esp/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS = 16, MTU_PER_SECOND = 100, EARLY_WAIT_MS = 1 };
enum { TAG_STOP = ESP_SOCKS, TAG_TUN = ESP_SOCKS + 1 };	/* others: slots */

bool
limiter_pass(struct limiter *l, uint64_t now_ms, unsigned per_second)
{
	if (l->second != now_ms / 1000) {
		l->second = now_ms / 1000;
		l->n = 0;
	}
	return l->n++ < per_second;
}

void
worker_post(struct worker *w, const struct esp_event *ev, struct span data)
{
	if (!esp_event_post(w->shared->event_fd, ev, data))
		esp_count(&w->counts.events_lost, 1);
}

static int
watch(struct worker *w, int fd, uint32_t tag)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = tag };

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == 0 ? 0 : -errno;
}

int
worker_watch(struct worker *w, unsigned slot, int fd)
{
	return watch(w, fd, slot);
}

void
worker_unwatch(struct worker *w, int fd)
{
	(void)epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* RFC 4301 8.2: what a router says is believed of an SA of ours only, which
 * the loop's thread looks up. */
static void
handle_errors(struct worker *w, const struct esp_sock *s)
{
	struct esp_path_report r;

	for (int i = 0; i < EVENTS && esp_sock_error(s, &r); i++) {
		if (r.mtu != 0 && limiter_pass(&w->mtu_limit, w->now_ms,
					       MTU_PER_SECOND))
			worker_post(w, &(struct esp_event){
				    .type = ESP_EV_MTU, .spi = r.spi,
				    .mtu = r.mtu, .remote = r.remote },
				    (struct span){ 0 });
	}
}

static bool
handle(struct worker *w, const struct epoll_event *ev)
{
	struct esp_sock *s;

	if (ev->data.u32 == TAG_STOP)
		return false;
	if (ev->data.u32 == TAG_TUN) {
		worker_outbound(w);
		return true;
	}
	/* The socket may have gone since epoll spoke of it. */
	s = atomic_load(&w->shared->sock[ev->data.u32]);
	if (s == NULL || s->thread != w->index)
		return true;
	if (ev->events & EPOLLERR)
		handle_errors(w, s);
	worker_inbound(w, s);
	return true;
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	struct epoll_event ev[EVENTS];
	bool going = true;

	while (going) {
		int n = epoll_wait(w->epoll_fd, ev, EVENTS,
				   w->early.n > 0 ? EARLY_WAIT_MS : -1);

		if (n < 0 && errno != EINTR)
			break;
		w->now_ms = monotonic_ms();
		qsbr_online(&w->shared->q, w->index);
		worker_early(w);
		for (int i = 0; i < n; i++)
			going = handle(w, &ev[i]) && going;
		qsbr_offline(&w->shared->q, w->index);
	}
	return NULL;
}

static int
set_up(struct worker *w)
{
	int err;

	w->rx.buf = calloc(RX_BATCH, RX_BUF);
	w->tun_buf = calloc(1, TUN_BUF);
	w->plain = calloc(1, PLAIN_BUF);
	w->rebuilt = calloc(1, REBUILT_BUF);
	if (w->rx.buf == NULL || w->tun_buf == NULL || w->plain == NULL || w->rebuilt == NULL)
		return -ENOMEM;
	err = tx_init(&w->tx);
	if (err != 0)
		return err;
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->epoll_fd < 0 || w->stop_fd < 0)
		return -errno;
	err = watch(w, w->stop_fd, TAG_STOP);
	return err != 0 ? err : watch(w, w->tun_fd, TAG_TUN);
}

/* Signals are for the loop's thread. */
static int
start_thread(struct worker *w)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->running = err == 0;
	return -err;
}

struct worker *
worker_start(struct esp_shared *shared, unsigned index, int *err)
{
	struct worker *w;

	*err = -ENOMEM;
	w = aligned_alloc(_Alignof(struct worker), sizeof(*w));
	if (w == NULL)
		return NULL;
	memset(w, 0, sizeof(*w));
	w->shared = shared;
	w->index = index;
	gro_init(&w->gro, shared->uso);
	w->tun_fd = shared->tun_fd[index];
	w->epoll_fd = w->stop_fd = -1;
	*err = set_up(w);
	if (*err == 0)
		*err = start_thread(w);
	if (*err != 0) {
		worker_stop(w);
		return NULL;
	}
	return w;
}

void
worker_stop(struct worker *w)
{
	uint64_t one = 1;

	if (w == NULL)
		return;
	if (w->running) {
		(void)!write(w->stop_fd, &one, sizeof(one));
		pthread_join(w->thread, NULL);
	}
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	tx_clear(&w->tx);
	free(w->rx.buf);
	free(w->tun_buf);
	free(w->plain);
	free(w->rebuilt);
	ipcomp_clear(&w->comp);
	reasm_clear(&w->reasm);
	secret_wipe(w->random, sizeof(w->random));
	free(w);
}
