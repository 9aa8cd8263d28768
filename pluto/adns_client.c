/* Keeps the DNS helper alive and carries questions and answers. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/resolvconf_watch.h"
#include "pluto/adns_client.h"
#include "pluto/adns_late.h"
#include "pluto/adns_process.h"
#include "pluto/adns_questions.h"

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

struct adns_client {
	struct loop *loop;
	struct log_ctx log;
	struct starter *starter;
	struct adns_argv argv;
	loop_timer_fn *ready;
	void *ready_ctx;
	adns_client_notice_fn *notice;
	void *notice_ctx;
	struct adns_process process;
	struct adns_questions *questions;
	struct adns_late *late;
	loop_id reading, writing, watching, restart, kill_timer;
	uint64_t started_ms;	/* 0: not yet */
	uint32_t backoff_ms;
	bool was_ready;		/* this helper has said hello */
	bool we_killed;
	bool renewing;		/* told to end, for a new one */
	bool stale;		/* to be renewed as soon as it is ready */
	char *resolvconf;	/* the file that it reads; NULL: none */
	struct resolvconf_watch *resolvers;
	struct adns_client_stats stats;
	uint8_t in[IPC_MAX], out[4096];
};

static void on_writable(void *ctx, int fd, int what);

/* As many as the socket takes; the rest when it is writable. An error other
 * than -EAGAIN is the helper's end, after which all are asked again. */
static void
send_all(struct adns_client *c)
{
	struct adns_query q;
	struct ipc_writer m;

	if (!c->stats.ready || c->process.fd < 0)
		return;
	while (adns_questions_next(c->questions, &q)) {
		if (adns_query_write(&m, c->out, sizeof(c->out), &q) &&
		    ipc_send(c->process.fd, &m) == -EAGAIN) {
			if (c->writing.n == 0)
				c->writing = loop_fd(c->loop, c->process.fd,
						     LOOP_WRITE, on_writable, c);
			return;
		}
		adns_questions_sent(c->questions, q.id);
	}
	loop_cancel(c->loop, &c->writing);
}

static void
on_writable(void *ctx, int fd, int what)
{
	(void)fd, (void)what;
	send_all(ctx);
}

static void
set_ready(struct adns_client *c, bool ready)
{
	c->stats.ready = ready;
	adns_questions_ready(c->questions, ready);
}

static bool
take_hello(struct adns_client *c, struct ipc_reader *m)
{
	struct adns_hello hello;

	if (!adns_hello_read(m, &hello))
		return false;
	c->stats.hello = hello;
	if (c->was_ready)	/* its health is another */
		return true;
	c->was_ready = true;
	set_ready(c, true);
	log_info(&c->log, "ready: resolvers %s, trust anchors %s",
		 hello.resolvers, hello.anchors);
	if (c->ready != NULL)
		c->ready(c->ready_ctx);
	send_all(c);
	if (c->stale)
		adns_client_renew(c);
	return true;
}

static bool
take_answer(struct adns_client *c, struct ipc_reader *m, struct span record, bool may_wait)
{
	struct adns_answer a;

	if (!adns_answer_read(m, &a))
		return false;
	if (may_wait && adns_late_hold(c->late, adns_questions_rrtype(c->questions, a.id), record))
		return true;
	if (!adns_questions_answer(c->questions, &a)) {
		c->stats.late_answers++;
		log_debug_of(LOG_DNS, &c->log, "answer to a question that is gone, %ju", (uintmax_t)a.id);
	}
	return true;
}

static bool
take_notice(struct adns_client *c, struct ipc_reader *m)
{
	struct adns_notice n;

	if (c->notice == NULL || !adns_notice_read(m, &n))
		return false;
	c->notice(c->notice_ctx, &n);
	return true;
}

static void
take(struct adns_client *c, struct span record)
{
	static struct log_limit limit;
	struct ipc_reader m = ipc_open(record);
	bool ok = false;

	if (m.type == ADNS_MSG_HELLO)
		ok = take_hello(c, &m);
	else if (m.type == ADNS_MSG_ANSWER)
		ok = take_answer(c, &m, record, true);
	else if (m.type == ADNS_MSG_NOTICE)
		ok = take_notice(c, &m);
	else if (m.type == ADNS_MSG_TAP_COUNTS)
		ok = adns_tap_counts_read(&m, &c->stats.tap);
	if (ok)
		return;
	c->stats.malformed++;
	log_limited(&limit, LOG_LEVEL_WARN, &c->log, "a malformed message is ignored: %s",
		    m.r.what != NULL ? m.r.what : "type");
}

static void
take_late(void *ctx, struct span record)
{
	struct ipc_reader m = ipc_open(record);

	(void)take_answer(ctx, &m, record, false);
}

/* Our side of the end: nothing more is read or written. */
static void
hang_up(struct adns_client *c)
{
	loop_cancel(c->loop, &c->reading);
	loop_cancel(c->loop, &c->writing);
	adns_process_hang_up(&c->process);
	set_ready(c, false);
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
		take(c, span_of(c->in, (size_t)n));
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
	c->late = adns_late_new(l, take_late, c);
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

	send_all(c);
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
