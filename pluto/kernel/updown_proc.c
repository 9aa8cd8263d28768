/* One program of --updown: start, output, time limit, end. */
#include "pluto/kernel/updown_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>


enum {
	LINE_LEN = 200,
	MOST_LINES = 20,
	READ_AT_ONCE = 4096,
	READ_A_TICK = 16 * READ_AT_ONCE,	/* a flood waits in its pipe */
	TICK_MS = 100,
	INPUT_MAX = 4096,	/* less than any pipe holds */
	PATIENCE_MS = 1000,
};

struct updown_proc {
	struct loop *l;
	struct updown_proc_ports ports;
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
	struct started s = starter_take(fd);

	(void)what;
	loop_cancel(p->l, &p->starting);
	close_fd(&p->started_fd);
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

/* Both ends, or neither. */
static bool
make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) == 0)
		return true;
	ends[0] = ends[1] = -1;
	return false;
}

/* A pipe takes so much at once: nobody waits for the program to read. -1: none. */
static int
input_pipe(struct span input)
{
	int in[2];

	if (input.len == 0 || input.len > INPUT_MAX || !make_pipe(in))
		return -1;
	(void)!write(in[1], input.ptr, input.len);
	close(in[1]);
	return in[0];
}

/* The ends that are not ours are closed, whatever came of it. */
static bool
ask_starter(struct updown_proc *p, struct starter *s, char *const argv[], char *const envp[],
	    struct span input)
{
	int in = input_pipe(input), out[2] = { -1, -1 }, told[2] = { -1, -1 }, rc = -EMFILE;

	if (make_pipe(out) && make_pipe(told) && (in >= 0 || input.len == 0)
	    && fcntl(out[0], F_SETFL, O_NONBLOCK) == 0)
		rc = starter_start(s, &(struct starter_request){ .what = STARTER_PROGRAM,
			.argv = argv, .envp = envp, .fds = { in, out[1], out[1] }, .n_fds = 3,
			.started_fd = told[1] });
	p->out_fd = out[0];
	p->started_fd = told[0];
	close_fd(&in);
	close_fd(&out[1]);
	close_fd(&told[1]);
	errno = -rc;
	return rc == 0;
}

struct updown_proc *
updown_proc_start(const struct updown_proc_ports *ports, char *const argv[], char *const envp[],
		  struct span input, unsigned limit_ms)
{
	struct updown_proc *p = calloc(1, sizeof(*p));
	int err;

	if (p == NULL)
		return NULL;
	*p = (struct updown_proc){ .l = ports->loop, .ports = *ports, .started_fd = -1,
		.out_fd = -1, .pidfd = -1 };
	if (!ask_starter(p, ports->starter, argv, envp, input)) {
		err = errno;
		close_fd(&p->started_fd);	/* there is nothing to wait for */
		updown_proc_free(p);
		errno = err;
		return NULL;
	}
	p->starting = loop_fd(p->l, p->started_fd, LOOP_READ, process_started, p);
	p->reading = loop_fd(p->l, p->out_fd, LOOP_READ, output_ready, p);
	p->deadline = loop_after(p->l, limit_ms, too_late, p);
	return p;
}

/* It may be starting just now; then it is killed as soon as it is there. */
static void
finish_start(struct updown_proc *p)
{
	struct pollfd told = { .fd = p->started_fd, .events = POLLIN };

	if (poll(&told, 1, PATIENCE_MS) > 0)
		p->pid = starter_take(p->started_fd).pid;
}

/* It was killed, which takes a moment; longer is not waited for. */
static void
reap(const struct updown_proc *p)
{
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
	close_fd(&p->pidfd);
	free(p);
}
