/* Starts a program from a thread of its own, which has given up what the program
 * must not have: rights are a thread's, and the loop does not wait for the disk. */
#ifndef PLUTO_KERNEL_UPDOWN_SPAWN_H
#define PLUTO_KERNEL_UPDOWN_SPAWN_H

#include <sys/types.h>

struct updown_spawn {
	char *const *argv, *const *envp;
	int in_fd;		/* becomes its stdin; -1: that is empty */
	int out_fd;		/* becomes its stdout and stderr */
	int started_fd;		/* a struct updown_started is written here, then closed */
};

struct updown_started {
	pid_t pid;
	int error;		/* errno, or 0 */
};

void *updown_spawn(void *spawn);	/* for pthread_create */

#endif
