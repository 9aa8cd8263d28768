/* Questions to the DNS helper, and what it says. */
#include "pluto/adns_talk.h"

#include <errno.h>

#include "lib/log.h"

static void on_writable(void *ctx, int fd, int what);

/* An error other than -EAGAIN is the helper's end, after which all are asked again. */
void
adns_talk_send(struct adns_client *c)
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
	adns_talk_send(ctx);
}

void
adns_talk_ready(struct adns_client *c, bool ready)
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
	adns_talk_ready(c, true);
	log_info(&c->log, "ready: resolvers %s, trust anchors %s",
		 hello.resolvers, hello.anchors);
	if (c->ready != NULL)
		c->ready(c->ready_ctx);
	adns_talk_send(c);
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

void
adns_talk_take(struct adns_client *c, struct span record)
{
	static struct log_limit limit;
	struct ipc_reader m = ipc_open(record);
	bool ok = false;

	if (m.type == ADNS_MSG_HELLO)
		ok = take_hello(c, &m);
	else if (m.type == ADNS_MSG_ANSWER && c->stalled)
		ok = true;
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

void
adns_talk_late(void *ctx, struct span record)
{
	struct ipc_reader m = ipc_open(record);

	(void)take_answer(ctx, &m, record, false);
}
