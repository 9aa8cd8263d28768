/* Tests of connections: the table, the best fit for a peer, and whack's
 * description with every kind of bad field. */
#include "lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pluto/conn_table.h"
#include "whack/whack_proto.h"

static struct conn_table *t;
static struct local_addrs ours;

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static int
setup(void **state)
{
	(void)state;
	t = calloc(1, sizeof(*t));
	ours = (struct local_addrs){ .n = 2 };
	ours.a[0].addr = addr("192.0.2.1");
	ours.a[1].addr = addr("2001:db8::1");
	return t == NULL;
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

#define LEFT "\"left\":{\"host\":\"192.0.2.1\"}"
#define RIGHT "\"right\":{\"host\":\"192.0.2.2\"}"
#define OPTIONS "\"options\":{\"auth\":\"psk\"}"

/* The request with these three members. */
static int
request(const char *left, const char *right, const char *options, struct connection **out,
	char err[300])
{
	char text[1000];
	json_t *o;
	int rc;

	snprintf(text, sizeof(text), "{\"name\":\"c\",%s,%s,%s}", left, right, options);
	o = json_loads(text, 0, NULL);
	if (o == NULL)
		fail_msg("%s is not JSON", text);
	err[0] = '\0';
	*out = NULL;
	rc = connection_from_request(o, &ours, out, err, 300);
	json_decref(o);
	return rc;
}

static void
refuse(int code, const char *left, const char *right, const char *options, const char *why)
{
	struct connection *c;
	char err[300];
	int rc = request(left, right, options, &c, err);

	if (rc != code || strstr(err, why) == NULL)
		fail_msg("%s %s %s: %d \"%s\" is not %d \"%s\"", left, right, options, rc, err,
			 code, why);
	assert_null(c);
}

static void
test_bad_ends(void **state)
{
	static const struct { int code; const char *fields, *why; } rows[] = {
		{ RC_BADWHACKMESSAGE, "", "\"host\" is missing" },
		{ RC_BADWHACKMESSAGE, "\"host\":7", "\"host\" is of the wrong type" },
		{ RC_NOPEERIP, "\"host\":\"name.example\"", "host" },
		{ RC_NOPEERIP, "\"host\":\"0.0.0.0\"", "host" },
		{ RC_NOPEERIP, "\"host\":\"\"", "host" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"ikeport\":0", "ikeport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"ikeport\":65536", "ikeport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"ikeport\":-1", "ikeport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"ikeport\":\"x\"", "ikeport" },
		{ RC_BADID, "\"host\":\"192.0.2.2\",\"id\":\"\"", "id" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"id\":[]", "id" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"client\":\"10/33\"", "client" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"tcp/80\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"6\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"1234/80\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"256/80\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"6/65536\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"6/80x\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"6/\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"/80\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"protoport\":\"-1/80\"", "protoport" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"dnskeyondemand\":1", "dnskeyondemand" },
		{ RC_BADWHACKMESSAGE, "\"host\":\"192.0.2.2\",\"surplus\":1", "surplus" },
		{ RC_ORIENT, "\"host\":\"192.0.2.1\"", "both ends" },
		{ RC_ORIENT, "\"host\":\"2001:db8::2\"", "IPv6" },
	};
	char right[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(right, sizeof(right), "\"right\":{%s}", rows[i].fields);
		refuse(rows[i].code, LEFT, right, OPTIONS, rows[i].why);
	}
	refuse(RC_ORIENT, "\"left\":{\"host\":\"192.0.2.3\"}", RIGHT, OPTIONS, "neither end");
	refuse(RC_ORIENT, "\"left\":{\"host\":\"%any\"}", RIGHT, OPTIONS, "neither end");
}

static void
test_shunts(void **state)
{
	struct connection *c;
	char err[300];

	(void)state;
	assert_int_equal(request(LEFT, RIGHT, "\"options\":{\"shunt\":\"reject\"}", &c, err), 0);
	assert_true(c->never && c->shunt == SHUNT_REJECT && c->failure == SHUNT_TRAP);
	connection_unref(c);
	assert_int_equal(request(LEFT, RIGHT, "\"options\":{\"auth\":\"psk\",\"shunt\":\"pass\","
				 "\"failure\":\"drop\"}", &c, err), 0);
	assert_true(!c->never && c->shunt == SHUNT_PASS && c->failure == SHUNT_DROP);
	connection_unref(c);
}

static void
test_bad_options(void **state)
{
	static const struct { int code; const char *fields, *why; } rows[] = {
		{ RC_BADWHACKMESSAGE, "", "\"auth\" is missing" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"eap\"", "auth" },
		{ RC_BADWHACKMESSAGE, "\"auth\":7", "auth" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"mobike\":\"perhaps\"", "mobike" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"pfs\":\"yes\"", "pfs" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"dontrekey\":1", "dontrekey" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"nopmtudisc\":\"yes\"", "nopmtudisc" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"surplus\":true", "surplus" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"shunt\":\"hold\"", "hold" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"failure\":true", "failure" },
		{ RC_BADWHACKMESSAGE, "\"shunt\":\"trap\"", "\"auth\" is missing" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"ikelifetime\":59", "ikelifetime" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"ikelifetime\":86401", "ikelifetime" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"ipseclifetime\":\"9\"", "ipseclifetime" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"ipseclifetime\":4294967396", "ipseclifetime" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"rekeymargin\":0", "rekeymargin" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"rekeyfuzz\":-1", "rekeyfuzz" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"keyingtries\":1.5", "keyingtries" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"dpddelay\":0", "dpddelay" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"dpdtimeout\":99999", "dpdtimeout" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"ikelifetime\":600,\"rekeymargin\":600", "rekeymargin" },
		{ RC_NOALGO, "\"auth\":\"psk\",\"ike\":\"rot13\"", "rot13" },
		{ RC_NOALGO, "\"auth\":\"psk\",\"ike\":\"3des-md5-modp1024\"", "--ikev1 alone" },
		{ RC_NOALGO, "\"auth\":\"psk\",\"ikev1\":true,\"ikev2\":true,\"ike\":\"aes128-md5-modp2048\"",
			"--ikev1 alone" },
		{ RC_AGGRALGO, "\"auth\":\"psk\",\"aggrmode\":true", "--ike" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"aggrmode\":true,\"ikev2\":true,"
			"\"ike\":\"aes256-sha2_256-modp2048\"", "--ikev2" },
		{ RC_NOALGO, "\"auth\":\"psk\",\"esp\":\"\"", "" },
		{ RC_BADWHACKMESSAGE, "\"auth\":\"psk\",\"esp\":{}", "esp" },
	};
	char options[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(options, sizeof(options), "\"options\":{%s}", rows[i].fields);
		refuse(rows[i].code, LEFT, RIGHT, options, rows[i].why);
	}
}

/* What is of IKEv1 alone. */
static void
test_v1(void **state)
{
	static const struct { const char *left, *right, *options, *why; } rows[] = {
		{ ",\"xauthclient\":true,\"xauthserver\":true", "", "\"auth\":\"psk\"",
		  "one end is the client" },
		{ ",\"xauthclient\":true", ",\"xauthclient\":true", "\"auth\":\"psk\"",
		  "one end is the client" },
		{ ",\"xauthclient\":true", "", "\"auth\":\"psk\",\"ikev2\":true", "--ikev2" },
		{ ",\"xauthclient\":true", "", "\"auth\":\"null\"", "--psk or --rsasig" },
		{ ",\"modecfgserver\":true", "", "\"auth\":\"psk\"", "--client" },
		{ ",\"modecfgclient\":true,\"client\":\"10.0.0.0/8\"", "", "\"auth\":\"psk\"",
		  "--client out" },
		{ ",\"modecfgclient\":true", "", "\"auth\":\"psk\",\"transport\":true",
		  "--tunnel" },
		{ ",\"modecfgclient\":true,\"modecfgdns1\":\"ns\"", "", "\"auth\":\"psk\"",
		  "modecfgdns1" },
	};
	char left[200], right[200], options[200], err[300];
	struct connection *c;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(left, sizeof(left), "\"left\":{\"host\":\"192.0.2.1\"%s}", rows[i].left);
		snprintf(right, sizeof(right), "\"right\":{\"host\":\"192.0.2.2\"%s}", rows[i].right);
		snprintf(options, sizeof(options), "\"options\":{%s}", rows[i].options);
		refuse(RC_BADWHACKMESSAGE, left, right, options, rows[i].why);
	}
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"modecfgserver\":true,"
				 "\"modecfgdns2\":\"10.0.0.1\",\"modecfgwins2\":\"10.0.0.2\"}",
				 "\"right\":{\"host\":\"%any\",\"client\":\"10.9.0.0/24\","
				 "\"xauthclient\":true}", "\"options\":{\"auth\":\"psk\","
				 "\"modecfgpull\":true}", &c, err), 0);
	assert_true(c->xauth == CONN_PART_SERVER && c->modecfg == CONN_PART_SERVER && c->modecfg_pull);
	assert_int_equal(c->versions, CONN_IKEV1);
	assert_int_equal(c->modecfg_dns[1].family, IP_V4);
	assert_int_equal(c->modecfg_wins[1].family, IP_V4);
	assert_false(c->aggressive);
	connection_unref(c);
}

