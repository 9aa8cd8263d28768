/* Keeps the DNS helper alive. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/adns_talk.h"

enum {
	MAX_QUESTIONS = 8192,
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 30000,
	SETTLED_MS = 10000,	/* alive so long: the next death starts anew */
	STOP_MS = 1000,
	PER_TURN = 64,
	LOOK_MS = 1000,
	NO_ANCHOR = 7,		/* adns.8, EXIT STATUS */
	CHANGED = 10,
};

/* Our side of the end: nothing more is read or written. */
static void
hang_up(struct adns_client *c)
{
	loop_cancel(c->loop, &c->reading);
	loop_cancel(c->loop, &c->writing);
	adns_process_hang_up(&c->process);
	adns_talk_ready(c, false);
}

static void
on_kill_timer(void *ctx)
{
	struct adns_client *c = ctx;

	c->kill_timer = (loop_id){ 0 };
	c->we_killed = true;
	adns_process_kill(&c->process);
}

static void
on_readable(void *ctx, int fd, int what)
{
	struct adns_client *c = ctx;

	(void)what;
	for (unsigned i = 0; i < PER_TURN; i++) {
		int n = ipc_recv(fd, c->in, sizeof(c->in));

		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n <= 0) {
			hang_up(c);
			/* It should be ending; if it hangs, it is ended. */
			c->kill_timer = loop_after(c->loop, STOP_MS, on_kill_timer, c);
			return;
		}
		adns_talk_take(c, span_of(c->in, (size_t)n));
	}
}

static void
on_stuck(void *ctx)
{
	struct adns_client *c = ctx;

	log_error(&c->log, "has stopped answering: killed");
	c->we_killed = true;
	adns_process_kill(&c->process);
}

static void start(void *ctx);

/* The helper cannot read files again: a new one asks them. One that is not ready yet
 * may have read the file of before. */
static void
on_resolvers(void *ctx)
{
	struct adns_client *c = ctx;

	log_info(&c->log, "%s names other resolvers", c->resolvconf);
	c->stale = !c->stats.ready;
	adns_client_renew(c);
}

