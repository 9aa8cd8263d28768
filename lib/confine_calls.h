/* Giving up system calls: a list of those that a process needs. Needs libseccomp. */
#ifndef LIB_CONFINE_CALLS_H
#define LIB_CONFINE_CALLS_H

#include <stddef.h>

/* Every thread may make the N system calls of ALLOWED (SCMP_SYS numbers) from now on,
 * and start threads. Any other fails with ENOSYS and is in the kernel's log, except
 * those that only an attacker asks for (exec, ptrace, bpf, mount, ...): these end the
 * process. No-new-privs must be set. 0 or -errno; -EINVAL also where the kernel has
 * no seccomp. In a build with AddressSanitizer nothing happens: it needs more. */
int confine_calls(const int *allowed, size_t n);

#endif
