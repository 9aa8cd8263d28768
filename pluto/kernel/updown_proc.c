/* One program of --updown: start, output, time limit, end. */
#include "pluto/kernel/updown_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pluto/kernel/updown_spawn.h"

enum {
	LINE_LEN = 200,
	MOST_LINES = 20,
	READ_AT_ONCE = 4096,
	READ_A_TICK = 16 * READ_AT_ONCE,	/* a flood waits in its pipe */
	TICK_MS = 100,
	INPUT_MAX = 4096,	/* less than any pipe holds */
};

struct updown_proc {
	struct loop *l;
	struct updown_proc_ports ports;
	struct updown_spawn spawn;
	pthread_t thread;
	int started_fd, out_fd, pidfd;	/* -1: none */
	loop_id starting, reading, ending, deadline, pause;
	pid_t pid;
	size_t this_tick;
	char line[LINE_LEN + 1];
	size_t line_len;
	unsigned lines;
	struct updown_result result;
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
end_line(struct updown_proc *p)
{
	if (p->line_len == 0)
		return;
	p->line[p->line_len] = '\0';
	p->line_len = 0;
	if (p->lines++ < MOST_LINES)
		p->ports.line(p->ports.ctx, p->line);
	else
		p->result.lines_kept_back++;
}

static void
take_output(struct updown_proc *p, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' || p->line_len == LINE_LEN)
			end_line(p);
		if (text[i] != '\n')
			p->line[p->line_len++] = text[i] >= ' ' && text[i] < 127 ? text[i] : '?';
	}
}

static void output_ready(void *ctx, int fd, int what);

static void
read_on(void *ctx)
{
	struct updown_proc *p = ctx;

	p->pause.n = 0;
	p->this_tick = 0;
	p->reading = loop_fd(p->l, p->out_fd, LOOP_READ, output_ready, p);
}

