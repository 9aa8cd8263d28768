/* whack: sends requests to pluto and prints what it answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/wire.h"
#include "whack/ask.h"
#include "whack/options.h"
#include "whack/show.h"

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

/* One answer object, or NULL when the daemon hangs up. */
static json_t *
read_answer(int fd)
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

static int
connect_to(const struct whack_run *run)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, n = snprintf(a.sun_path, sizeof(a.sun_path), "%s.ctl", run->ctlbase);

	if (n < 0 || (size_t)n >= sizeof(a.sun_path)) {
		fprintf(stderr, "001 --ctlbase %s: path is too long\n", run->ctlbase);
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

/* The daemon asks for a name or a secret: the answer goes by a connection of its
 * own, as this one waits for what becomes of the request. No terminal, no answer. */
static void
give_answer(const struct whack_run *run, const json_t *question)
{
	char text[ASK_ROOM] = "";
	bool secret = json_integer_value(json_object_get(question, "code")) == RC_ENTERSECRET;
	struct chunk frame;
	json_t *o;
	int fd;

	if (!ask_terminal(json_string_value(json_object_get(question, "text")), secret, text))
		fputs("001 no terminal to ask on: use --xauthuser and --xauthpass\n", stderr);
	o = json_pack("{s:i,s:s,s:O,s:s}", "version", WHACK_PROTO_VERSION, "command", "answer",
		      "ticket", json_object_get(question, "ticket"), "text", text);
	frame = whack_frame(o);
	fd = o != NULL ? connect_to(run) : -1;
	if (fd >= 0) {
		(void)write_all(fd, chunk_span(frame));
		json_decref(read_answer(fd));
		close(fd);
	}
	explicit_bzero(text, sizeof(text));
	chunk_free(&frame);
	json_decref(o);
}

static int
run_request(int fd, const struct whack_run *run, const json_t *request)
{
	struct chunk frame = whack_frame(request);
	bool sent = write_all(fd, chunk_span(frame));
	int code = RC_WHACK_PROBLEM;
	json_t *o;

	chunk_free(&frame);
	while (sent && (o = read_answer(fd)) != NULL) {
		const char *event = json_string_value(json_object_get(o, "event"));
		bool last = event != NULL && strcmp(event, "result") == 0;

		show_answer(run, o);
		if (event != NULL && strcmp(event, "prompt") == 0)
			give_answer(run, o);
		code = (int)json_integer_value(json_object_get(o, "code"));
		json_decref(o);
		if (last)
			return code;
	}
	fprintf(stderr, "001 pluto closed the connection without a result\n");
	return code == 0 ? RC_WHACK_PROBLEM : code;
}

int
main(int argc, char **argv)
{
	struct whack_run run;
	int fd, status = 0;
	json_t *r;
	size_t i;

	switch (whack_options_parse(argc, argv, &run)) {
	case WHACK_EXIT_OK:
		return 0;
	case WHACK_EXIT_BAD:
		return RC_WHACK_PROBLEM;
	case WHACK_RUN:
		break;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = connect_to(&run);
	if (fd < 0)
		status = RC_WHACK_PROBLEM;
	json_array_foreach(run.requests, i, r) {
		if (fd < 0 || (status != 0 && !run.all))
			break;
		status = whack_exit_status(run_request(fd, &run, r));
	}
	json_decref(run.requests);
	if (fd < 0)
		return status;
	close(fd);
	return run.async ? 0 : status;
}
