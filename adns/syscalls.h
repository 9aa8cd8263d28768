/* The list of system calls that adns may make. */
#ifndef ADNS_SYSCALLS_H
#define ADNS_SYSCALLS_H

/* For good; when everything stands. 0 or -errno (confine_calls). */
int adns_limit_syscalls(void);

#endif
