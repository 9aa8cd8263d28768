/* The listening control socket, and who may come in by it. */
#include "pluto/control/door.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	MAX_GROUPS = 1024,	/* of one person; with more, the first alone counts */
};

static int
bind_listen(int fd, const char *path, const gid_t *group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t old = umask(0117);
	int rc;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	rc = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, BACKLOG) == 0
		? 0 : -errno;
	umask(old);
	if (rc == 0 && group != NULL && chown(path, (uid_t)-1, *group) != 0)
		rc = -errno;
	return rc;
}

int
door_open(const char *path, const gid_t *group)
{
	int rc, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	unlink(path);		/* the lock file says that nobody else uses it */
	rc = bind_listen(fd, path, group);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* SO_PEERCRED tells one group only; a person has several. */
static bool
in_group(int fd, gid_t group)
{
	gid_t all[MAX_GROUPS];
	socklen_t len = sizeof(all);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, all, &len) != 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*all); i++)
		if (all[i] == group)
			return true;
	return false;
}

bool
door_may_enter(int fd, const gid_t *group)
{
	struct ucred u;
	socklen_t len = sizeof(u);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &len) != 0)
		return false;
	return u.uid == 0 || u.uid == geteuid()
		|| (group != NULL && (u.gid == *group || in_group(fd, *group)));
}
