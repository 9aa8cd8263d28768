/* The recording plane keeps the promises of kernel.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pluto/kernel/planes.h"

static void
test_records(void **state)
{
	struct kernel_events ev = { 0 };
	struct kernel_sa sa = { .dir = SA_IN };
	struct sa_counters c;
	struct ip_addr other;
	struct kernel k;

	(void)state;
	assert_true(ip_addr_parse("192.0.2.9", &other));
	assert_true(endpoint_parse("192.0.2.2", 4500, &sa.remote));
	assert_true(nostack_open(NULL, &ev, &k));
	sa.spi = k.ops->alloc_spi(k.k, SA_ESP, &sa.local.addr, &sa.remote.addr);
	assert_true(sa.spi >= 256);
	assert_int_equal(k.ops->add_sa(k.k, &sa), 0);
	assert_int_equal(k.ops->add_sa(k.k, &sa), -17);
	sa.dir = SA_OUT;
	assert_int_equal(k.ops->add_sa(k.k, &sa), 0);
	assert_true(k.ops->counters(k.k, SA_IN, sa.spi, NULL, &c));
	assert_int_equal(c.packets, 0);
	assert_string_equal(k.ops->describe(k.k), "nostack: 2 SAs recorded");
	assert_int_equal(k.ops->del_sa(k.k, SA_OUT, sa.spi, &other), -2);
	assert_int_equal(k.ops->del_sa(k.k, SA_OUT, sa.spi, &sa.remote.addr),
			 0);
	assert_int_equal(k.ops->del_sa(k.k, SA_IN, sa.spi, NULL), 0);
	assert_false(k.ops->counters(k.k, SA_IN, sa.spi, NULL, &c));
	k.ops->free_spi(k.k, sa.spi);
	k.ops->drop_natt_sockets(k.k);
	k.ops->close(k.k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
