/* The control socket: whack's requests in, lines and results out. */
#include "pluto/control/ctl.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/wire.h"
#include "pluto/control/client.h"
#include "pluto/control/door.h"

enum {
	REQUEST_MS = 10000,		/* for a request to arrive whole */
	SEND_MS = 30000,		/* for a reader to take anything */
};

static struct log_limit complaints;

static void read_ready(void *ctx, int fd, int what);

void
client_drop(struct client *c, const char *why)
{
	if (why != NULL)
		log_limited(&complaints, LOG_LEVEL_WARN, NULL, "control: client dropped: %s", why);
	loop_cancel(c->s->l, &c->reader);
	loop_cancel(c->s->l, &c->writer);
	loop_cancel(c->s->l, &c->deadline);
	pump_stop(c);
	LIST_REMOVE(c, all);
	c->s->stats.clients--;
	close(c->fd);
	chunk_free(&c->in);
	outbox_clear(&c->out);
	free(c);
}

static void
drop_slow(struct client *c, const char *why)
{
	c->s->stats.too_slow++;
	client_drop(c, why);
}

struct client *
client_find(const struct ctl *s, ctl_client id)
{
	struct client *c;

	LIST_FOREACH(c, &s->clients, all)
		if (c->id.n == id.n)
			return c;
	return NULL;
}

static void
too_slow(void *ctx)
{
	struct client *c = ctx;

	c->deadline.n = 0;
	if (outbox_waiting(&c->out) > 0)
		drop_slow(c, "it does not read its answers");
	else
		client_drop(c, "its request did not arrive in time");
}

static void
arm(struct client *c, uint64_t ms)
{
	loop_cancel(c->s->l, &c->deadline);
	c->deadline = loop_after(c->s->l, ms, too_slow, c);
}

void
client_expect(struct client *c)
{
	arm(c, REQUEST_MS);
}

/* False when the client is gone. */
static bool
flush_some(struct client *c)
{
	size_t sent;
	enum outbox_state state = outbox_flush(&c->out, c->fd, &sent);

	if (state == OUTBOX_BROKEN) {
		client_drop(c, NULL);
		return false;
	}
	if (sent > 0 || c->deadline.n == 0)
		arm(c, SEND_MS);
	if (state == OUTBOX_WAITS)
		return true;
	if (c->busy) {
		loop_cancel(c->s->l, &c->deadline);
	} else if (c->ended) {
		client_drop(c, NULL);
		return false;
	} else {
		arm(c, REQUEST_MS);	/* for the next request, if there is one */
	}
	return true;
}

static void
write_ready(void *ctx, int fd, int what)
{
	struct client *c = ctx;

	(void)fd;
	(void)what;
	if (!flush_some(c))
		return;
	if (outbox_waiting(&c->out) == 0)
		loop_cancel(c->s->l, &c->writer);
	pump_run(c);
}

void
client_send(struct client *c, const json_t *o)
{
	struct chunk frame = whack_frame(o);

	bool frame_made = frame.ptr != NULL;
	bool taken = frame_made && outbox_add(&c->out, chunk_span(frame), c->most);

	chunk_free(&frame);
	if (!taken)
		drop_slow(c, frame_made ? "too much output waits for it" : "no memory for its answer");
	else if (flush_some(c) && outbox_waiting(&c->out) > 0 && c->writer.n == 0)
		c->writer = loop_fd(c->s->l, c->fd, LOOP_WRITE, write_ready, c);
}

bool
ctl_is_root(const struct ctl *s, ctl_client id)
{
	const struct client *c = client_find(s, id);

	return c != NULL && c->root;
}

bool
ctl_alive(const struct ctl *s, ctl_client c)
{
	return client_find(s, c) != NULL;
}

void
ctl_limit(struct ctl *s, ctl_client id, size_t most)
{
	struct client *c = client_find(s, id);

	if (c != NULL)
		c->most = most;
}

struct ctl_stats
ctl_get_stats(const struct ctl *s)
{
	return s->stats;
}

