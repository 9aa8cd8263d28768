/* Tests of the table of connections: order, and the best fit for a peer. */
#include <errno.h>

#include "pluto/conn_request_test.h"

static struct conn_table *t;

static int
setup(void **state)
{
	t = calloc(1, sizeof(*t));
	return t == NULL || setup_ours(state) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	conn_table_clear(t);
	free(t);
	return 0;
}

static struct connection *
add(const char *name, const char *remote)
{
	struct connection *c = connection_new(name);

	assert_non_null(c);
	c->local.host.addr = addr("192.0.2.1");
	if (remote != NULL)
		c->remote.host.addr = addr(remote);
	c->local.ts = ts_host(&c->local.host.addr);
	c->remote.ts = ts_host(&c->remote.host.addr);
	assert_int_equal(conn_table_add(t, c), 0);
	return c;
}

static void
test_order(void **state)
{
	struct connection *b = add("b", "192.0.2.2"), *a = add("a", "192.0.2.3");
	struct connection *twin = connection_new("a");

	(void)state;
	add("c", "192.0.2.4");
	assert_int_equal(conn_table_add(t, twin), -EEXIST);
	connection_unref(twin);
	assert_int_equal(t->n, 3);
	for (unsigned i = 1; i < t->n; i++)
		assert_true(strcmp(t->c[i - 1]->name, t->c[i]->name) < 0);
	assert_ptr_equal(conn_table_find(t, "a"), a);
	assert_null(conn_table_find(t, "aa"));
	assert_ptr_equal(conn_table_by_serial(t, b->serial), b);
	assert_null(conn_table_by_serial(t, UINT64_MAX));
	*conn_table_routed(t, b) = true;
	assert_true(conn_table_remove(t, "a"));
	assert_false(conn_table_remove(t, "a"));
	assert_true(*conn_table_routed(t, b));
	add("0", "192.0.2.5");
	assert_true(*conn_table_routed(t, b));
	assert_null(conn_table_find(t, "a"));
}

static void
test_best_fit(void **state)
{
	struct connection *any = add("any", NULL), *known = add("known", "192.0.2.2");
	struct ip_addr us = addr("192.0.2.1"), peer = addr("192.0.2.2"), other = addr("192.0.2.9");
	struct ident name, mine = ident_from_addr(&us), theirs = ident_from_addr(&peer);
	char err[100];

	(void)state;
	assert_true(ident_parse("@peer.example", &name, err, sizeof(err)));
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, NULL, NULL, 0), known);
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, &mine, &theirs, 0), known);
	assert_ptr_equal(conn_table_for_peer(t, &us, &other, NULL, NULL, 0), any);
	assert_ptr_equal(conn_table_for_peer(t, &us, &other, &mine, &name, 0), any);
	/* An identity that is not the known one leaves the open connection. */
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, &mine, &name, 0), any);
	any->remote.id = theirs;
	assert_null(conn_table_for_peer(t, &us, &other, &mine, &name, 0));
	assert_null(conn_table_for_peer(t, &other, &peer, NULL, NULL, 0));
}

static void
test_flow(void **state)
{
	struct connection *c = add("c", "192.0.2.2");
	struct flow f = { .src = addr("192.0.2.1"), .dst = addr("192.0.2.2") };

	(void)state;
	assert_null(conn_table_for_flow(t, &f));
	*conn_table_routed(t, c) = true;
	assert_ptr_equal(conn_table_for_flow(t, &f), c);
	f.dst = addr("192.0.2.3");
	assert_null(conn_table_for_flow(t, &f));
}

static struct connection *
add_subnets(const char *name, const char *ours_, const char *theirs)
{
	struct connection *c = add(name, "192.0.2.2");
	struct ip_prefix l, r;

	assert_true(ip_prefix_parse(ours_, &l) && ip_prefix_parse(theirs, &r));
	c->local.ts = ts_prefix(&l);
	c->remote.ts = ts_prefix(&r);
	*conn_table_routed(t, c) = true;
	return c;
}

static void
test_most_specific_flow(void **state)
{
	struct connection *wide = add_subnets("a", "10.1.0.0/16", "10.2.0.0/16");
	struct connection *host = add_subnets("b", "10.1.0.7/32", "10.2.0.0/16");
	struct connection *port = add_subnets("c", "10.1.0.0/16", "10.2.0.0/16");
	struct flow f = { .src = addr("10.1.0.7"), .dst = addr("10.2.0.9"), .ip_proto = 17,
		.dport = 53 };

	(void)state;
	port->local.ts.ip_proto = port->remote.ts.ip_proto = 17;
	port->remote.ts.port_lo = port->remote.ts.port_hi = 53;
	assert_ptr_equal(conn_table_for_flow(t, &f), host);
	f.src = addr("10.1.0.8");
	assert_ptr_equal(conn_table_for_flow(t, &f), port);
	f.dport = 54;
	assert_ptr_equal(conn_table_for_flow(t, &f), wide);
}

