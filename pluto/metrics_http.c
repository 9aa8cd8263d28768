/* One page over HTTP: the metrics. Requests are small and answers whole; a client that
 * dawdles is cut off, and there are never many. */
#include "pluto/daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/metrics.h"

enum { MAX_VISITORS = 16, MAX_REQUEST = 4096, MAX_PAGE = 1 << 20, BACKLOG = 16, PATIENCE_MS = 5000,
	METRICS_PORT = 9168 };

struct visitor {
	struct metrics_http *h;
	int fd;			/* -1: nobody */
	char request[MAX_REQUEST];
	size_t len;
	struct outbox out;
	loop_id io, deadline;
};

struct metrics_http {
	struct daemon *d;
	int fd;
	loop_id accepting;
	char path[108];		/* of the socket, to be removed; "" at an address */
	struct visitor v[MAX_VISITORS];
};

static void
leave(void *ctx)
{
	struct visitor *v = ctx;

	loop_cancel(v->h->d->loop, &v->io);
	loop_cancel(v->h->d->loop, &v->deadline);
	outbox_clear(&v->out);
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

static void
too_late(void *ctx)
{
	struct visitor *v = ctx;

	v->deadline.n = 0;
	leave(v);
}

static void
write_ready(void *ctx, int fd, int what)
{
	struct visitor *v = ctx;
	size_t sent;

	(void)what;
	if (outbox_flush(&v->out, fd, &sent) != OUTBOX_WAITS)
		leave(v);
}

struct page { const char *status, *type; struct chunk body; };

static void
reply(struct visitor *v, const struct page *p)
{
	char head[200];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Type: %s\r\n"
			 "Content-Length: %zu\r\nConnection: close\r\n\r\n", p->status, p->type,
			 p->body.len);

	if (!outbox_add(&v->out, span_of(head, (size_t)n), MAX_PAGE)
	    || !outbox_add(&v->out, chunk_span(p->body), MAX_PAGE)) {
		leave(v);
		return;
	}
	loop_cancel(v->h->d->loop, &v->io);
	v->io = loop_fd(v->h->d->loop, v->fd, LOOP_WRITE, write_ready, v);
}

static void
reply_short(struct visitor *v, const char *status)
{
	struct page p = { .status = status, .type = "text/plain; charset=utf-8",
		.body = chunk_copy(span_str("the metrics are at /metrics\n")) };

	reply(v, &p);
	chunk_free(&p.body);
}

/* "GET /metrics HTTP/1.1"; what follows does not matter. */
static void
serve(struct visitor *v)
{
	struct page p = { .status = "200 OK", .type = "text/plain; version=0.0.4; charset=utf-8" };

	if (strncmp(v->request, "GET ", 4) != 0) {
		reply_short(v, "405 Method Not Allowed");
	} else if (strncmp(v->request, "GET /metrics ", 13) != 0
		   && strncmp(v->request, "GET /metrics?", 13) != 0) {
		reply_short(v, "404 Not Found");
	} else {
		p.body = metrics_text(v->h->d);
		reply(v, &p);
		chunk_free(&p.body);
	}
}

static void
read_ready(void *ctx, int fd, int what)
{
	struct visitor *v = ctx;
	ssize_t n = recv(fd, v->request + v->len, sizeof(v->request) - 1 - v->len, MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		leave(v);
		return;
	}
	v->len += (size_t)n;
	v->request[v->len] = '\0';
	if (strstr(v->request, "\r\n\r\n") != NULL || strstr(v->request, "\n\n") != NULL)
		serve(v);
	else if (v->len == sizeof(v->request) - 1)
		reply_short(v, "431 Request Header Fields Too Large");
}

static void
accept_ready(void *ctx, int listener, int what)
{
	static struct log_limit limit;
	struct metrics_http *h = ctx;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unsigned i = 0;

	(void)what;
	if (fd < 0)
		return;
	while (i < MAX_VISITORS && h->v[i].fd >= 0)
		i++;
	if (i == MAX_VISITORS) {
		log_limited(&limit, LOG_LEVEL_WARN, NULL, "metrics: a client was refused: there are %d already",
			    MAX_VISITORS);
		close(fd);
		return;
	}
	h->v[i].fd = fd;
	h->v[i].len = 0;
	h->v[i].io = loop_fd(h->d->loop, fd, LOOP_READ, read_ready, &h->v[i]);
	h->v[i].deadline = loop_after(h->d->loop, PATIENCE_MS, too_late, &h->v[i]);
}

static int
listen_at(const struct sockaddr *a, socklen_t len)
{
	int one = 1, rc, fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, a, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* For its owner and his group, like the control socket. */
static int
open_path(struct metrics_http *h, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t old;
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	strcpy(a.sun_path, path);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);	/* of an earlier run */
	old = umask(0117);
	fd = listen_at((struct sockaddr *)&a, sizeof(a));
	umask(old);
	if (fd >= 0)
		strcpy(h->path, path);
	return fd;
}

static int
open_address(const char *where)
{
	struct sockaddr_storage a;
	struct endpoint e;
	socklen_t len;

	if (!endpoint_parse(where, METRICS_PORT, &e))
		return -EINVAL;
	len = endpoint_to_sockaddr(&e, &a);
	return listen_at((struct sockaddr *)&a, len);
}

struct metrics_http *
metrics_http_open(struct daemon *d, const char *where, char *err, size_t errlen)
{
	struct metrics_http *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		snprintf(err, errlen, "no memory");
		return NULL;
	}
	h->d = d;
	for (unsigned i = 0; i < MAX_VISITORS; i++)
		h->v[i] = (struct visitor){ .h = h, .fd = -1 };
	h->fd = where[0] == '/' ? open_path(h, where) : open_address(where);
	if (h->fd < 0) {
		snprintf(err, errlen, "%s", strerror(-h->fd));
		free(h);
		return NULL;
	}
	h->accepting = loop_fd(d->loop, h->fd, LOOP_READ, accept_ready, h);
	return h;
}

void
metrics_http_close(struct metrics_http *h)
{
	if (h == NULL)
		return;
	for (unsigned i = 0; i < MAX_VISITORS; i++)
		leave(&h->v[i]);
	loop_cancel(h->d->loop, &h->accepting);
	close(h->fd);
	if (h->path[0] != '\0')
		unlink(h->path);
	free(h);
}
