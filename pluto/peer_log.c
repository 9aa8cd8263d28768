/* --perpeerlog: a file for each peer, with what happens between it and us. */
#include "pluto/peer_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/fault.h"

/* What is between the colons or dots is a folder's name. */
static size_t
put_parts(const char *text, char *out, size_t room)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0' && n + 2 < room; p++) {
		bool sign = *p == '.' || *p == ':';

		if (sign && p[1] == ':')	/* ::, also in the first place */
			out[n++] = p == text ? '-' : '/';
		else if (sign && p > text && p[-1] == ':' && p - 1 > text)
			n += (size_t)snprintf(&out[n], room - n, "-/");
		else
			out[n++] = sign ? '/' : *p;
	}
	out[n] = '\0';
	return n;
}

bool
peer_log_path(const char *base, const struct ip_addr *peer, char out[PATH_MAX])
{
	struct addr_buf b;
	char parts[2 * sizeof(b.text)];
	int n;

	put_parts(ip_addr_text(peer, &b), parts, sizeof(parts));
	n = snprintf(out, PATH_MAX, "%s/%s.log", base, parts);
	return n >= 0 && n < PATH_MAX;
}

/* Every folder on the way. */
static int
make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -errno;
		*slash = '/';
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
open_log(char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, 0600), rc;

	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : -errno;
	rc = make_folders(path);
	if (rc != 0)
		return rc;
	fd = open(path, flags, 0600);
	return fd >= 0 ? fd : -errno;
}

/* Peers name things; a line stays one. */
static void
escape(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

int
peer_log(const char *base, const struct ip_addr *peer, const char *fmt, ...)
{
	char path[PATH_MAX], text[1000];
	time_t now = wall_s();
	struct tm tm;
	va_list ap;
	int fd, n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	escape(text);
	if (!peer_log_path(base, peer, path) || localtime_r(&now, &tm) == NULL)
		return -EINVAL;
	fd = open_log(path);
	if (fd < 0)
		return fd;
	n = dprintf(fd, "%04d-%02d-%02d %02d:%02d:%02d %s\n", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec, text);
	close(fd);
	return n > 0 ? 0 : -EIO;
}
