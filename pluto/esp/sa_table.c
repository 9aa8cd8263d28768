/* The SAs of the plane: inbound by SPI, outbound by address pair. */
#include "pluto/esp/sa_table.h"

#include <errno.h>
#include <stdlib.h>

enum { BUCKETS = 1 << 16, ID_BUCKETS = 1 << 14 };



struct sa_table {
	struct qsbr *q;
	size_t count;
	_Atomic(struct esp_sa *) in[BUCKETS];
	_Atomic(struct esp_sa *) out[BUCKETS];
	_Atomic(struct esp_sa *) wide;		/* outbound, selector wider than one pair */
	struct esp_sa *ids[ID_BUCKETS];
};

struct sa_table *
sa_table_new(struct qsbr *q)
{
	struct sa_table *t = calloc(1, sizeof(*t));

	/* The hash makes its key at the first use: before there are threads. */
	(void)addr_hash(span_of(&q, sizeof(q)));
	if (t != NULL)
		t->q = q;
	return t;
}

void
sa_table_free(struct sa_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < ID_BUCKETS; i++) {
		while (t->ids[i] != NULL) {
			struct esp_sa *sa = t->ids[i];

			t->ids[i] = sa->next_id;
			esp_sa_free(sa);
		}
	}
	free(t);
}

/* Inbound SPIs are random numbers of our own, so they need no hash. */
static _Atomic(struct esp_sa *) *
in_bucket(struct sa_table *t, uint32_t spi)
{
	return &t->in[spi % BUCKETS];
}

static _Atomic(struct esp_sa *) *
pair_bucket(struct sa_table *t, const struct ip_addr *src,
	    const struct ip_addr *dst)
{
	return &t->out[ip_pair_hash(src, dst) % BUCKETS];
}

struct esp_sa *
sa_table_in(struct sa_table *t, uint32_t spi)
{
	struct esp_sa *sa = atomic_load(in_bucket(t, spi));

	while (sa != NULL && sa->spi != spi)
		sa = atomic_load(&sa->next);
	return sa;
}

static struct esp_sa *
first_match(_Atomic(struct esp_sa *) *link, const struct inner *in)
{
	struct esp_sa *sa = atomic_load(link);

	while (sa != NULL && !inner_allowed(in, &sa->sel, true))
		sa = atomic_load(&sa->next);
	return sa;
}

struct esp_sa *
sa_table_out(struct sa_table *t, const struct inner *in)
{
	struct esp_sa *sa;

	sa = first_match(pair_bucket(t, &in->src, &in->dst), in);
	return sa != NULL ? sa : first_match(&t->wide, in);
}

static bool
one_addr(const struct traffic_selector *ts)
{
	return ip_addr_eq(&ts->addr_lo, &ts->addr_hi);
}

static _Atomic(struct esp_sa *) *
link_of(struct sa_table *t, const struct esp_sa *sa)
{
	if (sa->dir == SA_IN)
		return in_bucket(t, sa->spi);
	if (!one_addr(&sa->sel.local) || !one_addr(&sa->sel.remote))
		return &t->wide;
	return pair_bucket(t, &sa->sel.local.addr_lo, &sa->sel.remote.addr_lo);
}

/* Peers choose outbound SPIs, hence the keyed hash. */
static struct esp_sa **
id_bucket(struct sa_table *t, uint32_t spi)
{
	return &t->ids[addr_hash(span_of(&spi, sizeof(spi))) % ID_BUCKETS];
}

static bool
same_id(const struct esp_sa *sa, enum sa_direction dir, uint32_t spi,
	const struct ip_addr *remote)
{
	if (sa->dir != dir || sa->spi != spi)
		return false;
	return dir == SA_IN || (remote != NULL &&
	       ip_addr_eq(&atomic_load(&sa->path)->remote.addr, remote));
}

struct esp_sa *
sa_table_find(struct sa_table *t, enum sa_direction dir, uint32_t spi,
	      const struct ip_addr *remote)
{
	struct esp_sa *sa = *id_bucket(t, spi);

	while (sa != NULL && !same_id(sa, dir, spi, remote))
		sa = sa->next_id;
	return sa;
}

int
sa_table_add(struct sa_table *t, struct esp_sa *sa)
{
	struct esp_sa **id = id_bucket(t, sa->spi);
	_Atomic(struct esp_sa *) *link = link_of(t, sa);

	if (sa_table_find(t, sa->dir, sa->spi,
			  &atomic_load(&sa->path)->remote.addr) != NULL)
		return -EEXIST;
	sa->next_id = *id;
	*id = sa;
	/* Complete before it can be seen; at the head, so the newest wins. */
	atomic_store(&sa->next, atomic_load(link));
	atomic_store(link, sa);
	t->count++;
	return 0;
}

static void
free_sa(struct qsbr_item *item)
{
	/* The item is the first member. */
	esp_sa_free((struct esp_sa *)(void *)item);
}

static void
free_path(struct qsbr_item *item)
{
	free((struct esp_path *)(void *)item);
}

void
sa_table_del(struct sa_table *t, struct esp_sa *sa)
{
	struct esp_sa **id = id_bucket(t, sa->spi), *other;
	_Atomic(struct esp_sa *) *link = link_of(t, sa);

	while (*id != sa)
		id = &(*id)->next_id;
	*id = sa->next_id;
	while ((other = atomic_load(link)) != sa)
		link = &other->next;
	atomic_store(link, atomic_load(&sa->next));
	t->count--;
	qsbr_retire(t->q, &sa->item, free_sa);
}

int
sa_table_move(struct sa_table *t, struct esp_sa *sa,
	      const struct endpoint *local, const struct endpoint *remote)
{
	struct esp_path *old = atomic_load(&sa->path);
	struct esp_path *path = esp_path_new(local, remote);

	if (path == NULL)
		return -ENOMEM;
	atomic_store(&sa->path, path);
	qsbr_retire(t->q, &old->item, free_path);
	return 0;
}

void
sa_table_each(struct sa_table *t, sa_table_fn *fn, void *ctx)
{
	sa_table_part(t, 0, 1, fn, ctx);
}

void
sa_table_part(struct sa_table *t, unsigned part, unsigned of, sa_table_fn *fn,
	      void *ctx)
{
	for (size_t i = part; i < ID_BUCKETS; i += of) {
		struct esp_sa *sa = t->ids[i], *next;

		for (; sa != NULL; sa = next) {
			next = sa->next_id;
			fn(ctx, sa);
		}
	}
}

size_t
sa_table_count(const struct sa_table *t)
{
	return t->count;
}
