/* Tests of the runner of updown programs, with hostile ones: scripts that never
 * end, flood, fork, and look at what they were given. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"
#include "pluto/kernel/updown.h"

static struct loop *loop;
static struct updown *u;
static struct starter *starter;
static char dir[] = "/tmp/updown_test.XXXXXX";
static char heard[65536];
static unsigned lines;

static void
hear(void *ctx, enum log_level level, const char *line)
{
	size_t n = strlen(heard);

	(void)ctx;
	(void)level;
	lines++;
	snprintf(heard + n, sizeof(heard) - n, "%s\n", line);
}

static char *
path_of(const char *name, char out[200])
{
	snprintf(out, 200, "%s/%s", dir, name);
	return out;
}

/* The path of a script with this body. */
static char *
script(const char *name, const char *body, char path[200])
{
	FILE *f = fopen(path_of(name, path), "we");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

static struct updown_event
event(const char *connection)
{
	struct updown_event e = { .verb = UPDOWN_ROUTE };

	snprintf(e.connection, sizeof(e.connection), "%s", connection);
	assert_true(ip_addr_parse("192.0.2.1", &e.me) && ip_addr_parse("192.0.2.2", &e.peer));
	e.sel.local = ts_host(&e.me);
	e.sel.remote = ts_host(&e.peer);
	return e;
}

static int
run(const char *connection, const char *command)
{
	const struct updown_event e = event(connection);

	return updown_run(u, &e, command);
}

static char *
content(const char *name)
{
	static char text[4096];
	char path[200];
	FILE *f = fopen(path_of(name, path), "re");
	size_t n = 0;

	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static int
setup(void **state)
{
	static const struct updown_limits limits = { .run_ms = 1000, .running = 2,
		.waiting_each = 3, .waiting = 5 };

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/updown_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	heard[0] = '\0';
	lines = 0;
	loop = loop_new();
	starter = starter_new("/bin/false", "/bin/false");
	assert_non_null(starter);
	u = updown_new(loop, starter, &limits);
	return loop == NULL || u == NULL;
}

static int
teardown(void **state)
{
	char command[300];

	(void)state;
	updown_free(u);
	loop_free(loop);
	starter_free(starter);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
test_environment(void **state)
{
	char path[200], body[300], command[300];

	(void)state;
	setenv("SECRET", "x", 1);
	snprintf(body, sizeof(body), "cd %s; env >env; pwd >>env; echo \"$# $1 $2\" >args; "
		 "ls /proc/self/fd | wc -l >fds; grep CapEff /proc/self/status >caps; "
		 "cut -d' ' -f5,6 /proc/self/stat >session; read -r x; echo $? >stdin", dir);
	snprintf(command, sizeof(command), "%s one  two", script("s", body, path));
	assert_int_equal(run("a", command), 0);
	updown_drain(u, 5000);
	assert_int_equal(updown_pending(u), 0);
	assert_non_null(strstr(content("env"), "PLUTO_VERB=route-host\n"));
	assert_non_null(strstr(content("env"), "PLUTO_PEER=192.0.2.2\n"));
	assert_null(strstr(content("env"), "SECRET"));
	assert_string_equal(content("args"), "2 one two\n");
	assert_string_equal(content("fds"), "4\n");	/* three, and the folder itself */
	assert_string_equal(content("stdin"), "1\n");
	if (geteuid() == 0)
		assert_string_equal(content("caps"), "CapEff:\t0000000000003000\n");
	assert_string_equal(heard, "");
}

/* Its thread gave up rights; ours are what they were. */
static void
test_our_rights_stay(void **state)
{
	char before[64] = "", after[64] = "", path[200];

	(void)state;
	assert_int_equal(run("a", script("s", "exit 0", path)), 0);
	for (int i = 0; i < 2; i++) {
		char *into = i == 0 ? before : after, line[200];
		FILE *f = fopen("/proc/self/status", "re");

		while (fgets(line, sizeof(line), f) != NULL)
			if (strncmp(line, "CapEff", 6) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
				snprintf(into + strlen(into), 64 - strlen(into), "%.30s", line);
		fclose(f);
		updown_drain(u, 5000);
	}
	assert_string_equal(before, after);
	assert_non_null(strstr(after, "NoNewPrivs:\t0"));
}

static void
test_statuses(void **state)
{
	char a[200], b[200], c[200];

	(void)state;
	assert_int_equal(run("a", script("s3", "exit 3", a)), 0);
	assert_int_equal(run("b", script("sk", "kill -TERM $$", b)), 0);
	assert_int_equal(run("c", path_of("nothing", c)), 0);
	updown_drain(u, 5000);
	assert_non_null(strstr(heard, "\"a\": route-host: updown "));
	assert_non_null(strstr(heard, "s3 ended with status 3"));
	assert_non_null(strstr(heard, "sk was killed by signal 15"));
	assert_non_null(strstr(heard, "nothing cannot be run: No such file or directory"));
	assert_int_equal(lines, 3);
}

static bool
is_gone(const char *pid_file)
{
	pid_t pid = (pid_t)atoi(content(pid_file));

	assert_true(pid > 1);
	for (int i = 0; i < 100 && kill(pid, 0) == 0; i++) {
		char path[64], state[100] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "re");
		if (f != NULL) {
			(void)!fscanf(f, "%*d %*s %99s", state);
			fclose(f);
		}
		if (state[0] == 'Z')	/* nobody reaps where there is no init */
			return true;
		usleep(10000);
	}
	return kill(pid, 0) != 0;
}

static void
test_never_ends(void **state)
{
	char path[200], body[300];
	uint64_t begun = monotonic_ms();

	(void)state;
	snprintf(body, sizeof(body), "trap '' TERM INT HUP; sleep 1000 & echo $! >%s/child; "
		 "echo $$ >%s/self; while :; do sleep 1000; done", dir, dir);
	assert_int_equal(run("a", script("s", body, path)), 0);
	updown_drain(u, 5000);
	/* The loop's clock is the kernel's coarse one, a tick of up to 10 ms behind. */
	assert_in_range(monotonic_ms() - begun, 1000 - 10, 3000);
	assert_non_null(strstr(heard, "took more than 1000 ms and was killed"));
	assert_true(is_gone("self"));
	assert_true(is_gone("child"));
}

/* It ends, and leaves something behind that holds its output open. */
static void
test_leaves_children(void **state)
{
	char path[200], body[300];

	(void)state;
	snprintf(body, sizeof(body), "sleep 1000 & echo $! >%s/child; echo said; exit 0", dir);
	assert_int_equal(run("a", script("s", body, path)), 0);
	updown_drain(u, 5000);
	assert_int_equal(updown_pending(u), 0);
	assert_true(is_gone("child"));
	assert_string_equal(heard, "\"a\": route-host: said\n");
}

static void
count_turn(void *ctx)
{
	unsigned *turns = ctx;

	++*turns;
	loop_after(loop, 1, count_turn, turns);
}

/* The log stays short, the loop turns, the program does not run away. */
static void
test_flood(void **state)
{
	static unsigned turns;
	unsigned more;
	const char *at;
	char path[200];

	(void)state;
	turns = 0;
	assert_int_equal(run("a", script("s", "yes '\033[31mred'", path)), 0);
	loop_after(loop, 1, count_turn, &turns);
	updown_drain(u, 5000);
	assert_in_range(lines, 20, 23);
	assert_non_null(strstr(heard, "?[31mred"));
	assert_null(strchr(heard, '\033'));
	at = strstr(heard, " more lines of");
	assert_non_null(at);
	while (at > heard && at[-1] != ' ')
		at--;
	more = (unsigned)atoi(at);	/* 64 KiB in a tenth of a second, nine bytes each */
	assert_in_range(more, 1000, 200000);
	assert_non_null(strstr(heard, "and was killed"));
	assert_true(turns > 50);
}

static void
test_one_long_line(void **state)
{
	char path[200];

	(void)state;
	assert_int_equal(run("a", script("s", "head -c 1000 /dev/zero | tr '\\0' x; printf '\\n\\nend'",
					 path)), 0);
	updown_drain(u, 5000);
	assert_int_equal(lines, 6);
	assert_non_null(strstr(heard, ": end\n"));
}

static void
test_order_and_bounds(void **state)
{
	char path[200], body[300], command[300];

	(void)state;
	snprintf(body, sizeof(body), "sleep 0.$2; echo $1 >>%s/order", dir);
	script("s", body, path);
	for (int i = 0; i < 4; i++) {	/* the first runs, three wait */
		snprintf(command, sizeof(command), "%s a%d %d", path, i, 3 - i);
		assert_int_equal(run("a", command), 0);
	}
	assert_int_equal(run("a", command), -ENOBUFS);
	snprintf(command, sizeof(command), "%s b 0", path);
	assert_int_equal(run("b", command), 0);		/* runs beside */
	assert_int_equal(run("c", command), 0);		/* two run: waits */
	assert_int_equal(run("d", command), 0);
	assert_int_equal(run("e", command), -ENOBUFS);	/* five wait */
	updown_drain(u, 5000);
	assert_int_equal(updown_pending(u), 0);
	assert_non_null(strstr(content("order"), "a0\n"));
	assert_true(strstr(content("order"), "b\n") < strstr(content("order"), "a0\n"));
	assert_true(strstr(content("order"), "a0\n") < strstr(content("order"), "a1\n"));
	assert_true(strstr(content("order"), "a1\n") < strstr(content("order"), "a2\n"));
	assert_true(strstr(content("order"), "a2\n") < strstr(content("order"), "a3\n"));
	assert_non_null(strstr(content("order"), "a3\n"));
	assert_int_equal(run("a", command), 0);
}

static void
test_end_while_it_runs(void **state)
{
	char path[200], body[300];
	uint64_t begun = monotonic_ms();

	(void)state;
	snprintf(body, sizeof(body), "echo $$ >%s/self; sleep 1000", dir);
	script("s", body, path);
	for (int i = 0; i < 3; i++)
		assert_int_equal(run("a", path), 0);
	updown_drain(u, 200);
	updown_free(u);
	u = NULL;
	assert_true(monotonic_ms() - begun < 1500);
	assert_true(is_gone("self"));
	assert_non_null(strstr(heard, "3 updown programs had not ended"));
}

/* Freed before the thread could say that it was started. */
static void
test_end_at_once(void **state)
{
	char path[200];

	(void)state;
	assert_int_equal(run("a", script("s", "sleep 1000", path)), 0);
	updown_free(u);
	u = NULL;
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_environment),
		TEST(test_our_rights_stay),
		TEST(test_statuses),
		TEST(test_never_ends),
		TEST(test_leaves_children),
		TEST(test_flood),
		TEST(test_one_long_line),
		TEST(test_order_and_bounds),
		TEST(test_end_while_it_runs),
		TEST(test_end_at_once),
	};

	log_to_stderr(false);
	log_tap(hear, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
