/* What the keeper asks of the kernel once it serves: no socket is made, no program is
 * started, no file is written. */
#include "pluto/keeper/keeper_calls.h"

#include <seccomp.h>

#include "lib/confine_calls.h"

static const int allowed[] = {
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(munmap),
	SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
	/* questions and answers */
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
	/* secrets, and the keys that they name; folders, for patterns */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(close),
	SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(getdents64), SCMP_SYS(lseek), SCMP_SYS(fcntl),
	/* threads, the time, chance, signals, the end */
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(membarrier), SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(sysinfo),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	SCMP_SYS(prlimit64), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

int
keeper_limit_syscalls(void)
{
	return confine_calls(allowed, sizeof(allowed) / sizeof(*allowed));
}
