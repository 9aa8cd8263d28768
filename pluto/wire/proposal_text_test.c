/* --ike and --esp: both spellings, what is left out, and what is refused. */
#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "pluto/wire/proposal.h"

static struct proposal_list list;
static char err[200];

static bool
parse(const char *text, uint8_t protocol)
{
	err[0] = '\0';
	return proposal_parse(text, protocol, &list, err, sizeof(err));
}

/* The transforms of a type in proposal N, as "12/256 20/128 ". */
static const char *
of_type(unsigned n, uint8_t type)
{
	static char out[200];
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < list.p[n].n; i++) {
		const struct transform *t = &list.p[n].t[i];

		if (t->type == type)
			len += (size_t)snprintf(out + len, sizeof(out) - len,
			    t->key_bits ? "%u/%u " : "%u ", t->id, t->key_bits);
	}
	return out;
}

static void
both_spellings(void **state)
{
	(void)state;
	assert_true(parse("aes_gcm256-sha2_512-x25519,aes256-sha2_256-modp2048",
	    PROTO_IKE));
	assert_int_equal(list.n, 2);
	assert_string_equal(of_type(0, T_ENCR), "20/256 ");
	assert_string_equal(of_type(0, T_PRF), "7 ");
	assert_string_equal(of_type(0, T_INTEG), "");
	assert_string_equal(of_type(0, T_KE), "31 ");
	assert_string_equal(of_type(1, T_ENCR), "12/256 ");
	assert_string_equal(of_type(1, T_PRF), "5 ");
	assert_string_equal(of_type(1, T_INTEG), "12 ");
	assert_string_equal(of_type(1, T_KE), "14 ");
	assert_true(parse("aes128-sha1;modp2048", PROTO_IKE));
	assert_string_equal(of_type(0, T_ENCR), "12/128 ");
	assert_string_equal(of_type(0, T_INTEG), "2 ");
	assert_string_equal(of_type(0, T_PRF), "2 ");
	assert_true(parse("AES256GCM16-PRFSHA384-ECP384!", PROTO_IKE));
	assert_string_equal(of_type(0, T_ENCR), "20/256 ");
	assert_string_equal(of_type(0, T_PRF), "6 ");
	assert_string_equal(of_type(0, T_KE), "20 ");
	assert_true(parse("aes256-sha512-prfsha256-dh19", PROTO_IKE));
	assert_string_equal(of_type(0, T_INTEG), "14 ");
	assert_string_equal(of_type(0, T_PRF), "5 ");
	assert_true(parse("aes-sha2+sha1-modp2048+x25519", PROTO_IKE));
	assert_string_equal(of_type(0, T_ENCR), "12/256 12/128 ");
	assert_string_equal(of_type(0, T_INTEG), "12 2 ");
	assert_string_equal(of_type(0, T_KE), "14 31 ");
}

static void
left_out(void **state)
{
	(void)state;
	assert_true(parse("chacha20_poly1305", PROTO_IKE));
	assert_string_equal(of_type(0, T_ENCR), "28 ");
	assert_string_equal(of_type(0, T_PRF), "5 7 6 ");
	assert_string_equal(of_type(0, T_KE), "31 19 20 15 16 14 ");
	assert_true(parse("aes256", PROTO_ESP));
	assert_string_equal(of_type(0, T_INTEG), "14 12 ");
	assert_string_equal(of_type(0, T_PRF), "");
	assert_string_equal(of_type(0, T_ESN), "1 0 ");
	assert_string_equal(of_type(0, T_KE), "31 19 20 15 16 14 0 ");
	assert_true(parse("aes_gcm128-null-noesn-modp3072", PROTO_ESP));
	assert_string_equal(of_type(0, T_INTEG), "");
	assert_string_equal(of_type(0, T_ESN), "0 ");
	assert_string_equal(of_type(0, T_KE), "15 ");
	assert_true(parse("aes128-aes128-sha1-sha1", PROTO_ESP));
	assert_string_equal(of_type(0, T_ENCR), "12/128 ");
	assert_string_equal(of_type(0, T_INTEG), "2 ");
}

