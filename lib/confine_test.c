/* Privilege that is given up stays given up; each check in a child. */
#include "lib/test.h"

#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/confine.h"
#include "lib/confine_calls.h"

/* The exit status of CHECK in a child: 0 good, else the step that failed. */
static int
in_child(int (*check)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(check());
	assert_true(pid > 0);
	assert_true(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static int
as_user(void)
{
	bool was_root = geteuid() == 0;
	char used[32];

	if (confine_to_user("no-such-user-here", NULL, used) != 0)
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	if (!was_root)
		return 0;
	if (geteuid() == 0 || getgroups(0, NULL) != 0)
		return 3;
	if (setuid(0) == 0)
		return 4;
	if (open("/etc/passwd", O_RDONLY) >= 0 || open("/x", O_CREAT | O_WRONLY, 0600) >= 0
	    || open("../etc/passwd", O_RDONLY) >= 0)
		return 7;
	capng_get_caps_process();
	if (capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return 5;
	return used[0] == 'n' ? 0 : 6;
}

/* One folder may be written, its neighbour not; reading goes on. */
static int
writes(void)
{
	char dir[] = "/tmp/confine.XXXXXX", path[40], used[32];
	int fd, rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	chmod(dir, 0777);
	if (confine_to_user("no-such-user-here", "/", used) != 0)
		return 2;
	rc = confine_writes(dir);
	if (rc == -ENOSYS)
		return 0;
	if (rc != 0)
		return 3;
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return 4;
	unlink(path);
	if (open("/tmp/confine-beside", O_CREAT | O_WRONLY, 0600) >= 0 || errno != EACCES)
		return 5;
	if (open("/etc/passwd", O_RDONLY) < 0)
		return 6;
	return 0;
}

static int
with_caps(void)
{
	if (geteuid() != 0)
		return 0;
	if (confine_narrow_caps(UINT64_C(1) << CAP_KILL) != 0)
		return 1;
	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_KILL))
		return 2;
	if (capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN) ||
	    capng_have_capability(CAPNG_PERMITTED, CAP_CHOWN))
		return 3;
	return 0;
}

/* A call that is not in the list is not there, and one that
 * only an intruder makes is the end. */
static int
calls(void)
{
	static const int allowed[] = { SCMP_SYS(exit_group), SCMP_SYS(write), SCMP_SYS(getpid) };

	if (confine_no_new_privs() != 0 || confine_calls(allowed, 3) != 0)
		return 1;
	if (syscall(SYS_getppid) != -1 || errno != ENOSYS)
		return 2;
	if (syscall(SYS_getpid) < 1)
		return 3;
	execl("/bin/true", "true", NULL);
	return 4;
}

/* Not every place lets us; when it says so, it is so. */
static int
locked(void)
{
	char line[200];
	FILE *f;
	long kb = 0;

	if (confine_lock_memory() != 0)
		return 0;
	f = fopen("/proc/self/status", "r");
	if (f == NULL)
		return 1;
	while (fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "VmLck: %ld", &kb);
	fclose(f);
	return kb > 0 ? 0 : 2;
}

static int
hidden(void)
{
	confine_hide_memory();
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1;
}

static void
user(void **state)
{
	(void)state;
	assert_int_equal(in_child(as_user), 0);
}

static void
caps(void **state)
{
	(void)state;
	assert_int_equal(in_child(with_caps), 0);
}

static void
folder(void **state)
{
	(void)state;
	assert_int_equal(in_child(writes), 0);
}

static void
system_calls(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	pid = fork();
	if (pid == 0)
		_exit(calls());
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void
memory(void **state)
{
	(void)state;
	assert_int_equal(in_child(hidden), 0);
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(in_child(locked), 0);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user),
		cmocka_unit_test(caps),
		cmocka_unit_test(folder),
		cmocka_unit_test(system_calls),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
