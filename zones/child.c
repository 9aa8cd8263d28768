/* Runs a program, and keeps the last line that it says. */
#include "zones/child.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Files, not pipes: neither side ever waits for the other. */
static int
plug(posix_spawn_file_actions_t *actions, FILE *input, FILE *output)
{
	int rc;

	if (input != NULL) {
		/* What stdio has read ahead is the program's, too. */
		fflush(input);
		lseek(fileno(input), ftell(input), SEEK_SET);
		rc = posix_spawn_file_actions_adddup2(actions, fileno(input), STDIN_FILENO);
	} else {
		rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	}
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, fileno(output), STDOUT_FILENO);
	return rc != 0 ? rc
		: posix_spawn_file_actions_adddup2(actions, fileno(output), STDERR_FILENO);
}

static int
spawn(const char *const *argv, FILE *input, FILE *output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = plug(&actions, input, output);
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

static void
last_line(FILE *output, char said[CHILD_SAID])
{
	char line[1024];

	said[0] = '\0';
	rewind(output);
	while (fgets(line, sizeof(line), output) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			snprintf(said, CHILD_SAID, "%.*s", CHILD_SAID - 1, line);
	}
	for (char *at = said; *at != '\0'; at++)
		if (!isprint((unsigned char)*at))
			*at = ' ';
}

int
child_run(const char *const *argv, FILE *input, char said[CHILD_SAID])
{
	FILE *output = tmpfile();
	pid_t pid = -1;
	int rc;

	said[0] = '\0';
	if (output == NULL)
		return -errno;
	rc = spawn(argv, input, output, &pid);
	if (rc == 0)
		rc = ended(pid);
	if (rc >= 0)
		last_line(output, said);
	fclose(output);
	return rc;
}
