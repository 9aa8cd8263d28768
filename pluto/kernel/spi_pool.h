/* Inbound SPIs: random, unique, of a range of our own: ESP that comes with an SPI
 * of it that nobody knows was meant for an earlier run of ours. */
#ifndef PLUTO_KERNEL_SPI_POOL_H
#define PLUTO_KERNEL_SPI_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spi_range { SPI_FIRST = 0x50000000, SPI_LAST = 0x6fffffff };

struct spi_pool;

struct spi_pool *spi_pool_new(void);
void spi_pool_free(struct spi_pool *p);
/* 0 when a million are in use, or memory or randomness is out. */
uint32_t spi_pool_take(struct spi_pool *p);
/* Marks one that was chosen elsewhere; fine when it is in use already. */
bool spi_pool_claim(struct spi_pool *p, uint32_t spi);
/* Harmless when it is not in use. */
void spi_pool_release(struct spi_pool *p, uint32_t spi);
/* Taken or claimed, and not released. */
bool spi_pool_has(const struct spi_pool *p, uint32_t spi);
size_t spi_pool_count(const struct spi_pool *p);

#endif
