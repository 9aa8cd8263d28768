/* Keeps the DNS helper alive and matches its answers with the questions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bsd/sys/queue.h>

#include "lib/log.h"
#include "pluto/adns_client.h"
#include "pluto/adns_process.h"

enum {
	N_BUCKETS = 1024,
	MAX_QUESTIONS = 8192,
	MAX_ASKED = 3,		/* times one question sees the helper die */
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 30000,
	SETTLED_MS = 10000,	/* alive so long: the next death starts anew */
	GRACE_MS = 100,		/* beyond the deadline that adns itself keeps */
	STOP_MS = 1000,
	PER_TURN = 64,
};

struct question {
	struct adns_client *client;
	struct adns_query query;
	uint64_t deadline_ms;
	unsigned times_asked;
	loop_id timer;
	adns_client_answer_fn *fn;
	void *ctx;
	LIST_ENTRY(question) same_bucket;
	TAILQ_ENTRY(question) in_list;
	bool sent;
};

TAILQ_HEAD(question_list, question);

struct adns_client {
	struct loop *loop;
	struct log_ctx log;
	struct adns_argv argv;
	struct adns_process process;
	loop_id reading, writing, watching, restart, kill_timer;
	uint64_t started_ms;
	uint32_t backoff_ms;
	unsigned max_questions;
	uint64_t last_id;
	LIST_HEAD(, question) by_id[N_BUCKETS];
	struct question_list unsent, sent;
	struct adns_client_stats stats;
	uint8_t in[IPC_MAX], out[4096];
};

static struct question *
find(struct adns_client *c, uint64_t id)
{
	struct question *q;

	LIST_FOREACH(q, &c->by_id[id % N_BUCKETS], same_bucket)
		if (q->query.id == id)
			return q;
	return NULL;
}

static void
question_free(struct question *q)
{
	struct adns_client *c = q->client;

	loop_cancel(c->loop, &q->timer);
	LIST_REMOVE(q, same_bucket);
	TAILQ_REMOVE(q->sent ? &c->sent : &c->unsent, q, in_list);
	c->stats.in_flight--;
	free(q);
}

static void
deliver(struct question *q, const struct adns_answer *a)
{
	adns_client_answer_fn *fn = q->fn;
	void *ctx = q->ctx;
	uint64_t id = q->query.id;

	q->client->stats.answered++;
	question_free(q);
	fn(ctx, id, a);
}

static void
deliver_short(struct question *q, enum adns_status status, const char *why)
{
	struct adns_answer a = { .id = q->query.id, .status = status };

	snprintf(a.why, sizeof(a.why), "%s", why);
	deliver(q, &a);
}

static void
on_deadline(void *ctx)
{
	struct question *q = ctx;
	struct adns_client *c = q->client;

	c->stats.timed_out++;
	if (c->stats.ready)
		deliver_short(q, ADNS_TIMED_OUT, "no answer from adns within the deadline");
	else
		deliver_short(q, ADNS_FAILED, "the DNS helper is not running");
}

static void on_writable(void *ctx, int fd, int what);

/* False when the socket is full: then the rest waits until it is writable. */
static bool
send_one(struct adns_client *c, struct question *q)
{
	struct adns_query query = q->query;
	uint64_t now = monotonic_ms();
	struct ipc_writer m;
	int err;

	query.timeout_ms = q->deadline_ms > now ? (uint32_t)(q->deadline_ms - now) : 1;
	if (!adns_query_write(&m, c->out, sizeof(c->out), &query))
		return true;	/* cannot be: a name is at most 255 octets */
	err = ipc_send(c->process.fd, &m);
	if (err == -EAGAIN) {
		if (c->writing.n == 0)
			c->writing = loop_fd(c->loop, c->process.fd, LOOP_WRITE, on_writable, c);
		return false;
	}
	/* Another error is the helper's end: on_gone asks again. */
	TAILQ_REMOVE(&c->unsent, q, in_list);
	q->sent = true;
	q->times_asked++;
	TAILQ_INSERT_TAIL(&c->sent, q, in_list);
	return true;
}

