/* Inbound SPIs: random, unique, of a range of our own. */
#include "pluto/kernel/spi_pool.h"

#include <stdlib.h>
#include <sys/random.h>

enum { BUCKETS = 1 << 12, MAX_IN_USE = 1 << 20, TRIES = 64 };

struct spi {
	struct spi *next;
	uint32_t value;
};

struct spi_pool {
	size_t count;
	struct spi *bucket[BUCKETS];
};

struct spi_pool *
spi_pool_new(void)
{
	return calloc(1, sizeof(struct spi_pool));
}

void
spi_pool_free(struct spi_pool *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (p->bucket[i] != NULL) {
			struct spi *s = p->bucket[i];

			p->bucket[i] = s->next;
			free(s);
		}
	}
	free(p);
}

/* The link that points to SPI, or the one at the end of its chain. */
static struct spi **
find(struct spi_pool *p, uint32_t spi)
{
	struct spi **s = &p->bucket[spi % BUCKETS];

	while (*s != NULL && (*s)->value != spi)
		s = &(*s)->next;
	return s;
}

bool
spi_pool_claim(struct spi_pool *p, uint32_t spi)
{
	struct spi **end = find(p, spi);

	if (*end != NULL)
		return true;
	if (p->count >= MAX_IN_USE)
		return false;
	*end = calloc(1, sizeof(**end));
	if (*end == NULL)
		return false;
	(*end)->value = spi;
	p->count++;
	return true;
}

uint32_t
spi_pool_take(struct spi_pool *p)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t spi;

		if (getrandom(&spi, sizeof(spi), 0) != sizeof(spi))
			return 0;
		spi = SPI_FIRST + spi % (SPI_LAST - SPI_FIRST + 1u);
		if (*find(p, spi) != NULL)
			continue;
		return spi_pool_claim(p, spi) ? spi : 0;
	}
	return 0;
}

void
spi_pool_release(struct spi_pool *p, uint32_t spi)
{
	struct spi **s = find(p, spi), *gone = *s;

	if (gone == NULL)
		return;
	*s = gone->next;
	free(gone);
	p->count--;
}

bool
spi_pool_has(const struct spi_pool *p, uint32_t spi)
{
	const struct spi *s = p->bucket[spi % BUCKETS];

	while (s != NULL && s->value != spi)
		s = s->next;
	return s != NULL;
}

size_t
spi_pool_count(const struct spi_pool *p)
{
	return p->count;
}
