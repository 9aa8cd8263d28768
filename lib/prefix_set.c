/* Longest-prefix match over CIDR lists: a table per set, asked once for each
 * prefix length that occurs. */
#include "lib/prefix_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"

enum { LENGTHS = 129 };

struct entry {
	struct ip_prefix prefix;
	uint32_t value;
};

struct prefix_set {
	struct table by_prefix;
	struct entry **entries;		/* owned, and so is each entry */
	size_t count, room;
	size_t with_len4[LENGTHS], with_len6[LENGTHS];
};

struct prefix_set *
prefix_set_new(void)
{
	return calloc(1, sizeof(struct prefix_set));
}

void
prefix_set_free(struct prefix_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->entries[i]);
	free(s->entries);
	table_clear(&s->by_prefix);
	free(s);
}

size_t
prefix_set_count(const struct prefix_set *s)
{
	return s->count;
}

/* The first LEN bits of A. */
static struct ip_prefix
cut(const struct ip_addr *a, uint8_t len)
{
	struct ip_prefix p = { .addr = *a, .len = len };
	struct traffic_selector range = ts_prefix(&p);

	p.addr = range.addr_lo;
	return p;
}

static uint64_t
prefix_hash(const struct ip_prefix *p)
{
	uint8_t key[18];

	key[0] = (uint8_t)p->addr.family;
	key[1] = p->len;
	memcpy(key + 2, p->addr.bytes, 16);
	return addr_hash(SPAN_OF(key));
}

static bool
has_prefix(const void *item, const void *key)
{
	const struct entry *e = item;
	const struct ip_prefix *p = key;

	return e->prefix.len == p->len && ip_addr_eq(&e->prefix.addr, &p->addr);
}

static int
make_room(struct prefix_set *s)
{
	size_t room = s->room != 0 ? 2 * s->room : 16;
	struct entry **entries;

	if (s->count < s->room)
		return 0;
	entries = reallocarray(s->entries, room, sizeof(struct entry *));
	if (entries == NULL)
		return -ENOMEM;
	s->entries = entries;
	s->room = room;
	return 0;
}

int
prefix_set_add(struct prefix_set *s, const struct ip_prefix *p, uint32_t value)
{
	struct ip_prefix key;
	struct entry *e;
	uint64_t hash;

	if (p->addr.family == IP_NONE || p->len > ip_addr_bits(p->addr.family))
		return -EINVAL;
	key = cut(&p->addr, p->len);
	hash = prefix_hash(&key);
	if (table_find(&s->by_prefix, hash, has_prefix, &key) != NULL)
		return -EEXIST;
	e = malloc(sizeof(*e));
	if (e == NULL || make_room(s) < 0 ||
	    table_insert(&s->by_prefix, hash, e) < 0) {
		free(e);
		return -ENOMEM;
	}
	*e = (struct entry){ .prefix = key, .value = value };
	s->entries[s->count++] = e;
	(p->addr.family == IP_V4 ? s->with_len4 : s->with_len6)[p->len]++;
	return 0;
}

bool
prefix_set_find(const struct prefix_set *s, const struct ip_addr *a,
		uint32_t *value, struct ip_prefix *match)
{
	const size_t *with_len = a->family == IP_V4 ? s->with_len4
						    : s->with_len6;

	if (a->family == IP_NONE)
		return false;
	for (size_t n = ip_addr_bits(a->family) + 1; n > 0; n--) {
		struct ip_prefix key;
		const struct entry *e;

		if (with_len[n - 1] == 0)
			continue;
		key = cut(a, (uint8_t)(n - 1));
		e = table_find(&s->by_prefix, prefix_hash(&key), has_prefix,
			       &key);
		if (e == NULL)
			continue;
		*value = e->value;
		if (match != NULL)
			*match = e->prefix;
		return true;
	}
	return false;
}

/* By address; of two that begin alike, the one that holds the other first. */
static int
by_start(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a;
	const struct entry *y = *(struct entry *const *)b;
	int c = ip_addr_cmp(&x->prefix.addr, &y->prefix.addr);

	return c != 0 ? c : x->prefix.len - y->prefix.len;
}

/* A walk in address order: the prefixes that hold the place where we are, and
 * the first address that was not told yet. */
struct sweep {
	const struct entry *open[LENGTHS];
	size_t n_open;
	struct ip_addr next;
	bool past_end;			/* NEXT would be beyond the last address */
	bool stopped;
	prefix_range_fn *fn;
	void *ctx;
};

/* Adds or takes one; false when it does not fit. */
static bool
step(struct ip_addr *a, bool up)
{
	for (size_t i = ip_addr_size(a->family); i > 0; i--) {
		a->bytes[i - 1] = (uint8_t)(a->bytes[i - 1] + (up ? 1 : -1));
		if (a->bytes[i - 1] != (up ? 0 : 0xff))
			return true;
	}
	return false;
}

/* Tells what is left up to HI in the name of the innermost open prefix. */
static void
tell(struct sweep *w, const struct ip_addr *hi)
{
	const struct entry *top = w->open[w->n_open - 1];

	if (w->stopped || w->past_end || ip_addr_cmp(&w->next, hi) > 0)
		return;
	w->stopped = !w->fn(w->ctx, &w->next, hi, top->value);
	w->next = *hi;
	w->past_end = !step(&w->next, true);
}

/* Closes every open prefix that ends before AT; all of them when AT is NULL. */
static void
close_before(struct sweep *w, const struct ip_addr *at)
{
	while (w->n_open > 0) {
		const struct ip_prefix *p = &w->open[w->n_open - 1]->prefix;
		struct traffic_selector range = ts_prefix(p);

		if (at != NULL && ip_addr_cmp(&range.addr_hi, at) >= 0)
			return;
		tell(w, &range.addr_hi);
		w->n_open--;
	}
}

static void
open_entry(struct sweep *w, const struct entry *e)
{
	struct ip_addr before = e->prefix.addr;

	close_before(w, &e->prefix.addr);
	if (w->n_open > 0 && step(&before, false))
		tell(w, &before);
	w->next = e->prefix.addr;
	w->open[w->n_open++] = e;
}

void
prefix_set_ranges(const struct prefix_set *s, enum ip_family family,
		  prefix_range_fn *fn, void *ctx)
{
	struct sweep w = { .fn = fn, .ctx = ctx };

	if (s->count > 1)
		qsort(s->entries, s->count, sizeof(struct entry *), by_start);
	for (size_t i = 0; i < s->count && !w.stopped; i++)
		if (s->entries[i]->prefix.addr.family == family)
			open_entry(&w, s->entries[i]);
	close_before(&w, NULL);
}
