/* A conversation with pluto over its control socket. */
#include "whack/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/wire.h"
#include "whack/whack_proto.h"

static bool
write_all(int fd, struct span s)
{
	while (s.len > 0) {
		ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = span_of(s.ptr + n, s.len - (size_t)n);
	}
	return true;
}

static bool
read_all(int fd, uint8_t *to, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = read(fd, to + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

json_t *
talk_answer(int fd)
{
	uint8_t head[4];
	struct wire_reader r;
	struct chunk body;
	json_t *o = NULL;

	if (!read_all(fd, head, sizeof(head)))
		return NULL;
	r = wire_reader(SPAN_OF(head));
	body = chunk_new(wire_u32(&r, "length"));
	if (body.ptr != NULL && read_all(fd, body.ptr, body.len))
		o = json_loadb((const char *)body.ptr, body.len, 0, NULL);
	chunk_free(&body);
	return o;
}

int
talk_connect(const char *ctlbase)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, n = snprintf(a.sun_path, sizeof(a.sun_path), "%s.ctl", ctlbase);

	if (n < 0 || (size_t)n >= sizeof(a.sun_path)) {
		fprintf(stderr, "001 --ctlbase %s: path is too long\n", ctlbase);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	fprintf(stderr, "001 is pluto running? connect to %s: %s%s\n", a.sun_path, strerror(errno),
		errno == EACCES ? " (root may, and members of its group)" : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
talk_send(int fd, const json_t *request)
{
	struct chunk frame = whack_frame(request);
	bool sent = frame.ptr != NULL && write_all(fd, chunk_span(frame));

	chunk_free(&frame);
	return sent;
}

bool
talk_is_result(const json_t *answer)
{
	const char *event = json_string_value(json_object_get(answer, "event"));

	return event != NULL && strcmp(event, "result") == 0;
}
