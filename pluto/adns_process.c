/* Starts adns with a clean environment and follows it by pidfd, so that no
 * other child is ever reaped or signalled by mistake. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pluto/adns_process.h"

enum { CHILD_FD = 3, PATH_LEN = 4096 };

static bool
add(struct adns_argv *a, const char *text)
{
	if (a->n + 1 >= sizeof(a->argv) / sizeof(*a->argv))
		return false;
	a->argv[a->n] = strdup(text);
	return a->argv[a->n] != NULL && ++a->n > 0;
}

static bool
add_pair(struct adns_argv *a, const char *option, const char *value)
{
	return add(a, option) && add(a, value);
}

/* Beside our own program, as in a build tree and in libexec; else where the
 * ipsec command says the programs are. */
static char *
find_program(void)
{
	char path[PATH_LEN + 8];
	ssize_t n = readlink("/proc/self/exe", path, PATH_LEN);
	const char *dir = getenv("IPSEC_EXECDIR");
	char *slash;

	if (n > 0 && n < PATH_LEN) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL) {
			strcpy(slash + 1, "adns");
			if (access(path, X_OK) == 0)
				return strdup(path);
		}
	}
	if (dir != NULL && snprintf(path, sizeof(path), "%s/adns", dir) < (int)sizeof(path))
		return strdup(path);
	return strdup("/usr/local/libexec/ipsec/adns");
}

static bool
add_options(struct adns_argv *a, const struct adns_client_config *cfg)
{
	char conf[PATH_LEN];

	for (size_t i = 0; i < cfg->n_resolvers; i++) {
		char text[80];
		struct addr_buf b;

		snprintf(text, sizeof(text), "%s@%u",
			 ip_addr_text(&cfg->resolvers[i].addr, &b), cfg->resolvers[i].port);
		if (!add_pair(a, "--resolver", text))
			return false;
	}
	if (cfg->resolvconf != NULL && (snprintf(conf, sizeof(conf), "--resolvconf=%s",
			cfg->resolvconf) >= (int)sizeof(conf) || !add(a, conf)))
		return false;
	for (size_t i = 0; i < cfg->n_anchors; i++)
		if (!add_pair(a, "--anchor", cfg->anchors[i]))
			return false;
	for (size_t i = 0; i < cfg->n_negative; i++)
		if (!add_pair(a, "--negative-anchor", cfg->negative[i]))
			return false;
	if (cfg->stub && !add_pair(a, "--backend", "stub"))
		return false;
	if (cfg->user != NULL && !add_pair(a, "--user", cfg->user))
		return false;
	if (cfg->syslog && !add(a, "--syslog"))
		return false;
	return !cfg->debug || add(a, "--debug");
}

bool
adns_argv_build(struct adns_argv *a, const struct adns_client_config *cfg)
{
	*a = (struct adns_argv){ 0 };
	a->program = cfg->program != NULL ? strdup(cfg->program) : find_program();
	if (a->program != NULL && add(a, "adns") && add_pair(a, "--fd", "3") &&
	    add_options(a, cfg))
		return true;
	adns_argv_free(a);
	return false;
}

void
adns_argv_free(struct adns_argv *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->argv[i]);
	free(a->program);
	*a = (struct adns_argv){ 0 };
}

/* Our end of the pair must not reach the child: it would never see us hang up.
 * The child's signals start out as if nobody had touched them. */
static int
spawn(const struct adns_argv *a, int child_fd, pid_t *pid)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const env[] = { path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	err = posix_spawn_file_actions_adddup2(&actions, child_fd, CHILD_FD);
	if (err == 0)
		err = posix_spawn_file_actions_addclosefrom_np(&actions, CHILD_FD + 1);
	if (err == 0)
		err = posix_spawn(pid, a->program, &actions, &attr, a->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

int
adns_process_start(struct adns_process *p, const struct adns_argv *a)
{
	int fds[2], err = ipc_pair(fds);

	*p = (struct adns_process){ .fd = -1, .pidfd = -1 };
	if (err != 0)
		return err;
	err = spawn(a, fds[1], &p->pid);
	close(fds[1]);
	p->fd = fds[0];
	if (err == 0) {
		p->pidfd = pidfd_open(p->pid, 0);
		err = p->pidfd < 0 ? -errno : 0;
	} else {
		p->pid = 0;
	}
	if (err == 0)
		return 0;
	adns_process_hang_up(p);
	if (p->pid != 0) {
		/* Unwatched it is no use; it has just lost its socket too. */
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
		p->pid = 0;
	}
	return err;
}

void
adns_process_hang_up(struct adns_process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void
adns_process_kill(struct adns_process *p)
{
	if (p->pidfd >= 0)
		pidfd_send_signal(p->pidfd, SIGKILL, NULL, 0);
}

bool
adns_process_reap(struct adns_process *p, int ms, int *status)
{
	struct pollfd gone = { .fd = p->pidfd, .events = POLLIN };
	siginfo_t info = { 0 };

	if (p->pidfd < 0)
		return true;
	if (poll(&gone, 1, ms) <= 0)
		return false;
	/* ECHILD: gone, and somebody else has its status. */
	if (waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOHANG) == 0 ?
	    info.si_pid == 0 : errno != ECHILD)
		return false;
	*status = info.si_code == CLD_EXITED ?
		info.si_status : -info.si_status;
	close(p->pidfd);
	p->pidfd = -1;
	p->pid = 0;
	return true;
}