/* A peer with several connections says by its selectors which it means. */
static void
test_asked_by_selectors(void **state)
{
	struct connection *one = add_subnets("a", "10.1.0.0/24", "10.2.0.0/24");
	struct connection *two = add_subnets("b", "fd01::/64", "fd02::/64");
	struct connection *other = add_subnets("c", "10.5.0.0/24", "10.2.0.0/24");
	struct connection *shunt = add_subnets("d", "10.6.0.0/24", "10.2.0.0/24");
	struct ts_list l = { .n = 1, .ts = { two->local.ts } }, r = { .n = 1, .ts = { two->remote.ts } };

	(void)state;
	other->local.auth = other->remote.auth = CONN_AUTH_NULL;
	shunt->never = true;
	assert_ptr_equal(conn_table_for_ts(t, one, &l, &r), two);
	l.ts[0] = one->local.ts;
	r.ts[0] = one->remote.ts;
	assert_ptr_equal(conn_table_for_ts(t, two, &l, &r), one);
	/* Whoever proved himself for one connection is nobody for another. */
	l.ts[0] = other->local.ts;
	assert_ptr_equal(conn_table_for_ts(t, one, &l, &r), one);
	l.ts[0] = shunt->local.ts;
	assert_ptr_equal(conn_table_for_ts(t, one, &l, &r), one);
}

/* Of templates that are the same but for what they stand for, too. */
static void
test_asked_of_a_template(void **state)
{
	struct connection *one = add_subnets("a", "10.1.0.0/24", "10.2.0.0/24");
	struct connection *two = add_subnets("b", "10.3.0.0/24", "10.2.0.0/24");
	struct connection *open = add_subnets("c", "10.4.0.0/24", "10.2.0.0/24");
	struct ts_list l = { .n = 1, .ts = { two->local.ts } }, r = { .n = 1, .ts = { two->remote.ts } };
	struct ip_addr peer = addr("192.0.2.7");
	struct connection *c;

	(void)state;
	one->remote.host.addr = two->remote.host.addr = open->remote.host.addr
		= (struct ip_addr){ .family = IP_NONE };
	one->remote.has_client = two->remote.has_client = open->remote.has_client = true;
	open->remote.virtual_.kind = VIRTUAL_HOST;
	open->remote.ts.addr_lo.family = open->remote.ts.addr_hi.family = IP_NONE;
	c = connection_instance(one, NULL, &peer);
	assert_ptr_equal(conn_table_for_ts(t, c, &l, &r), two);
	l.ts[0] = one->local.ts;
	assert_ptr_equal(conn_table_for_ts(t, c, &l, &r), c);
	/* Where a peer chooses its client, that is looked at elsewhere. */
	l.ts[0] = open->local.ts;
	r.ts[0] = ts_host(&peer);
	assert_ptr_equal(conn_table_for_ts(t, c, &l, &r), open);
	/* An address that Mode Config gave is not another connection's. */
	c->modecfg = CONN_PART_SERVER;
	assert_ptr_equal(conn_table_for_ts(t, c, &l, &r), c);
	connection_unref(c);
}

/* RFC 7619 2.2: the method finds the connection, not what the identity says. */
static void
test_anonymous(void **state)
{
	struct connection *psk = add("psk", "192.0.2.2"), *open;
	struct ip_addr us = addr("192.0.2.1"), peer = addr("192.0.2.2"), other = addr("192.0.2.9");
	struct ident name;
	char err[80];

	(void)state;
	psk->local.auth = psk->remote.auth = CONN_AUTH_PSK;
	assert_true(ident_parse("@anybody", &name, err, sizeof(err)));
	assert_null(conn_table_for_peer(t, &us, &peer, NULL, NULL, AUTH_NULL));
	open = add("open", NULL);
	open->local.auth = open->remote.auth = CONN_AUTH_NULL;
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, NULL, NULL, AUTH_NONE), psk);
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, NULL, &name, AUTH_NULL), open);
	assert_ptr_equal(conn_table_for_peer(t, &us, &peer, NULL, NULL, AUTH_PSK), psk);
	assert_null(conn_table_for_peer(t, &us, &other, NULL, NULL, AUTH_PSK));
	assert_null(conn_table_for_peer(t, &us, &peer, NULL, NULL, AUTH_RSA));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_best_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_anonymous, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_most_specific_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_by_selectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_of_a_template, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
