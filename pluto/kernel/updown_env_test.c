/* Tests of the environment of an updown: its words, what a peer said, and back. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "pluto/kernel/updown_event.h"

static const struct updown_env *current;

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { .family = IP_NONE };

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static struct traffic_selector
net(const char *text)
{
	struct ip_prefix p;

	assert_true(ip_prefix_parse(text, &p));
	return ts_prefix(&p);
}

static struct updown_event
an_event(void)
{
	struct updown_event e = { .verb = UPDOWN_ROUTE, .connection = "net-net", .stack = "netkey",
		.interface = "eth0", .policy = "PSK+ENCRYPT", .my_id = "@west.example",
		.peer_id = "198.51.100.9" };

	e.me = addr("192.0.2.1");
	e.peer = addr("198.51.100.9");
	e.srcip = addr("10.1.0.1");
	e.sel.local = net("10.1.0.0/16");
	e.sel.remote = net("10.2.0.0/20");
	return e;
}

static char *
get(const char *name)
{
	size_t n = strlen(name);

	for (unsigned i = 0; i < current->n; i++)
		if (strncmp(current->envp[i], name, n) == 0 && current->envp[i][n] == '=')
			return current->envp[i] + n + 1;
	return NULL;
}

static void
says(const char *name, const char *value)
{
	const char *got = get(name);

	if (value == NULL)
		assert_null(got);
	else
		assert_string_equal(got != NULL ? got : "(none)", value);
}

static void
test_words(void **state)
{
	struct updown_event e = an_event();
	struct updown_env env;

	(void)state;
	assert_true(updown_env_write(&e, &env));
	current = &env;
	assert_null(env.envp[env.n]);
	says("PLUTO_VERB", "route-client");
	says("PLUTO_CONNECTION", "net-net");
	says("PLUTO_NEXT_HOP", NULL);
	says("PLUTO_VIRT_INTERFACE", NULL);
	says("PLUTO_CFG_CLIENT", NULL);
	says("PLUTO_XAUTH_USERNAME", NULL);
	e.assigned = true;
	strcpy(e.user, "road; rm -rf");
	assert_true(updown_env_write(&e, &env));
	says("PLUTO_CFG_CLIENT", "1");
	says("PLUTO_XAUTH_USERNAME", "road%3B%20rm%20-rf");
	e = an_event();
	assert_true(updown_env_write(&e, &env));
	says("PLUTO_INTERFACE", "eth0");
	says("PLUTO_ME", "192.0.2.1");
	says("PLUTO_MY_ID", "@west.example");
	says("PLUTO_MY_CLIENT", "10.1.0.0/16");
	says("PLUTO_MY_CLIENT_NET", "10.1.0.0");
	says("PLUTO_MY_CLIENT_MASK", "255.255.0.0");
	says("PLUTO_PEER_CLIENT_MASK", "255.255.240.0");
	says("PLUTO_PEER_PORT", "0");
	says("PLUTO_PEER_PROTOCOL", "0");
	says("PLUTO_MY_SOURCEIP", "10.1.0.1");
	says("PLUTO_CONN_ADDRFAMILY", "ipv4");
	says("HOME", NULL);
	says("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

static void
test_verbs(void **state)
{
	struct updown_event e = an_event();
	char text[32];

	(void)state;
	e.verb = UPDOWN_DOWN;
	assert_string_equal(updown_verb_text(&e, text), "down-client");
	e.sel.local = ts_host(&e.me);
	assert_string_equal(updown_verb_text(&e, text), "down-host");
	e.me = addr("2001:db8::1");
	e.sel.local = ts_host(&e.me);
	e.verb = UPDOWN_PREPARE;
	assert_string_equal(updown_verb_text(&e, text), "prepare-host-v6");
}

/* No byte of a peer that a shell or a program would read as something else. */
static void
test_said_by_a_peer(void **state)
{
	struct updown_event e = an_event();
	struct updown_env env;
	char all[256];

	(void)state;
	snprintf(e.peer_id, sizeof(e.peer_id), "-x $(id)`;\"'\\\n%%\xc3\xbf@a.b=c");
	assert_true(updown_env_write(&e, &env));
	current = &env;
	says("PLUTO_PEER_ID", "%2Dx%20%24%28id%29%60%3B%22%27%5C%0A%25%C3%BF@a.b=c");
	for (unsigned i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	snprintf(e.peer_id, sizeof(e.peer_id), "%s", all);
	assert_true(updown_env_write(&e, &env));
	current = &env;
	for (const char *c = get("PLUTO_PEER_ID"); *c != '\0'; c++)
		assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789._@:/=,+-%", *c));
}

/* The longest that can be said fits. */
static void
test_longest(void **state)
{
	struct updown_event e = an_event();
	struct updown_env env;

	(void)state;
	memset(e.connection, ';', sizeof(e.connection) - 1);
	memset(e.my_id, ' ', sizeof(e.my_id) - 1);
	memset(e.peer_id, '\'', sizeof(e.peer_id) - 1);
	e.me = e.peer = e.nexthop = e.srcip = addr("2001:db8:1111:2222:3333:4444:5555:6666");
	e.sel.local = e.sel.remote = net("2001:db8:1111:2222:3333:4444:5555:6660/124");
	assert_true(updown_env_write(&e, &env));
	assert_null(env.envp[env.n]);
}

static void
test_back(void **state)
{
	struct updown_event e = an_event(), got;
	struct updown_env env;
	char err[200];

	(void)state;
	e.nexthop = addr("192.0.2.254");
	snprintf(e.device, sizeof(e.device), "ipsec1");
	e.dns[0] = addr("10.9.0.53");
	e.dns[1] = addr("10.9.0.55");
	e.wins[0] = addr("10.9.0.54");
	assert_true(updown_env_write(&e, &env));
	current = &env;
	assert_true(updown_env_read(get, &got, err, sizeof(err)));
	assert_int_equal(got.verb, e.verb);
	assert_true(ip_addr_eq(&got.me, &e.me) && ip_addr_eq(&got.peer, &e.peer));
	assert_true(ip_addr_eq(&got.nexthop, &e.nexthop) && ip_addr_eq(&got.srcip, &e.srcip));
	assert_true(ts_eq(&got.sel.local, &e.sel.local) && ts_eq(&got.sel.remote, &e.sel.remote));
	assert_string_equal(got.device, "ipsec1");
	assert_string_equal(got.connection, "net-net");
	says("PLUTO_PEER_DNS_INFO", "10.9.0.53 10.9.0.55");
	says("PLUTO_PEER_WINS_INFO", "10.9.0.54");
	assert_true(updown_has_dns(&got) && ip_addr_eq(&got.dns[1], &e.dns[1]));
	e.verb = UPDOWN_NO_DNS;
	assert_true(updown_env_write(&e, &env));
	says("PLUTO_VERB", "restoreresolvconf-client");
	assert_true(updown_env_read(get, &got, err, sizeof(err)));
	assert_int_equal(got.verb, UPDOWN_NO_DNS);
}

static void
test_back_refused(void **state)
{
	static const char *const names[] = { "PLUTO_VERB=", "PLUTO_PEER=", "PLUTO_MY_CLIENT=",
		"PLUTO_PEER_CLIENT=", "PLUTO_MY_SOURCEIP=", "PLUTO_PEER_DNS_INFO=" };
	struct updown_event e = an_event(), got;
	struct updown_env env;
	char err[200];

	(void)state;
	current = &env;
	e.dns[0] = addr("10.9.0.53");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(updown_env_write(&e, &env));
		for (unsigned n = 0; n < env.n; n++)
			if (strncmp(env.envp[n], names[i], strlen(names[i])) == 0)
				strcpy(env.envp[n] + strlen(names[i]), "x");
		assert_false(updown_env_read(get, &got, err, sizeof(err)));
		assert_memory_equal(err, names[i], strlen(names[i]) - 1);
	}
	/* A range that is no prefix has a text that is refused, not half read. */
	e.sel.remote.addr_hi = addr("10.2.0.9");
	assert_true(updown_env_write(&e, &env));
	says("PLUTO_PEER_CLIENT", "10.2.0.0-10.2.0.9");
	assert_false(updown_env_read(get, &got, err, sizeof(err)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_said_by_a_peer),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_back_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
