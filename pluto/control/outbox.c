/* Bytes on their way to a reader who may be slow. */
#include "pluto/control/outbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { FIRST_ROOM = 4096 };

size_t
outbox_waiting(const struct outbox *o)
{
	return o->end - o->at;
}

/* What was sent makes room. */
static void
move_down(struct outbox *o)
{
	if (o->at > 0 && o->end > o->at)
		memmove(o->room.ptr, o->room.ptr + o->at, o->end - o->at);
	o->end -= o->at;
	o->at = 0;
}

static bool
grow(struct outbox *o, size_t want)
{
	size_t size = o->room.len == 0 ? FIRST_ROOM : o->room.len;
	struct chunk bigger;

	while (size < want)
		size *= 2;
	bigger = chunk_new(size);
	if (bigger.ptr == NULL)
		return false;
	if (o->end > 0)
		memcpy(bigger.ptr, o->room.ptr, o->end);
	chunk_free(&o->room);
	o->room = bigger;
	return true;
}

bool
outbox_add(struct outbox *o, struct span s, size_t most)
{
	if (outbox_waiting(o) + s.len > most)
		return false;
	if (o->end + s.len > o->room.len)
		move_down(o);
	if (o->end + s.len > o->room.len && !grow(o, o->end + s.len))
		return false;
	if (s.len > 0)
		memcpy(o->room.ptr + o->end, s.ptr, s.len);
	o->end += s.len;
	return true;
}

enum outbox_state
outbox_flush(struct outbox *o, int fd, size_t *sent)
{
	*sent = 0;
	while (o->at < o->end) {
		ssize_t n = send(fd, o->room.ptr + o->at, o->end - o->at,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return OUTBOX_WAITS;
		if (n <= 0)
			return OUTBOX_BROKEN;
		o->at += (size_t)n;
		*sent += (size_t)n;
	}
	o->at = o->end = 0;
	return OUTBOX_EMPTY;
}

void
outbox_clear(struct outbox *o)
{
	chunk_free(&o->room);
	o->at = o->end = 0;
}
