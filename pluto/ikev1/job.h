/* Crypto that takes time, in the pool; results come back by the SA's serial. */
#ifndef PLUTO_IKEV1_JOB_H
#define PLUTO_IKEV1_JOB_H

#include "pluto/ikev1/inside.h"

struct v1_job;
/* On the loop's thread, only when the SA (and with MSGID its Quick Mode) is still
 * there. */
typedef void v1_job_fn(struct isakmp *sa, struct v1_job *j);

struct v1_job {
	struct pool_job pool;		/* first */
	struct ike_secrets secrets;	/* the engine may go before the work is done */
	struct v1_engine *e;
	uint64_t isakmp;
	uint32_t msgid;			/* 0: phase 1 */
	v1_job_fn *done;
	bool ok;
	/* A key pair when KE is NULL; with PEER_VALUE the shared secret too. */
	uint16_t group;
	struct ke_pair *ke;		/* owned */
	struct chunk peer_value;	/* owned */
	struct secret shared;		/* owned; result */
	/* ... and SKEYID, by the secret that these two share. */
	bool by_psk;
	struct ident id_local, id_remote;
	uint16_t prf;
	struct chunk ni, nr;		/* owned */
	struct secret skeyid;		/* owned; result; empty: they share none */
	/* A signature of the peer's to check against KEYS; one of ours to make. */
	struct pubkey keys[CONN_MAX_KEYS];	/* references */
	unsigned n_keys;
	struct chunk peer_signature;	/* owned */
	uint8_t peer_hash[V1_HASH_MAX], our_hash[V1_HASH_MAX];
	size_t hash_len;
	struct pubkey own;		/* a reference; kind PUBKEY_NONE: none */
	int good;			/* which of KEYS it was; -1 */
	struct chunk signature;		/* owned; result */
};

struct v1_job *v1_job_new(struct isakmp *sa, uint32_t msgid, v1_job_fn *done);
void v1_job_free(struct v1_job *j);
/* Both take J over. 0, or -EAGAIN when the pool is full. */
int v1_job_ke(struct v1_job *j);
int v1_job_signatures(struct v1_job *j);

#endif
