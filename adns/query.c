/* Merges identical questions, keeps deadlines and limits, answers once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adns/answer.h"
#include "adns/bucket.h"
#include "adns/log_ctx.h"
#include "adns/lookup.h"
#include "adns/query.h"

enum {
	MAX_IN_FLIGHT = 4096,
	BOGUS_TTL_S = 60,	/* a forged answer is not believed for longer */
};

struct queries {
	struct loop *loop;
	struct resolver resolver;
	struct queries_limits limits;
	queries_answer_fn *answer;
	void *ctx;
	struct lookups table;
	struct buckets buckets;
	uint64_t last_ref;
	bool pumping;
	struct queries_stats stats;
};

static void
drop_asker(struct queries *qs, struct asker *a)
{
	loop_cancel(qs->loop, &a->deadline);
	asker_free(&qs->table, a);
}

static void
answer_short(struct queries *qs, uint64_t id, enum adns_status status, const char *why)
{
	struct adns_answer a = { .id = id, .status = status };

	snprintf(a.why, sizeof(a.why), "%s", why);
	qs->answer(qs->ctx, &a);
}

/* Detaches the lookup, tells every asker, and ends it. */
static void
finish(struct queries *qs, struct lookup *l, struct adns_answer *answer)
{
	struct asker *a;

	lookup_detach(&qs->table, l);
	l->finished = true;
	while ((a = TAILQ_FIRST(&l->askers)) != NULL) {
		answer->id = a->id;
		drop_asker(qs, a);
		qs->answer(qs->ctx, answer);
	}
	free(l);
}

/* While the root's own keys do not validate, everything is bogus, and that says nothing of
 * the zone: it is as if there had been no answer, and the words say whose fault it is. Who
 * can do that to us could as well leave our questions unanswered. */
static bool
blames_us(const struct queries *qs)
{
	return qs->limits.health != NULL && *qs->limits.health > ADNS_HEALTH_WELL;
}

