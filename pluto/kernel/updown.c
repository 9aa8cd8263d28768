/* The queue of programs that --updown asks for. */
#include "pluto/kernel/updown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/kernel/updown_proc.h"

enum { MOST_COMMAND = 256, MOST_WORDS = 16 };
enum { RUN_MS = 20000, RUNNING = 8, WAITING_EACH = 32, WAITING = 1024 };

struct job {
	struct job *next;		/* younger */
	struct updown *u;
	struct ip_addr peer;		/* with the name: whose order counts */
	char connection[64], verb[32];
	char command[MOST_COMMAND];
	char *argv[MOST_WORDS + 1];	/* into COMMAND */
	struct updown_env env;
	struct updown_proc *proc;	/* NULL: waiting */
	loop_id retire;
};

struct updown {
	struct loop *l;
	struct starter *starter;
	struct updown_limits limits;
	struct job *first;		/* oldest first; those that run among them */
	unsigned running, waiting;
	bool draining;
};

struct updown *
updown_new(struct loop *l, struct starter *st, const struct updown_limits *limits)
{
	struct updown *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	*u = (struct updown){ .l = l, .starter = st, .limits = *limits };
	if (u->limits.run_ms == 0)
		u->limits.run_ms = RUN_MS;
	if (u->limits.running == 0)
		u->limits.running = RUNNING;
	if (u->limits.waiting_each == 0)
		u->limits.waiting_each = WAITING_EACH;
	if (u->limits.waiting == 0)
		u->limits.waiting = WAITING;
	return u;
}

unsigned
updown_pending(const struct updown *u)
{
	return u->running + u->waiting;
}

static bool
same_order(const struct job *a, const struct job *b)
{
	return strcmp(a->connection, b->connection) == 0 && ip_addr_eq(&a->peer, &b->peer);
}

static void run_next(struct updown *u);

static void
print_line(void *ctx, const char *text)
{
	const struct job *j = ctx;

	log_info(NULL, "\"%s\": %s: %s", j->connection, j->verb, text);
}

/* How it ended, in one line. */
static void
tell_result(const struct job *j, const struct updown_result *r)
{
	if (r->lines_kept_back > 0)
		log_info(NULL, "\"%s\": %s: %u more lines of %s were not shown", j->connection,
			 j->verb, r->lines_kept_back, j->argv[0]);
	if (r->error != 0)
		log_warn(NULL, "\"%s\": %s: updown %s cannot be run: %s", j->connection, j->verb,
			 j->argv[0], strerror(r->error));
	else if (r->late)
		log_warn(NULL, "\"%s\": %s: updown %s took more than %u ms and was killed",
			 j->connection, j->verb, j->argv[0], j->u->limits.run_ms);
	else if (r->status < 0)
		log_warn(NULL, "\"%s\": %s: updown %s was killed by signal %d", j->connection,
			 j->verb, j->argv[0], -r->status);
	else if (r->status > 0)
		log_warn(NULL, "\"%s\": %s: updown %s ended with status %d", j->connection,
			 j->verb, j->argv[0], r->status);
	else
		log_debug_of(LOG_KLIPS, NULL, "\"%s\": %s: updown %s ended well", j->connection, j->verb,
			  j->argv[0]);
}

static void
unlink_job(struct job *j)
{
	struct job **at = &j->u->first;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
}

static void
free_job(struct job *j)
{
	updown_proc_free(j->proc);
	free(j);
}

/* On a turn of the loop of its own: never within the process that ends. */
static void
retire(void *ctx)
{
	struct job *j = ctx;
	struct updown *u = j->u;

	unlink_job(j);
	u->running--;
	free_job(j);
	run_next(u);
	if (u->draining && updown_pending(u) == 0)
		loop_stop(u->l);
}

static void
job_ended(void *ctx, const struct updown_result *r)
{
	struct job *j = ctx;

	tell_result(j, r);
	j->retire = loop_after(j->u->l, 0, retire, j);
}

static void
start(struct job *j)
{
	struct updown *u = j->u;
	const struct updown_proc_ports ports = { .loop = u->l, .starter = u->starter, .ctx = j,
		.line = print_line, .ended = job_ended };

	u->waiting--;
	u->running++;
	j->proc = updown_proc_start(&ports, j->argv, j->env.envp, (struct span){ NULL, 0 },
				    u->limits.run_ms);
	if (j->proc == NULL)
		job_ended(j, &(struct updown_result){ .error = errno });
}

/* Is there an older one whose order counts? */
static bool
must_wait(const struct updown *u, const struct job *j)
{
	for (const struct job *o = u->first; o != j; o = o->next)
		if (same_order(o, j))
			return true;
	return false;
}

static void
run_next(struct updown *u)
{
	for (struct job *j = u->first; j != NULL && u->running < u->limits.running; j = j->next)
		if (j->proc == NULL && j->retire.n == 0 && !must_wait(u, j))
			start(j);
}

/* No quoting: what would need it was refused when it was configured. */
static int
split(struct job *j, const char *command)
{
	unsigned n = 0;
	char *save;

	if (strlen(command) >= sizeof(j->command))
		return -E2BIG;
	snprintf(j->command, sizeof(j->command), "%s", command);
	for (char *w = strtok_r(j->command, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (n == MOST_WORDS)
			return -E2BIG;
		j->argv[n++] = w;
	}
	return n > 0 ? 0 : -EINVAL;
}

static bool
is_full(const struct updown *u, const struct job *j)
{
	unsigned each = 0;

	for (const struct job *o = u->first; o != NULL; o = o->next)
		each += o->proc == NULL && same_order(o, j);
	return u->waiting >= u->limits.waiting || each >= u->limits.waiting_each;
}

static void
append(struct updown *u, struct job *j)
{
	struct job **at = &u->first;

	while (*at != NULL)
		at = &(*at)->next;
	*at = j;
	u->waiting++;
}

static int
describe(struct job *j, const struct updown_event *e, const char *command)
{
	j->peer = e->peer;
	snprintf(j->connection, sizeof(j->connection), "%s", e->connection);
	updown_verb_text(e, j->verb);
	if (!updown_env_write(e, &j->env))
		return -E2BIG;
	return split(j, command);
}

int
updown_run(struct updown *u, const struct updown_event *e, const char *command)
{
	struct job *j = calloc(1, sizeof(*j));
	int rc;

	if (j == NULL)
		return -ENOMEM;
	j->u = u;
	rc = describe(j, e, command);
	if (rc == 0 && is_full(u, j))
		rc = -ENOBUFS;
	if (rc != 0) {
		free(j);
		return rc;
	}
	append(u, j);
	run_next(u);
	return 0;
}

static void
stop_draining(void *ctx)
{
	struct updown *u = ctx;

	loop_stop(u->l);
}

void
updown_drain(struct updown *u, unsigned grace_ms)
{
	loop_id timer;

	if (updown_pending(u) == 0)
		return;
	u->draining = true;
	timer = loop_after(u->l, grace_ms, stop_draining, u);
	loop_run(u->l);
	loop_cancel(u->l, &timer);
	u->draining = false;
}

void
updown_free(struct updown *u)
{
	if (u == NULL)
		return;
	if (updown_pending(u) > 0)
		log_warn(NULL, "%u updown programs had not ended when we did", updown_pending(u));
	while (u->first != NULL) {
		struct job *j = u->first;

		u->first = j->next;
		loop_cancel(u->l, &j->retire);
		free_job(j);
	}
	free(u);
}
