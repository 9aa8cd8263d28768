/* The list of system calls that pluto may make. */
#ifndef PLUTO_SYSCALLS_H
#define PLUTO_SYSCALLS_H

/* For all threads, for good; when everything stands. 0 or -errno (confine_calls). */
int pluto_limit_syscalls(void);

#endif
