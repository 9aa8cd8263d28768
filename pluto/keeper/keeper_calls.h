/* The system calls of the keeper. */
#ifndef PLUTO_KEEPER_CALLS_H
#define PLUTO_KEEPER_CALLS_H

/* The list in keeper_calls.c is all from now on, in every thread. 0 or -errno. */
int keeper_limit_syscalls(void);

#endif
