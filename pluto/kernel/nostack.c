/* The plane that only remembers what would be installed: for tests, and for
 * IKE without traffic. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/addr.h"
#include "lib/table.h"
#include "pluto/kernel/cpi_pool.h"
#include "pluto/kernel/planes.h"
#include "pluto/kernel/spi_pool.h"

struct record {
	enum sa_direction dir;
	uint32_t spi;
	uint16_t cpi;
	struct ip_addr remote;
};

struct nostack {
	struct spi_pool *spis;
	struct cpi_pool cpis;
	struct table records;	/* owned, by SPI */
	char text[64];
};

static uint32_t
alloc_spi(void *k, enum sa_protocol protocol, const struct ip_addr *local,
	  const struct ip_addr *remote)
{
	struct nostack *n = k;

	(void)protocol;
	(void)local;
	(void)remote;
	return spi_pool_take(n->spis);
}

static void
free_spi(void *k, uint32_t spi)
{
	struct nostack *n = k;

	spi_pool_release(n->spis, spi);
}

static uint16_t
alloc_cpi(void *k)
{
	struct nostack *n = k;

	return cpi_pool_take(&n->cpis);
}

static void
free_cpi(void *k, uint16_t cpi)
{
	struct nostack *n = k;

	cpi_pool_release(&n->cpis, cpi);
}

struct sought { enum sa_direction dir; uint32_t spi; const struct ip_addr *remote; };

static uint64_t
hash_of(uint32_t spi)
{
	return addr_hash(span_of(&spi, sizeof(spi)));
}

static bool
is_sought(const void *item, const void *key)
{
	const struct record *r = item;
	const struct sought *k = key;

	return r->dir == k->dir && r->spi == k->spi
		&& (r->dir == SA_IN || (k->remote != NULL && ip_addr_eq(&r->remote, k->remote)));
}

static struct record *
find(struct nostack *n, enum sa_direction dir, uint32_t spi, const struct ip_addr *remote)
{
	const struct sought k = { dir, spi, remote };

	return table_find(&n->records, hash_of(spi), is_sought, &k);
}

static int
add_sa(void *k, const struct kernel_sa *sa)
{
	struct nostack *n = k;
	struct record *r;

	if (find(n, sa->dir, sa->spi, &sa->remote.addr) != NULL)
		return -EEXIST;
	if (sa->dir == SA_IN && !spi_pool_claim(n->spis, sa->spi))
		return -ENOMEM;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return -ENOMEM;
	*r = (struct record){ .dir = sa->dir, .spi = sa->spi, .cpi = sa->cpi,
			      .remote = sa->remote.addr };
	if (table_insert(&n->records, hash_of(r->spi), r) == 0)
		return 0;
	free(r);
	return -ENOMEM;
}

static int
del_sa(void *k, enum sa_direction dir, uint32_t spi,
       const struct ip_addr *remote)
{
	const struct sought what = { dir, spi, remote };
	struct nostack *n = k;
	struct record *gone = table_remove(&n->records, hash_of(spi), is_sought, &what);

	if (gone == NULL)
		return -ENOENT;
	if (dir == SA_IN) {
		spi_pool_release(n->spis, spi);
		cpi_pool_release(&n->cpis, gone->cpi);
	}
	free(gone);
	return 0;
}

static bool
counters(void *k, enum sa_direction dir, uint32_t spi,
	 const struct ip_addr *remote, struct sa_counters *out)
{
	*out = (struct sa_counters){ 0 };
	return find(k, dir, spi, remote) != NULL;
}

static void
drop_natt_sockets(void *k)
{
	(void)k;		/* none was taken */
}

static const char *
describe(void *k)
{
	struct nostack *n = k;

	snprintf(n->text, sizeof(n->text), "nostack: %zu SAs recorded",
		 table_count(&n->records));
	return n->text;
}

static void
nostack_close(void *k)
{
	struct nostack *n = k;
	size_t at = 0;
	struct record *r;

	while ((r = table_next(&n->records, &at)) != NULL)
		free(r);
	table_clear(&n->records);
	spi_pool_free(n->spis);
	free(n);
}

static const struct kernel_ops nostack_ops = {
	.name = "nostack",
	.alloc_spi = alloc_spi,
	.free_spi = free_spi,
	.add_sa = add_sa,
	.del_sa = del_sa,
	.counters = counters,
	.drop_natt_sockets = drop_natt_sockets,
	.describe = describe,
	.close = nostack_close,
	.alloc_cpi = alloc_cpi,
	.free_cpi = free_cpi,
};

bool
nostack_open(struct loop *l, const struct kernel_events *ev, struct kernel *out)
{
	struct nostack *n = calloc(1, sizeof(*n));

	(void)l;
	(void)ev;		/* nothing ever happens here */
	if (n == NULL)
		return false;
	n->spis = spi_pool_new();
	if (n->spis == NULL) {
		free(n);
		return false;
	}
	*out = (struct kernel){ .ops = &nostack_ops, .k = n };
	return true;
}
