/* Connections: references, defaults, and instances for one peer. */
#include "pluto/connection.h"

#include <string.h>

#include "lib/test.h"

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_addr_parse(text, &a));
	return a;
}

static void
references(void **state)
{
	struct connection *c = connection_new("west");

	(void)state;
	assert_string_equal(c->name, "west");
	assert_true(c->ike.n > 0 && c->esp.n > 0 && c->rekey && c->pfs);
	assert_ptr_equal(connection_ref(c), c);
	assert_int_equal(c->refs, 2);
	connection_unref(c);
	connection_unref(c);
	connection_unref(NULL);
	assert_null(connection_ref(NULL));
}

static void
long_name(void **state)
{
	char name[200];
	struct connection *c;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	c = connection_new(name);
	assert_int_equal(strlen(c->name), sizeof(c->name) - 1);
	connection_unref(c);
}

static void
instances(void **state)
{
	struct connection *t = connection_new("any"), *c;
	struct ip_addr us = addr("192.0.2.1"), peer = addr("2001:db8::9");
	struct ip_prefix net;

	(void)state;
	t->kind = CONN_TEMPLATE;
	t->remote.ts = ts_host(&t->remote.host.addr);
	assert_true(ip_prefix_parse("10.1.0.0/16", &net));
	t->local.ts = ts_prefix(&net);
	t->local.has_client = true;
	c = connection_instance(t, &us, &peer);
	assert_true(c->serial != t->serial && c->from == t->serial);
	assert_int_equal(c->kind, CONN_INSTANCE);
	assert_int_equal(c->refs, 1);
	assert_true(ip_addr_eq(&c->remote.host.addr, &peer));
	assert_true(ts_has_addr(&c->remote.ts, &peer) && c->remote.ts.port_hi == 65535);
	assert_true(ts_eq(&c->local.ts, &t->local.ts));
	connection_unref(t);
	connection_unref(c);
}

/* A template for one protocol and port stays one when the peer is known. */
static void
instance_keeps_ports(void **state)
{
	struct connection *t = connection_new("l2tp"), *c;
	struct ip_addr us = addr("192.0.2.1"), peer = addr("192.0.2.9");

	(void)state;
	t->remote.ts = ts_host(&t->remote.host.addr);
	t->remote.ts.ip_proto = 17;
	t->remote.ts.port_lo = t->remote.ts.port_hi = 1701;
	c = connection_instance(t, &us, &peer);
	assert_int_equal(c->remote.ts.ip_proto, 17);
	assert_int_equal(c->remote.ts.port_lo, 1701);
	assert_true(ip_addr_eq(&c->remote.ts.addr_hi, &peer));
	connection_unref(t);
	connection_unref(c);
}

static void
instance_has_its_own_keys(void **state)
{
	struct connection *t = connection_new("keys"), *c;
	struct ip_addr us = addr("192.0.2.1"), peer = addr("192.0.2.9");
	EVP_PKEY *k = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	(void)state;
	assert_true(pubkey_from_evp(k, &t->keys[0]));
	t->n_keys = 1;
	c = connection_instance(t, &us, &peer);
	connection_unref(t);
	assert_int_equal(c->n_keys, 1);
	assert_int_equal(c->keys[0].kind, PUBKEY_ED25519);
	connection_unref(c);
	EVP_PKEY_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references), cmocka_unit_test(long_name),
		cmocka_unit_test(instances), cmocka_unit_test(instance_keeps_ports),
		cmocka_unit_test(instance_has_its_own_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
