/* Fuzz target: the control socket. What a client writes, in pieces of the size that the first
 * octet says; each of its requests is one of whack's and answered once, what it is told can be
 * read, and nothing of it stays. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/wire.h"
#include "pluto/control/ctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEARD_MAX = 1 << 16 };

struct world {
	struct loop *l;
	struct ctl *s;
	int folder;
	unsigned requests;
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
answer(void *ctx, ctl_client c, const json_t *request)
{
	struct world *w = ctx;
	const char *command = json_string_value(json_object_get(request, "command"));

	must(command != NULL && whack_command_find(command) != NULL);
	w->requests++;
	ctl_line(w->s, c, RC_COMMENT, "%s", command);
	ctl_result(w->s, c, NULL, RC_SUCCESS, "done");
}

/* The socket's name goes as soon as we are connected. */
static int
connect_to(struct world *w)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char folder[] = "/tmp/fuzz_control.XXXXXX", err[200];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	must(fd >= 0 && mkdtemp(folder) != NULL);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/ctl", folder);
	w->s = ctl_open(w->l, a.sun_path, NULL, answer, w, err, sizeof(err));
	must(w->s != NULL && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	must(unlink(a.sun_path) == 0 && rmdir(folder) == 0);
	return fd;
}

static void
turn(struct world *w)
{
	must(event_base_loop(loop_base(w->l), EVLOOP_NONBLOCK) >= 0);
}

static size_t
listen_to(int fd, uint8_t *heard, size_t n)
{
	ssize_t got = n < HEARD_MAX ? recv(fd, heard + n, HEARD_MAX - n, 0) : 0;

	return got > 0 ? n + (size_t)got : n;
}

/* Lines, and a result for each request that came whole: refused ones have one too. */
static void
check_heard(const struct world *w, struct span heard)
{
	struct wire_reader r = wire_reader(heard);
	unsigned results = 0;

	while (wire_left(&r) >= 4) {
		uint32_t len = wire_u32(&r, "length");
		struct span body = wire_bytes(&r, len, "object");
		json_t *o;

		if (!wire_ok(&r))
			return;
		o = json_loadb((const char *)body.ptr, body.len, 0, NULL);
		must(json_is_object(o) && json_is_integer(json_object_get(o, "code")));
		results += json_object_get(o, "event") != NULL;
		json_decref(o);
	}
	must(results >= w->requests);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t heard[HEARD_MAX];
	struct world w = { 0 };
	struct wire_reader r = wire_reader(span_of(data, size));
	size_t piece = 1u + wire_u8(&r, "piece") * 8u, n = 0;
	int fd;

	log_set_level(LOG_LEVEL_ERROR);
	w.l = loop_new();
	must(w.l != NULL);
	fd = connect_to(&w);
	turn(&w);
	while (wire_ok(&r) && wire_left(&r) > 0) {
		size_t len = wire_left(&r) < piece ? wire_left(&r) : piece;

		(void)!send(fd, wire_bytes(&r, len, "piece").ptr, len, MSG_NOSIGNAL);
		for (int i = 0; i < 3; i++)
			turn(&w);
		n = listen_to(fd, heard, n);
	}
	if (n < HEARD_MAX)
		check_heard(&w, span_of(heard, n));
	close(fd);
	for (int i = 0; i < 3; i++)
		turn(&w);
	must(ctl_get_stats(w.s).clients == 0);
	ctl_close(w.s);
	loop_free(w.l);
	return 0;
}
