/* Crypto that takes time: copies go into the pool, results come back by serial. */
#ifndef PLUTO_IKEV2_JOB_H
#define PLUTO_IKEV2_JOB_H

#include "pluto/ikev2/ike_sa.h"

struct job;
/* On the loop's thread, only when the SA still exists. JOB is freed after. */
typedef void job_done_fn(struct ike_sa *sa, struct job *j);

struct job {
	struct pool_job pool;		/* first */
	struct ike_secrets secrets;	/* the engine may go before the work is done */
	struct ike_engine *e;
	uint64_t ike;
	int direction;			/* the held message to resume; -1: none */
	job_done_fn *done;		/* when direction is -1 */
	/* Key exchange: generate GROUP when KE is NULL, then, when PEER is not
	 * empty, the shared secret. */
	uint16_t group;
	struct ke_pair *ke;		/* owned */
	struct chunk peer_value;	/* owned */
	struct secret shared;		/* owned; result */
	/* Verify, then prove; either may be absent: by signatures, or by the secret that
	 * these two share. */
	struct pubkey keys[CONN_MAX_KEYS];	/* references */
	unsigned n_keys;
	uint8_t verify_method, sign_method;
	struct chunk verify_data, verify_octets, sign_octets;	/* owned */
	struct pubkey own;		/* a reference; kind PUBKEY_NONE: do not sign */
	uint16_t peer_hashes;
	bool verify_psk, prove_psk;
	struct ident id_local, id_remote;
	uint16_t prf;
	int good;			/* index of the key that verified; -1 */
	bool verified, no_secret;	/* with the shared secret; there was none */
	const char *how;
	struct chunk signature;		/* owned; result: our AUTH data */
	bool ok;
};

struct job *job_new(struct ike_sa *sa, int direction, job_done_fn *done);
void job_free(struct job *j);
/* Both take J over. 0, or -EAGAIN when the pool is full. */
int job_submit_ke(struct job *j);
int job_submit_auth(struct job *j);

#endif
