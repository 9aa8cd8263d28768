/* Faults of the system that a test asks for by name (--impair-*): the kernel refuses,
 * memory is out, the disk is full, the clock jumps. Each row of pluto/impair.c that is
 * such a fault sets a bit here, and is asked for at the one place that it is about. */
#ifndef LIB_FAULT_H
#define LIB_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum fault {
	FAULT_NETLINK_REFUSES = 1 << 0,	/* every netlink request is answered EPERM */
	FAULT_NETLINK_OVERRUN = 1 << 1,	/* what netlink tells is lost: ENOBUFS */
	FAULT_NO_MEMORY = 1 << 2,	/* of requests for bytes each eighth gets nothing */
	FAULT_LOG_FULL = 1 << 3,	/* writing a log line: ENOSPC */
	FAULT_CLOCK_FORWARD = 1 << 4,	/* the wall clock is a day ahead */
	FAULT_CLOCK_BACK = 1 << 5,	/* it is a day behind */
};

/* These from now on, and no others. */
void fault_set(uint32_t faults);
bool fault(enum fault f);
/* FAULT_NO_MEMORY, for this request. */
bool fault_memory(void);
/* recv, without waiting, of a netlink socket that listens: with FAULT_NETLINK_OVERRUN
 * what is there is thrown away, and the result is -1 with ENOBUFS. */
ssize_t fault_recv(int fd, void *buf, size_t len);
/* The wall clock in seconds, for what people read and for what others date by it:
 * never for a deadline. */
time_t wall_s(void);

#endif
