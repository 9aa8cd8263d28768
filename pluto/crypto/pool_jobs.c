/* Jobs of one owner in the pool. */
#include "pluto/crypto/pool_jobs.h"

#include <errno.h>

static void
unlink_job(struct pool_job *j)
{
	*j->link = j->next;
	if (j->next != NULL)
		j->next->link = j->link;
	j->link = NULL;
}

static void
finish(void *arg, bool cancelled)
{
	struct pool_job *j = arg;

	if (j->link != NULL) {
		unlink_job(j);
		j->back(j, cancelled);
	}
	j->release(j);
}

int
pool_jobs_submit(struct pool_jobs *l, struct pool *p, struct pool_job *j, pool_run_fn *run)
{
	j->next = l->first;
	j->link = &l->first;
	if (j->next != NULL)
		j->next->link = &j->next;
	l->first = j;
	if (pool_submit(p, run, finish, j) == 0)
		return 0;
	unlink_job(j);
	j->release(j);
	return -EAGAIN;
}

void
pool_jobs_orphan(struct pool_jobs *l)
{
	struct pool_job *next;

	for (struct pool_job *j = l->first; j != NULL; j = next) {
		next = j->next;
		j->link = NULL;
	}
	l->first = NULL;
}

bool
pool_run_ke(uint16_t group, struct ke_pair **ke, struct span peer, struct secret *shared)
{
	if (*ke == NULL)
		*ke = ke_generate(group);
	return *ke != NULL && (peer.len == 0 || ke_shared(*ke, peer, shared) == 0);
}
