/* The inside of pluto's side: the process and its channels. */
#ifndef PLUTO_KEEPER_INT_H
#define PLUTO_KEEPER_INT_H

#include <pthread.h>

#include "pluto/keeper/keeper.h"
#include "pluto/keeper/keeper_proto.h"
#include "pluto/keeper/serve.h"

struct channel {
	int fd;
	bool busy;		/* somebody waits for its answer */
	bool left;		/* its keeper is gone: who has it frees it */
	uint8_t record[IPC_MAX];	/* of who has it; wiped before it is given back */
};

struct keeper {
	char *secretsfile, *ipsecdir;	/* owned */
	pthread_mutex_t lock;		/* over everything below */
	pthread_cond_t given_back;	/* a channel is free */
	struct channel *channel[KEEPER_MAX_CHANNELS];	/* owned; NULL: no keeper */
	unsigned n;
	int pidfd;			/* -1: no keeper */
	bool started, late, stopped;
	uint64_t last_id;
	struct keeper_stats stats;
};

/* Asks R and waits for A, WITHIN_MS at most; A is the caller's in any case. False: there
 * is no answer. Any thread. */
bool keeper_ask(struct keeper *k, struct keeper_request *r, struct keeper_answer *a,
		uint64_t within_ms);

#endif
