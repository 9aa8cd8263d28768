/* A folder in which an unprivileged process of ours keeps a file. */
#include "lib/state_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0755 };

/* Cuts the last part off; false when there is none to cut. */
static bool
cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static int
make(const char *dir)
{
	/* The umask of a service is often 077. */
	if (mkdir(dir, MODE) != 0 || chmod(dir, MODE) != 0)
		return -errno;
	return 0;
}

int
state_folder_make(const char *file, uid_t uid, gid_t gid)
{
	char dir[PATH_MAX], above[PATH_MAX];
	int rc;

	if (snprintf(dir, sizeof(dir), "%s", file) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (!cut(dir))
		return 0;
	strcpy(above, dir);
	if (cut(above))
		(void)make(above);
	rc = make(dir);
	if (rc != 0)
		return rc == -EEXIST ? 0 : rc;
	if (geteuid() != 0 || chown(dir, uid, gid) == 0)
		return 0;
	rc = -errno;
	(void)rmdir(dir);	/* whoever comes with the right to do it makes it anew */
	return rc;
}
