/* Checks the queries in flight with a resolver that answers when it is told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "adns/query.h"
#include "lib/rr_ipseckey.h"

enum { MAX_CALLS = 64, MAX_ANSWERS = 64 };

/* The fake resolver's open calls. */
static struct {
	uint64_t ref;
	bool open;
	resolver_done_fn *done;
	void *ctx;
} calls[MAX_CALLS];
static unsigned n_calls, n_cancels;
static bool answer_inside;
static int refuse;

static struct {
	uint64_t id;
	enum adns_status status;
	enum adns_security security;
	bool from_cache;
	uint32_t ttl_s;
	char why[200];
} answers[MAX_ANSWERS];
static unsigned n_answers;

static struct loop *loop;
static struct queries *queries;
static uint64_t ask_when_answered, cancel_when_answered;

/* A reply that denies: NXDOMAIN, with SOA "." whose minimum is 60. */
static const uint8_t denial[] = {
	0, 1, 0x81, 0x83, 0, 0, 0, 0, 0, 1, 0, 0,
	0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0,
	0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60,
};

static void
reply(unsigned i, enum adns_security security)
{
	struct resolver_reply r = {
		.message = SPAN_OF(denial), .security = security, .why = "",
	};

	assert_true(calls[i].open);
	calls[i].open = false;
	calls[i].done(calls[i].ctx, calls[i].ref, &r);
}

static int
fake_ask(void *self, const struct dns_name *qname, uint16_t rrtype,
	 uint64_t ref, resolver_done_fn *done, void *ctx)
{
	(void)self, (void)qname, (void)rrtype;
	if (refuse != 0)
		return refuse;
	assert_true(n_calls < MAX_CALLS);
	calls[n_calls].ref = ref;
	calls[n_calls].open = true;
	calls[n_calls].done = done;
	calls[n_calls].ctx = ctx;
	n_calls++;
	if (answer_inside)
		reply(n_calls - 1, ADNS_SECURE);
	return 0;
}

static void
fake_cancel(void *self, uint64_t ref)
{
	(void)self;
	for (unsigned i = 0; i < n_calls; i++)
		if (calls[i].ref == ref)
			calls[i].open = false;
	n_cancels++;
}

static void ask(uint64_t id, const char *name, uint32_t timeout_ms);

static void
on_answer(void *ctx, const struct adns_answer *a)
{
	(void)ctx;
	assert_true(n_answers < MAX_ANSWERS);
	answers[n_answers].id = a->id;
	answers[n_answers].status = a->status;
	answers[n_answers].security = a->security;
	answers[n_answers].from_cache = a->from_cache;
	answers[n_answers].ttl_s = a->ttl_s;
	strcpy(answers[n_answers].why, a->why);
	n_answers++;
	queries_cancel(queries, cancel_when_answered);
	if (ask_when_answered != 0) {
		uint64_t id = ask_when_answered;

		ask_when_answered = 0;
		ask(id, "a.lab.", 1000);
	}
}

