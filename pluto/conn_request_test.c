/* Tests of connections as whack describes them, with every kind of bad field. */
#include "pluto/conn_request_test.h"

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

/* A client that the peer chooses. */
static void
test_virtual(void **state)
{
#define ANY(client) "\"right\":{\"host\":\"%any\",\"client\":\"" client "\"}"
	struct connection *c;
	char err[300];

	(void)state;
	assert_int_equal(request(LEFT, "\"right\":{\"host\":\"%any\",\"client\":\"vhost:%no,%priv,"
				 "%v4:10.0.0.0/8\",\"protoport\":\"17/1701\"}", OPTIONS, &c, err), 0);
	assert_int_equal(c->remote.virtual_.kind, VIRTUAL_HOST);
	assert_true(c->remote.has_client && c->remote.virtual_.own && c->remote.virtual_.private_);
	assert_int_equal(c->remote.virtual_.n, 1);
	assert_int_equal(c->remote.ts.addr_lo.family, IP_NONE);
	assert_int_equal(c->remote.ts.port_lo, 1701);
	assert_int_equal(c->kind, CONN_TEMPLATE);
	connection_unref(c);
	refuse(RC_BADWHACKMESSAGE, LEFT, "\"right\":{\"host\":\"192.0.2.2\",\"client\":\"vnet:%all\"}",
	       OPTIONS, "for --host %any alone");
	refuse(RC_BADWHACKMESSAGE, LEFT, "\"right\":{\"host\":\"%opportunistic\",\"client\":"
	       "\"vhost:%all\"}", OPTIONS, "for --host %any alone");
	refuse(RC_BADWHACKMESSAGE, LEFT, ANY("vhost:%dhcp"), OPTIONS, "not a list of %no, %priv");
	refuse(RC_BADWHACKMESSAGE, LEFT, ANY("vnet:"), OPTIONS, "allows nothing");
	refuse(RC_BADWHACKMESSAGE, LEFT, ANY("vlan:%all"), OPTIONS, "ADDRESS/LENGTH, vhost:");
	refuse(RC_BADWHACKMESSAGE, LEFT, ANY("vhost:%all"), "\"options\":{\"auth\":\"psk\","
	       "\"transport\":true}", "transport mode has no --client");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_shunts),
		cmocka_unit_test(test_bad_ends),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_v1),
		cmocka_unit_test(test_bad_routes),
		cmocka_unit_test(test_good_routes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_good),
	};

	return cmocka_run_group_tests(tests, setup_ours, NULL);
}
