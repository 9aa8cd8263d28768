/* Dynamic updates (RFC 2136) through nsupdate. */
#include "zones/nsupdate.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void
each(FILE *out, const char *command, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(list, i));

		if (text != NULL)
			fprintf(out, "update %s %s", command, text);
		free(text);
	}
}

void
nsupdate_script(FILE *out, const struct server *s, const char *zone, const struct zone_diff *d)
{
	struct addr_buf b;

	fprintf(out, "server %s %u\nzone %s\n", ip_addr_text(&s->at.addr, &b), s->at.port, zone);
	each(out, "delete", d->extra);
	each(out, "add", d->missing);
	fputs("send\n", out);
}

/* A program that ends early is told by its status, not by a signal to us. */
static int
feed(int fd, const char *script, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, script, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			script += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
spawn(int input, int other, const char *key_file, pid_t *pid)
{
	const char *argv[] = { "nsupdate", "-v", "-t", "10", key_file != NULL ? "-k" : NULL,
		key_file, NULL };
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclose(&actions, other);
	if (rc == 0)
		rc = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

static int
ended(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

int
nsupdate_run(const char *script, size_t len, const char *key_file)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	int fd[2], rc;
	pid_t pid = -1;

	if (pipe(fd) < 0)
		return -errno;
	rc = spawn(fd[0], fd[1], key_file, &pid);
	close(fd[0]);
	if (rc == 0)
		feed(fd[1], script, len);
	close(fd[1]);
	if (rc == 0)
		rc = ended(pid);
	signal(SIGPIPE, before);
	return rc;
}
