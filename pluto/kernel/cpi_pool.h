/* Inbound CPIs of IPComp (RFC 3173 3.3): random, unique, of those that are
 * negotiated. */
#ifndef PLUTO_KERNEL_CPI_POOL_H
#define PLUTO_KERNEL_CPI_POOL_H

#include <stdint.h>

enum cpi_range { CPI_FIRST = 256, CPI_LAST = 61439 };

struct cpi_pool { uint8_t taken[(CPI_LAST + 8) / 8]; };	/* zeroed is empty */

/* 0 when all are in use, or randomness is out. */
uint16_t cpi_pool_take(struct cpi_pool *p);
/* Harmless when it is not in use; 0 is none. */
void cpi_pool_release(struct cpi_pool *p, uint16_t cpi);

#endif