/* RFC 8221 5, 6: SHOULD NOT, and never unless they are named. */
static void
only_when_named(void **state)
{
	(void)state;
	assert_true(parse("3des-md5", PROTO_ESP));
	assert_string_equal(of_type(0, T_ENCR), "3 ");
	assert_string_equal(of_type(0, T_INTEG), "1 ");
	assert_true(parse("null-sha1,aes_ctr-sha2_256", PROTO_ESP));
	assert_string_equal(of_type(0, T_ENCR), "11 ");
	assert_string_equal(of_type(0, T_INTEG), "2 ");
	assert_string_equal(of_type(1, T_ENCR), "13/256 13/128 ");
	assert_true(parse("null", PROTO_ESP));
	assert_string_equal(of_type(0, T_ENCR), "11 ");
	assert_string_equal(of_type(0, T_INTEG), "14 12 ");
	assert_true(parse("aes_ccm256-null", PROTO_ESP));
	assert_string_equal(of_type(0, T_ENCR), "16/256 ");
	assert_string_equal(of_type(0, T_INTEG), "");
	/* Whatever the order they are named in, they are offered last. */
	assert_true(parse("3des-md5-modp1024,aes256-md5+sha2_256-dh5+dh21+dh2+dh18,aes128-sha1-modp6144",
	    PROTO_IKE));
	assert_string_equal(of_type(0, T_ENCR), "12/128 ");
	assert_string_equal(of_type(0, T_KE), "17 ");
	assert_string_equal(of_type(1, T_ENCR), "3 ");
	assert_string_equal(of_type(1, T_PRF), "1 ");
	assert_string_equal(of_type(1, T_KE), "2 ");
	assert_string_equal(of_type(2, T_PRF), "5 1 ");
	assert_string_equal(of_type(2, T_KE), "21 18 5 2 ");
	assert_true(proposal_is_weak(&list));
	assert_false(proposal_is_weak(proposal_default_ike()));
	assert_false(proposal_is_weak(proposal_default_esp()));
	for (unsigned i = 0; i < proposal_default_esp()->n; i++) {
		list = *proposal_default_esp();
		assert_null(strstr(of_type(i, T_ENCR), "11 "));
		assert_null(strstr(of_type(i, T_ENCR), "3 "));
	}
}

static void
of_ah(void **state)
{
	(void)state;
	assert_true(parse("sha2_256-modp2048,md5", PROTO_AH));
	assert_int_equal(list.p[0].protocol, PROTO_AH);
	assert_string_equal(of_type(0, T_ENCR), "");
	assert_string_equal(of_type(0, T_INTEG), "12 ");
	assert_string_equal(of_type(0, T_KE), "14 ");
	assert_string_equal(of_type(0, T_ESN), "1 0 ");
	assert_string_equal(of_type(1, T_INTEG), "1 ");
	assert_string_equal(of_type(1, T_KE), "31 19 20 15 16 14 0 ");
	assert_int_equal(proposal_group("modp3072"), KE_MODP3072);
	assert_int_equal(proposal_group("modp768"), KE_NONE);
	assert_int_equal(proposal_group("aes"), KE_NONE);
	assert_true(proposal_set_group(&list.p[1], KE_MODP3072));
	assert_string_equal(of_type(1, T_KE), "15 ");
}

