/* Records are judged, sorted, shuffled among equals, bounded and copied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oe/gateway.h"

static uint8_t key_bytes[32] = { 1, 2, 3 };
static const struct ip_addr peer = { .family = IP_V4, .bytes = { 192, 1, 2, 23 } };
static const struct ip_addr other = { .family = IP_V4, .bytes = { 192, 1, 2, 99 } };

static struct gateway
record(uint8_t prec, enum gateway_kind kind, const struct ip_addr *a, uint8_t alg)
{
	struct gateway g = {
		.precedence = prec,
		.kind = kind,
		.alg = alg,
		.key = { key_bytes, sizeof(key_bytes) },
	};
	if (a != NULL)
		g.addr = *a;
	return g;
}

static void
test_judged(void **state)
{
	struct gateway g[] = {
		record(30, GW_ITSELF, NULL, IPSECKEY_EDDSA),
		record(20, GW_ADDR4, &peer, IPSECKEY_RSA),
		record(10, GW_ADDR4, &other, IPSECKEY_RSA),
		record(9, GW_NAME, NULL, IPSECKEY_RSA),
		record(8, GW_ITSELF, NULL, 77),
		record(7, GW_ITSELF, NULL, IPSECKEY_DSA),
		record(6, GW_ITSELF, NULL, IPSECKEY_NOKEY),
	};
	struct gateway_list l;
	struct gateway *out;

	(void)state;
	gateway_judge(&l, g, 7, 1);
	assert_int_equal(l.n, 7);
	assert_int_equal(l.n_usable, 3);
	for (size_t i = 1; i < l.n; i++)
		assert_true(l.all[i - 1].gw->precedence < l.all[i].gw->precedence);
	assert_non_null(strstr(l.all[3].skipped, "not its address"));
	assert_null(l.all[4].skipped);
	assert_int_equal(gateway_copy_usable(&l, &peer, &out), 3);
	assert_int_equal(out[0].precedence, 10);
	assert_int_equal(gateway_run(out, 3, &peer), 1);
	assert_true(ip_addr_eq(gateway_addr(&out[0], &peer), &other));
	assert_int_equal(gateway_run(&out[1], 2, &peer), 2);
	assert_ptr_not_equal(out[0].key.ptr, key_bytes);
	assert_memory_equal(out[0].key.ptr, key_bytes, sizeof(key_bytes));
	gateways_free(out, 3);
}

/* All keys of a gateway are together, where its best one stands; and a record that
 * is no IPSECKEY comes after all that are. */
static void
test_grouped(void **state)
{
	struct gateway g[] = {
		record(1, GW_ADDR4, &other, IPSECKEY_RSA),
		record(10, GW_ADDR4, &other, IPSECKEY_RSA),
		record(20, GW_ITSELF, NULL, IPSECKEY_RSA),
		record(30, GW_ADDR4, &other, IPSECKEY_EDDSA),
	};
	static const unsigned want[] = { 10, 30, 1, 20 };
	struct gateway_list l;
	struct gateway *out;

	(void)state;
	g[0].record = GW_FROM_TXT;
	gateway_judge(&l, g, 4, 1);
	assert_int_equal(gateway_copy_usable(&l, &peer, &out), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(out[i].precedence, want[i]);
	assert_int_equal(gateway_run(out, 4, &peer), 3);
	assert_int_equal(gateway_run(NULL, 0, &peer), 0);
	gateways_free(out, 4);
}

static void
test_ties_are_shuffled(void **state)
{
	struct gateway g[] = {
		record(10, GW_ITSELF, NULL, IPSECKEY_RSA),
		record(10, GW_ITSELF, NULL, IPSECKEY_EDDSA),
	};
	struct gateway_list l;
	unsigned first = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		gateway_judge(&l, g, 2, seed);
		first += l.all[0].gw == &g[0];
	}
	assert_in_range(first, 50, 150);
}

static void
test_bounded(void **state)
{
	struct gateway g[GATEWAY_MAX + 10];
	struct gateway_list l;

	(void)state;
	for (unsigned i = 0; i < GATEWAY_MAX + 10; i++)
		g[i] = record((uint8_t)i, GW_ITSELF, NULL, IPSECKEY_RSA);
	gateway_judge(&l, g, GATEWAY_MAX + 10, 1);
	assert_int_equal(l.n, GATEWAY_MAX);
	gateway_judge(&l, NULL, 0, 1);
	assert_int_equal(l.n, 0);
}

static void
test_story(void **state)
{
	struct gateway g = record(10, GW_ITSELF, NULL, IPSECKEY_EDDSA);
	struct gateway_list l;
	char line[200];

	(void)state;
	strcpy(g.label, "ed25519 SHA256:5Qh1..yA");
	gateway_judge(&l, &g, 1, 1);
	gateway_story(&l.all[0], &peer, 0, "chosen", line, sizeof(line));
	assert_string_equal(line, "  #1 prec 10 gateway 192.1.2.23 ed25519 SHA256:5Qh1..yA -> chosen");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_grouped),
		cmocka_unit_test(test_ties_are_shuffled),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_story),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
