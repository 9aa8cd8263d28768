/* Checks the client against a helper that dies, hangs and lies: this program
 * itself, started again with --fd. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/log.h"
#include "lib/rr_ipseckey.h"
#include "pluto/adns_client.h"

enum { MANY = 2000 };

static struct loop *loop;
static struct adns_client *client;
static struct starter *starter;
static unsigned n_answers, wanted;
static enum adns_status last_status;
static char last_why[200];
static uint64_t last_id;

/* The helper's side: what to do stands in the question's name. */
static void
helper_answer(const struct adns_query *q)
{
	static uint8_t out[4096];
	struct adns_answer a = { .id = q->id, .status = ADNS_NXDOMAIN, .security = ADNS_SECURE };
	struct ipc_writer m;

	if (strncmp(q->qname.text, "die.", 4) == 0)
		_exit(3);
	if (strncmp(q->qname.text, "hang.", 5) == 0)
		pause();
	if (strncmp(q->qname.text, "silent.", 7) == 0)
		return;
	if (strncmp(q->qname.text, "lie.", 4) == 0) {
		send(3, "\0\2garbage", 9, 0);
		a.id = UINT64_MAX;	/* nobody's, then the right one */
		adns_answer_write(&m, out, sizeof(out), &a);
		ipc_send(3, &m);
		a.id = q->id;
	}
	adns_answer_write(&m, out, sizeof(out), &a);
	while (ipc_send(3, &m) == -EAGAIN)
		poll(NULL, 0, 1);
}

static int
helper(void)
{
	static uint8_t buf[IPC_MAX];
	struct adns_hello hello = { "fake", ". 1", ADNS_HEALTH_UNKNOWN };
	struct pollfd p = { .fd = 3, .events = POLLIN };
	struct ipc_writer m;

	adns_hello_write(&m, buf, sizeof(buf), &hello);
	ipc_send(3, &m);
	while (poll(&p, 1, -1) > 0) {
		int n = ipc_recv(3, buf, sizeof(buf));
		struct ipc_reader r;
		struct adns_query q;

		if (n == 0)
			return 0;
		if (n < 0)
			continue;
		r = ipc_open(span_of(buf, (size_t)n));
		if (adns_query_read(&r, &q))
			helper_answer(&q);
	}
	return 1;
}

static void
on_answer(void *ctx, uint64_t id, const struct adns_answer *a)
{
	(void)ctx;
	last_id = id;
	last_status = a->status;
	snprintf(last_why, sizeof(last_why), "%s", a->why);
	if (++n_answers == wanted)
		loop_stop(loop);
}

static void
give_up(void *ctx)
{
	loop_stop(ctx);
}

static void
run_until(unsigned n, uint64_t ms)
{
	loop_id limit = loop_after(loop, ms, give_up, loop);

	wanted = n;
	if (n_answers < n)
		loop_run(loop);
	loop_cancel(loop, &limit);
	assert_int_equal(n_answers, n);
}

static uint64_t
ask(const char *name, uint32_t timeout_ms)
{
	struct dns_name qname;

	snprintf(qname.text, sizeof(qname.text), "%s", name);
	return adns_client_ask(client, &qname, RRTYPE_IPSECKEY, timeout_ms, on_answer, NULL);
}

static struct adns_client_stats
stats(void)
{
	struct adns_client_stats s;

	adns_client_get_stats(client, &s);
	return s;
}

static void
start(const char *program, unsigned max)
{
	struct adns_client_config cfg = { .max_questions = max };

	n_answers = wanted = 0;
	starter = cfg.starter = starter_new(program, program);
	assert_non_null(starter);
	loop = loop_new();
	client = adns_client_new(loop, &cfg);
	assert_non_null(client);
}

static int
setup(void **state)
{
	(void)state;
	start("/proc/self/exe", 0);
	return 0;
}

/* No process is left behind by any test. */
static int
teardown(void **state)
{
	(void)state;
	adns_client_free(client);
	loop_free(loop);
	starter_free(starter);
	return waitpid(-1, NULL, WNOHANG) != -1;
}

static void
asks_and_answers(void **state)
{
	uint64_t id = ask("a.lab.", 2000);

	(void)state;
	assert_true(id != 0);
	run_until(1, 2000);
	assert_int_equal(last_id, id);
	assert_int_equal(last_status, ADNS_NXDOMAIN);
	assert_true(stats().ready);
	assert_string_equal(stats().hello.resolvers, "fake");
	assert_int_equal(stats().in_flight, 0);
}

