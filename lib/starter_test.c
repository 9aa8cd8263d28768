/* Programs are started as our own children, with what was given to them and nothing
 * else; requests that make no sense start nothing. */
#include "lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/starter.h"

static struct starter *st;
static int out[2];		/* what the program printed */

static char *const no_env[] = { NULL };

static int
setup(void **state)
{
	(void)state;
	st = starter_new("/bin/sh", "/bin/sh");
	return st == NULL || pipe2(out, O_CLOEXEC) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(out[0]);
	if (out[1] >= 0)
		close(out[1]);
	starter_free(st);
	return waitpid(-1, NULL, WNOHANG) != -1;	/* nobody is left */
}

static struct started
start(enum starter_what what, char *const argv[], char *const envp[])
{
	struct starter_request r = { .what = what, .argv = argv, .envp = envp,
		.fds = { -1, out[1], out[1] }, .n_fds = 3 };
	struct started s;
	int told[2];

	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	r.started_fd = told[1];
	assert_int_equal(starter_start(st, &r), 0);
	close(told[1]);
	s = starter_take(told[0]);
	close(told[0]);
	return s;
}

static char *const *
shell(const char *script)
{
	static char *argv[4] = { "/bin/sh", "-c" };

	argv[2] = (char *)script;
	return argv;
}

/* Its exit status, when it is our child. */
static int
wait_for(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* All that it printed; then nothing else is started. */
static const char *
printed(void)
{
	static char text[4096];
	ssize_t n, len = 0;

	if (out[1] < 0)
		return text;
	close(out[1]);
	out[1] = -1;
	while ((n = read(out[0], text + len, sizeof(text) - 1 - (size_t)len)) > 0)
		len += n;
	text[len] = '\0';
	return text;
}

static void
a_program_is_our_child(void **state)
{
	struct started s = start(STARTER_PROGRAM, shell("exit 7"), no_env);

	(void)state;
	assert_int_equal(s.error, 0);
	assert_int_equal(wait_for(s.pid), 7);
}

static void
it_has_what_it_was_given(void **state)
{
	char *const env[] = { "A=one two", "B=", NULL };
	struct started s = start(STARTER_PROGRAM, shell("read x; echo \"$x$A|$B|$PATH\"; pwd; "
		"ls /proc/self/fd | wc -l; grep -E 'NoNewPrivs|SigIgn|SigBlk' /proc/self/status"), env);

	(void)state;
	assert_int_equal(s.error, 0);
	(void)wait_for(s.pid);
	/* Three, and the one with which ls reads. PATH is what the shell makes of none. */
	assert_non_null(strstr(printed(), "one two||"));
	assert_non_null(strstr(printed(), "\n/\n4\n"));
}

static void
its_session_is_its_own(void **state)
{
	struct started s = start(STARTER_PROGRAM, shell("sleep 60 & sleep 60"), no_env);

	(void)state;
	assert_int_equal(getsid(s.pid), s.pid);
	assert_int_equal(kill(-s.pid, SIGKILL), 0);
	assert_int_equal(wait_for(s.pid), -SIGKILL);
}

/* Of CapBnd and CapPrm, admin (bit 12) and raw (13) alone may stand. */
static void
a_program_has_few_rights(void **state)
{
	struct started s = start(STARTER_PROGRAM, shell("while read a b; do case $a in NoNewPrivs:) "
		"echo nnp $b;; CapPrm:|CapEff:) echo cap $b;; esac; done </proc/self/status"), no_env);
	unsigned long long caps;
	const char *at;
	unsigned n = 0;

	(void)state;
	(void)wait_for(s.pid);
	assert_non_null(strstr(printed(), "nnp 1"));
	for (at = printed(); (at = strstr(at, "cap ")) != NULL; at += 4, n++)
		if (sscanf(at, "cap %llx", &caps) == 1)
			assert_true((caps & ~0x3000ull) == 0);
	assert_int_equal(n, 2);
}

static void
the_helper_is_the_one_that_was_named(void **state)
{
	char *const argv[] = { "other", "-c", "echo helper $0", "name", NULL };
	struct started s = start(STARTER_HELPER, argv, no_env);

	(void)state;
	assert_int_equal(wait_for(s.pid), 0);
	assert_string_equal(printed(), "helper name\n");
}

static void
the_helper_is_killed(void **state)
{
	struct started s = start(STARTER_HELPER, shell("kill -STOP $$; sleep 60"), no_env);

	(void)state;
	starter_kill_helper(st);
	assert_int_equal(wait_for(s.pid), -SIGKILL);
	starter_kill_helper(st);	/* gone already: nothing */
}

static void
what_is_not_there_is_an_error(void **state)
{
	char *const argv[] = { "/no/such/program", NULL };
	struct started s = start(STARTER_PROGRAM, argv, no_env);

	(void)state;
	assert_int_equal(s.error, ENOENT);
	assert_int_equal(s.pid, 0);
}

static void
too_much_is_refused(void **state)
{
	static char big[STARTER_MAX_TEXT + 8192];
	char *const argv[] = { "/bin/true", big, NULL };
	struct starter_request r = { .what = STARTER_PROGRAM, .argv = argv, .envp = no_env,
		.started_fd = out[1] };

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	assert_int_equal(starter_start(st, &r), -E2BIG);
	big[STARTER_MAX_TEXT] = '\0';	/* fits the message, not the starter's room */
	assert_int_equal(starter_start(st, &r), 0);
	assert_int_equal(wait_for(start(STARTER_PROGRAM, shell("exit 3"), no_env).pid), 3);
}

static void
one_without_a_program_is_ignored(void **state)
{
	struct starter_request r = { .what = STARTER_PROGRAM, .argv = no_env, .envp = no_env,
		.started_fd = out[1] };

	(void)state;
	assert_int_equal(starter_start(st, &r), 0);
	r.argv = shell("exit 1");
	r.what = (enum starter_what)99;
	assert_int_equal(starter_start(st, &r), 0);
	assert_int_equal(wait_for(start(STARTER_PROGRAM, shell("exit 3"), no_env).pid), 3);
	assert_string_equal(printed(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_program_is_our_child, setup, teardown),
		cmocka_unit_test_setup_teardown(it_has_what_it_was_given, setup, teardown),
		cmocka_unit_test_setup_teardown(its_session_is_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(a_program_has_few_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(the_helper_is_the_one_that_was_named, setup, teardown),
		cmocka_unit_test_setup_teardown(the_helper_is_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(one_without_a_program_is_ignored, setup, teardown),
	};

	return cmocka_run_group_tests_name("starter", tests, NULL, NULL);
}
