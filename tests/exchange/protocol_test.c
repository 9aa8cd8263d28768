/* AH (RFC 7296 3.3.2), IPCOMP_SUPPORTED (2.22), and the ciphers that only a name
 * offers: made, replaced by either end, deleted. */
#include "tests/exchange/pair.h"

static void
words(struct pair *p, uint8_t protocol, const char *text)
{
	char err[200];

	for (int i = 0; i < 2; i++)
		if (!proposal_parse(text, protocol, &p->side[i].conn->esp, err, sizeof(err)))
			fail_msg("%s", err);
}

static const struct kernel_sa *
sa_of(struct pair *p, int who)
{
	return &fake_kernel_current(&p->side[who].kernel)->sa;
}

static void
each_of_them(void **state)
{
	static const struct { uint8_t protocol; const char *words; unsigned encr, integ; } rows[] = {
		{ PROTO_AH, "sha2_256", 0, 32 },
		{ PROTO_AH, "sha1,sha2_512", 0, 20 },
		{ PROTO_AH, "md5-noesn", 0, 16 },
		{ PROTO_ESP, "3des-sha1", 24, 20 },
		{ PROTO_ESP, "null-sha2_256", 0, 32 },
		{ PROTO_ESP, "aes_ctr128-sha1", 20, 20 },
		{ PROTO_ESP, "aes_ccm256", 35, 0 },
	};

	(void)state;
	for (size_t i = 0; i < 4 * sizeof(rows) / sizeof(*rows); i++) {
		struct pair *p = pair_new();

		words(p, rows[i / 4].protocol, rows[i / 4].words);
		for (int w = A; w <= B; w++) {
			p->side[w].conn->compress = i % 2 == 1;
			p->side[w].conn->mode = i % 4 > 1 ? MODE_TRANSPORT : MODE_TUNNEL;
		}
		pair_up(p);
		for (int by = A; by <= B; by++) {
			assert_int_equal(sa_of(p, A)->protocol,
					 rows[i / 4].protocol == PROTO_AH ? SA_AH : SA_ESP);
			assert_int_equal(sa_of(p, A)->cpi != 0, i % 2);
			assert_int_equal(sa_of(p, A)->encr_key.len, rows[i / 4].encr);
			assert_int_equal(sa_of(p, A)->integ_key.len, rows[i / 4].integ);
			ike_rekey(p->side[by].e, pair_child(p, by)->serial);
			pair_advance(p, 3000);
			pair_assert_one(p);
		}
		pair_free(p);
	}
}

static void
one_does_not_compress(void **state)
{
	(void)state;
	for (int who = 0; who < 3; who++) {
		struct pair *p = pair_new();

		p->side[A].conn->compress = who != A;
		p->side[B].conn->compress = who != B;
		p->side[B].kernel.no_cpi = who == 2;
		pair_up(p);
		assert_int_equal(sa_of(p, A)->cpi, 0);
		assert_int_equal(sa_of(p, B)->cpi, 0);
		pair_free(p);
	}
}

static void
esp_is_not_ah(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	words(p, PROTO_AH, "sha2_256");
	p->side[B].conn->esp = *proposal_default_esp();
	pair_initiate(p, A, 17, 2000);
	pair_advance(p, 3000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	pair_free(p);
}

static void
ah_and_a_nat(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	words(p, PROTO_AH, "sha2_256");
	p->net.nat_inside = p->side[A].at;
	assert_true(endpoint_parse("192.1.2.99", 1000, &p->net.nat_outside));
	pair_initiate(p, A, 17, 2000);
	pair_advance(p, 3000);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_them),
		cmocka_unit_test(one_does_not_compress),
		cmocka_unit_test(esp_is_not_ah),
		cmocka_unit_test(ah_and_a_nat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
