/* Hash tables and lists of askers and lookups. */
#include <stdlib.h>
#include <string.h>

#include "adns/lookup.h"

static uint64_t
question_key(const struct dns_name *qname, uint16_t rrtype)
{
	return addr_hash(span_str(qname->text)) + rrtype;
}

void
lookups_init(struct lookups *t)
{
	*t = (struct lookups){ 0 };
	TAILQ_INIT(&t->flying);
	TAILQ_INIT(&t->waiting);
}

struct asker *
lookups_asker(struct lookups *t, uint64_t id)
{
	struct asker *a;

	LIST_FOREACH(a, &t->askers[id % LOOKUP_BUCKETS], same_bucket)
		if (a->id == id)
			return a;
	return NULL;
}

struct lookup *
lookups_find(struct lookups *t, const struct dns_name *qname, uint16_t rrtype)
{
	uint64_t key = question_key(qname, rrtype);
	struct lookup *l;

	LIST_FOREACH(l, &t->lookups[key % LOOKUP_BUCKETS], same_bucket)
		if (l->rrtype == rrtype && strcmp(l->qname.text, qname->text) == 0)
			return l;
	return NULL;
}

struct lookup *
lookups_flying(struct lookups *t, uint64_t ref)
{
	struct lookup *l;

	TAILQ_FOREACH(l, &t->flying, in_list)
		if (l->ref == ref)
			return l;
	return NULL;
}

bool
lookups_seen(const struct lookups *t, const struct dns_name *qname, uint16_t rrtype)
{
	uint64_t key = question_key(qname, rrtype);
	const struct seen *s = &t->seen[key % LOOKUP_BUCKETS];

	return s->key == key && monotonic_ms() < s->until_ms;
}

void
lookup_seen(struct lookups *t, const struct lookup *l, uint32_t ttl_s)
{
	uint64_t key = question_key(&l->qname, l->rrtype);

	if (l->from_cache)
		return;
	t->seen[key % LOOKUP_BUCKETS] = (struct seen){
		.key = key,
		.until_ms = monotonic_ms() + (uint64_t)ttl_s * 1000,
	};
}

struct lookup *
lookup_new(struct lookups *t, const struct adns_query *q)
{
	struct lookup *l = calloc(1, sizeof(*l));
	uint64_t key = question_key(&q->qname, q->rrtype);

	if (l == NULL)
		return NULL;
	l->qname = q->qname;
	l->rrtype = q->rrtype;
	TAILQ_INIT(&l->askers);
	LIST_INSERT_HEAD(&t->lookups[key % LOOKUP_BUCKETS], l, same_bucket);
	TAILQ_INSERT_TAIL(&t->waiting, l, in_list);
	t->n_waiting++;
	return l;
}

void
lookup_fly(struct lookups *t, struct lookup *l, uint64_t ref)
{
	TAILQ_REMOVE(&t->waiting, l, in_list);
	t->n_waiting--;
	l->ref = ref;
	l->from_cache = lookups_seen(t, &l->qname, l->rrtype);
	TAILQ_INSERT_TAIL(&t->flying, l, in_list);
	t->n_flying++;
}

void
lookup_detach(struct lookups *t, struct lookup *l)
{
	LIST_REMOVE(l, same_bucket);
	if (l->ref == 0) {
		TAILQ_REMOVE(&t->waiting, l, in_list);
		t->n_waiting--;
	} else {
		TAILQ_REMOVE(&t->flying, l, in_list);
		t->n_flying--;
	}
}

struct asker *
asker_new(struct lookups *t, uint64_t id, struct lookup *l)
{
	struct asker *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->id = id;
	a->lookup = l;
	LIST_INSERT_HEAD(&t->askers[id % LOOKUP_BUCKETS], a, same_bucket);
	TAILQ_INSERT_TAIL(&l->askers, a, same_lookup);
	t->n_askers++;
	return a;
}

void
asker_free(struct lookups *t, struct asker *a)
{
	LIST_REMOVE(a, same_bucket);
	TAILQ_REMOVE(&a->lookup->askers, a, same_lookup);
	t->n_askers--;
	free(a);
}
