/* Checks which changes of a resolv.conf are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/resolvconf_watch.h"
#include "lib/log.h"

enum { EVERY_MS = 5, LONG_MS = 60 };

static char path[64];
static struct loop *loop;
static struct resolvconf_watch *w;
static unsigned n_told;

/* In place of what was, as most programs do it. */
static void
put(const char *text)
{
	char other[80];
	FILE *f;

	snprintf(other, sizeof(other), "%s.new", path);
	f = fopen(other, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(rename(other, path), 0);
}

static void
told(void *ctx)
{
	(void)ctx;
	n_told++;
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
run(void)
{
	loop_after(loop, LONG_MS, stop, loop);
	loop_run(loop);
}

static int
setup(void **state)
{
	(void)state;
	n_told = 0;
	snprintf(path, sizeof(path), "/tmp/resolvconf_watch.%d", (int)getpid());
	put("nameserver 192.0.2.1\n");
	loop = loop_new();
	w = resolvconf_watch_new(loop, path, EVERY_MS, told, NULL);
	return w == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	resolvconf_watch_free(w);
	loop_free(loop);
	unlink(path);
	return 0;
}

static void
another_is_told_once(void **state)
{
	(void)state;
	run();
	assert_int_equal(n_told, 0);
	put("nameserver 192.0.2.2\n");
	run();
	assert_int_equal(n_told, 1);
	run();
	assert_int_equal(n_told, 1);
}

static void
one_more_is_told(void **state)
{
	(void)state;
	put("nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	run();
	assert_int_equal(n_told, 1);
}

static void
the_same_is_not_told(void **state)
{
	(void)state;
	put("# written anew\nsearch lab\nnameserver 192.0.2.1\n");
	run();
	assert_int_equal(n_told, 0);
}

static void
none_is_not_told(void **state)
{
	(void)state;
	put("");
	run();
	unlink(path);
	run();
	assert_int_equal(n_told, 0);
	put("nameserver 192.0.2.3\n");
	run();
	assert_int_equal(n_told, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_is_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(one_more_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_is_not_told, setup, teardown),
		cmocka_unit_test_setup_teardown(none_is_not_told, setup, teardown),
	};

	log_to_stderr(false);
	return cmocka_run_group_tests_name("resolvconf_watch", tests, NULL, NULL);
}
