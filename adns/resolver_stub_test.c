/* Checks the stub back end against a resolver on loopback that says what it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "adns/resolver_stub.h"
#include "lib/log.h"
#include "lib/rr_ipseckey.h"

enum { RCODE_SERVFAIL = 2, RCODE_REFUSED = 5, CD = 0x10, AD = 0x20 };

static struct loop *loop;
static struct resolver_stub *stub;
static struct resolver ops;
static loop_id serving;
static int server = -1;
static uint8_t rcode, flags;	/* of the replies */
static bool forgives_cd, mute;
static unsigned n_asked, n_done;
static uint8_t asked_flags;
static bool asked_edns;
static struct resolver_reply last;

/* Denies everything, or says RCODE. */
static void
serve(void *ctx, int fd, int what)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	uint8_t m[512];
	ssize_t n = recvfrom(fd, m, sizeof(m), 0, (struct sockaddr *)&from, &len);

	(void)ctx, (void)what;
	assert_true(n > 12);
	n_asked++;
	asked_flags = m[3];
	asked_edns = m[11] == 1;
	if (mute)
		return;
	m[2] |= 0x80;
	m[3] = (uint8_t)(0x80 | flags | (forgives_cd && (asked_flags & CD) != 0 ? 0 : rcode));
	assert_int_equal(sendto(fd, m, (size_t)n, 0, (struct sockaddr *)&from, len), n);
}

static struct endpoint
listen_at(const char *addr)
{
	struct sockaddr_storage ss;
	struct endpoint e;
	socklen_t len;

	assert_true(endpoint_parse(addr, 0, &e));
	len = endpoint_to_sockaddr(&e, &ss);
	server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&ss, len), 0);
	len = sizeof(ss);
	assert_int_equal(getsockname(server, (struct sockaddr *)&ss, &len), 0);
	assert_true(endpoint_from_sockaddr((struct sockaddr *)&ss, &e));
	return e;
}

static void
start(const char *addr)
{
	struct endpoint e = listen_at(addr);
	char err[200];

	rcode = flags = 0;
	forgives_cd = mute = false;
	n_asked = n_done = 0;
	loop = loop_new();
	serving = loop_fd(loop, server, LOOP_READ, serve, NULL);
	stub = resolver_stub_new(loop, &e, 1, err);
	assert_non_null(stub);
	ops = resolver_stub_ops(stub);
}

static int
setup(void **state)
{
	(void)state;
	start("127.0.0.1");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	resolver_stub_free(stub);
	loop_cancel(loop, &serving);
	loop_free(loop);
	close(server);
	return 0;
}

static void
on_done(void *ctx, uint64_t ref, const struct resolver_reply *r)
{
	(void)ctx;
	assert_int_equal(ref, 7);
	n_done++;
	last = *r;
	loop_stop(loop);
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
ask(uint64_t wait_ms)
{
	static const struct dns_name name = { "1.2.1.192.in-addr.arpa." };
	loop_id limit = loop_after(loop, wait_ms, stop, loop);

	assert_int_equal(ops.ask(ops.self, &name, RRTYPE_IPSECKEY, 7, on_done, NULL), 0);
	if (n_done == 0)
		loop_run(loop);
	loop_cancel(loop, &limit);
}

static void
ad_is_asked_for_and_taken(void **state)
{
	(void)state;
	flags = AD;
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_true((asked_flags & AD) != 0 && (asked_flags & CD) == 0);
	assert_true(asked_edns);
	assert_false(last.failed);
	assert_int_equal(last.security, ADNS_SECURE);
}

static void
no_ad_is_insecure(void **state)
{
	(void)state;
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_false(last.failed);
	assert_int_equal(last.security, ADNS_INSECURE);
}

static void
what_is_refused_and_there_is_bogus(void **state)
{
	(void)state;
	rcode = RCODE_SERVFAIL;
	forgives_cd = true;
	flags = AD;		/* with CD it says nothing */
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_true((asked_flags & CD) != 0);
	assert_false(last.failed);
	assert_int_equal(last.security, ADNS_BOGUS);
}

static void
servfail_either_way_is_no_answer(void **state)
{
	(void)state;
	rcode = RCODE_SERVFAIL;
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_true(last.failed);
	assert_true(last.why[0] != '\0');
}

static void
refused_is_no_answer(void **state)
{
	(void)state;
	rcode = RCODE_REFUSED;
	flags = AD;
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_true(last.failed);
}

static void
silence_ends(void **state)
{
	(void)state;
	mute = true;
	ask(9000);
	assert_int_equal(n_done, 1);
	assert_true(last.failed);
	assert_int_equal(n_asked, 2);
}

static void
cancelled_is_silent(void **state)
{
	(void)state;
	mute = true;
	ask(20);
	ops.cancel(ops.self, 7);
	ops.cancel(ops.self, 8);
	loop_after(loop, 3500, stop, loop);
	loop_run(loop);
	assert_int_equal(n_done, 0);
}

static void
freed_while_asked_is_silent(void **state)
{
	(void)state;
	mute = true;
	ask(20);
	assert_int_equal(n_done, 0);
}

/* A resolver that may not be trusted says AD, and SERVFAIL that CD would mend. */
static void
ad_of_another_counts_for_nothing(void **state)
{
	teardown(state);
	start("127.0.0.53");
	flags = AD;
	ask(5000);
	assert_int_equal(n_done, 1);
	assert_int_equal(last.security, ADNS_INSECURE);
	n_done = 0;
	rcode = RCODE_SERVFAIL;
	forgives_cd = true;
	ask(5000);
	assert_true(last.failed);
	assert_true((asked_flags & CD) == 0);
}

static void
whom_to_trust(void **state)
{
	static const struct { const char *text; bool trusted; } rows[] = {
		{ "127.0.0.1", true }, { "127.0.0.53@5353", false }, { "127.0.0.54", false },
		{ "127.0.1.53", true }, { "::1", true }, { "192.0.2.1", false },
		{ "2001:db8::1", false }, { "::ffff:127.0.0.1", false }, { "fe80::1", false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct endpoint e;

		assert_true(endpoint_parse(rows[i].text, 53, &e));
		if (resolver_stub_trusts(&e) != rows[i].trusted)
			fail_msg("%s", rows[i].text);
	}
}

static void
nobody_to_ask(void **state)
{
	struct loop *l = loop_new();
	char err[200];

	(void)state;
	assert_null(resolver_stub_new(l, NULL, 0, err));
	assert_non_null(strstr(err, "--resolver"));
	loop_free(l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ad_is_asked_for_and_taken),
		TEST(no_ad_is_insecure),
		TEST(what_is_refused_and_there_is_bogus),
		TEST(servfail_either_way_is_no_answer),
		TEST(refused_is_no_answer),
		TEST(silence_ends),
		TEST(cancelled_is_silent),
		TEST(freed_while_asked_is_silent),
		TEST(ad_of_another_counts_for_nothing),
		cmocka_unit_test(whom_to_trust),
		cmocka_unit_test(nobody_to_ask),
	};

	log_to_stderr(false);
	return cmocka_run_group_tests_name("resolver_stub", tests, NULL, NULL);
}
