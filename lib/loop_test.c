/* The loop: order of timers, cancelling from inside, descriptors, signals. */
#include "lib/test.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/loop.h"

struct seen {
	struct loop *l;
	char order[16];
	loop_id id, other;
	int fd;
};

static void
note(struct seen *s, const char *what)
{
	strncat(s->order, what, sizeof(s->order) - strlen(s->order) - 1);
}

static void
on_a(void *ctx)
{
	note(ctx, "a");
}

static void
on_end(void *ctx)
{
	struct seen *s = ctx;

	note(s, "e");
	loop_stop(s->l);
}

static void
timers(void **state)
{
	struct seen s = { .l = loop_new() };
	loop_id first, gone;

	(void)state;
	loop_after(s.l, 30, on_end, &s);
	first = loop_after(s.l, 0, on_a, &s);
	gone = loop_after(s.l, 5, on_a, &s);
	assert_true(first.n != 0 && first.n != gone.n);
	loop_cancel(s.l, &gone);
	assert_true(gone.n == 0);
	loop_cancel(s.l, &gone);
	assert_int_equal(loop_run(s.l), 0);
	assert_string_equal(s.order, "ae");
	/* It ran already: the id is gone, and that is harmless. */
	loop_cancel(s.l, &first);
	loop_free(s.l);
	loop_free(NULL);
}

static void
on_read(void *ctx, int fd, int what)
{
	struct seen *s = ctx;
	char c;

	assert_int_equal(what, LOOP_READ);
	assert_int_equal(read(fd, &c, 1), 1);
	note(s, "r");
	if (c == '2') {
		loop_cancel(s->l, &s->id);
		loop_stop(s->l);
	}
}

static void
descriptors(void **state)
{
	struct seen s = { .l = loop_new() };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	s.id = loop_fd(s.l, fds[0], LOOP_READ, on_read, &s);
	assert_int_equal(write(fds[1], "123", 3), 3);
	loop_run(s.l);
	assert_string_equal(s.order, "rr");
	assert_true(s.id.n == 0);
	loop_after(s.l, 5, on_end, &s);
	loop_run(s.l);
	assert_string_equal(s.order, "rre");
	close(fds[0]);
	close(fds[1]);
	loop_free(s.l);
}

/* Both are ready in the same turn; whichever runs first cancels the other. */
static void
on_either(void *ctx, int fd, int what)
{
	struct seen *s = ctx;

	(void)fd;
	(void)what;
	note(s, "x");
	loop_cancel(s->l, &s->id);
	loop_cancel(s->l, &s->other);
	loop_after(s->l, 0, on_end, s);
}

static void
cancel_the_other(void **state)
{
	struct seen s = { .l = loop_new() };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	s.fd = dup(fds[1]);
	s.id = loop_fd(s.l, fds[1], LOOP_WRITE, on_either, &s);
	s.other = loop_fd(s.l, s.fd, LOOP_WRITE, on_either, &s);
	loop_run(s.l);
	assert_string_equal(s.order, "xe");
	close(fds[0]);
	close(fds[1]);
	close(s.fd);
	loop_free(s.l);
}

static void
signals(void **state)
{
	struct seen s = { .l = loop_new() };

	(void)state;
	assert_true(loop_signal(s.l, SIGUSR1, on_end, &s).n != 0);
	raise(SIGUSR1);
	loop_run(s.l);
	assert_string_equal(s.order, "e");
	assert_non_null(loop_base(s.l));
	loop_free(s.l);
}

static void
bad_descriptor(void **state)
{
	struct seen s = { .l = loop_new() };
	uint64_t us = monotonic_us();

	(void)state;
	assert_true(loop_fd(s.l, 1000000, LOOP_READ, on_read, &s).n == 0);
	assert_true(monotonic_ms() >= us / 1000);
	loop_free(s.l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(cancel_the_other),
		cmocka_unit_test(signals),
		cmocka_unit_test(bad_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
