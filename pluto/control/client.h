/* The inside of the control socket, for its own files. */
#ifndef PLUTO_CONTROL_CLIENT_H
#define PLUTO_CONTROL_CLIENT_H

#include <sys/queue.h>
#include <sys/types.h>

#include "pluto/control/ctl.h"
#include "pluto/control/outbox.h"

/* A long answer being made. */
struct pump {
	ctl_part_fn *part;	/* NULL: none */
	ctl_done_fn *done;
	void *ctx;
	bool running;
	loop_id soon;
};

struct client {
	LIST_ENTRY(client) all;
	struct ctl *s;
	ctl_client id;
	int fd;
	loop_id reader, writer, deadline;
	struct chunk in;	/* a request being read: 4 + length bytes */
	size_t in_len;
	struct outbox out;
	size_t most;		/* bytes that may wait for it */
	bool root;		/* root, or whoever runs the daemon; else of the group */
	struct pump pump;
	bool busy;		/* a request is being served */
	bool ended;		/* it says no more; what it asked for is still owed */
};

struct ctl {
	struct loop *l;
	int fd;
	char path[108];
	gid_t group;
	bool has_group;
	loop_id accepting;
	ctl_request_fn *fn;
	void *ctx;
	uint64_t last_id;
	struct ctl_stats stats;
	LIST_HEAD(, client) clients;
};

/* NULL: C has gone. */
struct client *client_find(const struct ctl *s, ctl_client c);
/* O goes as it is; C may be gone afterwards. */
void client_send(struct client *c, const json_t *o);
/* pump.c: the next part of a long answer, if there is one and there is room for it; C
 * may be gone afterwards. And: there is to be no more of it. */
void pump_run(struct client *c);
void pump_stop(struct client *c);
/* C is owed nothing more: its next request is read. */
void client_listen(struct client *c);
/* A request of C has to come within its time. */
void client_expect(struct client *c);
/* C goes; WHY is logged, if it is not NULL. */
void client_drop(struct client *c, const char *why);
/* admit.c: LISTENER has somebody; CTX is the ctl. */
void client_accept(void *ctx, int listener, int what);

#endif
