/* Crypto that takes time, in the pool. */
#include "pluto/ikev1/job.h"

#include <stdlib.h>

#include "pluto/crypto/v1_sign.h"

void
v1_job_free(struct v1_job *j)
{
	if (j == NULL)
		return;
	ke_free(j->ke);
	chunk_free(&j->peer_value);
	secret_free(&j->shared);
	chunk_free(&j->ni);
	chunk_free(&j->nr);
	secret_free(&j->skeyid);
	for (unsigned i = 0; i < j->n_keys; i++)
		pubkey_free(&j->keys[i]);
	chunk_free(&j->peer_signature);
	pubkey_free(&j->own);
	chunk_free(&j->signature);
	free(j);
}

static void
run_ke(void *arg)
{
	struct v1_job *j = arg;
	const struct ike_secrets *s = &j->secrets;

	j->ok = pool_run_ke(j->group, &j->ke, chunk_span(j->peer_value), &j->shared);
	if (j->ok && j->by_psk)
		j->skeyid = s->skeyid(s->secrets, &j->id_local, &j->id_remote, j->prf,
				      chunk_span(j->ni), chunk_span(j->nr));
}

static void
run_signatures(void *arg)
{
	struct v1_job *j = arg;
	const struct ike_secrets *s = &j->secrets;

	for (unsigned i = 0; i < j->n_keys && j->good < 0; i++)
		if (v1_verify(&j->keys[i], chunk_span(j->peer_signature),
			      span_of(j->peer_hash, j->hash_len)))
			j->good = (int)i;
	j->ok = j->n_keys == 0 || j->good >= 0;
	if (!j->ok || j->own.kind == PUBKEY_NONE)
		return;
	j->signature = s->sign_v1(s->secrets, j->own.fingerprint,
				  span_of(j->our_hash, j->hash_len));
	j->ok = j->signature.len > 0;
}

static void
back(struct pool_job *arg, bool cancelled)
{
	struct v1_job *j = (struct v1_job *)arg;
	struct v1_engine *e = j->e;
	struct isakmp *sa;

	v1_enter(e);
	sa = cancelled ? NULL : isakmp_find(e, j->isakmp);
	if (sa != NULL)
		j->done(sa, j);
	v1_leave(e);
}

static void
release(struct pool_job *j)
{
	v1_job_free((struct v1_job *)j);
}

struct v1_job *
v1_job_new(struct isakmp *sa, uint32_t msgid, v1_job_fn *done)
{
	struct v1_job *j = calloc(1, sizeof(*j));

	if (j != NULL)
		*j = (struct v1_job){ .e = sa->e, .secrets = sa->e->ports.secrets, .isakmp = sa->serial, .msgid = msgid,
			.done = done, .good = -1,
			.pool = { .back = back, .release = release } };
	return j;
}

int
v1_job_ke(struct v1_job *j)
{
	return pool_jobs_submit(&j->e->jobs, j->e->pool, &j->pool, run_ke);
}

int
v1_job_signatures(struct v1_job *j)
{
	return pool_jobs_submit(&j->e->jobs, j->e->pool, &j->pool, run_signatures);
}
