/* Where the project's own programs are. */
#include "lib/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where this program is. */
static bool
own_dir(char buf[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", buf, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

static bool
there(const char *dir, const char *below, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s%s/%s", dir, below, name);

	return n >= 0 && n < PATH_MAX && access(path, F_OK) == 0;
}

bool
program_find(const char *name, char path[PATH_MAX])
{
	const char *set = getenv("IPSEC_EXECDIR");
	char own[PATH_MAX] = "?";

	if (set != NULL && *set != '\0') {
		if (there(set, "", name, path))
			return true;
		snprintf(path, PATH_MAX, "%s", set);
		return false;
	}
	if (own_dir(own) && (there(own, "", name, path)
			     || there(own, "/../libexec/ipsec", name, path)))
		return true;
	snprintf(path, PATH_MAX, "%s", own);
	return false;
}
