/* The keeper's threads: a question, its answer, and both are wiped. */
#include "pluto/keeper/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_ROOM = 32768 };

struct channel {
	pthread_t thread;
	struct store *store;
	int fd;
	uint8_t question[IPC_MAX], answer[ANSWER_ROOM];
};

static void
answer(struct channel *c, struct span record)
{
	struct keeper_request r;
	struct keeper_answer a;
	struct ipc_writer m = { .w = wire_writer(c->answer, sizeof(c->answer)) };

	if (!keeper_request_read(record, &r))
		return;		/* whoever sends that waits in vain */
	keeper_answer(c->store, &r, &a);
	m.w.len = keeper_answer_write(&a, c->answer, sizeof(c->answer)).len;
	(void)ipc_send(c->fd, &m);
	keeper_answer_free(&a);
	secret_wipe(&a, sizeof(a));
	secret_wipe(c->answer, m.w.len);
}

/* False: pluto is gone. */
static bool
serve_one(struct channel *c)
{
	int n = ipc_recv(c->fd, c->question, sizeof(c->question));

	if (n > 0) {
		answer(c, span_of(c->question, (size_t)n));
		secret_wipe(c->question, (size_t)n);
	}
	return n > 0 || n == -EMSGSIZE;
}

static void *
run(void *arg)
{
	while (serve_one(arg))
		;
	_exit(0);
}

void
keeper_serve(struct store *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct channel *c = calloc(1, sizeof(*c));

		if (c == NULL)
			_exit(1);
		c->store = s;
		c->fd = KEEPER_FIRST_FD + (int)i;
		(void)fcntl(c->fd, F_SETFL, 0);		/* it waits there */
		if (i + 1 == n)
			run(c);
		if (pthread_create(&c->thread, NULL, run, c) != 0)
			_exit(1);
	}
	_exit(1);
}
