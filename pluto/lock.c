/* The lock file: one pluto for each --ctlbase. */
#include "pluto/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel's lock counts, not the number in the file: it goes with its
 * process, and a number may be somebody else's by now. */
static int lock_fd = -1;

static void
pid_path(const char *ctlbase, char out[4096])
{
	snprintf(out, 4096, "%s.pid", ctlbase);
}

static long
read_pid(int fd)
{
	char text[24] = "";
	long pid = 0;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 || sscanf(text, "%ld", &pid) != 1)
		return 0;
	return pid;
}

/* A full disk shows here. */
static int
write_pid(int fd)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0)
		return -errno;
	errno = ENOSPC;
	return pwrite(fd, text, (size_t)n, 0) == n ? 0 : -errno;
}

/* The folder of the path, one level, as /run/pluto is after a boot. */
static void
make_folder(const char *path)
{
	char dir[4096];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL || slash == dir)
		return;
	*slash = '\0';
	(void)mkdir(dir, 0755);
}

/* Another may have removed the file between open and flock: then what we hold
 * is no longer the file of that name. */
static bool
is_still(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0
		&& ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* The descriptor of the locked file; -EWOULDBLOCK with *PID when it is held. */
static int
open_locked(const char *path, long *pid)
{
	for (int tries = 0; tries < 10; tries++) {
		int rc, fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

		if (fd < 0)
			return -errno;
		rc = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
		if (rc == 0 && is_still(fd, path))
			return fd;
		*pid = read_pid(fd);
		close(fd);
		if (rc != 0)
			return rc;
	}
	return -EAGAIN;
}

int
lock_take(const char *ctlbase, char *err, size_t errlen)
{
	char path[4096];
	long pid = 0;
	int rc;

	pid_path(ctlbase, path);
	make_folder(path);
	lock_fd = open_locked(path, &pid);
	if (lock_fd == -EWOULDBLOCK) {
		snprintf(err, errlen, "%s: pluto runs already, as process %ld", path, pid);
		return -EEXIST;
	}
	rc = lock_fd < 0 ? lock_fd : write_pid(lock_fd);
	if (rc == 0)
		return 0;
	snprintf(err, errlen, "lock file %s: %s", path, strerror(-rc));
	if (lock_fd >= 0)
		lock_release(ctlbase);
	return rc;
}

int
lock_update(void)
{
	return write_pid(lock_fd);
}

void
lock_release(const char *ctlbase)
{
	char path[4096];

	pid_path(ctlbase, path);
	unlink(path);		/* while we hold it: nobody else's can be there */
	close(lock_fd);
	lock_fd = -1;
}
