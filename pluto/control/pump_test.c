/* Long answers in parts: all of it reaches a slow reader, other things happen
 * meanwhile, and who goes away takes his answer along. */
#include "lib/test.h"

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

/* Together more than may wait for one reader. */
enum { PARTS = 400, LINES = 100, WORDS = 500, TURNS = 100000 };

struct world {
	struct loop *l;
	struct ctl *s;
	int fd;
	unsigned parts, done;
};

static bool
part(void *ctx, ctl_client c)
{
	struct world *w = ctx;
	char words[WORDS + 1];

	memset(words, 'x', WORDS);
	words[WORDS] = '\0';
	for (unsigned i = 0; i < LINES && ctl_alive(w->s, c); i++)
		ctl_line(w->s, c, RC_COMMENT, "%s", words);
	if (++w->parts < PARTS)
		return true;
	ctl_result(w->s, c, NULL, RC_SUCCESS, "done");
	return false;
}

static void
done(void *ctx)
{
	((struct world *)ctx)->done++;
}

static void
answer(void *ctx, ctl_client c, const json_t *request)
{
	struct world *w = ctx;

	(void)request;
	ctl_parts(w->s, c, part, done, w);
}

static void
turn(struct world *w, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		assert_true(event_base_loop(loop_base(w->l), EVLOOP_NONBLOCK) >= 0);
}

static void
begin(struct world *w)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char folder[] = "/tmp/pump_test.XXXXXX", err[200];
	json_t *o = json_pack("{s:i,s:s}", "version", 1, "command", "status");
	struct chunk frame = whack_frame(o);

	log_set_level(LOG_LEVEL_ERROR);
	*w = (struct world){ .l = loop_new() };
	w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(w->fd >= 0 && mkdtemp(folder) != NULL);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/ctl", folder);
	w->s = ctl_open(w->l, a.sun_path, NULL, answer, w, err, sizeof(err));
	assert_non_null(w->s);
	assert_int_equal(connect(w->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	unlink(a.sun_path);
	rmdir(folder);
	assert_int_equal(write(w->fd, frame.ptr, frame.len), frame.len);
	chunk_free(&frame);
	json_decref(o);
	turn(w, 20);
}

static void
end(struct world *w)
{
	if (w->fd >= 0)
		close(w->fd);
	ctl_close(w->s);
	loop_free(w->l);
}

/* Reads until no more comes; how many objects. */
static unsigned
hear(struct world *w)
{
	static uint8_t heard[PARTS * LINES * (WORDS + 100)];
	size_t n = 0;
	ssize_t got = 1;
	struct wire_reader r;
	unsigned objects = 0;

	for (unsigned i = 0; i < TURNS && got != 0 && w->done == 0; i++) {
		turn(w, 1);
		while ((got = read(w->fd, heard + n, sizeof(heard) - n)) > 0)
			n += (size_t)got;
	}
	while ((got = read(w->fd, heard + n, sizeof(heard) - n)) > 0) {
		n += (size_t)got;
		turn(w, 1);
	}
	for (r = wire_reader(span_of(heard, n)); wire_left(&r) > 4; objects++)
		wire_skip(&r, wire_u32(&r, "length"), "object");
	assert_true(wire_ok(&r));
	return objects;
}

static void
slow_reader_has_all(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	turn(&w, 1000);		/* it does not read */
	assert_true(w.parts < 20);
	assert_int_equal(w.done, 0);
	assert_int_equal(hear(&w), PARTS * LINES + 1);
	assert_int_equal(w.done, 1);
	assert_int_equal(ctl_get_stats(w.s).too_slow, 0);
	end(&w);
}

static void
reader_goes_away(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	close(w.fd);
	w.fd = -1;
	turn(&w, 1000);
	assert_int_equal(w.done, 1);
	assert_true(w.parts < PARTS);
	assert_int_equal(ctl_get_stats(w.s).clients, 0);
	end(&w);
}

/* The daemon ends while an answer is half told. */
static void
daemon_ends(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	end(&w);
	assert_int_equal(w.done, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_reader_has_all), cmocka_unit_test(reader_goes_away),
		cmocka_unit_test(daemon_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
