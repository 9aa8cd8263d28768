/* Opens a pidfd and sends it over a socket: pidfd_give SOCKET PID; see pidfd_open.c,
 * which is preloaded here too. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	union { struct cmsghdr first; char room[CMSG_SPACE(sizeof(int))]; } c;
	struct iovec iov = { "", 1 };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
		.msg_controllen = sizeof(c) };
	int fd = argc == 3 ? (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0) : -1;

	if (fd < 0)
		return 1;
	memset(&c, 0, sizeof(c));
	c.first.cmsg_level = SOL_SOCKET;
	c.first.cmsg_type = SCM_RIGHTS;
	c.first.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&c.first), &fd, sizeof(fd));
	return sendmsg(atoi(argv[1]), &h, 0) == 1 ? 0 : 1;
}
