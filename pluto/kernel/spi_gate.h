/* Which ESP finds no SA here? A kernel drops it without a word; this asks before.
 *
 * The SPIs of our inbound SAs are a set of the nft table `inet pluto_spi`; ESP
 * (and ESP in UDP, and AH) to us with another SPI is queued, so many a second,
 * and the rest passes by. Of what is queued
 *	- an SPI that we have given to a peer, and whose SA is not there yet: the
 *	  packet has overtaken the answer to our IKE_AUTH, or its signature is
 *	  still being verified (RFC 7296 2.8). It waits for the SA, a moment;
 *	- any other: the peer has an SA that we have lost. A hint.
 * When we die the queue is bypassed and the kernel does what it always did.
 */
#ifndef PLUTO_KERNEL_SPI_GATE_H
#define PLUTO_KERNEL_SPI_GATE_H

#include "pluto/kernel/kernel.h"

struct spi_gate;

enum spi_state {
	SPI_UNKNOWN,
	SPI_GIVEN,		/* to a peer; its SA is to come */
	SPI_INSTALLED,
};
typedef enum spi_state spi_state_fn(void *plane, uint32_t spi);

/* STATE is asked of each packet's SPI. NULL with a sentence in ERR when this
 * kernel's netfilter cannot. */
struct spi_gate *spi_gate_open(struct loop *l, const struct kernel_events *ev,
			       spi_state_fn *state, void *plane, char *err, size_t errlen);
void spi_gate_close(struct spi_gate *g);	/* NULL is fine, here and below */
/* The inbound SA of SPI stands, with its policies: what waits for it goes on. */
void spi_gate_add(struct spi_gate *g, uint32_t spi);
void spi_gate_remove(struct spi_gate *g, uint32_t spi);

struct spi_gate_stats {
	uint64_t kept;		/* came too early, and waited */
	uint64_t lost;		/* whose SA did not come, or beyond the room for them */
	uint64_t unknown;
};
struct spi_gate_stats spi_gate_stats(const struct spi_gate *g);

#endif
