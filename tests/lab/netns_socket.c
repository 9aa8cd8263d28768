/* UDP sockets of one process in the network namespaces of several hosts. */
#include "tests/lab/netns_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
netns_die(const char *what, const char *which)
{
	fprintf(stderr, "%s: %s: %s: %s\n", program_invocation_short_name, what, which,
		strerror(errno));
	exit(2);
}

int
netns_socket(const char *name, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	char path[256];
	int ns, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		netns_die("namespace", path);
	close(ns);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, len) != 0)
		netns_die("socket in", path);
	return fd;
}
