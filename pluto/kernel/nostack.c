/* The plane that only remembers what would be installed: for tests, and for
 * IKE without traffic. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/addr.h"
#include "pluto/kernel/cpi_pool.h"
#include "pluto/kernel/planes.h"
#include "pluto/kernel/spi_pool.h"

struct record {
	struct record *next;
	enum sa_direction dir;
	uint32_t spi;
	uint16_t cpi;
	struct ip_addr remote;
};

struct nostack {
	struct spi_pool *spis;
	struct cpi_pool cpis;
	struct record *head;
	size_t count;
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

/* The link that points to the record, or the one at the end. */
static struct record **
find(struct nostack *n, enum sa_direction dir, uint32_t spi,
     const struct ip_addr *remote)
{
	struct record **r = &n->head;

	while (*r != NULL && ((*r)->dir != dir || (*r)->spi != spi ||
	       (dir == SA_OUT && (remote == NULL ||
				  !ip_addr_eq(&(*r)->remote, remote)))))
		r = &(*r)->next;
	return r;
}

static int
add_sa(void *k, const struct kernel_sa *sa)
{
	struct nostack *n = k;
	struct record **end = find(n, sa->dir, sa->spi, &sa->remote.addr);

	if (*end != NULL)
		return -EEXIST;
	if (sa->dir == SA_IN && !spi_pool_claim(n->spis, sa->spi))
		return -ENOMEM;
	*end = calloc(1, sizeof(**end));
	if (*end == NULL)
		return -ENOMEM;
	**end = (struct record){ .dir = sa->dir, .spi = sa->spi, .cpi = sa->cpi,
				 .remote = sa->remote.addr };
	n->count++;
	return 0;
}

static int
del_sa(void *k, enum sa_direction dir, uint32_t spi,
       const struct ip_addr *remote)
{
	struct nostack *n = k;
	struct record **r = find(n, dir, spi, remote), *gone = *r;

	if (gone == NULL)
		return -ENOENT;
	*r = gone->next;
	n->count--;
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
	return *find(k, dir, spi, remote) != NULL;
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
		 n->count);
	return n->text;
}

static void
nostack_close(void *k)
{
	struct nostack *n = k;

	while (n->head != NULL) {
		struct record *r = n->head;

		n->head = r->next;
		free(r);
	}
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
