/* Merges identical questions, keeps deadlines and limits, answers once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bsd/sys/queue.h>

#include "adns/answer.h"
#include "adns/query.h"
#include "lib/log.h"

enum {
	N_BUCKETS = 1024,
	MAX_IN_FLIGHT = 4096,
	BOGUS_TTL_S = 60,	/* a forged answer is not believed for longer */
};

struct lookup;

/* One question of pluto's. */
struct asker {
	uint64_t id;
	struct queries *qs;
	struct lookup *lookup;
	loop_id deadline;
	LIST_ENTRY(asker) same_bucket;
	TAILQ_ENTRY(asker) same_lookup;
};

/* One name and type being looked up, or waiting for its turn. */
struct lookup {
	struct dns_name qname;
	uint16_t rrtype;
	uint64_t ref;		/* 0: still waiting */
	bool from_cache;
	TAILQ_HEAD(, asker) askers;
	LIST_ENTRY(lookup) same_bucket;
	TAILQ_ENTRY(lookup) in_list;	/* flying or waiting */
};

TAILQ_HEAD(lookup_list, lookup);

/* When a name's answer leaves the resolver's cache; one slot per hash. */
struct seen {
	uint64_t key, until_ms;
};

struct queries {
	struct loop *loop;
	struct resolver resolver;
	struct queries_limits limits;
	queries_answer_fn *answer;
	void *ctx;
	LIST_HEAD(, asker) askers[N_BUCKETS];
	LIST_HEAD(, lookup) lookups[N_BUCKETS];
	struct lookup_list flying, waiting;
	struct seen seen[N_BUCKETS];
	uint64_t last_ref;
	bool pumping;
	struct queries_stats stats;
};

static uint64_t
question_key(const struct dns_name *qname, uint16_t rrtype)
{
	return addr_hash(span_str(qname->text)) + rrtype;
}

static struct asker *
find_asker(struct queries *qs, uint64_t id)
{
	struct asker *a;

	LIST_FOREACH(a, &qs->askers[id % N_BUCKETS], same_bucket)
		if (a->id == id)
			return a;
	return NULL;
}

static struct lookup *
find_lookup(struct queries *qs, const struct dns_name *qname, uint16_t rrtype)
{
	uint64_t key = question_key(qname, rrtype);
	struct lookup *l;

	LIST_FOREACH(l, &qs->lookups[key % N_BUCKETS], same_bucket)
		if (l->rrtype == rrtype && strcmp(l->qname.text, qname->text) == 0)
			return l;
	return NULL;
}

static bool
was_seen(const struct queries *qs, const struct lookup *l)
{
	uint64_t key = question_key(&l->qname, l->rrtype);
	const struct seen *s = &qs->seen[key % N_BUCKETS];

	return s->key == key && monotonic_ms() < s->until_ms;
}

static void
note_seen(struct queries *qs, const struct lookup *l, uint32_t ttl_s)
{
	uint64_t key = question_key(&l->qname, l->rrtype);

	if (l->from_cache)
		return;
	qs->seen[key % N_BUCKETS] = (struct seen){
		.key = key,
		.until_ms = monotonic_ms() + (uint64_t)ttl_s * 1000,
	};
}

static void
asker_free(struct asker *a)
{
	struct queries *qs = a->qs;

	loop_cancel(qs->loop, &a->deadline);
	LIST_REMOVE(a, same_bucket);
	if (a->lookup != NULL)
		TAILQ_REMOVE(&a->lookup->askers, a, same_lookup);
	qs->stats.askers--;
	free(a);
}

/* Off every table, so that the same question may be asked anew from within
 * the answers that follow. */
static void
lookup_detach(struct queries *qs, struct lookup *l)
{
	LIST_REMOVE(l, same_bucket);
	if (l->ref == 0) {
		TAILQ_REMOVE(&qs->waiting, l, in_list);
		qs->stats.waiting--;
	} else {
		TAILQ_REMOVE(&qs->flying, l, in_list);
		qs->stats.in_flight--;
	}
}

static void
answer_short(struct queries *qs, uint64_t id, enum adns_status status, const char *why)
{
	struct adns_answer a = { .id = id, .status = status };

	snprintf(a.why, sizeof(a.why), "%s", why);
	qs->answer(qs->ctx, &a);
}

