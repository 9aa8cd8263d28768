/* Faults of the system that a test asks for by name. */
#include "lib/fault.h"

#include <errno.h>
#include <sys/socket.h>

enum { EACH = 8, DAY_S = 86400 };

static uint32_t made;

void
fault_set(uint32_t faults)
{
	made = faults;
}

bool
fault(enum fault f)
{
	return (made & (uint32_t)f) != 0;
}

bool
fault_memory(void)
{
	static unsigned asked;

	return fault(FAULT_NO_MEMORY) && ++asked % EACH == 0;
}

ssize_t
fault_recv(int fd, void *buf, size_t len)
{
	ssize_t n = recv(fd, buf, len, MSG_DONTWAIT);

	if (n > 0 && fault(FAULT_NETLINK_OVERRUN)) {
		errno = ENOBUFS;
		return -1;
	}
	return n;
}

time_t
wall_s(void)
{
	time_t now = time(NULL);

	if (fault(FAULT_CLOCK_FORWARD))
		now += DAY_S;
	if (fault(FAULT_CLOCK_BACK))
		now -= DAY_S;
	return now;
}
