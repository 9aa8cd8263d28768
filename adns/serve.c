/* Reads questions from pluto's socket and sends the answers back, in order,
 * with a bounded queue for when pluto is slow. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bsd/sys/queue.h>

#include "adns/log_ctx.h"
#include "adns/serve.h"

enum {
	IN_FLIGHT = 1024,	/* an attacker's names cost 13 kB each while asked */
	BURST = 768,		/* of one prefix; leaves room for the others */
	PER_S = 64,
	WAITING = 4096,
	MAX_UNSENT = 8192,
	PER_TURN = 64,		/* records read before others get the loop */
};

/* A record that the socket had no room for. */
struct unsent {
	STAILQ_ENTRY(unsent) next;
	size_t len;
	uint8_t bytes[];
};

struct serve {
	struct loop *loop;
	int fd;
	struct queries *queries;
	struct adns_hello hello;
	loop_id reading, writing;
	STAILQ_HEAD(, unsent) unsent;
	unsigned n_unsent;
	uint8_t in[IPC_MAX], out[IPC_MAX];
};

static void
keep(struct serve *s, struct span record)
{
	static struct log_limit limit;
	struct unsent *u = NULL;

	if (s->n_unsent < MAX_UNSENT)
		u = malloc(sizeof(*u) + record.len);
	if (u == NULL) {
		log_limited(&limit, LOG_LEVEL_WARN, &adns_log,
			    "pluto does not read its answers: one is lost");
		return;
	}
	u->len = record.len;
	memcpy(u->bytes, record.ptr, record.len);
	STAILQ_INSERT_TAIL(&s->unsent, u, next);
	s->n_unsent++;
}

static int
send_record(struct serve *s, struct span record)
{
	struct ipc_writer m = { .w = {
		.buf = (uint8_t *)(uintptr_t)record.ptr, .len = record.len, .max = record.len,
	} };

	return ipc_send(s->fd, &m);
}

static void
on_writable(void *ctx, int fd, int what)
{
	struct serve *s = ctx;
	struct unsent *u;

	(void)fd, (void)what;
	while ((u = STAILQ_FIRST(&s->unsent)) != NULL) {
		if (send_record(s, span_of(u->bytes, u->len)) == -EAGAIN)
			return;
		STAILQ_REMOVE_HEAD(&s->unsent, next);
		s->n_unsent--;
		free(u);
	}
	loop_cancel(s->loop, &s->writing);
}

static void
post(struct serve *s, const struct ipc_writer *m)
{
	if (s->n_unsent == 0 && ipc_send(s->fd, m) != -EAGAIN)
		return;
	keep(s, wire_written(&m->w));
	if (s->writing.n == 0)
		s->writing = loop_fd(s->loop, s->fd, LOOP_WRITE, on_writable, s);
}

static void
on_answer(void *ctx, const struct adns_answer *a)
{
	struct serve *s = ctx;
	struct adns_answer copy;
	struct ipc_writer m;

	/* Too many large records for one of ours: fewer are as good. */
	copy = *a;
	while (!adns_answer_write(&m, s->out, sizeof(s->out), &copy) && copy.n_rdata > 0)
		copy.n_rdata--;
	if (wire_fits(&m.w))
		post(s, &m);
}

static bool
take(struct serve *s, struct span record)
{
	struct ipc_reader m = ipc_open(record);
	struct adns_query q;
	uint64_t id;

	switch (m.type) {
	case ADNS_MSG_QUERY:
		if (!adns_query_read(&m, &q))
			return false;
		queries_ask(s->queries, &q);
		return true;
	case ADNS_MSG_CANCEL:
		if (!adns_cancel_read(&m, &id))
			return false;
		queries_cancel(s->queries, id);
		return true;
	default:
		return false;
	}
}

static void
on_readable(void *ctx, int fd, int what)
{
	static struct log_limit limit;
	struct serve *s = ctx;

	(void)what;
	for (unsigned i = 0; i < PER_TURN; i++) {
		int n = ipc_recv(fd, s->in, sizeof(s->in));

		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n <= 0) {
			loop_cancel(s->loop, &s->reading);
			loop_stop(s->loop);
			return;
		}
		if (!take(s, span_of(s->in, (size_t)n)))
			log_limited(&limit, LOG_LEVEL_WARN, &adns_log,
				    "a malformed message from pluto is ignored");
	}
}

struct serve *
serve_new(struct loop *l, int fd, const struct resolver *r, const struct adns_hello *hello)
{
	struct serve *s = calloc(1, sizeof(*s));
	struct queries_limits limits = { .in_flight = IN_FLIGHT, .waiting = WAITING,
		.burst = BURST, .per_s = PER_S };
	struct ipc_writer m;

	if (s == NULL)
		return NULL;
	s->loop = l;
	s->fd = fd;
	s->hello = *hello;
	limits.health = &s->hello.health;
	STAILQ_INIT(&s->unsent);
	s->queries = queries_new(l, r, &limits, on_answer, s);
	if (s->queries == NULL) {
		free(s);
		return NULL;
	}
	s->reading = loop_fd(l, fd, LOOP_READ, on_readable, s);
	if (adns_hello_write(&m, s->out, sizeof(s->out), hello))
		post(s, &m);
	return s;
}

static void
tell(struct serve *s)
{
	struct ipc_writer m;

	if (adns_hello_write(&m, s->out, sizeof(s->out), &s->hello))
		post(s, &m);
}

void
serve_health(void *ctx, enum adns_health now)
{
	struct serve *s = ctx;

	s->hello.health = now;
	tell(s);
}

void
serve_anchors(struct serve *s, const char *text)
{
	snprintf(s->hello.anchors, sizeof(s->hello.anchors), "%s", text);
	tell(s);
}

bool
serve_notice(void *ctx, const struct adns_notice *n)
{
	struct serve *s = ctx;
	struct ipc_writer m;

	return s->n_unsent == 0 && adns_notice_write(&m, s->out, sizeof(s->out), n)
		&& ipc_send(s->fd, &m) == 0;
}

void
serve_tap_counts(void *ctx, const struct adns_tap_counts *c)
{
	struct serve *s = ctx;
	struct ipc_writer m;

	if (adns_tap_counts_write(&m, s->out, sizeof(s->out), c))
		post(s, &m);
}

void
serve_free(struct serve *s)
{
	struct unsent *u;

	if (s == NULL)
		return;
	queries_free(s->queries);
	loop_cancel(s->loop, &s->reading);
	loop_cancel(s->loop, &s->writing);
	while ((u = STAILQ_FIRST(&s->unsent)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->unsent, next);
		free(u);
	}
	free(s);
}
