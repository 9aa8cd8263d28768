/* Keeps the questions in flight: what was sent, what waits, until when. */
#include <stdio.h>
#include <stdlib.h>
#include <bsd/sys/queue.h>

#include "pluto/adns_questions.h"

enum {
	N_BUCKETS = 1024,
	MAX_ASKED = 3,		/* times one question sees the helper die */
	GRACE_MS = 100,		/* beyond the deadline that adns itself keeps */
	STUCK_MS = 2000,
	STUCK_MISSED = 2,
};

struct question {
	struct adns_questions *all;
	struct adns_query query;
	uint64_t deadline_ms;
	unsigned times_asked;
	bool sent;
	loop_id timer;
	adns_client_answer_fn *fn;
	void *ctx;
	LIST_ENTRY(question) same_bucket;
	TAILQ_ENTRY(question) in_list;
};

TAILQ_HEAD(question_list, question);

struct adns_questions {
	struct loop *loop;
	unsigned max;
	bool ready;
	uint64_t last_id;
	uint64_t quiet_since_ms;	/* nothing heard, though something is asked */
	unsigned missed;		/* deadlines since then */
	loop_timer_fn *stuck;
	void *stuck_ctx;
	LIST_HEAD(, question) by_id[N_BUCKETS];
	struct question_list unsent, sent;
	struct adns_recent recent;
	struct adns_questions_stats stats;
};

static struct question *
find(struct adns_questions *qs, uint64_t id)
{
	struct question *q;

	LIST_FOREACH(q, &qs->by_id[id % N_BUCKETS], same_bucket)
		if (q->query.id == id)
			return q;
	return NULL;
}

static void
question_free(struct question *q)
{
	struct adns_questions *qs = q->all;

	loop_cancel(qs->loop, &q->timer);
	LIST_REMOVE(q, same_bucket);
	TAILQ_REMOVE(q->sent ? &qs->sent : &qs->unsent, q, in_list);
	qs->stats.in_flight--;
	free(q);
}