/* Of our end, and, as far as it can be known, of the peer's. */
static void
test_bad_routes(void **state)
{
	static const struct { int code; const char *fields, *why; bool ours_only; } rows[] = {
		{ RC_BADWHACKMESSAGE, "\"nexthop\":\"gateway\"", "nexthop is not", false },
		{ RC_BADWHACKMESSAGE, "\"nexthop\":\"0.0.0.0\"", "nexthop is not", false },
		{ RC_BADWHACKMESSAGE, "\"nexthop\":\"2001:db8::9\"", "family", false },
		{ RC_BADWHACKMESSAGE, "\"nexthop\":7", "nexthop", false },
		{ RC_BADWHACKMESSAGE, "\"srcip\":\"10.1\"", "srcip is not", false },
		{ RC_BADWHACKMESSAGE, "\"srcip\":\"10.1.0.1\"", "not within", false },
		{ RC_BADWHACKMESSAGE, "\"client\":\"10.1.0.0/16\",\"srcip\":\"::1\"", "not within", false },
		{ RC_ROUTE, "\"client\":\"10.1.0.0/16\",\"srcip\":\"10.1.0.1\"",
			"not an address of this machine", true },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"\"", "path", false },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"ipsec other\"", "path", false },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"/bin/true; rm x\"", "without a shell", false },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"/bin/sh -c $X\"", "without a shell", false },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"/bin/true\\n\"", "without a shell", false },
		{ RC_BADWHACKMESSAGE, "\"updown\":\"/a b b b b b b b b b b b b b b b b\"", "16 words", false },
		{ RC_ROUTE, "\"updown\":\"/nonexistent/program\"", "cannot be run", true },
	};
	struct connection *c;
	char end[300], err[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(end, sizeof(end), "\"left\":{\"host\":\"192.0.2.1\",%s}", rows[i].fields);
		refuse(rows[i].code, end, RIGHT, OPTIONS, rows[i].why);
		snprintf(end, sizeof(end), "\"right\":{\"host\":\"192.0.2.2\",%s}", rows[i].fields);
		if (!rows[i].ours_only) {
			refuse(rows[i].code, LEFT, end, OPTIONS, rows[i].why);
			continue;
		}
		assert_int_equal(request(LEFT, end, OPTIONS, &c, err), 0);
		assert_null(c->route.updown);
		connection_unref(c);
	}
}

