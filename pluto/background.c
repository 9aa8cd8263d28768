/* Into the background, but only once everything stands. */
#include "pluto/background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* The child's word, or 1 when it died without one. */
static _Noreturn void
wait_and_exit(int fd)
{
	uint8_t status = 1;
	ssize_t n;

	do
		n = read(fd, &status, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? status : 1);
}

int
background_begin(void)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid < 0) {
		int err = errno;

		close(fds[0]);
		close(fds[1]);
		return -err;
	}
	if (pid > 0) {
		close(fds[1]);
		wait_and_exit(fds[0]);
	}
	close(fds[0]);
	(void)setsid();
	return fds[1];
}

void
background_done(int fd, int status, int keep_stderr)
{
	uint8_t byte = (uint8_t)status;
	int null;

	if (status == 0 && (null = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		if (!keep_stderr)
			(void)dup2(null, STDERR_FILENO);
		close(null);
	}
	(void)!write(fd, &byte, 1);
	close(fd);
}
