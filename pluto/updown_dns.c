/* The name servers that a peer told: into resolvconf, resolvectl or a file. */
#include "pluto/updown_dns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/read_file.h"

enum { ARGS_MAX = 6, FILE_MAX = 65536, LINES_ROOM = 256 };

/* In one of PATH's folders: not one that is only another face of resolvectl, which
 * wants a device. */
static bool
find(const char *name, char path[PATH_MAX])
{
	char dirs[1024], real[PATH_MAX], *save = NULL;

	snprintf(dirs, sizeof(dirs), "%s", getenv("PATH") != NULL ? getenv("PATH") : "");
	for (char *d = strtok_r(dirs, ":", &save); d != NULL; d = strtok_r(NULL, ":", &save)) {
		const char *base;

		if (snprintf(path, PATH_MAX, "%s/%s", d, name) >= PATH_MAX
		    || access(path, X_OK) != 0 || realpath(path, real) == NULL)
			continue;
		base = strrchr(real, '/') + 1;
		if (strcmp(name, "resolvectl") == 0 || strcmp(base, "resolvectl") != 0)
			return true;
	}
	return false;
}

/* "nameserver 10.9.0.53", a line for each. */
static void
lines(const struct updown_event *e, char out[LINES_ROOM])
{
	struct addr_buf b;
	int n = 0;

	out[0] = '\0';
	for (int i = 0; i < UPDOWN_SERVERS && e->dns[i].family != IP_NONE; i++)
		n += snprintf(out + n, LINES_ROOM - (size_t)n, "nameserver %s\n",
			      ip_addr_text(&e->dns[i], &b));
}

/* Its standard input is a pipe that has INPUT in it already: that fits. */
static bool
run(const char *const *argv, const char *input, char *err, size_t errlen)
{
	int fds[2], status = -1;
	pid_t pid;

	if (pipe(fds) != 0 || write(fds[1], input, strlen(input)) < 0 || (pid = fork()) < 0) {
		snprintf(err, errlen, "%s: %s", argv[0], strerror(errno));
		return false;
	}
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
		close(fds[1]);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[0]);
	close(fds[1]);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	snprintf(err, errlen, "%s %s failed", argv[0], argv[1]);
	return false;
}

/* A name of letters, digits and - that resolvconf takes, and sorts before the
 * network cards. */
static bool
by_resolvconf(const char *path, const struct updown_event *e, char *err, size_t errlen)
{
	char name[80], text[LINES_ROOM];
	bool add = e->verb == UPDOWN_DNS;
	const char *const argv[] = { path, add ? "-a" : "-d", name, NULL };

	snprintf(name, sizeof(name), "tun-%s", e->connection);
	for (char *c = name; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')))
			*c = '-';
	lines(e, text);
	return run(argv, add ? text : "", err, errlen);
}

static bool
by_resolvectl(const char *path, const struct updown_event *e, char *err, size_t errlen)
{
	const char *argv[ARGS_MAX] = { path, "dns", e->device };
	const char *const all[] = { path, "domain", e->device, "~.", NULL };
	const char *const none[] = { path, "revert", e->device, NULL };
	struct addr_buf b[UPDOWN_SERVERS];

	if (e->verb == UPDOWN_NO_DNS)
		return run(none, "", err, errlen);
	for (int i = 0; i < UPDOWN_SERVERS && e->dns[i].family != IP_NONE; i++)
		argv[3 + i] = ip_addr_text(&e->dns[i], &b[i]);
	return run(argv, "", err, errlen) && run(all, "", err, errlen);
}

/* OLD without the block of this connection, to OUT. */
static void
copy_without(FILE *out, const char *old, size_t len, const char *begin, const char *end)
{
	bool inside = false;

	for (size_t at = 0; at < len;) {
		const char *line = old + at, *nl = memchr(line, '\n', len - at);
		size_t n = nl != NULL ? (size_t)(nl - line) + 1 : len - at;
		bool is_begin = n == strlen(begin) && memcmp(line, begin, n) == 0;
		bool is_end = n == strlen(end) && memcmp(line, end, n) == 0;

		inside = inside || is_begin;
		if (!inside)
			fwrite(line, 1, n, out);
		inside = inside && !is_end;
		at += n;
	}
}

static bool
rewrite(FILE *out, const struct chunk *old, const struct updown_event *e)
{
	char begin[120], end[120], text[LINES_ROOM];

	snprintf(begin, sizeof(begin), "# pluto %s: begin\n", e->connection);
	snprintf(end, sizeof(end), "# pluto %s: end\n", e->connection);
	lines(e, text);
	if (e->verb == UPDOWN_DNS)
		fprintf(out, "%s%s%s", begin, text, end);
	copy_without(out, (const char *)old->ptr, old->len, begin, end);
	return fflush(out) == 0 && ferror(out) == 0;
}

/* Readers see the old file or the new one. */
static bool
by_file(const char *file, const struct updown_event *e, char *err, size_t errlen)
{
	char other[PATH_MAX];
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to = -1;
	struct chunk old = { NULL, 0 };
	FILE *out = NULL;
	bool ok = false;

	snprintf(other, sizeof(other), "%s.XXXXXX", file);
	if (fd < 0 || read_file(fd, FILE_MAX, &old) != 0) {
		snprintf(err, errlen, "%s is not a file of at most 64 KiB, and stays as it is", file);
		goto out;
	}
	to = mkstemp(other);
	out = to >= 0 ? fdopen(to, "w") : NULL;
	ok = out != NULL && rewrite(out, &old, e) && fchmod(to, 0644) == 0
		&& rename(other, file) == 0;
	if (!ok) {
		snprintf(err, errlen, "%s cannot be written: %s", file, strerror(errno));
		if (to >= 0)
			unlink(other);
	}
out:
	if (out != NULL)
		fclose(out);
	else if (to >= 0)
		close(to);
	if (fd >= 0)
		close(fd);
	chunk_free(&old);
	return ok;
}

bool
updown_dns(const struct updown_event *e, const char *file, char *err, size_t errlen)
{
	char path[PATH_MAX], text[LINES_ROOM];

	if (!updown_has_dns(e))
		return true;
	if (file != NULL)
		return by_file(file, e, err, errlen);
	if (find("resolvconf", path))
		return by_resolvconf(path, e, err, errlen);
	if (e->device[0] != '\0' && find("resolvectl", path))
		return by_resolvectl(path, e, err, errlen);
	lines(e, text);
	text[strcspn(text, "\n")] = '\0';
	if (e->verb == UPDOWN_DNS)
		fprintf(stderr, "_updown: the peer's \"%s\" is not used: there is no resolvconf, and no "
			"resolvectl with a device of its own; see ipsec_updown(8)\n", text);
	return true;
}
