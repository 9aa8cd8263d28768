/* The process that starts programs: one request at a time, no key, no configuration. */
#include "lib/starter_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/sched.h>

#include "lib/confine.h"
#include "lib/ipc.h"

#define BIT(cap) (UINT64_C(1) << (cap))
/* To become another user, in an empty root, for good. */
#define HELPER_CAPS (BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_SYS_CHROOT))
#define PROGRAM_CAPS (BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW))

/* What each kind may start; PROGRAM: what it names. */
struct programs { const char *helper, *keeper; };

enum { ALL_FDS = STARTER_MAX_FDS + 1, ABOVE_ALL = 16 };

struct job {
	enum starter_what what;
	char *argv[STARTER_MAX_ARGS + 1], *envp[STARTER_MAX_ENV + 1];
	char text[STARTER_MAX_TEXT];
	size_t text_len;
	int fds[ALL_FDS];		/* the first: where it is told that it has started */
	size_t n_fds;
};

static struct job job;		/* one at a time; large for a stack */

/* The caller checks what we start; that it fits we check. */
static bool
take_text(struct ipc_reader *m, char **out)
{
	struct span s = ipc_bytes(m, "text");

	if (!wire_ok(&m->r) || s.len >= sizeof(job.text) - job.text_len
	    || (s.len > 0 && memchr(s.ptr, '\0', s.len) != NULL))
		return false;
	*out = job.text + job.text_len;
	if (s.len > 0)
		memcpy(*out, s.ptr, s.len);
	job.text_len += s.len;
	job.text[job.text_len++] = '\0';
	return true;
}

static bool
take_texts(struct ipc_reader *m, char **out, size_t most)
{
	uint64_t n = ipc_u64(m, "number");

	if (n > most)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!take_text(m, &out[i]))
			return false;
	out[n] = NULL;
	return true;
}

static bool
read_job(struct ipc_reader *m)
{
	job.text_len = 0;
	job.what = (enum starter_what)ipc_u64(m, "what");
	return take_texts(m, job.argv, STARTER_MAX_ARGS) && take_texts(m, job.envp, STARTER_MAX_ENV)
		&& ipc_done(m) && job.argv[0] != NULL && job.n_fds > 0
		&& job.what >= STARTER_HELPER && job.what <= STARTER_KEEPER;
}

/* They are ours now, whatever the message says. */
static void
take_fds(struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);

	job.n_fds = 0;
	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	job.n_fds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(job.fds, CMSG_DATA(c), job.n_fds * sizeof(int));
}

static void
close_fds(void)
{
	for (size_t i = 0; i < job.n_fds; i++)
		close(job.fds[i]);
	job.n_fds = 0;
}

/* As if nobody had touched them. */
static void
reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First out of each other's way, then to their places; what is not the program's is
 * closed as it starts. */
static int
place_fds(void)
{
	for (size_t i = 0; i < job.n_fds; i++) {
		job.fds[i] = fcntl(job.fds[i], F_DUPFD_CLOEXEC, ABOVE_ALL);
		if (job.fds[i] < 0)
			return errno;
	}
	for (size_t i = 1; i < job.n_fds; i++)
		if (dup2(job.fds[i], (int)i - 1) < 0)
			return errno;
	return close_range((unsigned)job.n_fds - 1, ~0u, CLOSE_RANGE_CLOEXEC) != 0 ? errno : 0;
}

static int
set_rights(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (job.what == STARTER_HELPER)
		return -confine_narrow_caps(HELPER_CAPS);
	(void)setsid();
	if (job.what == STARTER_KEEPER)
		(void)setrlimit(RLIMIT_MEMLOCK, &all);	/* who may not is told so by mlockall */
	if (chdir("/") != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errno;
	return -confine_narrow_caps(job.what == STARTER_KEEPER ? 0 : PROGRAM_CAPS);
}

static const char *
path_of(const struct programs *p)
{
	return job.what == STARTER_HELPER ? p->helper
		: job.what == STARTER_KEEPER ? p->keeper : job.argv[0];
}

/* In the new process: an errno, or not at all. */
static int
become(const struct programs *p)
{
	int err;

	reset_signals();
	err = place_fds();
	if (err == 0)
		err = set_rights();
	if (err == 0)
		execve(path_of(p), job.argv, job.envp);
	return err != 0 ? err : errno;
}

/* Our owner's child, not ours: it is he who follows it. */
static pid_t
clone_beside_us(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
}

/* An error of the child comes by a pipe that closes when it executes. */
static struct started
start(const struct programs *p)
{
	struct started out = { 0 };
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return (struct started){ .error = errno };
	out.pid = clone_beside_us();
	if (out.pid < 0)
		out = (struct started){ .error = errno };
	if (out.pid == 0 && out.error == 0) {
		int high = fcntl(fds[1], F_DUPFD_CLOEXEC, ABOVE_ALL);
		int err = become(p);

		(void)!write(high, &err, sizeof(err));
		_exit(127);
	}
	close(fds[1]);
	if (out.error == 0 && read(fds[0], &out.error, sizeof(out.error)) != sizeof(out.error))
		out.error = 0;
	close(fds[0]);
	return out;
}

static void
start_and_tell(const struct programs *p, int *helper_pidfd)
{
	struct started s = start(p);

	if (s.error == 0 && job.what == STARTER_HELPER) {
		if (*helper_pidfd >= 0)
			close(*helper_pidfd);
		*helper_pidfd = pidfd_open(s.pid, 0);
	}
	(void)!write(job.fds[0], &s, sizeof(s));
}

/* False: our owner is gone. */
static bool
serve_one(int socket, const struct programs *programs, int *helper_pidfd)
{
	static uint8_t buf[IPC_MAX];
	union { struct cmsghdr align; char room[CMSG_SPACE(sizeof(int) * ALL_FDS)]; } c;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
		.msg_controllen = sizeof(c) };
	struct pollfd p = { .fd = socket, .events = POLLIN };
	struct ipc_reader m;
	ssize_t n;

	(void)poll(&p, 1, -1);
	n = recvmsg(socket, &h, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	take_fds(&h);
	m = ipc_open(span_of(buf, (size_t)n));
	if (m.type == STARTER_MSG_START && read_job(&m))
		start_and_tell(programs, helper_pidfd);
	else if (m.type == STARTER_MSG_KILL_HELPER && *helper_pidfd >= 0)
		(void)pidfd_send_signal(*helper_pidfd, SIGKILL, NULL, 0);
	close_fds();
	return true;
}

_Noreturn void
starter_serve(int socket, const char *helper, const char *keeper)
{
	const struct programs programs = { helper, keeper };
	int helper_pidfd = -1;

	(void)prctl(PR_SET_NAME, "pluto-starter", 0, 0, 0);
	/* A terminal's signals are our owner's; when he ends, so do we. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	confine_hide_memory();
	(void)confine_narrow_caps(HELPER_CAPS | PROGRAM_CAPS | BIT(CAP_KILL) | BIT(CAP_SYS_RESOURCE));
	while (serve_one(socket, &programs, &helper_pidfd))
		;
	_exit(0);
}
