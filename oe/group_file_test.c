/* Policy files: good lines, bad lines, limits, directories, duplicates. */
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

#include "oe/group_file.h"

struct told {
	unsigned n;
	char last[400], first[400];
};

static void
note(void *ctx, const char *line)
{
	struct told *t = ctx;

	if (t->n++ == 0)
		snprintf(t->first, sizeof(t->first), "%s", line);
	snprintf(t->last, sizeof(t->last), "%s", line);
}

static struct group_entry *
parse(const char *text, size_t len, size_t *n, struct told *t)
{
	struct group_entry *e = NULL;

	*n = 0;
	*t = (struct told){ .n = 0 };
	group_file_parse("private", span_of(text, len), GROUP_ID_PRIVATE, &e, n, note, t);
	return e;
}

static void
test_good_lines(void **state)
{
	static const char text[] =
		"# a comment\n"
		"\n"
		"192.0.2.0/24\n"
		"  192.0.2.1 \t# bare address\r\n"
		"2001:db8::/32 tcp 0 443\n"
		"10.0.0.0/8 17 53 0#tight\n"
		"::/0 any 0 0";
	struct told t;
	size_t n;
	struct group_entry *e = parse(text, sizeof(text) - 1, &n, &t);

	(void)state;
	assert_int_equal(t.n, 0);
	assert_int_equal(n, 5);
	assert_int_equal(e[0].remote.len, 24);
	assert_int_equal(e[0].group, GROUP_ID_PRIVATE);
	assert_string_equal(e[0].where, "private:3");
	assert_int_equal(e[1].remote.len, 32);
	assert_int_equal(e[2].remote.addr.family, IP_V6);
	assert_int_equal(e[2].ip_proto, 6);
	assert_int_equal(e[2].dport, 443);
	assert_int_equal(e[3].ip_proto, 17);
	assert_int_equal(e[3].sport, 53);
	assert_int_equal(e[4].ip_proto, 0);
	assert_string_equal(e[4].where, "private:7");
	free(e);
}

static void
test_bad_lines(void **state)
{
	static const char *const bad[] = {
		"nonsense", "192.0.2.0/33", "192.0.2.0/", "192.0.2/24", "2001:db8::/129",
		"192.0.2.0/24 tcp", "192.0.2.0/24 tcp 1", "192.0.2.0/24 tcp 1 2 3",
		"192.0.2.0/24 256 0 0", "192.0.2.0/24 smtp 0 0", "192.0.2.0/24 tcp -1 0",
		"192.0.2.0/24 tcp 0 65536", "192.0.2.0/24 tcp 0 1x", "192.0.2.0/24 0 0 80",
		"192.0.2.0/24 tcp 0 999999999999", "192.0.2.0\x01/24", "192.0.2.0/24\xff",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[200];
		struct told t;
		size_t n;
		int len = snprintf(text, sizeof(text), "10.0.0.0/8\n%s\n11.0.0.0/8\n", bad[i]);
		struct group_entry *e = parse(text, (size_t)len, &n, &t);

		if (t.n != 1 || n != 2 || strncmp(t.last, "private:2: ", 11) != 0)
			fail_msg("\"%s\": %u complaints, %zu entries, \"%s\"", bad[i], t.n, n,
				 t.last);
		free(e);
	}
}

static void
test_nul_and_long_lines(void **state)
{
	static const char nul[] = "10.0.0.0/8\0 tcp 0 22\n10.0.0.0/9\n";
	char text[1000];
	struct told t;
	size_t n;
	struct group_entry *e = parse(nul, sizeof(nul) - 1, &n, &t);

	(void)state;
	assert_int_equal(n, 1);
	assert_int_equal(t.n, 1);
	free(e);
	memset(text, ' ', sizeof(text));
	e = parse(text, sizeof(text), &n, &t);
	assert_int_equal(t.n, 1);
	assert_int_equal(n, 0);
	free(e);
	text[150] = '#';
	e = parse(text, sizeof(text), &n, &t);
	assert_int_equal(t.n, 0);
	free(e);
	e = parse("", 0, &n, &t);
	assert_null(e);
}

static void
test_complaints_are_bounded(void **state)
{
	char *text = malloc(20000);
	struct told t;
	size_t n;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 20000; i += 2)
		memcpy(&text[i], "x\n", 2);
	struct group_entry *e = parse(text, 20000, &n, &t);

	assert_int_equal(t.n, GROUP_FILE_MAX_COMPLAINTS + 1);
	assert_non_null(strstr(t.last, "not told"));
	assert_null(e);
	free(text);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
remove_file(const char *dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static void
test_directory(void **state)
{
	char dir[] = "/tmp/group_file_test.XXXXXX";
	struct group_entry *e;
	struct told t = { .n = 0 };
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "clear", "10.0.0.0/8\n");
	write_file(dir, "private", "10.0.0.0/8\n10.0.0.0/8 tcp 0 22\nbad\n");
	write_file(dir, "block", "");
	assert_int_equal(group_files_read(dir, NULL, &e, &n, note, &t), 0);
	assert_int_equal(n, 2);
	assert_int_equal(e[0].group, GROUP_ID_CLEAR);
	assert_int_equal(e[1].group, GROUP_ID_PRIVATE);
	assert_int_equal(e[1].dport, 22);
	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.first, "private:3: "));
	assert_string_equal(t.last, "private:1: 10.0.0.0/8 was said in clear:1, which counts");
	free(e);
	remove_file(dir, "clear");
	remove_file(dir, "private");
	remove_file(dir, "block");
	rmdir(dir);
	assert_int_equal(group_files_read(dir, NULL, &e, &n, note, &t), -ENOENT);
	assert_null(e);
}

static void
test_odd_files(void **state)
{
	char dir[] = "/tmp/group_file_test.XXXXXX", sub[100];
	struct group_entry *e;
	struct told t = { .n = 0 };
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(sub, sizeof(sub), "%s/private", dir);
	assert_int_equal(symlink("/dev/zero", sub), 0);
	assert_int_equal(group_files_read(dir, NULL, &e, &n, note, &t), -EINVAL);
	assert_int_equal(t.n, 1);
	assert_int_equal(n, 0);
	free(e);
	unlink(sub);
	rmdir(dir);
}

/* Lists grow by files and by single entries, in any order. */
static void
test_lists_grow(void **state)
{
	struct group_entry *e = NULL, one = { .group = GROUP_ID_CLEAR };
	struct told t = { 0 };
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		if (i % 3 != 2)
			assert_true(group_entry_add(&e, &n, &one));
		else
			group_file_parse("private", span_str("10.0.0.0/8\n11.0.0.0/8\n"),
					 GROUP_ID_PRIVATE, &e, &n, note, &t);
	}
	assert_int_equal(n, 14 + 12);
	for (size_t i = 0; i < n; i++)
		assert_true(e[i].group == GROUP_ID_CLEAR || e[i].group == GROUP_ID_PRIVATE);
	free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_grow),
		cmocka_unit_test(test_good_lines),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_nul_and_long_lines),
		cmocka_unit_test(test_complaints_are_bounded),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_odd_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
