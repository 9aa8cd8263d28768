/* prf, prf+ and IKEv2 keys against published and recomputed figures. */
#include "pluto/crypto/vectors.h"

#include <errno.h>

#include "pluto/crypto/prf.h"

static const struct {
	int tc;
	uint16_t prf;
	const char *key, *msg, *tag;
} hmacs[] = {
#include "tests/vectors/hmac.inc"
};

struct kdf_case {
	uint16_t prf;
	const char *ni, *nr, *gir, *gir_new, *spi_i, *spi_r;
	const char *skeyseed, *dkm, *child, *child_dh, *rekey;
};
static const struct kdf_case kdfs[] = {
#include "tests/vectors/ikev2_kdf.inc"
};

static void
hmac_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(hmacs); i++) {
		struct chunk key = unhex(hmacs[i].key);
		struct chunk msg = unhex(hmacs[i].msg);
		struct span part = chunk_span(msg);
		uint8_t out[64];

		assert_int_equal(prf_parts(hmacs[i].prf, chunk_span(key), &part,
		    1, out), 0);
		same_hex(span_of(out, prf_len(hmacs[i].prf)), hmacs[i].tag,
		    "hmac");
		chunk_free(&key);
		chunk_free(&msg);
	}
}

/* Two chunks as one, owned by the caller. */
static struct chunk
joined(const char *a, const char *b)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s", a, b);
	return unhex(text);
}

static void
check_plus(uint16_t prf, struct span key, struct chunk seed, const char *want,
	   const char *what)
{
	struct secret got;

	assert_int_equal(prf_plus(prf, key, chunk_span(seed), &got,
	    strlen(want) / 2), 0);
	same_hex(secret_span(&got), want, what);
	secret_free(&got);
	chunk_free(&seed);
}

static struct chunk
seed_of(const struct kdf_case *c)
{
	char nonces[2048], spis[64];

	snprintf(nonces, sizeof(nonces), "%s%s", c->ni, c->nr);
	snprintf(spis, sizeof(spis), "%s%s", c->spi_i, c->spi_r);
	return joined(nonces, spis);
}

static struct chunk
child_seed_of(const struct kdf_case *c)
{
	char head[2048];

	snprintf(head, sizeof(head), "%s%s", c->gir_new, c->ni);
	return joined(head, c->nr);
}

/* SKEYSEED, prf+ and KEYMAT step by step. */
static void
kdf_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(kdfs); i++) {
		const struct kdf_case *c = &kdfs[i];
		struct chunk nonces = joined(c->ni, c->nr);
		struct chunk gir = unhex(c->gir), dkm = unhex(c->dkm);
		struct span part = chunk_span(gir);
		struct span sk_d = span_of(dkm.ptr, prf_len(c->prf));
		uint8_t seedkey[64];

		assert_int_equal(prf_parts(c->prf, chunk_span(nonces), &part, 1,
		    seedkey), 0);
		same_hex(span_of(seedkey, prf_len(c->prf)), c->skeyseed,
		    "SKEYSEED");
		check_plus(c->prf, span_of(seedkey, prf_len(c->prf)),
		    seed_of(c), c->dkm, "SK keys");
		check_plus(c->prf, sk_d, joined(c->ni, c->nr), c->child,
		    "KEYMAT");
		check_plus(c->prf, sk_d, child_seed_of(c), c->child_dh,
		    "KEYMAT with g^ir");
		chunk_free(&nonces);
		chunk_free(&gir);
		chunk_free(&dkm);
	}
}

struct inputs {
	struct chunk ni, nr, gir, gir_new, dkm;
};

static struct inputs
inputs_of(const struct kdf_case *c)
{
	return (struct inputs){ unhex(c->ni), unhex(c->nr), unhex(c->gir),
		unhex(c->gir_new), unhex(c->dkm) };
}

static void
inputs_free(struct inputs *in)
{
	chunk_free(&in->ni);
	chunk_free(&in->nr);
	chunk_free(&in->gir);
	chunk_free(&in->gir_new);
	chunk_free(&in->dkm);
}

