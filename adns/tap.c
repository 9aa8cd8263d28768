/* Listens to resolvers on this machine: notes in datagrams, dnstap in streams. */
#include "adns/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adns/log_ctx.h"
#include "adns/tap_frames.h"
#include "adns/tap_limits.h"

enum { MAX_STREAMS = 8, PER_TURN = 64, COUNTS_MS = 1000 };

struct stream {
	struct tap *tap;
	int fd;				/* -1: free */
	loop_id reading;
	struct tap_frames frames;
};

struct tap {
	struct loop *loop;
	struct tap_config cfg;
	tap_notice_fn *notice;
	tap_counts_fn *tell_counts;
	void *ctx;
	loop_id notes, accepting, timer;
	struct adns_tap_counts counts, told;
	struct tap_limits limits;
	struct stream streams[MAX_STREAMS];
	uint8_t in[TAP_NOTE_MAX + 1];
};

static void
on_timer(void *ctx)
{
	struct tap *t = ctx;

	t->timer = (loop_id){ 0 };
	t->told = t->counts;
	t->tell_counts(t->ctx, &t->counts);
}

static void
counted(struct tap *t)
{
	if (t->timer.n == 0 && memcmp(&t->told, &t->counts, sizeof(t->counts)) != 0)
		t->timer = loop_after(t->loop, COUNTS_MS, on_timer, t);
}

static void
take_notice(struct tap *t, struct adns_notice *n)
{
	if (!tap_limits_pass(&t->limits, n, monotonic_ms(), &t->counts))
		return;
	if (t->notice(t->ctx, n))
		t->counts.told++;
	else
		t->counts.dropped++;
}

static void
malformed(struct tap *t, const char *what)
{
	static struct log_limit limit;

	t->counts.malformed++;
	log_limited(&limit, LOG_LEVEL_WARN, &adns_log,
		    "a resolver's message on the DNS tap is ignored: %s", what);
}

static void
refused(struct tap *t, uid_t uid)
{
	static struct log_limit limit;

	t->counts.refused++;
	log_limited(&limit, LOG_LEVEL_WARN, &adns_log,
		    "user %ju may not tell us of names: only root and user %ju",
		    (uintmax_t)uid, (uintmax_t)t->cfg.uid);
}

static bool
may_tell(const struct tap *t, uid_t uid)
{
	return uid == 0 || uid == t->cfg.uid;
}

/* Who has sent M; nobody, when the kernel does not say. */
static uid_t
sender(struct msghdr *m)
{
	struct ucred who = { .uid = (uid_t)-1 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS
		    && c->cmsg_len >= CMSG_LEN(sizeof(who)))
			memcpy(&who, CMSG_DATA(c), sizeof(who));
	return who.uid;
}

/* False: none is left. */
static bool
take_note(struct tap *t, int fd)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec into = { .iov_base = t->in, .iov_len = sizeof(t->in) };
	struct msghdr m = { .msg_iov = &into, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	/* Descriptors that somebody sends along have no room, and are closed. */
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct adns_notice notice;

	if (n < 0)
		return errno == EINTR;
	if (!may_tell(t, sender(&m)))
		refused(t, sender(&m));
	else if (!tap_note_read(span_of(t->in, (size_t)n), &notice))
		malformed(t, "not a note");
	else
		take_notice(t, &notice);
	return true;
}

static void
on_notes(void *ctx, int fd, int what)
{
	struct tap *t = ctx;

	(void)what;
	for (unsigned i = 0; i < PER_TURN && take_note(t, fd); i++)
		;
	counted(t);
}

static void
close_stream(struct stream *s)
{
	loop_cancel(s->tap->loop, &s->reading);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* What the other side does not read of it is lost; it is then no resolver of ours. */
static void
say(struct stream *s, uint32_t control)
{
	uint8_t buf[64];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	tap_frames_say(&w, control);
	if (send(s->fd, buf, w.len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)w.len)
		close_stream(s);
}

static void
take_frame(struct tap *t, struct span frame)
{
	struct adns_notice notice;
	int is = tap_dnstap_read(frame, &notice);

	if (is > 0)
		take_notice(t, &notice);
	else if (is < 0)
		malformed(t, "not dnstap");
}

/* False: the octets at hand are used up, or the stream is over. */
static bool
take_next(struct stream *s)
{
	struct span frame;

	switch (tap_frames_next(&s->frames, &frame)) {
	case TAP_MORE:
		return false;
	case TAP_FRAME:
		take_frame(s->tap, frame);
		return true;
	case TAP_SAY_ACCEPT:
		say(s, TAP_CONTROL_ACCEPT);
		return s->fd >= 0;
	case TAP_SAY_FINISH:
		say(s, TAP_CONTROL_FINISH);
		close_stream(s);
		return false;
	case TAP_OVER:
		malformed(s->tap, "not a Frame Stream");
		close_stream(s);
		return false;
	}
	return false;
}

static void
on_stream(void *ctx, int fd, int what)
{
	struct stream *s = ctx;
	size_t room;
	uint8_t *into = tap_frames_room(&s->frames, &room);
	ssize_t n = recv(fd, into, room, MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_stream(s);
		return;
	}
	tap_frames_came(&s->frames, (size_t)n);
	while (take_next(s))
		;
	counted(s->tap);
}

static struct stream *
free_stream(struct tap *t)
{
	for (unsigned i = 0; i < MAX_STREAMS; i++)
		if (t->streams[i].fd < 0)
			return &t->streams[i];
	return NULL;
}

static void
on_accept(void *ctx, int listening, int what)
{
	struct tap *t = ctx;
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(who);
	struct stream *s = free_stream(t);
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 || !may_tell(t, who.uid)) {
		refused(t, who.uid);
		s = NULL;
	}
	if (s == NULL) {
		close(fd);
		counted(t);
		return;
	}
	memset(&s->frames, 0, offsetof(struct tap_frames, buf));
	s->fd = fd;
	s->reading = loop_fd(t->loop, fd, LOOP_READ, on_stream, s);
}

struct tap *
tap_new(struct loop *l, const struct tap_config *cfg, tap_notice_fn *notice,
	tap_counts_fn *counts, void *ctx)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->loop = l;
	t->cfg = *cfg;
	t->notice = notice;
	t->tell_counts = counts;
	t->ctx = ctx;
	for (unsigned i = 0; i < MAX_STREAMS; i++) {
		t->streams[i].fd = -1;
		t->streams[i].tap = t;
	}
	t->notes = loop_fd(l, cfg->fd, LOOP_READ, on_notes, t);
	t->accepting = loop_fd(l, cfg->stream_fd, LOOP_READ, on_accept, t);
	return t;
}

void
tap_free(struct tap *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < MAX_STREAMS; i++)
		close_stream(&t->streams[i]);
	loop_cancel(t->loop, &t->notes);
	loop_cancel(t->loop, &t->accepting);
	loop_cancel(t->loop, &t->timer);
	free(t);
}
