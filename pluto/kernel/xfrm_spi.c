/* Inbound SPIs reserved in the kernel (ALLOCSPI) until an SA takes their place.
 *
 * The number is our own pool's: the engine finds a Child SA by its SPI alone,
 * while the kernel would give one number out twice, to two local addresses. The
 * kernel is asked for just that number, so that no other daemon of this host has
 * it or gets it. What it holds for us is a larval SA, which it gives up after
 * net.core.xfrm_acq_expires seconds: then it is asked again.
 *
 * To reserve one the kernel looks at every SA that it has (since Linux 6.1.150 or
 * so). With very many of ours that takes longer than it is worth: then a number is
 * only drawn, of half a thousand million, and NEWSA refuses one that is taken. */
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/xfrm.h"

enum { TRIES = 8, MANY_SAS = 8192 };

struct reservation {
	struct xfrm_sa_name name;
	struct ip_addr src;
};

static uint64_t
spi_hash(uint32_t spi)
{
	return addr_hash(span_of(&spi, sizeof(spi)));
}

static bool
is_spi(const void *item, const void *key)
{
	const struct reservation *r = item;

	return r->name.spi == *(const uint32_t *)key;
}

static int
reserve(struct xfrm *x, const struct reservation *r)
{
	struct nlmsghdr *h = xfrm_nl_request(x->nl, XFRM_MSG_ALLOCSPI, NLM_F_ACK);

	xfrm_put_spi_request(h, &r->name, &r->src);
	return xfrm_nl_talk(x->nl, h, NULL, NULL);
}

/* 0: the kernel holds it. -ENOENT: somebody else has that number. */
static int
hold(struct xfrm *x, const struct reservation *want)
{
	struct reservation *r = malloc(sizeof(*r));
	int rc;

	if (r == NULL)
		return -ENOMEM;
	*r = *want;
	rc = reserve(x, r);
	if (rc == 0)
		rc = table_insert(&x->reserved, spi_hash(r->name.spi), r);
	if (rc != 0)
		free(r);
	return rc;
}

uint32_t
xfrm_alloc_spi(void *k, enum sa_protocol protocol, const struct ip_addr *local,
	       const struct ip_addr *remote)
{
	static struct log_limit limit;
	struct xfrm *x = k;
	struct reservation r = { .name = { .dst = *local, .proto = xfrm_ip_proto(protocol) },
		.src = *remote };
	int rc = -ENOENT;

	for (unsigned i = 0; i < TRIES && rc == -ENOENT; i++) {
		r.name.spi = spi_pool_take(x->spis);
		rc = r.name.spi == 0 || table_count(&x->flows.sas) > MANY_SAS ? 0
		   : hold(x, &r);
		if (rc == 0)
			return r.name.spi;
		spi_pool_release(x->spis, r.name.spi);
	}
	log_limited(&limit, LOG_LEVEL_WARN, NULL, "xfrm: the kernel reserves no SPI: %s",
		    strerror(-rc));
	return 0;
}

void
xfrm_free_spi(void *k, uint32_t spi)
{
	struct xfrm *x = k;
	struct reservation *r = table_remove(&x->reserved, spi_hash(spi), is_spi, &spi);

	if (r != NULL)
		(void)xfrm_delete(x, &r->name);
	free(r);
	spi_pool_release(x->spis, spi);
}

bool
xfrm_spi_held(const struct xfrm *x, uint32_t spi)
{
	return table_find(&x->reserved, spi_hash(spi), is_spi, &spi) != NULL;
}

void
xfrm_spi_forget(struct xfrm *x, uint32_t spi)
{
	free(table_remove(&x->reserved, spi_hash(spi), is_spi, &spi));
}

/* When somebody else was quicker, the number is not ours to give back. */
void
xfrm_spi_renew(struct xfrm *x, uint32_t spi)
{
	struct reservation *r = table_find(&x->reserved, spi_hash(spi), is_spi, &spi);
	int rc = r != NULL ? reserve(x, r) : 0;

	if (rc == 0)
		return;
	log_debug_of(LOG_PFKEY, NULL, "xfrm: SPI %08x is no longer reserved: %s", spi, strerror(-rc));
	xfrm_spi_forget(x, spi);
}

void
xfrm_spi_check(struct xfrm *x)
{
	struct reservation *r;
	size_t at = 0;

	while ((r = table_next(&x->reserved, &at)) != NULL)
		if (xfrm_get(x, &r->name, NULL, NULL) == -ESRCH)
			(void)reserve(x, r);
}

void
xfrm_spi_clear(struct xfrm *x)
{
	size_t at = 0;
	void *r;

	while ((r = table_next(&x->reserved, &at)) != NULL)
		free(r);
	table_clear(&x->reserved);
}
