/* Crypto that takes time: copies go into the pool, results come back by serial. */
#include "pluto/ikev2/job.h"

#include <stdlib.h>

#include "pluto/ikev2/ike_step.h"

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	ke_free(j->ke);
	chunk_free(&j->peer_value);
	secret_free(&j->shared);
	for (unsigned i = 0; i < j->n_keys; i++)
		pubkey_free(&j->keys[i]);
	chunk_free(&j->verify_data);
	chunk_free(&j->verify_octets);
	chunk_free(&j->sign_octets);
	pubkey_free(&j->own);
	chunk_free(&j->signature);
	free(j);
}

static void
run_ke(void *arg)
{
	struct job *j = arg;

	j->ok = pool_run_ke(j->group, &j->ke, chunk_span(j->peer_value), &j->shared);
}

static struct chunk
by_secret(const struct job *j, struct chunk octets)
{
	const struct ike_secrets *s = &j->secrets;

	return s->psk_auth(s->secrets, &j->id_local, &j->id_remote, j->prf, chunk_span(octets));
}

static bool
knows_secret(struct job *j)
{
	struct chunk expected = by_secret(j, j->verify_octets);
	bool ok = expected.len > 0
		&& span_eq_secret(chunk_span(j->verify_data), chunk_span(expected));

	j->no_secret = expected.len == 0;
	j->verified = ok;
	chunk_free(&expected);
	return ok;
}

static bool
has_proved_itself(struct job *j)
{
	if (j->verify_psk)
		return knows_secret(j);
	for (unsigned i = 0; i < j->n_keys && j->good < 0; i++)
		if (verify_auth(&j->keys[i], j->verify_method, chunk_span(j->verify_data),
				chunk_span(j->verify_octets), &j->how))
			j->good = (int)i;
	return j->n_keys == 0 || j->good >= 0;
}

static void
run_auth(void *arg)
{
	struct job *j = arg;
	const struct ike_secrets *s = &j->secrets;

	j->ok = has_proved_itself(j);
	if (!j->ok || (j->own.kind == PUBKEY_NONE && !j->prove_psk))
		return;
	j->signature = j->prove_psk ? by_secret(j, j->sign_octets)
		: s->sign(s->secrets, j->own.fingerprint, j->sign_method, j->peer_hashes,
			  chunk_span(j->sign_octets));
	j->ok = j->signature.len > 0;
}

static void
back(struct pool_job *arg, bool cancelled)
{
	struct job *j = (struct job *)arg;
	struct ike_engine *e = j->e;
	struct ike_sa *sa;

	engine_enter(e);
	sa = cancelled ? NULL : ike_sa_find(e, j->ike);
	if (sa != NULL && j->direction >= 0)
		ike_step_resume(sa, j->direction, j);
	else if (sa != NULL)
		j->done(sa, j);
	engine_leave(e);
}

static void
release(struct pool_job *j)
{
	job_free((struct job *)j);
}

struct job *
job_new(struct ike_sa *sa, int direction, job_done_fn *done)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j != NULL)
		*j = (struct job){ .e = sa->e, .secrets = sa->e->ports.secrets, .ike = sa->serial, .direction = direction,
			.done = done, .good = -1, .pool = { .back = back, .release = release } };
	return j;
}

int
job_submit_ke(struct job *j)
{
	j->e->stats.ke_jobs++;
	return pool_jobs_submit(&j->e->jobs, j->e->pool, &j->pool, run_ke);
}

int
job_submit_auth(struct job *j)
{
	j->e->stats.verify_jobs += j->n_keys > 0;
	j->e->stats.sign_jobs += j->own.kind != PUBKEY_NONE;
	return pool_jobs_submit(&j->e->jobs, j->e->pool, &j->pool, run_auth);
}
