/* Host B with the engine of one version of IKE, an SA up with the honest peer A,
 * and a stranger who sends to it. */
#ifndef TESTS_HOLES_WORLD_H
#define TESTS_HOLES_WORLD_H

#include "lib/test.h"
#include "tests/fake/fake_net.h"
#include "tests/holes/spell.h"

enum whose { STRANGER, PEER };	/* whose address a datagram comes from */

struct world;
struct world_ops {
	void (*receive)(struct world *w, const struct endpoint *from, struct span d);
	void (*settle)(struct world *w);
	void (*advance)(struct world *w, uint64_t ms);
	void (*unharmed)(struct world *w);
	void (*free)(struct world *w);
};

struct world {
	const struct world_ops *ops;
	void *pair;			/* a struct pair, or a struct v1_pair */
	struct endpoint b;
	struct endpoint at[2];		/* by enum whose */
	struct spell_live live;		/* of the SA that is up */
	uint64_t child;			/* serial at B of what is up */
	uint64_t bytes_out;		/* what B has sent to the stranger */
	unsigned n_out;
	struct spell_live told;		/* the SPIs of the last of it */
	int notify;			/* of that; 0: it began with another payload */
};

enum world_kind { WORLD_V2, WORLD_V1, WORLD_AGGRESSIVE };
struct world *world_new(enum world_kind kind);
/* D comes to B from one of them, and all is done that is to be done at once. */
void world_receive(struct world *w, enum whose from, struct span d);
void world_advance(struct world *w, uint64_t ms);
/* A and B still have the SAs that they had, nothing half-open is left, and they
 * can make new ones. */
void world_assert_unharmed(struct world *w);
void world_free(struct world *w);

/* For the two kinds. */
struct world *world_v1(bool aggressive);
struct world *world_v2(void);
/* By which A receives what B sends. */
void world_spi(struct world *w, uint32_t spi);
/* A fate of datagrams: what goes to the stranger is counted and lost. */
enum fake_fate world_watch(void *ctx, const struct fake_datagram *d);

#endif