/* False when there is no more for now. */
static bool
read_some(struct updown_proc *p)
{
	char buf[READ_AT_ONCE];
	ssize_t n = read(p->out_fd, buf, sizeof(buf));

	if (n > 0) {
		p->this_tick += (size_t)n;
		take_output(p, buf, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		loop_cancel(p->l, &p->reading);
		close_fd(&p->out_fd);
	}
	return n > 0;
}

static void
output_ready(void *ctx, int fd, int what)
{
	struct updown_proc *p = ctx;

	(void)fd;
	(void)what;
	if (!read_some(p) || p->this_tick < READ_A_TICK)
		return;
	loop_cancel(p->l, &p->reading);
	p->pause = loop_after(p->l, TICK_MS, read_on, p);
}

/* Whatever it left in its session goes with it: while it is not reaped, its
 * number is nobody else's. */
static void
kill_all(const struct updown_proc *p)
{
	if (p->pid > 0)
		(void)kill(-p->pid, SIGKILL);
}

static void
too_late(void *ctx)
{
	struct updown_proc *p = ctx;

	p->deadline.n = 0;
	p->result.late = true;
	kill_all(p);
}

static void
stop_watching(struct updown_proc *p)
{
	loop_id *ids[] = { &p->starting, &p->reading, &p->ending, &p->deadline, &p->pause };

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		loop_cancel(p->l, ids[i]);
}

static void
tell_end(struct updown_proc *p)
{
	stop_watching(p);
	end_line(p);
	p->ports.ended(p->ports.ctx, &p->result);
}

static void
process_ended(void *ctx, int fd, int what)
{
	struct updown_proc *p = ctx;
	siginfo_t info = { 0 };
	size_t left = READ_A_TICK / READ_AT_ONCE;

	(void)fd;
	(void)what;
	kill_all(p);
	if (waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0)
		return;
	p->pid = 0;
	p->result.status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
	while (p->out_fd >= 0 && left-- > 0 && read_some(p))
		;
	tell_end(p);
}

static void
process_started(void *ctx, int fd, int what)
{
	struct updown_proc *p = ctx;
	struct updown_started s = { .error = EIO };

	(void)what;
	loop_cancel(p->l, &p->starting);
	if (read(fd, &s, sizeof(s)) != (ssize_t)sizeof(s))
		s = (struct updown_started){ .error = EIO };
	pthread_join(p->thread, NULL);
	close_fd(&p->started_fd);
	close_fd(&p->spawn.in_fd);
	close_fd(&p->spawn.out_fd);
	p->pid = s.pid;
	p->pidfd = s.error == 0 ? pidfd_open(s.pid, 0) : -1;
	if (p->pidfd < 0) {
		p->result.error = s.error != 0 ? s.error : errno;
		tell_end(p);
		return;
	}
	if (p->result.late)
		kill_all(p);
	p->ending = loop_fd(p->l, p->pidfd, LOOP_READ, process_ended, p);
}

/* A pipe takes so much at once: nobody waits for the program to read. */
static bool
give_input(struct updown_proc *p, struct span input)
{
	int in[2];
	bool ok;

	if (input.len == 0)
		return true;
	if (input.len > INPUT_MAX || pipe2(in, O_CLOEXEC) != 0)
		return false;
	ok = write(in[1], input.ptr, input.len) == (ssize_t)input.len;
	close(in[1]);
	p->spawn.in_fd = in[0];
	return ok;
}

static bool
make_pipes(struct updown_proc *p)
{
	int out[2], started[2];

	if (pipe2(out, O_CLOEXEC) != 0)
		return false;
	p->out_fd = out[0];
	p->spawn.out_fd = out[1];
	if (fcntl(p->out_fd, F_SETFL, O_NONBLOCK) != 0 || pipe2(started, O_CLOEXEC) != 0)
		return false;
	p->started_fd = started[0];
	p->spawn.started_fd = started[1];
	return true;
}

static bool
start(struct updown_proc *p, struct span input, unsigned limit_ms)
{
	int rc;

	if (!give_input(p, input) || !make_pipes(p))
		return false;
	rc = pthread_create(&p->thread, NULL, updown_spawn, &p->spawn);
	if (rc != 0) {
		errno = rc;
		close_fd(&p->started_fd);	/* there is no thread to wait for */
		close_fd(&p->spawn.started_fd);
		return false;
	}
	p->starting = loop_fd(p->l, p->started_fd, LOOP_READ, process_started, p);
	p->reading = loop_fd(p->l, p->out_fd, LOOP_READ, output_ready, p);
	p->deadline = loop_after(p->l, limit_ms, too_late, p);
	return true;
}

struct updown_proc *
updown_proc_start(struct loop *l, char *const argv[], char *const envp[], struct span input,
		  unsigned limit_ms, const struct updown_proc_ports *ports)
{
	struct updown_proc *p = calloc(1, sizeof(*p));
	int err;

	if (p == NULL)
		return NULL;
	*p = (struct updown_proc){ .l = l, .ports = *ports, .started_fd = -1, .out_fd = -1,
		.pidfd = -1, .spawn = { .argv = argv, .envp = envp, .in_fd = -1, .out_fd = -1,
		.started_fd = -1 } };
	if (start(p, input, limit_ms))
		return p;
	err = errno;
	updown_proc_free(p);
	errno = err;
	return NULL;
}

/* A thread that still starts it is waited for: it uses our memory. */
static void
finish_start(struct updown_proc *p)
{
	struct updown_started s = { .error = EIO };

	if (read(p->started_fd, &s, sizeof(s)) == (ssize_t)sizeof(s) && s.error == 0)
		p->pid = s.pid;
	pthread_join(p->thread, NULL);
}

/* It was killed, which takes a moment; longer is not waited for. */
static void
reap(const struct updown_proc *p)
{
	enum { PATIENCE_MS = 1000 };
	struct pollfd gone = { .fd = p->pidfd, .events = POLLIN };

	if (p->pidfd >= 0)
		(void)poll(&gone, 1, PATIENCE_MS);
	(void)waitpid(p->pid, NULL, p->pidfd >= 0 ? WNOHANG : 0);
}

void
updown_proc_free(struct updown_proc *p)
{
	if (p == NULL)
		return;
	stop_watching(p);
	if (p->started_fd >= 0)
		finish_start(p);
	if (p->pid > 0) {
		kill_all(p);
		reap(p);
	}
	close_fd(&p->started_fd);
	close_fd(&p->out_fd);
	close_fd(&p->spawn.in_fd);
	close_fd(&p->spawn.out_fd);
	close_fd(&p->pidfd);
	free(p);
}