static void
many_at_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		assert_true(ask("a.lab.", 5000) != 0);
	run_until(MANY, 5000);
	assert_int_equal(stats().in_flight, 0);
}

static void
deadline(void **state)
{
	(void)state;
	ask("silent.lab.", 150);
	run_until(1, 1000);
	assert_int_equal(last_status, ADNS_TIMED_OUT);
	assert_int_equal(stats().timed_out, 1);
}

static void
killed_while_asking(void **state)
{
	(void)state;
	ask("a.lab.", 3000);
	run_until(1, 2000);
	ask("silent.lab.", 800);
	for (unsigned i = 0; i < 50; i++)
		ask("a.lab.", 3000);
	kill(stats().pid, SIGKILL);
	run_until(52, 3000);
	assert_int_equal(stats().restarts, 1);
	assert_int_equal(stats().last_exit, -SIGKILL);
	assert_true(stats().asked_again >= 1);
}

static void
killing_it_is_no_question_s_fault(void **state)
{
	(void)state;
	ask("silent.lab.", 3000);
	for (unsigned i = 1; i <= 6; i++) {
		ask("a.lab.", 2000);
		run_until(i, 2000);
		assert_int_equal(last_status, ADNS_NXDOMAIN);
		assert_int_equal(kill(stats().pid, SIGKILL), 0);
	}
	run_until(7, 4000);
	assert_int_equal(last_status, ADNS_TIMED_OUT);
	assert_int_equal(stats().restarts, 6);
}

static void
a_new_one_is_asked_the_same(void **state)
{
	pid_t first;

	(void)state;
	ask("a.lab.", 2000);
	run_until(1, 2000);
	first = stats().pid;
	for (unsigned i = 0; i < 50; i++)
		ask("a.lab.", 3000);
	adns_client_renew(client);
	adns_client_renew(client);
	run_until(51, 3000);
	assert_int_equal(last_status, ADNS_NXDOMAIN);
	assert_int_equal(stats().restarts, 1);
	assert_true(stats().pid != first);
}

static void
a_deadly_question_is_given_up(void **state)
{
	(void)state;
	ask("die.lab.", 5000);
	run_until(1, 4000);
	assert_int_equal(last_status, ADNS_FAILED);
	assert_non_null(strstr(last_why, "died"));
	assert_int_equal(stats().last_exit, 3);
	ask("a.lab.", 3000);
	run_until(2, 3000);
	assert_int_equal(last_status, ADNS_NXDOMAIN);
}

static void
lies_are_counted(void **state)
{
	(void)state;
	ask("lie.lab.", 2000);
	run_until(1, 2000);
	assert_int_equal(last_status, ADNS_NXDOMAIN);
	assert_int_equal(stats().malformed, 1);
	assert_int_equal(stats().late_answers, 1);
}

static void
cancelled_is_silent(void **state)
{
	uint64_t id;

	(void)state;
	ask("a.lab.", 2000);
	run_until(1, 2000);
	id = ask("silent.lab.", 100);
	adns_client_cancel(client, id);
	adns_client_cancel(client, id);
	assert_int_equal(stats().in_flight, 0);
	ask("a.lab.", 2000);
	run_until(2, 1000);
	assert_true(last_id != id);
}

static void
a_hanging_helper_is_killed(void **state)
{
	(void)state;
	ask("hang.lab.", 100);
	ask("a.lab.", 1000);
	ask("a.lab.", 2000);
	run_until(3, 4000);
	assert_int_equal(last_status, ADNS_TIMED_OUT);
	ask("a.lab.", 2000);
	run_until(4, 2000);
	assert_int_equal(last_status, ADNS_NXDOMAIN);
	assert_int_equal(stats().last_exit, -SIGKILL);
}

static void
no_helper(void **state)
{
	(void)state;
	teardown(state);
	start("/nonexistent/adns", 2);
	ask("a.lab.", 50);
	ask("b.lab.", 50);
	assert_true(ask("c.lab.", 50) == 0);
	run_until(2, 2000);
	assert_int_equal(last_status, ADNS_FAILED);
	assert_int_equal(stats().pid, 0);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks_and_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(many_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_while_asking, setup, teardown),
		cmocka_unit_test_setup_teardown(killing_it_is_no_question_s_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_one_is_asked_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(a_deadly_question_is_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(lies_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_is_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(a_hanging_helper_is_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(no_helper, setup, teardown),
	};

	if (argc > 1 && strcmp(argv[1], "--fd") == 0)
		return helper();
	log_to_stderr(false);
	return cmocka_run_group_tests_name("adns_client", tests, NULL, NULL);
}
