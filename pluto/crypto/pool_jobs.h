/* Jobs of one owner: when that goes first, they come back to nobody. */
#ifndef PLUTO_CRYPTO_POOL_JOBS_H
#define PLUTO_CRYPTO_POOL_JOBS_H

#include "lib/secret.h"
#include "pluto/crypto/ke.h"
#include "pluto/crypto/pool.h"

/* Stands first in the owner's kind of job, and is what RUN, BACK and RELEASE get. */
struct pool_job {
	struct pool_job *next, **link;	/* of the list; LINK NULL: the owner is gone */
	/* On the loop's thread, only while the owner is there. */
	void (*back)(struct pool_job *j, bool cancelled);
	void (*release)(struct pool_job *j);	/* frees it; the last call */
};
struct pool_jobs { struct pool_job *first; };

/* Takes J over, whatever happens. 0, or -EAGAIN when the pool is full. */
int pool_jobs_submit(struct pool_jobs *l, struct pool *p, struct pool_job *j, pool_run_fn *run);
void pool_jobs_orphan(struct pool_jobs *l);

/* A key pair of GROUP when *KE is NULL; with PEER the shared secret too. */
bool pool_run_ke(uint16_t group, struct ke_pair **ke, struct span peer, struct secret *shared);

#endif
