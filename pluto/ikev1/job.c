/* Crypto that takes time, in the pool. */
#include "pluto/ikev1/job.h"

#include <errno.h>
#include <stdlib.h>

#include "pluto/crypto/v1_sign.h"

struct v1_job *
v1_job_new(struct isakmp *sa, uint32_t msgid, v1_job_fn *done)
{
	struct v1_job *j = calloc(1, sizeof(*j));

	if (j != NULL)
		*j = (struct v1_job){ .e = sa->e, .isakmp = sa->serial, .msgid = msgid,
			.done = done, .good = -1 };
	return j;
}

void
v1_job_free(struct v1_job *j)
{
	if (j == NULL)
		return;
	ke_free(j->ke);
	chunk_free(&j->peer_value);
	secret_free(&j->shared);
	for (unsigned i = 0; i < j->n_keys; i++)
		pubkey_free(&j->keys[i]);
	chunk_free(&j->peer_signature);
	if (j->own.evp != NULL)
		private_key_free(&j->own);
	chunk_free(&j->signature);
	free(j);
}

static void
run_ke(void *arg)
{
	struct v1_job *j = arg;

	if (j->ke == NULL)
		j->ke = ke_generate(j->group);
	j->ok = j->ke != NULL;
	if (j->ok && j->peer_value.len > 0)
		j->ok = ke_shared(j->ke, chunk_span(j->peer_value), &j->shared) == 0;
}

static void
run_signatures(void *arg)
{
	struct v1_job *j = arg;

	for (unsigned i = 0; i < j->n_keys && j->good < 0; i++)
		if (v1_verify(&j->keys[i], chunk_span(j->peer_signature),
			      span_of(j->peer_hash, j->hash_len)))
			j->good = (int)i;
	j->ok = j->n_keys == 0 || j->good >= 0;
	if (!j->ok || j->own.evp == NULL)
		return;
	j->signature = v1_sign(&j->own, span_of(j->our_hash, j->hash_len));
	j->ok = j->signature.len > 0;
}

static void
finish(void *arg, bool cancelled)
{
	struct v1_job *j = arg;
	struct v1_engine *e = j->e;

	if (e != NULL) {
		struct isakmp *sa;

		*j->link = j->next;
		if (j->next != NULL)
			j->next->link = j->link;
		v1_enter(e);
		sa = cancelled ? NULL : isakmp_find(e, j->isakmp);
		if (sa != NULL)
			j->done(sa, j);
		v1_leave(e);
	}
	v1_job_free(j);
}

static int
submit(struct v1_job *j, pool_run_fn *run)
{
	struct v1_engine *e = j->e;

	j->next = e->jobs;
	j->link = &e->jobs;
	if (j->next != NULL)
		j->next->link = &j->next;
	e->jobs = j;
	if (pool_submit(e->pool, run, finish, j) == 0)
		return 0;
	e->jobs = j->next;
	if (j->next != NULL)
		j->next->link = &e->jobs;
	v1_job_free(j);
	return -EAGAIN;
}

int
v1_job_ke(struct v1_job *j)
{
	return submit(j, run_ke);
}

int
v1_job_signatures(struct v1_job *j)
{
	return submit(j, run_signatures);
}

void
v1_jobs_orphan(struct v1_engine *e)
{
	for (struct v1_job *j = e->jobs; j != NULL; j = j->next)
		j->e = NULL;
	e->jobs = NULL;
}