static void
send_all(struct adns_client *c)
{
	struct question *q;

	if (!c->stats.ready || c->process.fd < 0)
		return;
	while ((q = TAILQ_FIRST(&c->unsent)) != NULL && send_one(c, q))
		;
	if (q == NULL)
		loop_cancel(c->loop, &c->writing);
}

static void
on_writable(void *ctx, int fd, int what)
{
	(void)fd, (void)what;
	send_all(ctx);
}

static bool
take_hello(struct adns_client *c, struct ipc_reader *m)
{
	if (!adns_hello_read(m, &c->stats.hello))
		return false;
	c->stats.ready = true;
	log_info(&c->log, "ready: resolvers %s, trust anchors %s",
		 c->stats.hello.resolvers, c->stats.hello.anchors);
	send_all(c);
	return true;
}

static bool
take_answer(struct adns_client *c, struct ipc_reader *m)
{
	struct adns_answer a;
	struct question *q;

	if (!adns_answer_read(m, &a))
		return false;
	q = find(c, a.id);
	if (q == NULL || !q->sent) {
		c->stats.late_answers++;
		log_debug(&c->log, "answer to a question that is gone, %ju", (uintmax_t)a.id);
		return true;
	}
	deliver(q, &a);
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
		ok = take_answer(c, &m);
	if (ok)
		return;
	c->stats.malformed++;
	log_limited(&limit, LOG_LEVEL_WARN, &c->log, "a malformed message is ignored: %s",
		    m.r.what != NULL ? m.r.what : "type");
}

/* Our side of the end: nothing more is read or written. */
static void
hang_up(struct adns_client *c)
{
	loop_cancel(c->loop, &c->reading);
	loop_cancel(c->loop, &c->writing);
	adns_process_hang_up(&c->process);
	c->stats.ready = false;
}

