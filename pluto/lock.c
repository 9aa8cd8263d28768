/* The lock file: one pluto for each --ctlbase. */
#include "pluto/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
pid_path(const char *ctlbase, char out[4096])
{
	snprintf(out, 4096, "%s.pid", ctlbase);
}

static long
read_pid(const char *path)
{
	FILE *f = fopen(path, "re");
	long pid = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

static int
write_pid(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	if (fd < 0)
		return -errno;
	dprintf(fd, "%ld\n", (long)getpid());
	close(fd);
	return 0;
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

int
lock_take(const char *ctlbase, char *err, size_t errlen)
{
	char path[4096];
	long pid;
	int rc;

	pid_path(ctlbase, path);
	make_folder(path);
	rc = write_pid(path, O_EXCL);
	if (rc == -EEXIST) {
		pid = read_pid(path);
		if (pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM)) {
			snprintf(err, errlen, "%s: pluto runs already, as process %ld", path, pid);
			return -EEXIST;
		}
		unlink(path);	/* its process is gone */
		rc = write_pid(path, O_EXCL);
	}
	if (rc != 0)
		snprintf(err, errlen, "lock file %s: %s", path, strerror(-rc));
	return rc;
}

void
lock_update(const char *ctlbase)
{
	char path[4096];

	pid_path(ctlbase, path);
	(void)write_pid(path, O_TRUNC);
}

void
lock_release(const char *ctlbase)
{
	char path[4096];

	pid_path(ctlbase, path);
	unlink(path);
}
