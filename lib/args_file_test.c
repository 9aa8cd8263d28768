/* Tests of --optionsfrom: files in place of arguments. */
#include "lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args_file.h"

static char dir[64];

static int
make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/args_test.XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "a", "b", "c" };
	char path[100];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* Writes TEXT, in which @ stands for the directory, to file NAME. */
static void
write_file(const char *name, const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			fputs(dir, f);
		else
			fputc(*text, f);
	}
	fclose(f);
}

/* Expands "prog --optionsfrom DIR/a end"; WANT is what stands between, joined
 * by '|', or NULL with a part of the sentence in WHY. */
static void
expect(const char *want, const char *why)
{
	char prog[] = "prog", word[] = "--optionsfrom", path[100], last[] = "end";
	char *argv[] = { prog, word, path, last, NULL };
	char err[200] = "", joined[400] = "";
	struct args out;
	int rc;

	snprintf(path, sizeof(path), "%s/a", dir);
	rc = args_expand(4, argv, &out, err, sizeof(err));
	if (want == NULL) {
		assert_int_equal(rc, -EINVAL);
		assert_non_null(strstr(err, why));
	} else {
		assert_int_equal(rc, 0);
		for (int i = 1; i < out.argc - 1; i++) {
			size_t n = strlen(joined);

			snprintf(joined + n, sizeof(joined) - n, "%s%s", i > 1 ? "|" : "",
				 out.argv[i]);
		}
		assert_string_equal(joined, want);
		assert_string_equal(out.argv[0], "prog");
		assert_string_equal(out.argv[out.argc - 1], "end");
		assert_null(out.argv[out.argc]);
	}
}

static void
test_lines(void **state)
{
	(void)state;
	write_file("a", "# a comment\n\n   \n--one 1 --two\n/path with blanks\n\"quoted  text\"\n"
			"\"\n--last\r\n");
	expect("--one|1|--two|/path with blanks|quoted  text|\"|--last", NULL);
	write_file("a", "");
	expect("", NULL);
	write_file("a", "no newline at the end");
	expect("no newline at the end", NULL);
}

static void
test_nesting(void **state)
{
	(void)state;
	write_file("a", "first\n--optionsfrom @/b\nlast\n");
	write_file("b", "--optionsfrom=@/c\n--b\n");
	write_file("c", "--optionsfrom\n@/a2\n");
	expect(NULL, "/a2: No such file");
	write_file("c", "deep\n");
	expect("first|deep|--b|last", NULL);
}

static void
test_loop(void **state)
{
	(void)state;
	write_file("a", "--optionsfrom @/b\n");
	write_file("b", "--optionsfrom @/a\n");
	expect(NULL, "looping");
}

static void
test_long_lines(void **state)
{
	char text[1100], prog[] = "prog", opt[130];
	char *argv[] = { prog, opt, NULL };
	char err[200];
	struct args out;

	(void)state;
	memset(text, 'x', sizeof(text));
	snprintf(text + 1022, 3, "\n");
	write_file("a", text);
	text[1022] = '\0';
	snprintf(opt, sizeof(opt), "--optionsfrom=%s/a", dir);
	assert_int_equal(args_expand(2, argv, &out, err, sizeof(err)), 0);
	assert_int_equal(out.argc, 2);
	assert_string_equal(out.argv[1], text);
	snprintf(text + 1022, 4, "x\n");
	write_file("a", text);
	expect(NULL, "a:1: line longer than 1022 characters");
}

static void
test_missing(void **state)
{
	char prog[] = "prog", word[] = "--optionsfrom";
	char *argv[] = { prog, word, NULL };
	char err[200] = "";
	struct args out;

	(void)state;
	assert_int_equal(args_expand(2, argv, &out, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "--optionsfrom without a file name");
	write_file("a", "--optionsfrom\n");
	expect(NULL, "without a file name");
}

static void
test_too_many(void **state)
{
	char path[100];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/a", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 5000; i++)
		fputs("x\n", f);
	fclose(f);
	expect(NULL, "more than 4096 arguments");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
