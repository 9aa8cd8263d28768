/* Options by rows: long and short, refused values, --help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <getopt.h>
#include <string.h>

#include "zones/front.h"

struct args { char size[16]; bool loud; };

static bool
set_size(void *args, const char *text)
{
	struct args *a = args;

	strncpy(a->size, text, sizeof(a->size) - 1);
	return strcmp(text, "odd") != 0;
}

static bool
set_loud(void *args, const char *text)
{
	assert_null(text);
	((struct args *)args)->loud = true;
	return true;
}

static const struct front_row rows[] = {
	{ "size", 's', "a size", set_size },
	{ "loud", 0, NULL, set_loud },
};

static int
run(struct args *a, int argc, char **argv)
{
	const struct front f = { "prog", "usage\n", rows, 2, a };

	*a = (struct args){ .loud = false };
	optind = 0;
	opterr = 0;
	return front_options(&f, argc, argv);
}
#define RUN(a, ...) run(a, (int)(sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)), \
			(char *[]){ __VA_ARGS__, NULL })

static void
values_are_set(void **state)
{
	struct args a;

	(void)state;
	assert_int_equal(RUN(&a, "prog", "--size", "7", "--loud", "rest"), -1);
	assert_string_equal(a.size, "7");
	assert_true(a.loud);
	assert_int_equal(optind, 4);
	assert_int_equal(RUN(&a, "prog", "-s", "8"), -1);
	assert_string_equal(a.size, "8");
	assert_false(a.loud);
}

static void
what_is_wrong_is_refused(void **state)
{
	struct args a;

	(void)state;
	assert_int_equal(RUN(&a, "prog", "--size", "odd"), EXIT_USAGE_ERROR);
	assert_int_equal(RUN(&a, "prog", "--size"), EXIT_USAGE_ERROR);
	assert_int_equal(RUN(&a, "prog", "--loud=1"), EXIT_USAGE_ERROR);
	assert_int_equal(RUN(&a, "prog", "--other"), EXIT_USAGE_ERROR);
	assert_int_equal(RUN(&a, "prog", "-x"), EXIT_USAGE_ERROR);
	/* The row without a letter has none by accident. */
	assert_int_equal(RUN(&a, "prog", "-l"), EXIT_USAGE_ERROR);
}

static void
help_ends_well(void **state)
{
	struct args a;

	(void)state;
	assert_int_equal(RUN(&a, "prog", "--help"), EXIT_OK);
	assert_int_equal(RUN(&a, "prog", "-h", "--size", "odd"), EXIT_OK);
	assert_string_equal(a.size, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_set),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(help_ends_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
