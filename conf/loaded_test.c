/* Tests of what is remembered of the connections that were loaded. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/loaded.h"

static char dir[] = "/tmp/loaded-test.XXXXXX", base[100];

static void
set_pid(const char *text)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s.pid", base);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
test_all(void **state)
{
	struct loaded l = { NULL, 0 }, back;
	char path[120];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(base, sizeof(base), "%s/pluto", dir);
	assert_int_equal(loaded_read(base).n, 0);
	set_pid("4711\n");
	assert_true(loaded_add(&l, "a", 0x0123456789abcdef) && loaded_add(&l, "b", 1)
		    && loaded_add(&l, "c", 2));
	l.c[1].kept = false;
	assert_int_equal(loaded_write(&l, base), 0);
	loaded_free(&l);
	back = loaded_read(base);
	assert_int_equal(back.n, 2);
	assert_true(loaded_find(&back, "a")->hash == 0x0123456789abcdef);
	assert_false(loaded_find(&back, "c")->kept);
	assert_null(loaded_find(&back, "b"));
	loaded_free(&back);
	set_pid("4712\n");	/* another daemon, which has none of them */
	assert_int_equal(loaded_read(base).n, 0);
	loaded_forget(base);
	set_pid("4711\n");
	assert_int_equal(loaded_read(base).n, 0);
	snprintf(path, sizeof(path), "%s.pid", base);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	assert_true(loaded_write(&l, base) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