static struct ike_keymat_in
keymat_in(const struct kdf_case *c, const struct inputs *v)
{
	struct ike_keymat_in in = {
		.prf = c->prf, .encr = 12, .encr_bits = 128, .integ = 2,
		.ni = chunk_span(v->ni), .nr = chunk_span(v->nr),
		.shared = chunk_span(v->gir),
	};

	span_unhex(c->spi_i, in.spi_i, 8);
	span_unhex(c->spi_r, in.spi_r, 8);
	return in;
}

/* The keys stand in the order SK_d, ai, ar, ei, er, pi, pr; ALL may be a
 * shorter stretch of prf+ than we took, but holds SK_d to SK_er. */
static void
same_pieces(const struct ike_keymat *k, struct span all)
{
	const struct secret *pieces[] = { &k->sk_d, &k->sk_ai, &k->sk_ar,
		&k->sk_ei, &k->sk_er, &k->sk_pi, &k->sk_pr };
	size_t at = 0;

	for (size_t i = 0; i < N_ROWS(pieces); i++) {
		struct span p = secret_span(pieces[i]);

		if (i > 4 && at + p.len > all.len)
			break;
		assert_true(at + p.len <= all.len);
		assert_true(span_eq(p, span_of(all.ptr + at, p.len)));
		at += p.len;
	}
}

static void
ike_keys_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(kdfs); i++) {
		struct inputs v = inputs_of(&kdfs[i]);
		struct ike_keymat_in in = keymat_in(&kdfs[i], &v);
		struct ike_keymat k;

		assert_int_equal(ike_keymat_derive(&in, &k), 0);
		assert_int_equal(k.sk_d.bytes.len, prf_len(in.prf));
		assert_int_equal(k.sk_ai.bytes.len, 20);
		assert_int_equal(k.sk_er.bytes.len, 16);
		same_pieces(&k, chunk_span(v.dkm));
		ike_keymat_free(&k);
		inputs_free(&v);
	}
}

/* RFC 7296 2.18: a rekeyed SA's SKEYSEED comes from the old SK_d. */
static void
rekeyed_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(kdfs); i++) {
		struct inputs v = inputs_of(&kdfs[i]);
		struct ike_keymat_in in = keymat_in(&kdfs[i], &v);
		struct chunk seedkey = unhex(kdfs[i].rekey);
		struct chunk seed = seed_of(&kdfs[i]);
		struct ike_keymat k;
		struct secret all;

		in.shared = chunk_span(v.gir_new);
		in.old_sk_d = span_of(v.dkm.ptr, prf_len(in.prf));
		in.old_prf = in.prf;
		assert_int_equal(ike_keymat_derive(&in, &k), 0);
		assert_int_equal(prf_plus(in.prf, chunk_span(seedkey),
		    chunk_span(seed), &all, 3 * prf_len(in.prf) + 72), 0);
		same_pieces(&k, secret_span(&all));
		secret_free(&all);
		ike_keymat_free(&k);
		chunk_free(&seed);
		chunk_free(&seedkey);
		inputs_free(&v);
	}
}

static void
fill(uint8_t *p, size_t len, uint8_t from)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(from + i);
}