/* Tells every asker and ends the lookup, which is detached already. */
static void
lookup_finish(struct queries *qs, struct lookup *l, struct adns_answer *answer)
{
	struct asker *a;

	while ((a = TAILQ_FIRST(&l->askers)) != NULL) {
		answer->id = a->id;
		asker_free(a);
		qs->answer(qs->ctx, answer);
	}
	free(l);
}

static void
read_reply(const struct lookup *l, const struct resolver_reply *r, struct adns_answer *out)
{
	*out = (struct adns_answer){ .status = ADNS_FAILED };
	if (r->failed) {
		snprintf(out->why, sizeof(out->why), "%s", r->why[0] != '\0' ?
			 r->why : "no server answers, or they refuse");
		return;
	}
	answer_read(r->message, &l->qname, l->rrtype, out);
	out->security = out->status == ADNS_FAILED ? ADNS_INSECURE : r->security;
	out->from_cache = l->from_cache;
	if (r->security != ADNS_BOGUS)
		return;
	snprintf(out->why, sizeof(out->why), "%s", r->why);
	if (out->ttl_s > BOGUS_TTL_S)
		out->ttl_s = BOGUS_TTL_S;
}

static void pump(struct queries *qs);

static void
on_done(void *ctx, uint64_t ref, const struct resolver_reply *r)
{
	struct queries *qs = ctx;
	struct adns_answer answer;
	struct lookup *l;

	TAILQ_FOREACH(l, &qs->flying, in_list)
		if (l->ref == ref)
			break;
	if (l == NULL)
		return;
	read_reply(l, r, &answer);
	note_seen(qs, l, answer.ttl_s);
	lookup_detach(qs, l);
	lookup_finish(qs, l, &answer);
	pump(qs);
}

static void
start(struct queries *qs, struct lookup *l)
{
	struct adns_answer answer = { .status = ADNS_FAILED };
	uint64_t ref = ++qs->last_ref;
	int err;

	TAILQ_REMOVE(&qs->waiting, l, in_list);
	qs->stats.waiting--;
	l->ref = ref;
	l->from_cache = was_seen(qs, l);
	TAILQ_INSERT_TAIL(&qs->flying, l, in_list);
	qs->stats.in_flight++;
	/* The answer may come before ask() returns, and then l is gone. */
	err = qs->resolver.ask(qs->resolver.self, &l->qname, l->rrtype, ref, on_done, qs);
	if (err == 0)
		return;
	snprintf(answer.why, sizeof(answer.why),
		 "the resolver library refuses the question: %s", strerror(-err));
	lookup_detach(qs, l);
	lookup_finish(qs, l, &answer);
}

/* Gives up the oldest lookup that nobody waits for any more. */
static bool
drop_orphan(struct queries *qs)
{
	struct lookup *l;

	TAILQ_FOREACH(l, &qs->flying, in_list)
		if (TAILQ_EMPTY(&l->askers))
			break;
	if (l == NULL)
		return false;
	qs->resolver.cancel(qs->resolver.self, l->ref);
	lookup_detach(qs, l);
	free(l);
	qs->stats.given_up++;
	return true;
}

/* Starts what waits while there is room. Not recursive, although start() may
 * come back here through on_done(). */
static void
pump(struct queries *qs)
{
	struct lookup *l;

	if (qs->pumping)
		return;
	qs->pumping = true;
	while ((l = TAILQ_FIRST(&qs->waiting)) != NULL) {
		if (qs->stats.in_flight >= qs->limits.in_flight &&
		    !drop_orphan(qs))
			break;
		start(qs, l);
	}
	qs->pumping = false;
}

/* A lookup that nobody wants and that has not begun is no use at all. */
static void
drop_if_idle(struct queries *qs, struct lookup *l, bool also_flying)
{
	if (!TAILQ_EMPTY(&l->askers) || (l->ref != 0 && !also_flying))
		return;
	if (l->ref != 0)
		qs->resolver.cancel(qs->resolver.self, l->ref);
	lookup_detach(qs, l);
	free(l);
}