static void
refused(void **state)
{
	static const struct { const char *text; uint8_t protocol; } rows[] = {
		{ "", PROTO_IKE }, { ",", PROTO_IKE }, { "aes256,", PROTO_IKE },
		{ "aes256-", PROTO_IKE }, { "!", PROTO_ESP }, { "sha2", PROTO_IKE },
		{ "aes512", PROTO_IKE }, { "x25519", PROTO_IKE },
		{ "aes256+aes_gcm256", PROTO_IKE }, { "aes256-esn", PROTO_IKE },
		{ "aes_gcm256-sha1", PROTO_ESP }, { "aes256-prfsha256", PROTO_ESP },
		{ "des-md5", PROTO_IKE }, { "aes128-sha1-modp768", PROTO_IKE },
		{ "null-sha1", PROTO_IKE }, { "aes_ccm256", PROTO_IKE },
		{ "aes_ctr128-sha1", PROTO_IKE }, { "aes128-dh22", PROTO_IKE },
		{ "des-md5", PROTO_ESP }, { "aes_ccm-sha1", PROTO_ESP },
		{ "aes128-sha1", PROTO_AH }, { "esn", PROTO_AH },
		{ "prfsha256", PROTO_AH }, { "null", PROTO_AH }, { "null", PROTO_IKE },
		{ "aes,aes,aes,aes,aes,aes,aes,aes,aes", PROTO_ESP },
	};
	char longest[600];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proposal_list before;

		memset(&list, 0x5a, sizeof(list));
		memcpy(&before, &list, sizeof(list));
		assert_false(parse(rows[i].text, rows[i].protocol));
		assert_true(err[0] != '\0');
		assert_memory_equal(&before, &list, sizeof(list));
	}
	assert_false(parse("des", PROTO_IKE));
	assert_string_equal(err, "des: too weak to be offered");
	/* Too many words, each of them good. */
	for (size_t i = 0; i < 590; i += 7)
		strcpy(longest + i, "aes128-");
	longest[587] = '\0';
	assert_false(parse(longest, PROTO_ESP));
	assert_true(parse("aes,aes,aes,aes,aes,aes,aes,aes", PROTO_ESP));
	assert_int_equal(list.n, PROPOSAL_MAX);
}

static void
choices(void **state)
{
	static const struct {
		struct chosen c;
		const char *text;
	} rows[] = {
		{ { .encr = 20, .encr_bits = 256, .prf = 7, .ke = 31 },
		  "aes_gcm256-sha2_512-x25519" },
		{ { .encr = 12, .encr_bits = 256, .prf = 5, .integ = 12, .ke = 14 },
		  "aes256-sha2_256-modp2048" },
		{ { .encr = 12, .encr_bits = 128, .prf = 7, .integ = 12, .ke = 19 },
		  "aes128-sha2_256-prf_sha2_512-ecp256" },
		{ { .encr = 3, .integ = 1 }, "3des-md5" },
		{ { .encr = 11, .integ = 2 }, "null-sha1" },
		{ { .encr = 16, .encr_bits = 128 }, "aes_ccm128" },
		{ { .encr = 13, .encr_bits = 256, .integ = 12 }, "aes_ctr256-sha2_256" },
		{ { .encr = 28 }, "chacha20_poly1305" },
		{ { .encr = 12, .encr_bits = 128, .integ = 2 }, "aes128-sha1" },
		{ { .encr = 999, .prf = 999, .ke = 999 }, "?-?-?" },
	};
	char out[100];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_string_equal(chosen_text(&rows[i].c, out, sizeof(out)),
		    rows[i].text);
		/* What we print, we read. */
		if (rows[i].c.encr != 999)
			assert_true(parse(out, rows[i].c.prf ? PROTO_IKE
							     : PROTO_ESP));
		chosen_text(&rows[i].c, out, 5);
		assert_true(strlen(out) < 5);
	}
	assert_string_equal(chosen_text(&(struct chosen){ .protocol = PROTO_AH, .integ = 12 }, out,
	    sizeof(out)), "ah-sha2_256");
	assert_string_equal(chosen_text(&(struct chosen){ .encr = 12, .encr_bits = 128, .integ = 2,
	    .cpi = 1 }, out, sizeof(out)), "aes128-sha1 deflate");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_spellings),
		cmocka_unit_test(left_out),
		cmocka_unit_test(only_when_named),
		cmocka_unit_test(of_ah),
		cmocka_unit_test(refused),
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
