/* Inbound SPIs are unique and never reserved ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pluto/kernel/spi_pool.h"

static void
test_take(void **state)
{
	enum { N = 20000 };
	static uint32_t spi[N];
	struct spi_pool *p = spi_pool_new();

	(void)state;
	for (int i = 0; i < N; i++) {
		spi[i] = spi_pool_take(p);
		assert_in_range(spi[i], SPI_FIRST, SPI_LAST);
		/* A second one of that value would not be counted. */
		assert_int_equal(spi_pool_count(p), i + 1);
	}
	for (int i = 0; i < N; i++)
		spi_pool_release(p, spi[i]);
	assert_int_equal(spi_pool_count(p), 0);
	spi_pool_free(p);
}

static void
test_claim(void **state)
{
	struct spi_pool *p = spi_pool_new();

	(void)state;
	assert_true(spi_pool_claim(p, 1000));
	assert_true(spi_pool_claim(p, 1000));
	assert_int_equal(spi_pool_count(p), 1);
	spi_pool_release(p, 1000);
	spi_pool_release(p, 1000);
	assert_int_equal(spi_pool_count(p), 0);
	spi_pool_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
