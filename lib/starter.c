/* Its owner's side: puts a request into a message, with its descriptors. */
#include "lib/starter_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ipc.h"

struct starter {
	int socket;
	pid_t pid;
	uint8_t message[STARTER_MAX_TEXT + 4096];
};

/* The starter keeps nothing of ours open. */
static _Noreturn void
become_starter(struct starter *owners, int socket, const char *helper, const char *keeper)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	socket = dup2(socket, STDERR_FILENO + 1);
	if (socket < 0 || close_range((unsigned)socket + 1, ~0u, 0) != 0)
		_exit(1);
	(void)fcntl(socket, F_SETFD, FD_CLOEXEC);
	free(owners);
	starter_serve(socket, helper, keeper);
}

struct starter *
starter_new(const char *helper, const char *keeper)
{
	struct starter *s = calloc(1, sizeof(*s));
	int fds[2], err;

	if (s == NULL)
		return NULL;
	err = -ipc_pair(fds);
	if (err == 0) {
		s->pid = fork();
		err = s->pid < 0 ? errno : 0;
		if (s->pid == 0)
			become_starter(s, fds[1], helper, keeper);
		close(fds[1]);
		s->socket = fds[0];
	}
	if (err == 0)
		return s;
	free(s);
	errno = err;
	return NULL;
}

static void
put_texts(struct ipc_writer *m, char *const *texts, size_t most)
{
	size_t n = 0;

	while (texts[n] != NULL)
		n++;
	if (n > most)
		m->w.err = WIRE_FULL;
	ipc_put_u64(m, n);
	for (size_t i = 0; i < n && i < most; i++)
		ipc_put_bytes(m, span_str(texts[i]));
}

static int
send_with(int socket, struct span record, const int *fds, size_t n)
{
	union { struct cmsghdr first; char room[CMSG_SPACE(sizeof(int) * (STARTER_MAX_FDS + 1))]; } c;
	struct iovec iov = { (void *)record.ptr, record.len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
		.msg_controllen = CMSG_SPACE(sizeof(int) * n) };

	memset(&c, 0, sizeof(c));
	c.first.cmsg_level = SOL_SOCKET;
	c.first.cmsg_type = SCM_RIGHTS;
	c.first.cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(&c.first), fds, sizeof(int) * n);
	return sendmsg(socket, &h, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int
starter_start(struct starter *s, const struct starter_request *r)
{
	struct ipc_writer m = ipc_begin(s->message, sizeof(s->message), STARTER_MSG_START);
	int fds[STARTER_MAX_FDS + 1] = { r->started_fd };
	int null, rc;

	ipc_put_u64(&m, r->what);
	put_texts(&m, r->argv, STARTER_MAX_ARGS);
	put_texts(&m, r->envp, STARTER_MAX_ENV);
	if (!wire_fits(&m.w) || r->n_fds > STARTER_MAX_FDS)
		return -E2BIG;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	for (size_t i = 0; i < r->n_fds; i++)
		fds[i + 1] = r->fds[i] >= 0 ? r->fds[i] : null;
	rc = send_with(s->socket, wire_written(&m.w), fds, r->n_fds + 1);
	close(null);
	return rc == -ECONNRESET || rc == -ENOTCONN ? -EPIPE : rc;
}

struct started
starter_take(int started_fd)
{
	struct started s;

	if (read(started_fd, &s, sizeof(s)) != (ssize_t)sizeof(s))
		return (struct started){ .error = EIO };
	if (s.error != 0 && s.pid > 0)
		(void)waitpid(s.pid, NULL, 0);
	if (s.error != 0)
		s.pid = 0;
	return s;
}

struct started
starter_start_now(struct starter *s, const struct starter_request *r, int within_ms)
{
	struct starter_request now = *r;
	struct started out = { .error = ETIMEDOUT };
	struct pollfd told = { .events = POLLIN };
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return (struct started){ .error = errno };
	now.started_fd = fds[1];
	rc = starter_start(s, &now);
	close(fds[1]);
	told.fd = fds[0];
	if (rc != 0)
		out.error = -rc;
	else if (poll(&told, 1, within_ms) > 0)
		out = starter_take(fds[0]);
	close(fds[0]);
	return out;
}

void
starter_kill_helper(struct starter *s)
{
	uint8_t buf[16];
	struct ipc_writer m = ipc_begin(buf, sizeof(buf), STARTER_MSG_KILL_HELPER);

	(void)ipc_send(s->socket, &m);
}

void
starter_free(struct starter *s)
{
	if (s == NULL)
		return;
	close(s->socket);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(s);
}