static void
test_good_routes(void **state)
{
	struct ip_addr peer = addr("192.0.2.2");
	struct connection *c, *i;
	char err[300];

	(void)state;
	ours.a[ours.n++].addr = addr("10.1.0.1");
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"client\":\"10.1.0.0/16\","
				 "\"nexthop\":\"192.0.2.254\",\"srcip\":\"10.1.0.1\","
				 "\"updown\":\"/bin/true  a-b %x\"}", "\"right\":{\"host\":\"%any\","
				 "\"nexthop\":\"%direct\"}", OPTIONS, &c, err), 0);
	assert_true(ip_addr_eq(&c->route.nexthop, &(struct ip_addr){ IP_V4, { 192, 0, 2, 254 } }));
	assert_true(ip_addr_eq(&c->route.srcip, &ours.a[2].addr));
	i = connection_instance(c, NULL, &peer);
	connection_unref(c);
	assert_string_equal(i->route.updown, "/bin/true  a-b %x");	/* its own copy */
	connection_unref(i);
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"updown\":\"ipsec _updown\"}",
				 RIGHT, OPTIONS, &c, err), 0);
	assert_true(c->route.updown == NULL && !c->route.disabled);
	connection_unref(c);
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.1\",\"updown\":\"%disabled\"}",
				 RIGHT, OPTIONS, &c, err), 0);
	assert_true(c->route.updown == NULL && c->route.disabled);
	connection_unref(c);
}

