/* The helper's process: started over a socket pair, watched, ended, reaped. */
#ifndef PLUTO_ADNS_PROCESS_H
#define PLUTO_ADNS_PROCESS_H

#include <sys/types.h>

#include "pluto/adns_client.h"

struct adns_process {
	pid_t pid;			/* 0: none */
	int pidfd, fd;			/* -1 when closed */
	struct starter *starter;
};

/* The arguments, built once; owned, freed by adns_argv_free. */
struct adns_argv {
	char *argv[64];			/* NULL at the end */
	size_t n;
	int tap_fds[2];			/* the caller's; -1: none */
};

bool adns_argv_build(struct adns_argv *a, const struct adns_client_config *cfg);
void adns_argv_free(struct adns_argv *a);

/* Runs it with an empty environment and its end of a socket pair as descriptor
 * 3. 0 or -errno. */
int adns_process_start(struct adns_process *p, struct starter *st, const struct adns_argv *a);
/* Closes our end: at that adns exits by itself. */
void adns_process_hang_up(struct adns_process *p);
void adns_process_kill(struct adns_process *p);
/* Waits up to MS; true when it is gone: *STATUS is its exit status or -signal. */
bool adns_process_reap(struct adns_process *p, int ms, int *status);

#endif
