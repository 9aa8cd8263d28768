/* The netlink socket on which the kernel asks for SAs. */
#ifndef TRAP_ACQUIRE_NL_H
#define TRAP_ACQUIRE_NL_H

#include "trap/acquire_msg.h"

struct acquire_nl;

struct acquire_nl_stats {
	uint64_t overruns;	/* the socket was full: acquires were lost */
	uint64_t malformed;
};

/* Listens from now on; REQID tells whose acquires. NULL with errno. */
struct acquire_nl *acquire_nl_open(uint32_t reqid);
void acquire_nl_close(struct acquire_nl *n);
int acquire_nl_fd(const struct acquire_nl *n);
/* Hands over what has come, at most a few dozen datagrams. When some were lost,
 * the kernel is asked for all that it waits for, at most once a second: FN then
 * sees some of them again. FN must not close N. */
void acquire_nl_read(struct acquire_nl *n, acquire_fn *fn, void *ctx);
/* Asks for all that the kernel waits for; they come through acquire_nl_read. */
void acquire_nl_ask(struct acquire_nl *n);
struct acquire_nl_stats acquire_nl_stats(const struct acquire_nl *n);

#endif
