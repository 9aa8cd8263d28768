/* Sizes of ESP packets: the largest inner packet, exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pluto/esp/suite.h"
#include "pluto/wire/ike_const.h"

static const struct { uint16_t encr, bits, integ; } all[] = {
	{ ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 0, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 256, INTEG_NONE },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256 },
};
enum { N_ALL = sizeof(all) / sizeof(all[0]) };

static void
test_known_figure(void **state)
{
	struct esp_suite s;

	(void)state;
	assert_true(esp_suite_find(ENCR_AES_GCM_16, 128, INTEG_NONE, &s));
	assert_int_equal(esp_inner_mtu(&s, IP_V4, false, 1500), 1446);
	assert_int_equal(esp_inner_mtu(&s, IP_V4, true, 1500), 1438);
	assert_int_equal(esp_inner_mtu(&s, IP_V6, true, 1500), 1418);
	assert_int_equal(esp_inner_mtu(&s, IP_V4, true, 40), 0);
	assert_int_equal(esp_worst_inner_mtu(1500), 1390);
	assert_int_equal(s.icv_len, 16);
	assert_int_equal(s.iv_len, 8);
}

/* The inner MTU fits, one byte more does not; for every suite and outer MTU. */
static void
test_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct esp_suite s;

		assert_true(esp_suite_find(all[i].encr, all[i].bits,
					   all[i].integ, &s));
		for (size_t mtu = 576; mtu < 1600; mtu++) {
			size_t in = esp_inner_mtu(&s, IP_V4, true, mtu);

			assert_true(28 + esp_sealed_len(&s, in) <= mtu);
			assert_true(28 + esp_sealed_len(&s, in + 1) > mtu);
			assert_true(esp_sealed_len(&s, in) - in <=
				    ESP_MAX_EXPAND);
			assert_true(esp_worst_inner_mtu(mtu) <= in);
		}
	}
}

static void
test_refused(void **state)
{
	struct esp_suite s;

	(void)state;
	/* Encryption without integrity. */
	assert_false(esp_suite_find(ENCR_AES_CBC, 128, INTEG_NONE, &s));
	assert_false(esp_suite_find(ENCR_AES_GCM_16, 127, INTEG_NONE, &s));
	assert_false(esp_suite_find(999, 128, INTEG_NONE, &s));
	assert_false(esp_suite_find(ENCR_AES_CBC, 128, 999, &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_figure),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