static void
on_deadline(void *ctx)
{
	struct asker *a = ctx;
	struct queries *qs = a->qs;
	struct lookup *l = a->lookup;
	uint64_t id = a->id;

	asker_free(a);
	drop_if_idle(qs, l, false);
	qs->stats.timed_out++;
	answer_short(qs, id, ADNS_TIMED_OUT,
		     "no answer yet; the lookup goes on in the background");
	pump(qs);
}

static struct lookup *
lookup_new(struct queries *qs, const struct adns_query *q)
{
	struct lookup *l = calloc(1, sizeof(*l));
	uint64_t key = question_key(&q->qname, q->rrtype);

	if (l == NULL)
		return NULL;
	l->qname = q->qname;
	l->rrtype = q->rrtype;
	TAILQ_INIT(&l->askers);
	LIST_INSERT_HEAD(&qs->lookups[key % N_BUCKETS], l, same_bucket);
	TAILQ_INSERT_TAIL(&qs->waiting, l, in_list);
	qs->stats.waiting++;
	return l;
}

static bool
asker_new(struct queries *qs, const struct adns_query *q, struct lookup *l)
{
	struct asker *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return false;
	a->id = q->id;
	a->qs = qs;
	a->lookup = l;
	a->deadline = loop_after(qs->loop, q->timeout_ms, on_deadline, a);
	LIST_INSERT_HEAD(&qs->askers[q->id % N_BUCKETS], a, same_bucket);
	TAILQ_INSERT_TAIL(&l->askers, a, same_lookup);
	qs->stats.askers++;
	return true;
}

void
queries_ask(struct queries *qs, const struct adns_query *q)
{
	static struct log_limit limit;
	struct lookup *l;
	bool known;

	if (q->id == 0 || find_asker(qs, q->id) != NULL) {
		log_limited(&limit, LOG_LEVEL_WARN, NULL,
			    "question id %ju is in use", (uintmax_t)q->id);
		return;
	}
	qs->stats.asked++;
	if (!answer_type_known(q->rrtype)) {
		answer_short(qs, q->id, ADNS_FAILED, "records of this type are not asked");
		return;
	}
	if (qs->stats.askers >= qs->limits.in_flight + qs->limits.waiting) {
		qs->stats.busy++;
		answer_short(qs, q->id, ADNS_BUSY, "too many questions at once");
		return;
	}
	l = find_lookup(qs, &q->qname, q->rrtype);
	known = l != NULL;
	if (!known)
		l = lookup_new(qs, q);
	if (l == NULL || !asker_new(qs, q, l)) {
		if (l != NULL)
			drop_if_idle(qs, l, false);
		qs->stats.busy++;
		answer_short(qs, q->id, ADNS_BUSY, "out of memory");
		return;
	}
	qs->stats.merged += known;
	pump(qs);
}

void
queries_cancel(struct queries *qs, uint64_t id)
{
	struct asker *a = find_asker(qs, id);
	struct lookup *l;

	if (a == NULL)
		return;
	l = a->lookup;
	asker_free(a);
	drop_if_idle(qs, l, true);
	pump(qs);
}

struct queries *
queries_new(struct loop *l, const struct resolver *r,
	    const struct queries_limits *limits, queries_answer_fn *answer, void *ctx)
{
	struct queries *qs = calloc(1, sizeof(*qs));

	if (qs == NULL)
		return NULL;
	qs->loop = l;
	qs->resolver = *r;
	qs->limits = *limits;
	if (qs->limits.in_flight > MAX_IN_FLIGHT)
		qs->limits.in_flight = MAX_IN_FLIGHT;
	qs->answer = answer;
	qs->ctx = ctx;
	TAILQ_INIT(&qs->flying);
	TAILQ_INIT(&qs->waiting);
	return qs;
}

void
queries_free(struct queries *qs)
{
	struct lookup_list *lists[2];

	if (qs == NULL)
		return;
	lists[0] = &qs->flying;
	lists[1] = &qs->waiting;
	for (unsigned i = 0; i < 2; i++) {
		struct lookup *l;

		while ((l = TAILQ_FIRST(lists[i])) != NULL) {
			while (!TAILQ_EMPTY(&l->askers))
				asker_free(TAILQ_FIRST(&l->askers));
			drop_if_idle(qs, l, true);
		}
	}
	free(qs);
}

void
queries_get_stats(const struct queries *qs, struct queries_stats *out)
{
	*out = qs->stats;
}
