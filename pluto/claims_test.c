/* Tests of who has which inner addresses. */
#include "lib/test.h"

#include <stdio.h>

#include "pluto/claims.h"

static struct claims claims;
static const char *user = "";

static struct ident
id(const char *text)
{
	struct ident i;
	char why[120];

	assert_true(ident_parse(text, &i, why, sizeof(why)));
	return i;
}

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static struct connection *
conn(const char *peer, const char *net)
{
	struct connection *c = connection_new("road");
	struct ip_prefix p;

	assert_true(ip_prefix_parse(net, &p));
	c->remote.host.addr = addr(peer);
	c->remote.ts = ts_prefix(&p);
	return c;
}

/* Is NET free for the one who calls itself WHO and comes from PEER? */
static bool
is_free(const char *who, const char *peer, const char *net)
{
	struct connection *c = conn(peer, net);
	struct ident i = id(who);
	bool yes;

	snprintf(c->xauth_user, sizeof(c->xauth_user), "%s", user);
	yes = claims_other(&claims, &c->remote.ts, &i, c) == NULL;
	connection_unref(c);
	return yes;
}

static void
test_claims(void **state)
{
	struct connection *c = conn("192.0.2.9", "10.2.0.0/24"), *same = conn("192.0.2.9", "10.2.0.0/24");
	struct ident alice = id("@alice");

	(void)state;
	assert_true(is_free("@bob", "192.0.2.9", "10.2.0.7"));
	assert_true(claims_add(&claims, c, &alice));
	assert_false(is_free("@bob", "192.0.2.9", "10.2.0.7"));
	assert_false(is_free("@bob", "192.0.2.9", "10.0.0.0/8"));
	assert_true(is_free("@bob", "192.0.2.9", "10.3.0.0/24"));
	/* Whoever has a name has its addresses from everywhere. */
	assert_true(is_free("@alice", "198.51.100.7", "10.2.0.0/24"));
	/* Of those who share a name, each has a user's name of his own. */
	user = "fred";
	assert_false(is_free("@alice", "192.0.2.9", "10.2.0.0/24"));
	user = "";
	assert_ptr_equal(claims_own(&claims, same, &alice), c);
	same->remote.host.addr = addr("198.51.100.7");
	assert_null(claims_own(&claims, same, &alice));
	/* They are free again once nobody needs the connection. */
	connection_unref(c);
	assert_true(is_free("@bob", "192.0.2.9", "10.2.0.7"));
	assert_int_equal(claims_count(&claims), 0);
	connection_unref(same);
}

static void
test_same_address_twice(void **state)
{
	struct connection *c = conn("192.0.2.9", "192.168.1.2/32");
	struct ident private_ = id("192.168.1.2");

	(void)state;
	assert_true(claims_add(&claims, c, &private_));
	assert_true(is_free("192.168.1.2", "192.0.2.9", "192.168.1.2"));
	assert_false(is_free("192.168.1.2", "192.0.2.10", "192.168.1.2"));
	connection_unref(c);
	assert_int_equal(claims_count(&claims), 0);
}

static void
test_full(void **state)
{
	struct connection *c = conn("192.0.2.9", "10.2.0.0/24");
	struct ident alice = id("@alice");

	(void)state;
	for (unsigned i = 0; i < MAX_CLAIMS; i++)
		assert_true(claims_add(&claims, c, &alice));
	assert_false(claims_add(&claims, c, &alice));
	claims_free(&claims);
	assert_int_equal(c->refs, 1);
	connection_unref(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_same_address_twice),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
