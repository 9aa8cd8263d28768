/* The file of a roll-over, and when its steps may be taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zones/roll_state.h"

static char path[] = "/tmp/roll_state_test.XXXXXX";

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd) != 0;
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static const struct roll sample = { .key = "/etc/ipsec.d/private/host.pem", .next = "/a b/host.next.pem",
	.old_print = "SHA256:old", .new_print = "SHA256:new", .started_s = 1000, .seen_s = 1010,
	.wait_s = 300, .sa_life_s = 3600, .name = { "192.0.2.23", "east.example" }, .n_names = 2 };

static void
what_is_written_is_read(void **state)
{
	struct roll r;
	char err[300] = "";

	(void)state;
	assert_true(roll_write(path, &sample, err, sizeof(err)));
	assert_true(roll_read(path, &r, err, sizeof(err)));
	assert_memory_equal(&r, &sample, sizeof(r));
}

static void
text_is(const char *text, bool good)
{
	FILE *f = fopen(path, "w");
	struct roll r;
	char err[300] = "";

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(roll_read(path, &r, err, sizeof(err)), good);
	if (!good)
		assert_non_null(strstr(err, "is not the file of a roll-over"));
}

#define WHOLE "key /k\nnext /n\nstarted 7\nname a\n"

static void
other_files_are_refused(void **state)
{
	(void)state;
	text_is(WHOLE, true);
	text_is("# a remark\n\n" WHOLE "secrets \n", true);
	text_is("", false);
	text_is("key /k\nnext /n\nname a\n", false);
	text_is("key /k\nnext /n\nstarted 7\n", false);
	text_is(WHOLE "started x\n", false);
	text_is(WHOLE "wait -1\n", false);
	text_is(WHOLE "wait\n", false);
	text_is(WHOLE "colour red\n", false);
	text_is(WHOLE "old 0123456789012345678901234567890123456789012345678901234567890123456789\n", false);
}

static void
a_file_that_is_not_there(void **state)
{
	struct roll r;
	char err[300] = "";

	(void)state;
	errno = 0;
	assert_false(roll_read("/nonexistent/roll", &r, err, sizeof(err)));
	assert_int_equal(errno, ENOENT);
}

static void
the_wait_begins_when_the_last_server_has_it(void **state)
{
	struct roll r = { .started_s = 1000 };
	const struct roll_seen before = { .old = 2, .longest_s = 300 },
		half = { .both = 1, .old = 1, .longest_s = 300 }, all = { .both = 2 };

	(void)state;
	roll_note(&r, &before, 1000);
	assert_int_equal(roll_ready(&r), 0);
	roll_note(&r, &half, 1010);
	assert_int_equal(roll_ready(&r), 0);
	roll_note(&r, &all, 1020);
	roll_note(&r, &all, 1500);
	assert_int_equal(r.seen_s, 1020);
	/* The old answer's time, and as much for safety. */
	assert_int_equal(roll_ready(&r), 1020 + 300 + 300);
}

static void
a_server_that_loses_it_begins_the_wait_again(void **state)
{
	struct roll r = { .started_s = 1000, .wait_s = 300, .seen_s = 1020 };
	const struct roll_seen lost = { .both = 1, .old = 1, .longest_s = 7200 }, all = { .both = 2 };

	(void)state;
	roll_note(&r, &lost, 1100);
	assert_int_equal(roll_ready(&r), 0);
	roll_note(&r, &all, 1200);
	/* More than an hour is not needed for safety. */
	assert_int_equal(roll_ready(&r), 1200 + 7200 + 3600);
}

static void
a_silent_server_is_waited_for(void **state)
{
	struct roll r = { .started_s = 1000, .wait_s = 300, .seen_s = 1020 };
	const struct roll_seen silent = { .both = 1, .silent = 1 }, nobody = { .both = 0 };

	(void)state;
	roll_note(&r, &silent, 1100);
	assert_int_equal(roll_ready(&r), 0);
	r.seen_s = 1020;
	roll_note(&r, &nobody, 1100);
	assert_int_equal(roll_ready(&r), 0);
}

static void
the_old_record_outlives_its_sas(void **state)
{
	struct roll r = { .wait_s = 300, .margin_s = 20, .sa_life_s = 3600 };

	(void)state;
	assert_int_equal(roll_over(&r), 0);
	r.activated_s = 2000;
	assert_int_equal(roll_over(&r), 2000 + 3600 + 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(a_file_that_is_not_there),
		cmocka_unit_test(the_wait_begins_when_the_last_server_has_it),
		cmocka_unit_test(a_server_that_loses_it_begins_the_wait_again),
		cmocka_unit_test(a_silent_server_is_waited_for),
		cmocka_unit_test(the_old_record_outlives_its_sas),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