/* Figures for fixed nonces, with AES-CBC-128 and HMAC-SHA2-256-128. */
static void
fixed_example(void **state)
{
	uint8_t ni[32], nr[32], gir[32];
	struct ike_keymat_in in = { .prf = 5, .encr = 12, .encr_bits = 128,
		.integ = 12, .ni = SPAN_OF(ni), .nr = SPAN_OF(nr),
		.shared = SPAN_OF(gir) };
	struct ike_keymat k;
	struct child_keymat c;

	(void)state;
	fill(ni, 32, 0);
	fill(nr, 32, 32);
	memset(gir, 0x55, 32);
	span_unhex("1122334455667788", in.spi_i, 8);
	span_unhex("99aabbccddeeff00", in.spi_r, 8);
	assert_int_equal(ike_keymat_derive(&in, &k), 0);
	same_hex(secret_span(&k.sk_d), "a3486716e6e71c23cde6c77caf1a1cdf"
	    "65f8463debd616307b6a988485be732f", "SK_d");
	same_hex(secret_span(&k.sk_ar), "1258aa5041b1d9ec1fbbf1af9cd718d4"
	    "604cc2577acfc51709feb9cc96c9d834", "SK_ar");
	same_hex(secret_span(&k.sk_er), "3d8e0cc402b25804f073333384bad453",
	    "SK_er");
	same_hex(secret_span(&k.sk_pr), "911b930d3b738996ba4d2aba72e7dd93"
	    "592c1a93f5a4129ad275bad266db9f2c", "SK_pr");
	assert_int_equal(child_keymat_derive(&(struct child_keymat_in){
	    .prf = 5, .encr = 12, .encr_bits = 128, .integ = 12,
	    .sk_d = secret_span(&k.sk_d), .ni = in.ni, .nr = in.nr }, &c), 0);
	same_hex(secret_span(&c.encr_i), "38f5af099a7b65c0930c417793a2b507",
	    "encr_i");
	same_hex(secret_span(&c.integ_i), "e6074c0a647ca97b163ba43ba7142fef"
	    "9179ff4639484234c3823d8b5dbae341", "integ_i");
	same_hex(secret_span(&c.encr_r), "2fb0f3d895dc96f7523819ebf36cb13f",
	    "encr_r");
	same_hex(secret_span(&c.integ_r), "1579475dd4d06d79c7db2258418458c3"
	    "b32ca1626e4bbd9d9e80f0b512ebd392", "integ_r");
	child_keymat_free(&c);
	ike_keymat_free(&k);
}

/* AEAD keys carry their salt and need no integrity key. */
static void
aead_sizes(void **state)
{
	uint8_t n[32] = { 1 };
	struct ike_keymat_in in = { .prf = 7, .encr = 20, .encr_bits = 256,
		.ni = SPAN_OF(n), .nr = SPAN_OF(n), .shared = SPAN_OF(n) };
	struct ike_keymat k;

	(void)state;
	assert_int_equal(ike_keymat_derive(&in, &k), 0);
	assert_int_equal(k.sk_ei.bytes.len, 36);
	assert_int_equal(k.sk_ai.bytes.len, 0);
	ike_keymat_free(&k);
	in.integ = 12;		/* both: not a proposal we could have chosen */
	assert_int_equal(ike_keymat_derive(&in, &k), -EINVAL);
	in.integ = 0;
	in.encr = 12;		/* CBC without integrity */
	assert_int_equal(ike_keymat_derive(&in, &k), -EINVAL);
	in.encr = 20;
	in.shared = span_of(NULL, 0);
	assert_int_equal(ike_keymat_derive(&in, &k), -EINVAL);
	assert_null(k.sk_d.bytes.ptr);
}

static void
limits(void **state)
{
	uint8_t key[20] = { 0 }, big[600] = { 0 };
	struct secret s;
	struct child_keymat c;

	(void)state;
	assert_int_equal(prf_len(4), 0);
	assert_int_equal(prf_parts(4, SPAN_OF(key), NULL, 0, big), -EINVAL);
	assert_int_equal(prf_parts(5, span_of(NULL, 0), NULL, 0, big), 0);
	assert_int_equal(prf_plus(5, SPAN_OF(key), SPAN_OF(key), &s, 255 * 32),
	    0);
	secret_free(&s);
	assert_int_equal(prf_plus(5, SPAN_OF(key), SPAN_OF(key), &s,
	    255 * 32 + 1), -EINVAL);
	assert_int_equal(child_keymat_derive(&(struct child_keymat_in){
	    .prf = 5, .encr = 20, .encr_bits = 128, .sk_d = SPAN_OF(key),
	    .shared = SPAN_OF(big), .ni = SPAN_OF(big), .nr = SPAN_OF(big) },
	    &c), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(kdf_steps),
		cmocka_unit_test(ike_keys_split),
		cmocka_unit_test(rekeyed_keys),
		cmocka_unit_test(fixed_example),
		cmocka_unit_test(aead_sizes),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
