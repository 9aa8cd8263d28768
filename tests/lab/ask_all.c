/* Asks many daemons the same, and prints the lines of all their answers.
 *
 *	ask_all COMMAND SOCKET...
 *
 * For a command of whack without fields (trafficstatus). What whack would do in
 * as many processes, which take seconds on a slow machine. Status 1: one of them
 * did not answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "whack/whack_proto.h"

static bool
read_all(int fd, uint8_t *buf, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, &buf[done], len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static json_t *
read_object(int fd)
{
	static uint8_t body[WHACK_MAX_REQUEST];
	uint8_t head[4];
	uint32_t len;

	if (!read_all(fd, head, sizeof(head)))
		return NULL;
	len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
	if (len > sizeof(body) || !read_all(fd, body, len))
		return NULL;
	return json_loadb((char *)body, len, 0, NULL);
}

/* Prints the text of every object until the one that is the result. */
static bool
show_answer(int fd)
{
	for (;;) {
		json_t *o = read_object(fd);
		const char *text = json_string_value(json_object_get(o, "text"));
		const char *event = json_string_value(json_object_get(o, "event"));
		bool last = event != NULL && strcmp(event, "result") == 0;

		if (o == NULL)
			return false;
		printf("%s\n", text != NULL ? text : "");
		json_decref(o);
		if (last)
			return true;
	}
}

static bool
ask(const char *path, const struct chunk *request)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool ok;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	ok = fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0
		&& write(fd, request->ptr, request->len) == (ssize_t)request->len && show_answer(fd);
	if (!ok)
		fprintf(stderr, "ask_all: no answer at %s\n", path);
	close(fd);
	return ok;
}

int
main(int argc, char **argv)
{
	json_t *o;
	struct chunk request;
	int status = 0;

	if (argc < 3)
		return 2;
	o = json_pack("{s:i,s:s}", "version", WHACK_PROTO_VERSION, "command", argv[1]);
	request = whack_frame(o);
	for (int i = 2; i < argc; i++)
		if (!ask(argv[i], &request))
			status = 1;
	chunk_free(&request);
	json_decref(o);
	return status;
}
