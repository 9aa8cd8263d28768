/* IKE_SA_INIT and IKE_AUTH: every way to authenticate, every algorithm, and
 * every way to be refused. */
#include "tests/exchange/pair.h"

#include <string.h>

static void
by_psk(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	assert_int_equal(pair_stats(p, A).half_open_now, 0);
	assert_int_equal(pair_stats(p, B).half_open_now, 0);
	pair_free(p);
}

static void
by_signature(void **state)
{
	static const enum pubkey_kind kinds[] = { PUBKEY_RSA, PUBKEY_P256, PUBKEY_P384,
		PUBKEY_ED25519 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct pair *p = pair_new();

		pair_use_keys(p, kinds[i]);
		pair_up(p);
		assert_string_equal(pair_last(p, A, IKE_EV_CHILD_UP)->key_source, "configured");
		pair_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_psk),
		cmocka_unit_test(by_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
