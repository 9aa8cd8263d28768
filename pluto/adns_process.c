/* Has adns started with a clean environment and follows it by pidfd, so that no
 * other child is ever reaped or signalled by mistake. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pluto/adns_process.h"

enum { CHILD_FD = 3, PATH_LEN = 4096, START_MS = 5000 };

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

static bool
add_tap(struct adns_argv *a, const struct adns_client_config *cfg)
{
	char uid[16];

	a->tap_fds[0] = a->tap_fds[1] = -1;
	if (cfg->notice == NULL)
		return true;
	a->tap_fds[0] = cfg->tap_fds[0];
	a->tap_fds[1] = cfg->tap_fds[1];
	snprintf(uid, sizeof(uid), "%u", cfg->tap_uid);
	/* The two after CHILD_FD. */
	return add_pair(a, "--tap-fd", "4") && add_pair(a, "--tap-stream-fd", "5")
		&& add_pair(a, "--tap-uid", uid);
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
	if (cfg->anchor_state != NULL && !add_pair(a, "--anchor-state", cfg->anchor_state))
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
	if (add(a, "adns") && add_pair(a, "--fd", "3") && add_options(a, cfg) && add_tap(a, cfg))
		return true;
	adns_argv_free(a);
	return false;
}

void
adns_argv_free(struct adns_argv *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->argv[i]);
	*a = (struct adns_argv){ 0 };
}

static struct started
ask_starter(struct starter *st, const struct adns_argv *a, int child_fd)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const env[] = { path, NULL };

	return starter_start_now(st, &(struct starter_request){ .what = STARTER_HELPER,
		.argv = a->argv, .envp = env,
		.fds = { -1, STDOUT_FILENO, STDERR_FILENO, child_fd, a->tap_fds[0], a->tap_fds[1] },
		.n_fds = CHILD_FD + (a->tap_fds[0] >= 0 ? 3 : 1) }, START_MS);
}

int
adns_process_start(struct adns_process *p, struct starter *st, const struct adns_argv *a)
{
	struct started s;
	int fds[2], err = ipc_pair(fds);

	*p = (struct adns_process){ .fd = -1, .pidfd = -1, .starter = st };
	if (err != 0)
		return err;
	s = ask_starter(st, a, fds[1]);
	close(fds[1]);
	p->fd = fds[0];
	p->pidfd = s.error == 0 ? pidfd_open(s.pid, 0) : -1;
	err = s.error != 0 ? -s.error : p->pidfd < 0 ? -errno : 0;
	if (err == 0) {
		p->pid = s.pid;
		return 0;
	}
	/* One that comes too late, or that cannot be watched, sees its socket closed. */
	adns_process_hang_up(p);
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
		starter_kill_helper(p->starter);
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
