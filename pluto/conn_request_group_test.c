/* The words in place of a peer: %opportunistic, %opportunisticgroup, %group. */
#include "pluto/conn_request_test.h"

#define OPPO "\"options\":{\"auth\":\"pubkey\",\"encrypt\":true,\"pfs\":true"

/* The words in place of a peer, and what they need. */
static void
test_policies(void **state)
{
	static const struct { const char *left, *right, *options, *why; } bad[] = {
		{ LEFT, "\"right\":{\"host\":\"%opportunistic\"}", "\"options\":{\"auth\":\"pubkey\"}",
		  "--encrypt and --pfs" },
		{ LEFT, "\"right\":{\"host\":\"%opportunistic\"}",
		  "\"options\":{\"auth\":\"psk\",\"encrypt\":true,\"pfs\":true}", "--rsasig" },
		{ LEFT, "\"right\":{\"host\":\"%opportunistic\"}", "\"options\":{\"shunt\":\"drop\"}",
		  "--rsasig" },
		{ LEFT, "\"right\":{\"host\":\"%group\"}", OPPO "}", "--pass, --drop or --reject" },
		{ LEFT, "\"right\":{\"host\":\"%opportunisticgroup\",\"client\":\"10.0.0.0/8\"}",
		  OPPO "}", "--client" },
		{ LEFT, "\"right\":{\"host\":\"%opportunistic\",\"id\":\"@east\"}", OPPO "}", "--id" },
		{ LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"id\":\"%myid\"}", OPTIONS, "%myid" },
		{ "\"left\":{\"host\":\"%group\"}", "\"right\":{\"host\":\"%opportunistic\"}", OPPO "}",
		  "neither end" },
	};
	struct conn_table *t = calloc(1, sizeof(*t));
	struct connection *c;
	char err[300];

	(void)state;
	ours.n = 1;
	assert_true(ip_addr_parse("192.0.2.1", &ours.a[0].addr));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_not_equal(request(bad[i].left, bad[i].right, bad[i].options, &c, err), 0);
		if (strstr(err, bad[i].why) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, err);
	}
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"client\":\"10.1.0.0/16\","
				 "\"id\":\"%myid\"}", "\"right\":{\"host\":\"%opportunistic\"}",
				 OPPO ",\"failure\":\"pass\"}", &c, err), 0);
	assert_int_equal(c->group, CONN_GROUP_OPPO);
	assert_true(c->local.is_myid && c->keys_from_dns && c->local.has_client);
	assert_int_equal(c->remote.ts.addr_lo.family, IP_V4);
	assert_int_equal(c->remote.ts.addr_hi.bytes[0], 255);
	assert_int_equal(conn_table_add(t, c), 0);
	/* It is nobody's own: a peer that comes finds no connection in it. */
	assert_null(conn_table_for_peer(t, &ours.a[0].addr, &(struct ip_addr){ .family = IP_V4 },
					NULL, NULL, AUTH_NONE));
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"client\":\"fd01::/64\"}",
				 "\"right\":{\"host\":\"%opportunistic\"}", OPPO "}", &c, err), 0);
	assert_int_equal(c->remote.ts.addr_lo.family, IP_V6);
	connection_unref(c);
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\"}", "\"right\":{\"host\":\"%group\"}",
				 "\"options\":{\"shunt\":\"drop\"}", &c, err), 0);
	assert_int_equal(c->group, CONN_GROUP_FILE);
	assert_string_equal(conn_group_name(c->group), "%group");
	connection_unref(c);
	conn_table_clear(t);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_policies) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
