/* Inbound CPIs of IPComp: random, unique, of those that are negotiated. */
#include "pluto/kernel/cpi_pool.h"

#include <sys/random.h>

enum { ALL = CPI_LAST - CPI_FIRST + 1 };

static uint8_t
bit(uint16_t cpi)
{
	return (uint8_t)(1u << cpi % 8);
}

uint16_t
cpi_pool_take(struct cpi_pool *p)
{
	uint32_t start;

	if (getrandom(&start, sizeof(start), 0) != sizeof(start))
		return 0;
	for (uint32_t i = 0; i < ALL; i++) {
		uint16_t cpi = (uint16_t)(CPI_FIRST + (start % ALL + i) % ALL);

		if ((p->taken[cpi / 8] & bit(cpi)) != 0)
			continue;
		p->taken[cpi / 8] |= bit(cpi);
		return cpi;
	}
	return 0;
}

void
cpi_pool_release(struct cpi_pool *p, uint16_t cpi)
{
	if (cpi >= CPI_FIRST && cpi <= CPI_LAST)
		p->taken[cpi / 8] &= (uint8_t)~bit(cpi);
}
