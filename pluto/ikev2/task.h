/* What we want to do on an IKE SA, one request at a time. */
#ifndef PLUTO_IKEV2_TASK_H
#define PLUTO_IKEV2_TASK_H

#include "pluto/ikev2/ike_sa.h"

enum { TASKS_MAX = 256, TASK_TRIES = 6 };

/* Copies T to the end of the queue (TASK_IKE_DELETE: to its head). Takes a
 * reference on its connection. False when the queue is full. The same work on
 * the same child is queued once. */
bool task_add(struct ike_sa *sa, const struct task *t);
/* Begins the next one when the window is free. */
void task_run(struct ike_sa *sa);
/* TEMPORARY_FAILURE and the like: again in a few seconds. False: often enough. */
bool task_again(struct ike_sa *sa, const struct task *t);
struct task *task_take_any(struct ike_sa *sa);
void task_free(struct task *t);
bool task_drop_owner(struct ike_sa *sa, uint64_t owner);
/* Is a task of this kind queued or in flight for CHILD (0: any)? */
bool task_busy(const struct ike_sa *sa, enum task_kind kind, uint64_t child);
/* The request in flight is over. */
void task_done(struct ike_sa *sa);

#endif