static void
on_kill_timer(void *ctx)
{
	struct adns_client *c = ctx;

	c->kill_timer = (loop_id){ 0 };
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

/* Each answer may ask or cancel, so the list is looked at anew each time. */
static void
fail_suspects(struct adns_client *c)
{
	struct question *q;

	do {
		TAILQ_FOREACH(q, &c->sent, in_list)
			if (q->times_asked >= MAX_ASKED)
				break;
		if (q != NULL)
			deliver_short(q, ADNS_FAILED,
				      "the DNS helper died each time this was asked");
	} while (q != NULL);
}

/* What was in flight is asked again, before what has not been asked yet. */
static void
unsend(struct adns_client *c)
{
	struct question *q;

	while ((q = TAILQ_LAST(&c->sent, question_list)) != NULL) {
		TAILQ_REMOVE(&c->sent, q, in_list);
		q->sent = false;
		TAILQ_INSERT_HEAD(&c->unsent, q, in_list);
		c->stats.asked_again++;
	}
}

static void start(void *ctx);

static void
start_later(struct adns_client *c)
{
	if (c->started_ms != 0 && monotonic_ms() - c->started_ms >= SETTLED_MS)
		c->backoff_ms = BACKOFF_MIN_MS;
	c->restart = loop_after(c->loop, c->backoff_ms, start, c);
	c->backoff_ms = c->backoff_ms * 2 < BACKOFF_MAX_MS ?
		c->backoff_ms * 2 : BACKOFF_MAX_MS;
}

/* Exit statuses are those of adns.8. */
static void
log_death(const struct adns_client *c, int status)
{
	if (status == 7)
		log_error(&c->log, "refuses to start: it has no trust anchor");
	else if (status < 0)
		log_error(&c->log, "killed by signal %d; starting again in %u ms",
			  -status, c->backoff_ms);
	else
		log_error(&c->log, "ended with status %d; starting again in %u ms",
			  status, c->backoff_ms);
}

static void
on_gone(void *ctx, int fd, int what)
{
	struct adns_client *c = ctx;
	int status;

	(void)what;
	/* Answers that it sent before it died still count. */
	if (c->process.fd >= 0)
		on_readable(c, c->process.fd, LOOP_READ);
	loop_cancel(c->loop, &c->watching);
	if (!adns_process_reap(&c->process, 0, &status)) {
		c->watching = loop_fd(c->loop, fd, LOOP_READ, on_gone, c);
		return;
	}
	hang_up(c);
	loop_cancel(c->loop, &c->kill_timer);
	c->stats.pid = 0;
	c->stats.last_exit = status;
	fail_suspects(c);
	unsend(c);
	log_death(c, status);
	start_later(c);
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
	err = adns_process_start(&c->process, &c->argv);
	if (err != 0) {
		log_error(&c->log, "%s cannot be started: %s", c->argv.program, strerror(-err));
		start_later(c);
		return;
	}
	c->stats.pid = c->process.pid;
	c->reading = loop_fd(c->loop, c->process.fd, LOOP_READ, on_readable, c);
	c->watching = loop_fd(c->loop, c->process.pidfd, LOOP_READ, on_gone, c);
	log_debug(&c->log, "started as process %d", (int)c->process.pid);
}

struct adns_client *
adns_client_new(struct loop *l, const struct adns_client_config *cfg)
{
	struct adns_client *c = calloc(1, sizeof(*c));

	if (c == NULL || !adns_argv_build(&c->argv, cfg)) {
		free(c);
		return NULL;
	}
	c->loop = l;
	c->process = (struct adns_process){ .fd = -1, .pidfd = -1 };
	c->backoff_ms = BACKOFF_MIN_MS;
	c->max_questions = cfg->max_questions != 0 ? cfg->max_questions : MAX_QUESTIONS;
	TAILQ_INIT(&c->unsent);
	TAILQ_INIT(&c->sent);
	log_prefix(&c->log, "adns");
	start(c);
	return c;
}

static void
stop_process(struct adns_client *c)
{
	int status;

	if (adns_process_reap(&c->process, STOP_MS, &status))
		return;
	log_warn(&c->log, "does not end by itself: killed");
	adns_process_kill(&c->process);
	adns_process_reap(&c->process, STOP_MS, &status);
}

void
adns_client_free(struct adns_client *c)
{
	struct question *q;

	if (c == NULL)
		return;
	hang_up(c);
	loop_cancel(c->loop, &c->watching);
	loop_cancel(c->loop, &c->restart);
	loop_cancel(c->loop, &c->kill_timer);
	unsend(c);
	while ((q = TAILQ_FIRST(&c->unsent)) != NULL)
		question_free(q);
	stop_process(c);
	adns_argv_free(&c->argv);
	free(c);
}

uint64_t
adns_client_ask(struct adns_client *c, const struct dns_name *qname, uint16_t rrtype,
		uint32_t timeout_ms, adns_client_answer_fn *fn, void *ctx)
{
	struct question *q;

	if (c->stats.in_flight >= c->max_questions)
		return 0;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return 0;
	*q = (struct question){
		.client = c,
		.query = { .id = ++c->last_id, .rrtype = rrtype, .qname = *qname },
		.deadline_ms = monotonic_ms() + timeout_ms,
		.fn = fn,
		.ctx = ctx,
	};
	LIST_INSERT_HEAD(&c->by_id[q->query.id % N_BUCKETS], q, same_bucket);
	TAILQ_INSERT_TAIL(&c->unsent, q, in_list);
	c->stats.in_flight++;
	c->stats.asked++;
	q->timer = loop_after(c->loop, (uint64_t)timeout_ms + GRACE_MS, on_deadline, q);
	send_all(c);
	return c->last_id;
}

void
adns_client_cancel(struct adns_client *c, uint64_t id)
{
	struct question *q = find(c, id);
	struct ipc_writer m;

	if (q == NULL)
		return;
	/* When the socket is full the helper answers into the void. */
	if (q->sent && c->process.fd >= 0 && adns_cancel_write(&m, c->out, sizeof(c->out), id))
		ipc_send(c->process.fd, &m);
	question_free(q);
}

void
adns_client_get_stats(const struct adns_client *c, struct adns_client_stats *out)
{
	*out = c->stats;
}
