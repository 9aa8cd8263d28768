/* A data plane that records what is installed, keys too, so that both sides of
 * an exchange can be compared. */
#ifndef TESTS_FAKE_KERNEL_H
#define TESTS_FAKE_KERNEL_H

#include "pluto/kernel/kernel.h"

enum { FAKE_SAS_MAX = 512 };

struct fake_sa {
	struct kernel_sa sa;		/* spans point to the copies below */
	struct chunk encr, integ;	/* owned */
	struct sa_counters counters;
};

struct fake_kernel {
	struct fake_sa sas[FAKE_SAS_MAX];	/* oldest first */
	unsigned n;
	uint32_t next_spi;
	unsigned spis_out;		/* taken and neither installed nor freed */
	unsigned cpis_out;		/* the same */
	bool no_cpi;			/* a plane that does not compress */
	int refuse;			/* this error for... */
	int refuse_dir;			/* ...this direction; -1: none */
	unsigned moved;
	bool refuse_move;
};

void fake_kernel_init(struct fake_kernel *k, uint32_t first_spi);
void fake_kernel_clear(struct fake_kernel *k);
struct kernel fake_kernel_plane(struct fake_kernel *k);
struct fake_sa *fake_kernel_find(struct fake_kernel *k, enum sa_direction dir, uint32_t spi);
/* The outbound SA in use: the newest; or NULL. */
struct fake_sa *fake_kernel_current(struct fake_kernel *k);
unsigned fake_kernel_count(const struct fake_kernel *k, enum sa_direction dir);
/* Does what A sends now open at B? */
bool fake_kernel_reaches(struct fake_kernel *a, struct fake_kernel *b);

#endif