static void
start_later(struct adns_client *c)
{
	c->restart = loop_after(c->loop, c->backoff_ms, start, c);
	c->backoff_ms = c->backoff_ms * 2 < BACKOFF_MAX_MS ?
		c->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void
log_death(const struct adns_client *c, int status)
{
	if (c->renewing || status == CHANGED)
		log_info(&c->log, "starts anew: %s", c->renewing ? "the network or its resolvers have changed"
			 : "a negative trust anchor has expired");
	else if (status == NO_ANCHOR)
		log_error(&c->log, "refuses to start: it has no trust anchor");
	else if (status < 0)
		log_error(&c->log, "killed by signal %d; starting again in %u ms",
			  -status, c->backoff_ms);
	else
		log_error(&c->log, "ended with status %d; starting again in %u ms",
			  status, c->backoff_ms);
}

/* A helper that worked and that somebody else has killed is no fault of its own
 * nor of a question, and neither is one that makes room for a new one. */
static bool
is_blameless(const struct adns_client *c, int status)
{
	return c->renewing || status == CHANGED
		|| (status == -SIGKILL && c->was_ready && !c->we_killed);
}

static void
on_gone(void *ctx, int fd, int what)
{
	struct adns_client *c = ctx;
	bool blameless;
	int status = 0;

	(void)fd, (void)what;
	/* Answers that it sent before it died still count. */
	if (c->process.fd >= 0)
		on_readable(c, c->process.fd, LOOP_READ);
	if (!adns_process_reap(&c->process, 0, &status))
		return;
	loop_cancel(c->loop, &c->watching);
	hang_up(c);
	loop_cancel(c->loop, &c->kill_timer);
	c->stats.pid = 0;
	c->stats.last_exit = status;
	blameless = is_blameless(c, status);
	if (blameless || monotonic_ms() - c->started_ms >= SETTLED_MS)
		c->backoff_ms = BACKOFF_MIN_MS;
	log_death(c, status);
	if (c->renewing || status == CHANGED)
		c->restart = loop_after(c->loop, 0, start, c);
	else
		start_later(c);
	adns_questions_again(c->questions, !blameless);
}

static void
start(void *ctx)
{
	struct adns_client *c = ctx;
	int err;

	c->restart = (loop_id){ 0 };
	if (c->started_ms != 0)
		c->stats.restarts++;
	c->started_ms = monotonic_ms();
	c->was_ready = c->we_killed = c->renewing = c->stale = false;
	resolvconf_watch_free(c->resolvers);
	c->resolvers = c->resolvconf == NULL ? NULL
		: resolvconf_watch_new(c->loop, c->resolvconf, LOOK_MS, on_resolvers, c);
	err = adns_process_start(&c->process, c->starter, &c->argv);
	if (err != 0) {
		log_error(&c->log, "cannot be started: %s%s", strerror(-err),
			  err == -EPIPE ? "; whoever starts it is gone: restart pluto" : "");
		start_later(c);
		return;
	}
	c->stats.pid = c->process.pid;
	c->reading = loop_fd(c->loop, c->process.fd, LOOP_READ, on_readable, c);
	c->watching = loop_fd(c->loop, c->process.pidfd, LOOP_READ, on_gone, c);
	log_debug_of(LOG_DNS, &c->log, "started as process %d", (int)c->process.pid);
}

struct adns_client *
adns_client_new(struct loop *l, const struct adns_client_config *cfg)
{
	struct adns_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->questions = adns_questions_new(l, cfg->max_questions != 0 ?
					  cfg->max_questions : MAX_QUESTIONS,
					  on_stuck, c);
	c->late = adns_late_new(l, adns_talk_late, c);
	if (c->questions == NULL || c->late == NULL || !adns_argv_build(&c->argv, cfg)) {
		adns_questions_free(c->questions);
		adns_late_free(c->late);
		free(c);
		return NULL;
	}
	c->ready = cfg->ready;
	c->ready_ctx = cfg->ready_ctx;
	c->notice = cfg->notice;
	c->notice_ctx = cfg->notice_ctx;
	c->loop = l;
	c->starter = cfg->starter;
	if (cfg->n_resolvers == 0)
		c->resolvconf = strdup(cfg->resolvconf != NULL ? cfg->resolvconf : "/etc/resolv.conf");
	c->process = (struct adns_process){ .fd = -1, .pidfd = -1 };
	c->backoff_ms = BACKOFF_MIN_MS;
	log_prefix(&c->log, "adns");
	start(c);
	return c;
}

void
adns_client_free(struct adns_client *c)
{
	int status;

	if (c == NULL)
		return;
	hang_up(c);
	loop_cancel(c->loop, &c->watching);
	loop_cancel(c->loop, &c->restart);
	loop_cancel(c->loop, &c->kill_timer);
	adns_questions_free(c->questions);
	adns_late_free(c->late);
	if (!adns_process_reap(&c->process, STOP_MS, &status)) {
		log_warn(&c->log, "does not end by itself: killed");
		adns_process_kill(&c->process);
		adns_process_reap(&c->process, STOP_MS, &status);
	}
	adns_argv_free(&c->argv);
	resolvconf_watch_free(c->resolvers);
	free(c->resolvconf);
	free(c);
}

void
adns_client_renew(struct adns_client *c)
{
	if (!c->stats.ready || c->renewing)
		return;
	c->renewing = true;
	hang_up(c);
	c->kill_timer = loop_after(c->loop, STOP_MS, on_kill_timer, c);
}

uint64_t
adns_client_ask(struct adns_client *c, const struct dns_name *qname, uint16_t rrtype,
		uint32_t timeout_ms, adns_client_answer_fn *fn, void *ctx)
{
	uint64_t id = adns_questions_add(c->questions, qname, rrtype, timeout_ms, fn, ctx);

	adns_talk_send(c);
	return id;
}

void
adns_client_cancel(struct adns_client *c, uint64_t id)
{
	struct ipc_writer m;

	/* When the socket is full the helper's answer comes late; no harm. */
	if (adns_questions_cancel(c->questions, id) && c->process.fd >= 0 &&
	    adns_cancel_write(&m, c->out, sizeof(c->out), id))
		ipc_send(c->process.fd, &m);
}

void
adns_client_delay(struct adns_client *c, uint32_t key_ms, uint32_t txt_ms)
{
	adns_late_set(c->late, key_ms, txt_ms);
}

void
adns_client_stall(struct adns_client *c, bool stall)
{
	c->stalled = stall;
}

void
adns_client_each_known(const struct adns_client *c, adns_known_fn *fn, void *ctx)
{
	adns_questions_each_known(c->questions, fn, ctx);
}

void
adns_client_get_stats(const struct adns_client *c, struct adns_client_stats *out)
{
	struct adns_questions_stats q;

	adns_questions_get_stats(c->questions, &q);
	*out = c->stats;
	out->in_flight = q.in_flight;
	out->asked = q.asked;
	out->answered = q.answered;
	out->timed_out = q.timed_out;
	out->asked_again = q.asked_again;
}
