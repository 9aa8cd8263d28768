/* Checks which answers are remembered, and how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/rr_ipseckey.h"
#include "pluto/adns_recent.h"

static struct adns_recent r;
static unsigned n;
static uint32_t last_left_s;
static struct adns_known last;

static void
count(void *ctx, const struct adns_known *k, uint32_t left_s)
{
	(void)ctx;
	n++;
	last = *k;
	last_left_s = left_s;
}

static unsigned
known(uint64_t now_ms)
{
	n = 0;
	adns_recent_each(&r, now_ms, count, NULL);
	return n;
}

static void
add(const char *name, enum adns_status status, uint32_t ttl_s, uint64_t now_ms)
{
	struct adns_query q = { .rrtype = RRTYPE_IPSECKEY };
	struct adns_answer a = { .status = status, .security = ADNS_SECURE, .ttl_s = ttl_s };

	snprintf(q.qname.text, sizeof(q.qname.text), "%s", name);
	adns_recent_add(&r, &q, &a, now_ms);
}

static void
remembers(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	add("a.lab.", ADNS_ANSWERED, 10, 1000);
	assert_int_equal(known(1000), 1);
	assert_int_equal(last_left_s, 10);
	add("a.lab.", ADNS_NXDOMAIN, 5, 2000);
	assert_int_equal(known(6999), 1);
	assert_int_equal(last.status, ADNS_NXDOMAIN);
	assert_int_equal(known(7000), 0);
}

static void
does_not_remember(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	add("a.lab.", ADNS_ANSWERED, 0, 1000);
	add("b.lab.", ADNS_FAILED, 10, 1000);
	add("c.lab.", ADNS_BUSY, 10, 1000);
	assert_int_equal(known(1000), 0);
}

static void
has_a_bound(void **state)
{
	char name[32];

	(void)state;
	memset(&r, 0, sizeof(r));
	for (unsigned i = 0; i < 3 * ADNS_RECENT; i++) {
		snprintf(name, sizeof(name), "%u.lab.", i);
		add(name, ADNS_NODATA, 10, 1000);
	}
	assert_int_equal(known(1000), ADNS_RECENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers),
		cmocka_unit_test(does_not_remember),
		cmocka_unit_test(has_a_bound),
	};

	return cmocka_run_group_tests_name("adns_recent", tests, NULL, NULL);
}
