/* Starts a program from a thread of its own. */
#include "pluto/kernel/updown_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Capabilities and no-new-privs are a thread's own in Linux: the others keep
 * theirs. No-new-privs is also why root's program gains nothing by exec. */
static int
drop_rights(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	const uint32_t keep = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;

	if (syscall(SYS_capget, &h, d) != 0)
		return errno;
	d[0].permitted &= keep;
	d[0].effective = d[0].permitted;
	d[1].permitted = d[1].effective = 0;
	d[0].inheritable = d[1].inheritable = 0;
	if (syscall(SYS_capset, &h, d) != 0)
		return errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? errno : 0;
}

static int
set_actions(posix_spawn_file_actions_t *a, int in_fd, int out_fd)
{
	int err = in_fd >= 0 ? posix_spawn_file_actions_adddup2(a, in_fd, STDIN_FILENO)
		: posix_spawn_file_actions_addopen(a, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (err == 0)
		err = posix_spawn_file_actions_adddup2(a, out_fd, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(a, out_fd, STDERR_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_addclosefrom_np(a, STDERR_FILENO + 1);
	if (err == 0)
		err = posix_spawn_file_actions_addchdir_np(a, "/");
	return err;
}

/* A session of its own, so that all of it can be ended; signals as if nobody had
 * touched them. */
static void
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
				 | POSIX_SPAWN_SETSID);
}

static int
start(const struct updown_spawn *s, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	set_attributes(&attr);
	err = set_actions(&actions, s->in_fd, s->out_fd);
	if (err == 0)
		err = posix_spawn(pid, s->argv[0], &actions, &attr, s->argv, s->envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

void *
updown_spawn(void *spawn)
{
	struct updown_spawn *s = spawn;
	struct updown_started out = { .error = drop_rights() };
	int fd = s->started_fd;

	if (out.error == 0)
		out.error = start(s, &out.pid);
	if (out.error != 0)
		out.pid = 0;
	(void)!write(fd, &out, sizeof(out));
	close(fd);
	return NULL;
}
