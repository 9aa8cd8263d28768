/* CPIs: each once, all of the negotiated range, and back again. */
#include "lib/test.h"

#include "pluto/kernel/cpi_pool.h"

static struct cpi_pool pool;

static void
each_once(void **state)
{
	static uint8_t seen[65536];

	(void)state;
	for (unsigned i = CPI_FIRST; i <= CPI_LAST; i++) {
		uint16_t cpi = cpi_pool_take(&pool);

		assert_in_range(cpi, CPI_FIRST, CPI_LAST);
		assert_int_equal(seen[cpi]++, 0);
	}
	assert_int_equal(cpi_pool_take(&pool), 0);
	cpi_pool_release(&pool, 0x1234);
	cpi_pool_release(&pool, 0);
	cpi_pool_release(&pool, 0xffff);
	assert_int_equal(cpi_pool_take(&pool), 0x1234);
	assert_int_equal(cpi_pool_take(&pool), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