/* The question is gone before its asker hears, who may ask and cancel. */
static void
deliver(struct question *q, const struct adns_answer *a)
{
	adns_client_answer_fn *fn = q->fn;
	void *ctx = q->ctx;
	uint64_t id = q->query.id;

	q->all->stats.answered++;
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
heard(struct adns_questions *qs)
{
	qs->quiet_since_ms = monotonic_ms();
	qs->missed = 0;
}

static void
on_deadline(void *ctx)
{
	struct question *q = ctx;
	struct adns_questions *qs = q->all;

	qs->stats.timed_out++;
	if (!qs->ready) {
		deliver_short(q, ADNS_FAILED, "the DNS helper is not running");
		return;
	}
	deliver_short(q, ADNS_TIMED_OUT, "no answer from adns within the deadline");
	if (++qs->missed >= STUCK_MISSED &&
	    monotonic_ms() - qs->quiet_since_ms >= STUCK_MS) {
		heard(qs);
		qs->stuck(qs->stuck_ctx);
	}
}

struct adns_questions *
adns_questions_new(struct loop *l, unsigned max, loop_timer_fn *stuck, void *ctx)
{
	struct adns_questions *qs = calloc(1, sizeof(*qs));

	if (qs == NULL)
		return NULL;
	qs->loop = l;
	qs->max = max;
	qs->stuck = stuck;
	qs->stuck_ctx = ctx;
	TAILQ_INIT(&qs->unsent);
	TAILQ_INIT(&qs->sent);
	return qs;
}

void
adns_questions_free(struct adns_questions *qs)
{
	if (qs == NULL)
		return;
	while (!TAILQ_EMPTY(&qs->sent))
		question_free(TAILQ_FIRST(&qs->sent));
	while (!TAILQ_EMPTY(&qs->unsent))
		question_free(TAILQ_FIRST(&qs->unsent));
	free(qs);
}

uint64_t
adns_questions_add(struct adns_questions *qs, const struct dns_name *qname,
		   uint16_t rrtype, uint32_t timeout_ms,
		   adns_client_answer_fn *fn, void *ctx)
{
	struct question *q;

	if (qs->stats.in_flight >= qs->max)
		return 0;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return 0;
	*q = (struct question){
		.all = qs,
		.query = { .id = ++qs->last_id, .rrtype = rrtype, .qname = *qname },
		.deadline_ms = monotonic_ms() + timeout_ms,
		.fn = fn,
		.ctx = ctx,
	};
	LIST_INSERT_HEAD(&qs->by_id[q->query.id % N_BUCKETS], q, same_bucket);
	TAILQ_INSERT_TAIL(&qs->unsent, q, in_list);
	qs->stats.in_flight++;
	qs->stats.asked++;
	q->timer = loop_after(qs->loop, (uint64_t)timeout_ms + GRACE_MS, on_deadline, q);
	return q->query.id;
}

bool
adns_questions_cancel(struct adns_questions *qs, uint64_t id)
{
	struct question *q = find(qs, id);
	bool sent;

	if (q == NULL)
		return false;
	sent = q->sent;
	question_free(q);
	return sent;
}

bool
adns_questions_next(struct adns_questions *qs, struct adns_query *out)
{
	struct question *q = TAILQ_FIRST(&qs->unsent);
	uint64_t now = monotonic_ms();

	if (q == NULL)
		return false;
	*out = q->query;
	out->timeout_ms = q->deadline_ms > now ? (uint32_t)(q->deadline_ms - now) : 1;
	return true;
}

void
adns_questions_sent(struct adns_questions *qs, uint64_t id)
{
	struct question *q = find(qs, id);

	if (q == NULL || q->sent)
		return;
	if (TAILQ_EMPTY(&qs->sent))
		heard(qs);
	TAILQ_REMOVE(&qs->unsent, q, in_list);
	TAILQ_INSERT_TAIL(&qs->sent, q, in_list);
	q->sent = true;
	q->times_asked++;
}

uint16_t
adns_questions_rrtype(struct adns_questions *qs, uint64_t id)
{
	const struct question *q = find(qs, id);

	heard(qs);
	return q != NULL ? q->query.rrtype : 0;
}

bool
adns_questions_answer(struct adns_questions *qs, const struct adns_answer *a)
{
	struct question *q = find(qs, a->id);

	heard(qs);
	if (q == NULL || !q->sent)
		return false;
	adns_recent_add(&qs->recent, &q->query, a, monotonic_ms());
	deliver(q, a);
	return true;
}

/* Each answer may ask or cancel, so the list is looked at anew each time. */
static void
fail_suspects(struct adns_questions *qs)
{
	struct question *q;

	do {
		TAILQ_FOREACH(q, &qs->unsent, in_list)
			/* What is freed has left the list: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
			if (q->times_asked >= MAX_ASKED)
				break;
		if (q != NULL)
			deliver_short(q, ADNS_FAILED,
				      "the DNS helper died each time this was asked");
	} while (q != NULL);
}

void
adns_questions_again(struct adns_questions *qs, bool blame)
{
	struct question *q;

	/* Before what has not been asked yet, in the old order. */
	while ((q = TAILQ_LAST(&qs->sent, question_list)) != NULL) {
		TAILQ_REMOVE(&qs->sent, q, in_list);
		TAILQ_INSERT_HEAD(&qs->unsent, q, in_list);
		q->sent = false;
		q->times_asked -= !blame;
		qs->stats.asked_again++;
	}
	fail_suspects(qs);
}

void
adns_questions_ready(struct adns_questions *qs, bool ready)
{
	qs->ready = ready;
}

void
adns_questions_each_known(const struct adns_questions *qs, adns_known_fn *fn, void *ctx)
{
	adns_recent_each(&qs->recent, monotonic_ms(), fn, ctx);
}

void
adns_questions_get_stats(const struct adns_questions *qs, struct adns_questions_stats *out)
{
	*out = qs->stats;
}