static void
ask(uint64_t id, const char *name, uint32_t timeout_ms)
{
	struct adns_query q = { .id = id, .rrtype = RRTYPE_IPSECKEY, .timeout_ms = timeout_ms };

	strcpy(q.qname.text, name);
	queries_ask(queries, &q);
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
run_for(uint64_t ms)
{
	loop_after(loop, ms, stop, loop);
	loop_run(loop);
}

static struct queries_stats
stats(void)
{
	struct queries_stats s;

	queries_get_stats(queries, &s);
	return s;
}

static int
setup_with(const struct queries_limits *limits)
{
	struct resolver r = { .ask = fake_ask, .cancel = fake_cancel };

	n_calls = n_cancels = n_answers = 0;
	answer_inside = false;
	refuse = 0;
	ask_when_answered = cancel_when_answered = 0;
	loop = loop_new();
	queries = queries_new(loop, &r, limits, on_answer, NULL);
	return queries == NULL;
}

static int
setup(void **state)
{
	const struct queries_limits limits = { .in_flight = 2, .waiting = 3 };

	(void)state;
	return setup_with(&limits);
}

static int
teardown(void **state)
{
	(void)state;
	queries_free(queries);
	loop_free(loop);
	return 0;
}

static void
identical_questions_are_one(void **state)
{
	(void)state;
	ask(1, "a.lab.", 1000);
	ask(2, "a.lab.", 1000);
	ask(3, "b.lab.", 1000);
	assert_int_equal(n_calls, 2);
	assert_int_equal(stats().merged, 1);
	reply(0, ADNS_SECURE);
	assert_int_equal(n_answers, 2);
	assert_int_equal(answers[0].id, 1);
	assert_int_equal(answers[1].id, 2);
	assert_int_equal(answers[1].status, ADNS_NXDOMAIN);
	assert_int_equal(answers[1].security, ADNS_SECURE);
	assert_int_equal(answers[1].ttl_s, 60);
	assert_false(answers[1].from_cache);
	ask(4, "a.lab.", 1000);
	reply(2, ADNS_SECURE);
	assert_true(answers[2].from_cache);
}

/* What is bogus because of us, or of our resolver, is no fault of the zone's. */
static void
bogus_is_unknown_while_dns_is_ill(void **state)
{
	static enum adns_health health = ADNS_HEALTH_CLOCK;
	const struct queries_limits limits = { .in_flight = 8, .waiting = 8, .health = &health };

	teardown(state);
	setup_with(&limits);
	ask(1, "a.lab.", 1000);
	reply(0, ADNS_BOGUS);
	assert_int_equal(answers[0].status, ADNS_FAILED);
	assert_int_equal(answers[0].security, ADNS_INSECURE);
	assert_non_null(strstr(answers[0].why, "our clock"));
	/* An answer that validates does. */
	ask(2, "b.lab.", 1000);
	reply(1, ADNS_SECURE);
	assert_int_equal(answers[1].security, ADNS_SECURE);
	health = ADNS_HEALTH_WELL;
	ask(3, "c.lab.", 1000);
	reply(2, ADNS_BOGUS);
	assert_int_equal(answers[2].security, ADNS_BOGUS);
}

static void
deadline_answers_and_lookup_goes_on(void **state)
{
	(void)state;
	ask(1, "a.lab.", 20);
	run_for(60);
	assert_int_equal(n_answers, 1);
	assert_int_equal(answers[0].status, ADNS_TIMED_OUT);
	assert_int_equal(n_cancels, 0);
	assert_int_equal(stats().in_flight, 1);
	/* Asked again meanwhile, it joins the lookup that is under way. */
	ask(2, "a.lab.", 1000);
	assert_int_equal(n_calls, 1);
	reply(0, ADNS_BOGUS);
	assert_int_equal(n_answers, 2);
	assert_int_equal(answers[1].id, 2);
	assert_int_equal(answers[1].security, ADNS_BOGUS);
	run_for(20);
	assert_int_equal(n_answers, 2);
}

static void
cancel_is_silent(void **state)
{
	(void)state;
	ask(1, "a.lab.", 20);
	ask(2, "a.lab.", 1000);
	queries_cancel(queries, 1);
	queries_cancel(queries, 1);
	queries_cancel(queries, 99);
	assert_int_equal(n_cancels, 0);
	run_for(40);
	assert_int_equal(n_answers, 0);
	queries_cancel(queries, 2);
	assert_int_equal(n_cancels, 1);
	assert_int_equal(stats().in_flight, 0);
	assert_int_equal(stats().askers, 0);
}

static void
answer_inside_the_call(void **state)
{
	(void)state;
	answer_inside = true;
	ask_when_answered = 2;
	ask(1, "a.lab.", 1000);
	assert_int_equal(n_answers, 2);
	assert_int_equal(answers[0].id, 1);
	assert_int_equal(answers[1].id, 2);
	assert_int_equal(stats().askers, 0);
	assert_int_equal(stats().in_flight, 0);
}

static void
cancel_from_within_an_answer(void **state)
{
	(void)state;
	ask(1, "a.lab.", 1000);
	ask(2, "a.lab.", 1000);
	cancel_when_answered = 2;
	reply(0, ADNS_SECURE);
	assert_int_equal(n_answers, 1);
	assert_int_equal(stats().askers, 0);
}

static void
refusal_is_an_answer(void **state)
{
	(void)state;
	refuse = -ENOMEM;
	ask(1, "a.lab.", 1000);
	assert_int_equal(n_answers, 1);
	assert_int_equal(answers[0].status, ADNS_FAILED);
}

static void
limits(void **state)
{
	static const char *const names[] = { "a.", "b.", "c.", "d.", "e.", "f." };

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		ask(i + 1, names[i], 1000);
	assert_int_equal(n_calls, 2);
	assert_int_equal(stats().waiting, 3);
	assert_int_equal(n_answers, 1);
	assert_int_equal(answers[0].id, 6);
	assert_int_equal(answers[0].status, ADNS_BUSY);
	reply(0, ADNS_SECURE);
	assert_int_equal(n_calls, 3);
	for (unsigned i = 1; i < 5; i++)
		reply(i, ADNS_SECURE);
	assert_int_equal(n_answers, 6);
	assert_int_equal(stats().askers, 0);
}

static void
lookups_without_askers_give_way(void **state)
{
	(void)state;
	ask(1, "a.", 10);
	ask(2, "b.", 10);
	run_for(40);
	assert_int_equal(n_answers, 2);
	assert_int_equal(stats().in_flight, 2);
	ask(3, "c.", 1000);
	assert_int_equal(n_calls, 3);
	assert_int_equal(n_cancels, 1);
	assert_int_equal(stats().given_up, 1);
	assert_false(calls[0].open);
}

static void
a_prefix_has_a_bucket(void **state)
{
	struct queries_limits limits = { .in_flight = 8, .waiting = 8, .burst = 2, .per_s = 1 };

	(void)state;
	teardown(state);
	setup_with(&limits);
	ask(1, "1.2.0.192.in-addr.arpa.", 1000);
	ask(2, "2.2.0.192.in-addr.arpa.", 1000);
	ask(3, "3.2.0.192.in-addr.arpa.", 1000);
	assert_int_equal(n_calls, 2);
	assert_int_equal(n_answers, 1);
	assert_int_equal(answers[0].id, 3);
	assert_int_equal(answers[0].status, ADNS_BUSY);
	ask(4, "2.2.0.192.in-addr.arpa.", 1000);	/* merged: costs nothing */
	ask(5, "3.3.0.192.in-addr.arpa.", 1000);
	assert_int_equal(n_calls, 3);
	assert_int_equal(n_answers, 1);
	assert_int_equal(stats().busy, 1);
	reply(0, ADNS_SECURE);
	ask(6, "1.2.0.192.in-addr.arpa.", 1000);	/* in the cache: neither */
	assert_int_equal(n_calls, 4);
	assert_int_equal(stats().busy, 1);
}

static void
odd_questions(void **state)
{
	struct adns_query q = { .id = 1, .rrtype = 255, .timeout_ms = 100, .qname = { "a." } };

	(void)state;
	queries_ask(queries, &q);
	assert_int_equal(n_answers, 1);
	assert_int_equal(answers[0].status, ADNS_FAILED);
	ask(0, "a.", 100);
	ask(5, "a.", 1000);
	ask(5, "b.", 1000);
	assert_int_equal(n_calls, 1);
	assert_int_equal(n_answers, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(identical_questions_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(deadline_answers_and_lookup_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(cancel_is_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(answer_inside_the_call, setup, teardown),
		cmocka_unit_test_setup_teardown(cancel_from_within_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(refusal_is_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(bogus_is_unknown_while_dns_is_ill, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(lookups_without_askers_give_way, setup, teardown),
		cmocka_unit_test_setup_teardown(a_prefix_has_a_bucket, setup, teardown),
		cmocka_unit_test_setup_teardown(odd_questions, setup, teardown),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
