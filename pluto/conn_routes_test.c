/* Tests of which verbs a connection's updown sees, against a recorder. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pluto/conn_routes.h"
#include "whack/whack_proto.h"

static struct conn_routes *r;
static char told[2000];
static const char *refuse;		/* the verb that fails */

static bool
record(void *ctx, const struct updown_event *e, const char *command, char *err, size_t errlen)
{
	size_t n = strlen(told);
	char verb[32];

	(void)ctx;
	updown_verb_text(e, verb);
	snprintf(told + n, sizeof(told) - n, "%s%s:%s%s", n > 0 ? " " : "", e->connection, verb,
		 command != NULL ? command : "");
	if (refuse == NULL || strncmp(verb, refuse, strlen(refuse)) != 0)
		return true;
	snprintf(err, errlen, "refused");
	return false;
}

static void
saw(const char *wanted)
{
	assert_string_equal(told, wanted);
	told[0] = '\0';
}

static struct traffic_selector
net(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static struct updown_event
event(const char *name, const char *here, const char *there)
{
	struct updown_event e = { .verb = UPDOWN_PREPARE };

	snprintf(e.connection, sizeof(e.connection), "%s", name);
	assert_true(ip_addr_parse("192.0.2.1", &e.me) && ip_addr_parse("192.0.2.2", &e.peer));
	e.sel.local = net(here);
	e.sel.remote = net(there);
	return e;
}

static int
setup(void **state)
{
	(void)state;
	told[0] = '\0';
	refuse = NULL;
	r = conn_routes_new(record, NULL);
	return r == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	conn_routes_free(r);
	return 0;
}

static int
hold(const struct updown_event *e, const char *command)
{
	char err[300] = "";
	int rc = conn_routes_hold(r, e, command, err, sizeof(err));

	assert_true((rc == 0) == (err[0] == '\0'));
	return rc;
}

static int
up(const struct updown_event *e, const char *command)
{
	char err[300] = "";

	return conn_routes_up(r, e, command, err, sizeof(err));
}

static void
test_by_hand(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/16", "10.2.0.0/16");

	(void)state;
	assert_int_equal(hold(&a, NULL), 0);
	saw("a:prepare-client a:route-client");
	assert_int_equal(up(&a, NULL), 0);
	saw("a:up-client");
	assert_int_equal(up(&a, NULL), 0);	/* another SA of the same selectors */
	saw("");
	conn_routes_down(r, &a.sel);
	saw("a:down-client");
	conn_routes_down(r, &a.sel);
	saw("");
	conn_routes_release(r, &a.sel);
	saw("a:unroute-client");
	conn_routes_release(r, &a.sel);
	saw("");
	assert_int_equal(conn_routes_count(r), 0);
}

/* Name servers that the peer told come last and go first; without them all the rest
 * is as good. */
static void
test_dns(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/16", "10.2.0.0/16");

	(void)state;
	assert_true(ip_addr_parse("10.2.0.53", &a.dns[0]));
	assert_int_equal(up(&a, NULL), 0);
	saw("a:prepare-client a:route-client a:up-client a:updateresolvconf-client");
	conn_routes_down(r, &a.sel);
	saw("a:restoreresolvconf-client a:down-client a:unroute-client");
	refuse = "updateresolvconf";
	assert_int_equal(up(&a, "/x"), 0);
	saw("a:prepare-client/x a:route-client/x a:up-client/x a:updateresolvconf-client/x");
	conn_routes_end(r);
	saw("a:restoreresolvconf-client/x a:down-client/x a:unroute-client/x");
}

static void
test_by_itself(void **state)
{
	struct updown_event a = event("a", "192.0.2.1/32", "10.2.0.0/16");

	(void)state;
	assert_int_equal(up(&a, "/x"), 0);
	saw("a:prepare-host/x a:route-host/x a:up-host/x");
	assert_int_equal(hold(&a, "/x"), 0);
	saw("");
	conn_routes_release(r, &a.sel);		/* unrouted, while an SA uses it */
	saw("");
	conn_routes_down(r, &a.sel);
	saw("a:down-host/x a:unroute-host/x");
}

static void
test_shared(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/24", "10.2.0.0/16");
	struct updown_event b = event("b", "10.3.0.0/24", "10.2.0.0/16");

	(void)state;
	assert_true(ip_addr_parse("10.1.0.1", &a.srcip) && ip_addr_parse("10.3.0.1", &b.srcip));
	assert_int_equal(hold(&a, NULL), 0);
	assert_int_equal(hold(&b, NULL), 0);
	saw("a:prepare-client a:route-client");
	conn_routes_release(r, &a.sel);
	saw("b:route-client");			/* with its own source address */
	conn_routes_release(r, &b.sel);
	saw("b:unroute-client");
}

static void
test_another_way(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/24", "10.2.0.0/16");
	struct updown_event b = event("b", "10.3.0.0/24", "10.2.0.0/16");

	(void)state;
	assert_true(ip_addr_parse("192.0.2.9", &b.peer));
	assert_int_equal(hold(&a, NULL), 0);
	told[0] = '\0';
	assert_int_equal(hold(&b, NULL), RC_RTBUSY);
	assert_int_equal(up(&b, NULL), RC_RTBUSY);
	saw("");
	assert_int_equal(hold(&b, "/own"), 0);	/* a program of its own knows what it does */
	saw("b:prepare-client/own b:route-client/own");
}

static void
test_failures(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/24", "10.2.0.0/16");

	(void)state;
	refuse = "route";
	assert_int_equal(hold(&a, NULL), RC_ROUTE);
	assert_int_equal(conn_routes_count(r), 0);
	refuse = "un";
	told[0] = '\0';
	assert_int_equal(hold(&a, NULL), 0);
	conn_routes_release(r, &a.sel);
	saw("a:prepare-client a:route-client a:unroute-client");
	assert_int_equal(conn_routes_count(r), 0);
}

static void
test_again_and_end(void **state)
{
	struct updown_event a = event("a", "10.1.0.0/24", "10.2.0.0/16");
	struct updown_event b = event("b", "10.1.0.0/24", "10.4.0.0/16");

	(void)state;
	assert_int_equal(hold(&a, NULL), 0);
	assert_int_equal(up(&b, "/x"), 0);
	told[0] = '\0';
	conn_routes_again(r);
	saw("a:route-client");
	conn_routes_end(r);
	saw("b:down-client/x b:unroute-client/x a:unroute-client");
	assert_int_equal(conn_routes_count(r), 0);
}

/* The bound holds, and memory moves without harm. */
static void
test_many(void **state)
{
	char text[40];

	(void)state;
	for (unsigned i = 0; i <= MAX_ROUTED; i++) {
		struct updown_event e;

		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		e = event("a", "10.1.0.0/24", text);
		told[0] = '\0';
		assert_int_equal(hold(&e, NULL), i < MAX_ROUTED ? 0 : RC_ROUTE);
	}
	assert_int_equal(conn_routes_count(r), MAX_ROUTED);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_by_hand), TEST(test_dns), TEST(test_by_itself), TEST(test_shared),
		TEST(test_another_way), TEST(test_failures), TEST(test_again_and_end),
		TEST(test_many),
	};

	log_to_stderr(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
