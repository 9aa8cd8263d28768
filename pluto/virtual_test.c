/* Tests of inner addresses that a peer may choose. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "pluto/virtual.h"

static struct virtual_nets nets;

static void
test_lists(void **state)
{
	static const char *const bad[] = { "", ",", "10.0.0.0/8", "%v4:", "%v4:fd00::/8", "%v6:10.0.0.0/8",
		"%v4:10.0.0.0/33", "%v4:10.0.0.0/8,,%v6:fd00::/8", "%v4:!!10.0.0.0/8",
		"%v4:10.0.0.0/8 %v6:fd00::/8", "%v5:10.0.0.0/8", "%priv" };
	struct virtual_nets v = { .n = 7 };
	const char *why = NULL;
	char text[200];

	(void)state;
	assert_true(virtual_nets_parse("%v4:10.0.0.0/8,%v4:!10.1.2.3/16,%v6:fd00::/8", &v, &why));
	assert_int_equal(v.n, 3);
	assert_string_equal(virtual_nets_text(&v, text, sizeof(text)),
			    "%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fd00::/8");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		v.n = 7;
		why = NULL;
		if (virtual_nets_parse(bad[i], &v, &why) || v.n != 7 || why == NULL)
			fail_msg("\"%s\" was taken, or not explained", bad[i]);
	}
}

static void
test_too_many(void **state)
{
	char text[1000] = "vnet:";
	struct virtual_client c;
	struct virtual_nets v;
	const char *why;
	size_t at = strlen(text);

	(void)state;
	for (unsigned i = 0; i < VIRTUAL_NETS_MAX + 1; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%%v4:10.%u.0.0/16,", i);
	assert_false(virtual_client_parse(text, &c, &why));
	assert_string_equal(why, "has more than 8 networks");
	assert_false(virtual_nets_parse(text + strlen("vnet:"), &v, &why));
	assert_string_equal(why, "has more than 32 networks");
}

static void
test_clients(void **state)
{
	static const char *const bad[] = { "vhost:", "vnet:", "vhost:no", "vhost:%no,10.0.0.0/8", "vnet:%dhcp" };
	static const char *const good[] = { "vhost:%no,%priv", "vnet:%all", "vhost:%v4:10.0.0.0/8,%v6:!fd00::/8" };
	struct virtual_client v;
	const char *why;
	char text[200];

	(void)state;
	assert_true(virtual_client_parse("10.0.0.0/8", &v, &why));
	assert_int_equal(v.kind, VIRTUAL_NONE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		why = NULL;
		if (virtual_client_parse(bad[i], &v, &why) || why == NULL)
			fail_msg("\"%s\" was taken, or not explained", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(virtual_client_parse(good[i], &v, &why));
		assert_string_equal(virtual_client_text(&v, text, sizeof(text)), good[i]);
	}
}

/* May a peer at 192.0.2.1 have LO to HI? */
static bool
may(const char *client, const char *lo, const char *hi)
{
	struct traffic_selector ts;
	struct virtual_client v;
	struct ip_addr peer;
	const char *why;

	assert_true(virtual_client_parse(client, &v, &why) && ip_addr_parse("192.0.2.1", &peer)
		    && ip_addr_parse(lo, &ts.addr_lo) && ip_addr_parse(hi, &ts.addr_hi));
	return virtual_allows(&v, &nets, &peer, &ts);
}

static void
test_allows(void **state)
{
	const char *why;

	(void)state;
	assert_true(virtual_nets_parse("%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fd00::/8", &nets, &why));
	assert_true(may("vhost:%priv", "10.2.0.1", "10.2.0.1"));
	assert_true(may("vhost:%priv", "fd00::7", "fd00::7"));
	assert_false(may("vhost:%priv", "10.1.0.1", "10.1.0.1"));
	assert_false(may("vhost:%priv", "192.0.2.1", "192.0.2.1"));
	assert_true(may("vhost:%priv,%no", "192.0.2.1", "192.0.2.1"));
	assert_false(may("vhost:%no", "192.0.2.2", "192.0.2.2"));
	assert_false(may("vhost:%no", "10.2.0.1", "10.2.0.1"));
	/* One address is not a subnet. */
	assert_false(may("vhost:%priv", "10.2.0.0", "10.2.0.255"));
	assert_true(may("vnet:%priv", "10.2.0.0", "10.2.0.255"));
	assert_true(may("vnet:%priv", "10.2.0.0", "10.2.0.0"));
	/* Only a part of it is allowed, or a part is excluded. */
	assert_false(may("vnet:%priv", "9.255.255.0", "10.0.0.255"));
	assert_false(may("vnet:%priv", "10.0.0.0", "10.255.255.255"));
	assert_false(may("vnet:%priv", "10.0.255.0", "10.1.0.255"));
	/* A list of one's own stands beside that of the daemon. */
	assert_true(may("vhost:%priv,%v4:10.1.9.0/24", "10.1.9.1", "10.1.9.1"));
	assert_false(may("vhost:%v4:172.16.0.0/12,%v4:!172.16.1.0/24", "172.16.1.1", "172.16.1.1"));
	assert_true(may("vhost:%v4:172.16.0.0/12,%v4:!172.16.1.0/24", "172.16.2.1", "172.16.2.1"));
	assert_true(may("vhost:%all", "198.51.100.1", "198.51.100.1"));
	assert_true(may("vnet:%all", "0.0.0.0", "255.255.255.255"));
	assert_false(may("10.0.0.0/8", "10.2.0.1", "10.2.0.1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