static void
test_names(void **state)
{
	char long_name[65];
	const char *names[] = { "", long_name };
	struct connection *c = NULL;
	char err[300];

	(void)state;
	memset(long_name, 'n', 64);
	long_name[64] = '\0';
	for (size_t i = 0; i < 2; i++) {
		json_t *o = json_pack("{s:s,s:{s:s},s:{s:s},s:{s:s}}", "name", names[i], "left",
				      "host", "192.0.2.1", "right", "host", "192.0.2.2",
				      "options", "auth", "psk");

		assert_int_equal(connection_from_request(o, &ours, &c, err, sizeof(err)),
				 RC_BADWHACKMESSAGE);
		assert_non_null(strstr(err, "name"));
		json_decref(o);
	}
}

static void
test_good(void **state)
{
	struct connection *c;
	char err[300];

	(void)state;
	assert_int_equal(request("\"left\":{\"host\":\"192.0.2.2\",\"ikeport\":4500,\"id\":\"@east\","
				 "\"protoport\":\"17/1701\",\"dnskeyondemand\":true}",
				 "\"right\":{\"host\":\"192.0.2.1\",\"nexthop\":\"192.0.2.9\"}",
				 "\"options\":{\"auth\":\"pubkey\",\"pfs\":true,\"ikelifetime\":86400,"
				 "\"keyingtries\":0,\"dontrekey\":true}", &c, err), 0);
	assert_true(ip_addr_eq(&c->local.host.addr, &ours.a[0].addr));
	assert_int_equal(c->remote.host.port, 4500);
	assert_int_equal(c->remote.ts.ip_proto, 17);
	assert_int_equal(c->remote.ts.port_lo, 1701);
	assert_int_equal(c->remote.ts.port_hi, 1701);
	assert_int_equal(c->remote.auth, CONN_AUTH_PUBKEY);
	assert_int_equal(c->kind, CONN_PERMANENT);
	assert_true(c->mobike && c->pfs && c->keys_from_dns && !c->rekey && !c->oe);
	assert_int_equal(c->ike_lifetime_s, 86400);
	connection_unref(c);
	assert_int_equal(request("\"left\":{\"host\":\"2001:db8::1\"}", "\"right\":{\"host\":\"%any\"}",
				 OPTIONS, &c, err), 0);
	assert_int_equal(c->kind, CONN_TEMPLATE);
	assert_int_equal(c->remote.ts.port_hi, 65535);
	connection_unref(c);
	assert_int_equal(request(LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"client\":\"10.0.0.0/8\","
				 "\"protoport\":\"6/%any\"}", OPTIONS, &c, err), 0);
	assert_int_equal(c->local.auth, c->remote.auth);
	assert_true(c->remote.has_client);
	assert_int_equal(c->remote.ts.ip_proto, 6);
	assert_int_equal(c->remote.ts.port_lo, 0);
	connection_unref(c);
}

static void
test_auth(void **state)
{
	struct connection *c;
	char err[300], text[16];

	(void)state;
	assert_int_equal(request(LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"auth\":\"pubkey\"}",
				 "\"options\":{\"auth\":\"null\",\"mobike\":\"no\","
				 "\"nopmtudisc\":true}", &c, err), 0);
	assert_true(!c->mobike && c->clear_df);
	assert_int_equal(c->local.auth, CONN_AUTH_NULL);
	assert_int_equal(c->remote.auth, CONN_AUTH_PUBKEY);
	assert_string_equal(conn_auth_text(c, text), "null/pubkey");
	connection_unref(c);
	assert_int_equal(request(LEFT, "\"right\":{\"host\":\"192.0.2.2\"}",
				 "\"options\":{\"auth\":\"null\"}", &c, err), 0);
	assert_string_equal(conn_auth_text(c, text), "null");
	assert_int_equal(conn_end_id(&c->local, &ours.a[0].addr).type, ID_NULL);
	connection_unref(c);
	assert_int_not_equal(request(LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"auth\":\"maybe\"}",
				     "\"options\":{\"auth\":\"null\"}", &c, err), 0);
	assert_int_not_equal(request(LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"auth\":\"null\"}",
				     "\"options\":{}", &c, err), 0);
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
		cmocka_unit_test_setup_teardown(test_auth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_anonymous, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_most_specific_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_by_selectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shunts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_options, setup, teardown),
		cmocka_unit_test_setup_teardown(test_v1, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_good_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