static void
serve(struct client *c)
{
	struct ctl *s = c->s;
	ctl_client id = c->id;
	char err[200];
	json_t *o = whack_parse(span_of(c->in.ptr + 4, c->in.len - 4), err, sizeof(err));

	chunk_free(&c->in);
	c->in_len = 0;
	c->busy = true;
	if (outbox_waiting(&c->out) == 0)
		loop_cancel(s->l, &c->deadline);
	if (o == NULL) {
		log_limited(&complaints, LOG_LEVEL_WARN, NULL, "control: bad request: %s", err);
		ctl_result(s, id, NULL, RC_BADWHACKMESSAGE, "bad whack message: %s", err);
		return;
	}
	s->fn(s->ctx, id, o);
	json_decref(o);
}

/* The length is here: room for the body, or the client goes. */
static bool
grow_to_length(struct client *c)
{
	struct wire_reader r = wire_reader(span_of(c->in.ptr, 4));
	uint32_t len = wire_u32(&r, "length");
	struct chunk whole;

	if (len == 0 || len > WHACK_MAX_REQUEST) {
		client_drop(c, "its request's length is 0 or more than 1 MiB");
		return false;
	}
	whole = chunk_new(4 + (size_t)len);
	if (whole.ptr == NULL) {
		client_drop(c, "no memory for its request");
		return false;
	}
	memcpy(whole.ptr, c->in.ptr, 4);
	chunk_free(&c->in);
	c->in = whole;
	return true;
}

static bool
has_hung_up(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* While it is served: one that has gone makes room; its next request waits in
 * the socket, unread. */
static void
look_busy(struct client *c)
{
	if (has_hung_up(c->fd))
		client_drop(c, NULL);
	else
		loop_cancel(c->s->l, &c->reader);
}

/* It closed its side, perhaps only the sending one. */
static void
end_of_requests(struct client *c)
{
	if (outbox_waiting(&c->out) == 0 || has_hung_up(c->fd)) {
		client_drop(c, NULL);
		return;
	}
	c->ended = true;
	loop_cancel(c->s->l, &c->reader);
}

static void
read_ready(void *ctx, int fd, int what)
{
	struct client *c = ctx;
	ssize_t n;

	(void)what;
	if (c->busy) {
		look_busy(c);
		return;
	}
	if (c->in.ptr == NULL) {
		c->in = chunk_new(4);
		c->in_len = 0;
		arm(c, REQUEST_MS);
	}
	n = read(fd, c->in.ptr + c->in_len, c->in.len - c->in_len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_of_requests(c);
		return;
	}
	c->in_len += (size_t)n;
	if (c->in_len == 4 && c->in.len == 4 && !grow_to_length(c))
		return;
	if (c->in_len > 4 && c->in_len == c->in.len)
		serve(c);
}

void
client_listen(struct client *c)
{
	if (c->reader.n == 0 && !c->ended)
		c->reader = loop_fd(c->s->l, c->fd, LOOP_READ, read_ready, c);
}

struct ctl *
ctl_open(struct loop *l, const char *path, const char *group, ctl_request_fn *fn, void *ctx,
	 char *err, size_t errlen)
{
	struct ctl *s = calloc(1, sizeof(*s));
	const struct group *g = group != NULL ? getgrnam(group) : NULL;
	int rc = -ENOMEM;

	if (s != NULL && strlen(path) < sizeof(s->path)) {
		*s = (struct ctl){ .l = l, .fd = -1, .fn = fn, .ctx = ctx,
			.has_group = g != NULL, .group = g != NULL ? g->gr_gid : 0 };
		snprintf(s->path, sizeof(s->path), "%s", path);
		s->fd = door_open(path, g != NULL ? &s->group : NULL);
		rc = s->fd < 0 ? s->fd : 0;
	}
	if (rc != 0) {
		snprintf(err, errlen, "control socket %s: %s", path, strerror(-rc));
		free(s);
		return NULL;
	}
	s->accepting = loop_fd(l, s->fd, LOOP_READ, client_accept, s);
	return s;
}

void
ctl_close(struct ctl *s)
{
	struct client *c;

	if (s == NULL)
		return;
	while ((c = LIST_FIRST(&s->clients)) != NULL)
		/* What is freed has left the list: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		if (flush_some(c))
			client_drop(c, NULL);
	loop_cancel(s->l, &s->accepting);
	close(s->fd);
	unlink(s->path);
	free(s);
}
