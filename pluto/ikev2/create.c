/* What all exchanges on an established IKE SA have in common. */
#include "pluto/ikev2/create.h"

#include <stdlib.h>

#include "pluto/ikev2/task.h"

bool
create_begin(struct ike_sa *sa)
{
	enum task_kind kind = sa->mine->task.kind;

	if (sa->state == IKE_DELETING && kind != TASK_IKE_DELETE)
		return false;
	switch (kind) {
	case TASK_CHILD_NEW:
	case TASK_CHILD_REKEY:
		return sa->state == IKE_ESTABLISHED && child_begin(sa);
	case TASK_IKE_REKEY:
		return sa->state == IKE_ESTABLISHED && ike_rekey_begin(sa);
	case TASK_CHILD_DELETE:
	case TASK_IKE_DELETE:
	case TASK_LIVENESS:
	case TASK_MOBIKE:
	case TASK_INVALID_SPI:
		return informational_begin(sa);
	case TASK_NONE:
	case TASK_SA_INIT:
	case TASK_AUTH:
		break;
	}
	return false;
}

bool
create_send(struct ike_sa *sa, uint8_t exchange, const struct ike_build *b)
{
	return ike_step_request(sa, exchange, b) == 0;
}

/* The task may have been cancelled while its pair was made. */
static void
abandon(struct ike_sa *sa)
{
	task_done(sa);
	task_run(sa);
}

static void
pair_made(struct ike_sa *sa, struct job *j)
{
	struct negotiation *n = sa->mine;

	if (n == NULL || sa->ours.pending)
		return;
	if (!j->ok || sa->state != IKE_ESTABLISHED || n->group != j->group) {
		abandon(sa);
		return;
	}
	n->ke = j->ke;
	j->ke = NULL;
	if (n->task.kind == TASK_IKE_REKEY ? !ike_rekey_begin(sa) : !child_begin(sa))
		abandon(sa);
}

bool
create_with_pair(struct ike_sa *sa, uint16_t group)
{
	struct job *j = job_new(sa, -1, pair_made);

	if (j == NULL)
		return false;
	j->group = group;
	sa->mine->group = group;
	return job_submit_ke(j) == 0;
}

enum step_result
create_answer_ke(struct step *s, uint16_t group, struct span peer_value)
{
	struct job *j = job_new(s->sa, 0, NULL);

	if (j == NULL || (j->peer_value = chunk_copy(peer_value)).ptr == NULL) {
		job_free(j);
		return STEP_IGNORE;
	}
	j->group = group;
	return job_submit_ke(j) == 0 ? STEP_WAIT : STEP_IGNORE;
}

enum step_result
create_wants_group(struct step *s, uint16_t group)
{
	s->notify_data[0] = (uint8_t)(group >> 8);
	s->notify_data[1] = (uint8_t)group;
	s->notify_len = 2;
	return step_refuse(s, N_INVALID_KE_PAYLOAD);
}

void
create_yours_done(struct ike_sa *sa)
{
	if (sa->yours == NULL)
		return;
	negotiation_clear(sa->e, sa->yours);
	free(sa->yours);
	sa->yours = NULL;
}

struct negotiation *
create_yours(struct ike_sa *sa)
{
	create_yours_done(sa);
	sa->yours = calloc(1, sizeof(*sa->yours));
	return sa->yours;
}