static void
read_reply(const struct queries *qs, const struct lookup *l, const struct resolver_reply *r,
	   struct adns_answer *out)
{
	*out = (struct adns_answer){ .status = ADNS_FAILED };
	if (r->failed) {
		snprintf(out->why, sizeof(out->why), "%s", r->why[0] != '\0' ?
			 r->why : "no server answers, or they refuse");
		return;
	}
	if (r->security == ADNS_BOGUS && blames_us(qs)) {
		snprintf(out->why, sizeof(out->why), "%s", adns_health_text(*qs->limits.health));
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
	struct lookup *l = lookups_flying(&qs->table, ref);

	if (l == NULL)
		return;
	read_reply(qs, l, r, &answer);
	lookup_seen(&qs->table, l, answer.ttl_s);
	finish(qs, l, &answer);
	pump(qs);
}

static void
start(struct queries *qs, struct lookup *l)
{
	struct adns_answer answer = { .status = ADNS_FAILED };
	uint64_t ref = ++qs->last_ref;
	int err;

	lookup_fly(&qs->table, l, ref);
	/* The answer may come before ask() returns, and then l is gone. */
	err = qs->resolver.ask(qs->resolver.self, &l->qname, l->rrtype, ref, on_done, qs);
	if (err == 0)
		return;
	snprintf(answer.why, sizeof(answer.why),
		 "the resolver library refuses the question: %s", strerror(-err));
	finish(qs, l, &answer);
}

/* Ends a lookup that has no asker any more. */
static void
drop_lookup(struct queries *qs, struct lookup *l)
{
	if (l->ref != 0)
		qs->resolver.cancel(qs->resolver.self, l->ref);
	lookup_detach(&qs->table, l);
	free(l);
}

/* Gives up the oldest lookup that nobody waits for, to make room. */
static bool
drop_orphan(struct queries *qs)
{
	struct lookup *l;

	TAILQ_FOREACH(l, &qs->table.flying, in_list)
		if (TAILQ_EMPTY(&l->askers))
			break;
	if (l == NULL)
		return false;
	drop_lookup(qs, l);
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
	while ((l = TAILQ_FIRST(&qs->table.waiting)) != NULL) {
		if (qs->table.n_flying >= qs->limits.in_flight && !drop_orphan(qs))
			break;
		start(qs, l);
	}
	qs->pumping = false;
}

static void
on_deadline(void *ctx)
{
	struct asker *a = ctx;
	struct queries *qs = a->qs;
	struct lookup *l = a->lookup;
	uint64_t id = a->id;

	drop_asker(qs, a);
	/* One that has not begun is no use to anybody. */
	if (TAILQ_EMPTY(&l->askers) && l->ref == 0)
		drop_lookup(qs, l);
	qs->stats.timed_out++;
	answer_short(qs, id, ADNS_TIMED_OUT,
		     "no answer yet; the lookup goes on in the background");
	pump(qs);
}

/* Q waits for L, the lookup of its name, which is made when it is NULL. */
static bool
join(struct queries *qs, const struct adns_query *q, struct lookup *l)
{
	bool known = l != NULL;
	struct asker *a;

	if (!known)
		l = lookup_new(&qs->table, q);
	if (l == NULL)
		return false;
	a = asker_new(&qs->table, q->id, l);
	if (a == NULL) {
		if (!known)
			drop_lookup(qs, l);
		return false;
	}
	a->qs = qs;
	a->deadline = loop_after(qs->loop, q->timeout_ms, on_deadline, a);
	qs->stats.merged += known;
	return true;
}

/* What is being looked up already, or is in the cache, costs nothing. */
static bool
may_begin(struct queries *qs, const struct adns_query *q, const struct lookup *l)
{
	return l != NULL || lookups_seen(&qs->table, &q->qname, q->rrtype)
		|| buckets_take(&qs->buckets, &q->qname, monotonic_ms());
}

static void
refuse(struct queries *qs, uint64_t id, const char *why)
{
	qs->stats.busy++;
	answer_short(qs, id, ADNS_BUSY, why);
}

void
queries_ask(struct queries *qs, const struct adns_query *q)
{
	static struct log_limit limit;
	struct lookup *l;

	if (q->id == 0 || lookups_asker(&qs->table, q->id) != NULL) {
		log_limited(&limit, LOG_LEVEL_WARN, &adns_log,
			    "question id %ju is in use", (uintmax_t)q->id);
		return;
	}
	qs->stats.asked++;
	l = lookups_find(&qs->table, &q->qname, q->rrtype);
	if (!answer_type_known(q->rrtype))
		answer_short(qs, q->id, ADNS_FAILED, "records of this type are not asked");
	else if (qs->table.n_askers >= qs->limits.in_flight + qs->limits.waiting)
		refuse(qs, q->id, "too many questions at once");
	else if (!may_begin(qs, q, l))
		refuse(qs, q->id, "too many questions about one prefix");
	else if (!join(qs, q, l))
		refuse(qs, q->id, "out of memory");
	pump(qs);
}

void
queries_cancel(struct queries *qs, uint64_t id)
{
	struct asker *a = lookups_asker(&qs->table, id);
	struct lookup *l;

	if (a == NULL)
		return;
	l = a->lookup;
	drop_asker(qs, a);
	if (TAILQ_EMPTY(&l->askers) && !l->finished)
		drop_lookup(qs, l);
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
	qs->buckets.burst = limits->burst;
	qs->buckets.per_s = limits->per_s;
	qs->answer = answer;
	qs->ctx = ctx;
	lookups_init(&qs->table);
	return qs;
}

static void
drop_all(struct queries *qs, struct lookup_list *list)
{
	struct lookup *l;

	while ((l = TAILQ_FIRST(list)) != NULL) {
		while (!TAILQ_EMPTY(&l->askers))
			drop_asker(qs, TAILQ_FIRST(&l->askers));
		drop_lookup(qs, l);
	}
}

void
queries_free(struct queries *qs)
{
	if (qs == NULL)
		return;
	drop_all(qs, &qs->table.waiting);
	drop_all(qs, &qs->table.flying);
	free(qs);
}

void
queries_get_stats(const struct queries *qs, struct queries_stats *out)
{
	*out = qs->stats;
	out->askers = qs->table.n_askers;
	out->in_flight = qs->table.n_flying;
	out->waiting = qs->table.n_waiting;
}
