/* Log lines: what is escaped, where they are cut, how often they come. */
#include "lib/test.h"

#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/log.h"

static struct {
	unsigned count;
	enum log_level level;
	char line[1100];
} heard;

static void
hear(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	heard.count++;
	heard.level = level;
	strncpy(heard.line, line, sizeof(heard.line) - 1);
}

static int
setup(void **state)
{
	(void)state;
	heard.count = 0;
	log_to_stderr(false);
	log_set_level(LOG_LEVEL_INFO);
	log_tap(hear, NULL);
	return 0;
}

static void
lines(void **state)
{
	struct log_ctx c;

	(void)state;
	log_prefix(&c, "oe#%d", 17);
	log_info(&c, "key %s", "found");
	assert_string_equal(heard.line, "oe#17: key found");
	log_error(NULL, "alone");
	assert_string_equal(heard.line, "alone");
	assert_int_equal(heard.level, LOG_LEVEL_ERROR);
	log_debug(NULL, "not said");
	assert_int_equal(heard.count, 2);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug(NULL, "said");
	assert_int_equal(heard.count, 3);
}

static void
escapes(void **state)
{
	(void)state;
	log_info(NULL, "%s", "a\nb\x1b[2J\x7f\xff%s");
	assert_string_equal(heard.line, "a\\x0ab\\x1b[2J\\x7f\\xff%s");
}

static void
cut(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info(NULL, "%s", text);
	assert_int_equal(strlen(heard.line), 1000);
	memset(text, '\n', sizeof(text) - 1);
	log_info(NULL, "%s", text);
	assert_int_equal(strlen(heard.line), 1000);
	assert_string_equal(heard.line + 996, "\\x0a");
}

/* Two windows of a second at most, whenever the test begins. */
static void
limits(void **state)
{
	struct log_limit l = { .burst = 3 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		log_limited(&l, LOG_LEVEL_WARN, NULL, "bad packet");
	assert_in_range(heard.count, 3, 6);
	l.second = 0;
	l.left_out = 12;
	log_limited(&l, LOG_LEVEL_WARN, NULL, "bad packet");
	assert_string_equal(heard.line, "bad packet (12 more like this)");
	assert_int_equal(l.left_out, 0);
	log_limited(&l, LOG_LEVEL_DEBUG, NULL, "not said, not counted");
	assert_int_equal(l.left_out, 0);
}

static void
test_debug_of(void **state)
{
	(void)state;
	log_debug_of(LOG_DNS, NULL, "not said");
	log_debug_also(LOG_DPD, LOG_DNS, NULL, "not said");
	assert_int_equal(heard.count, 0);
	log_debug_also(LOG_DNS | LOG_DPD, LOG_DNS, NULL, "said");
	log_set_debug(LOG_DNS);
	log_debug_of(LOG_DNS, NULL, "said");
	log_debug_of(LOG_OPPO, NULL, "not said");
	log_debug(NULL, "not said");
	assert_int_equal(heard.count, 2);
	log_set_debug(LOG_ALL);
	log_debug(NULL, "said");
	assert_int_equal(heard.count, 3);
	log_set_debug(0);
}

static void
test_classes(void **state)
{
	char text[100];

	(void)state;
	assert_int_equal(log_class_named("dns"), LOG_DNS);
	assert_int_equal(log_class_named("natt"), log_class_named("nat-t"));
	assert_int_equal(log_class_named("none"), 0);
	assert_int_equal(log_class_named("all"), LOG_ALL);
	assert_int_equal(log_class_named("all") & LOG_PRIVATE, 0);
	assert_int_equal(log_class_named("everything"), -1);
	assert_string_equal(log_class_text(0, text, sizeof(text)), "none");
	assert_string_equal(log_class_text(LOG_ALL, text, sizeof(text)), "all");
	assert_string_equal(log_class_text(LOG_NATT | LOG_RAW, text, sizeof(text)), "raw nat-t");
	assert_string_equal(log_class_text(LOG_NATT | LOG_RAW, text, 5), "raw ");
}

/* A reader that stops, and a disk that is full: nobody waits for them, and what was
 * left out is told. */
static void
nobody_waits(void **state)
{
	char got[70000];
	int fds[2], saved = dup(STDERR_FILENO), wrote = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	log_to_stderr(true);
	for (; wrote < 3000; wrote++)	/* a pipe holds 64 kB */
		log_info(NULL, "a line of forty octets, or a few more");
	while ((n = read(fds[0], got, sizeof(got))) == (ssize_t)sizeof(got))
		;
	log_info(NULL, "here again");
	n = read(fds[0], got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = '\0';
	fault_set(FAULT_LOG_FULL);
	log_info(NULL, "not written");
	log_info(NULL, "not written");
	fault_set(0);
	log_info(NULL, "and again");
	log_to_stderr(false);
	n = n > 0 ? n + read(fds[0], &got[n], sizeof(got) - 1 - (size_t)n) : 0;
	got[n > 0 ? n : 0] = '\0';
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[0]);
	close(fds[1]);
	assert_non_null(strstr(got, "lines are missing here: nobody read them; see who reads this log\n"
			       "here again\n"));
	assert_non_null(strstr(got, "log: 2 lines are missing here: the disk was full; make room for "
			       "this log\nand again\n"));
	assert_null(strstr(got, "not written"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lines, setup),
		cmocka_unit_test_setup(escapes, setup),
		cmocka_unit_test_setup(cut, setup),
		cmocka_unit_test_setup(limits, setup),
		cmocka_unit_test_setup(test_classes, setup),
		cmocka_unit_test_setup(test_debug_of, setup),
		cmocka_unit_test_setup(nobody_waits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
