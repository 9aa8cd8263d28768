/* Sealing and opening: published packets, every suite, hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/crypt.h"
#include "pluto/esp/esp_vectors.h"

enum { MAX = 2048 };

static const struct { uint16_t encr, bits, integ; } all[] = {
	{ ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 256, INTEG_NONE },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256 },
	{ ENCR_AES_CTR, 256, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CCM_16, 128, INTEG_NONE },
	{ ENCR_AES_CCM_16, 256, INTEG_NONE },
	{ ENCR_3DES, 0, INTEG_HMAC_MD5_96 },
	{ ENCR_NULL, 0, INTEG_HMAC_SHA1_96 },
};
enum { N_ALL = sizeof(all) / sizeof(all[0]) };

struct both {
	struct esp_suite suite;
	struct esp_keys keys;
	struct esp_crypt *seal, *open;
};

static void
make(struct both *b, size_t i, bool esn)
{
	uint8_t key[128];

	for (size_t k = 0; k < sizeof(key); k++)
		key[k] = (uint8_t)(k * 7 + i);
	assert_true(esp_suite_find(all[i].encr, all[i].bits, all[i].integ,
				   &b->suite));
	assert_int_equal(esp_keys_init(&b->keys, &b->suite, esn,
		span_of(key, (size_t)b->suite.key_len + b->suite.salt_len),
		span_of(key + 64, b->suite.integ_key_len)), 0);
	b->seal = esp_crypt_new(&b->keys, true);
	b->open = esp_crypt_new(&b->keys, false);
	assert_non_null(b->seal);
	assert_non_null(b->open);
}

static void
drop(struct both *b)
{
	esp_crypt_free(b->seal);
	esp_crypt_free(b->open);
	esp_keys_clear(&b->keys);
}

static size_t
seal(struct both *b, uint64_t seq, uint8_t *pkt, size_t len)
{
	static const uint8_t iv[ESP_MAX_IV] = { 9, 8, 7 };
	uint8_t *in = pkt + esp_inner_offset(&b->suite);

	for (size_t i = 0; i < len; i++)
		in[i] = (uint8_t)(i * 3);
	return esp_seal(b->seal, 0x1234, seq, pkt, len, 4, iv);
}

/* Opens one published packet; its numbers are in the AAD. */
static void
open_vector(const struct esp_vector *v)
{
	uint8_t keys[64], pkt[MAX], plain[MAX], aad[16];
	struct esp_suite s;
	struct esp_keys k;
	struct esp_crypt *c;
	struct esp_opened o;
	int key_len, plain_len, n;
	uint64_t seq;

	key_len = span_unhex(v->key, keys, sizeof(keys));
	key_len += span_unhex(v->salt, keys + key_len, 4);
	assert_true(esp_suite_find(v->encr, v->bits, INTEG_NONE, &s));
	assert_int_equal(esp_keys_init(&k, &s, v->esn,
				       span_of(keys, (size_t)key_len),
				       span_of(NULL, 0)), 0);
	n = span_unhex(v->aad, aad, sizeof(aad));
	assert_int_equal(n, v->esn ? 12 : 8);
	seq = v->esn ? (uint64_t)be32_at(aad + 4) << 32 : 0;
	seq |= be32_at(aad + n - 4);
	memcpy(pkt, aad, 4);
	memcpy(pkt + 4, aad + n - 4, 4);
	n = 8 + span_unhex(v->iv, pkt + 8, 8);
	n += span_unhex(v->sealed, pkt + n, sizeof(pkt) - (size_t)n);
	plain_len = span_unhex(v->plain, plain, sizeof(plain));
	c = esp_crypt_new(&k, false);
	assert_int_equal(esp_open(c, seq, pkt, (size_t)n, &o), ESP_OPENED);
	assert_memory_equal(pkt + o.offset, plain, (size_t)plain_len);
	assert_int_equal(o.len, plain_len - 2 - plain[plain_len - 2]);
	assert_int_equal(o.next_header, plain[plain_len - 1]);
	esp_crypt_free(c);
	esp_keys_clear(&k);
}

static void
test_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(esp_vectors) / sizeof(esp_vectors[0]); i++)
		open_vector(&esp_vectors[i]);
}

/* RFC 3686 6, vector 2: a counter that goes on in the second block. */
static void
test_ctr_published(void **state)
{
	uint8_t keys[20], sealed[32], pkt[MAX];
	const uint64_t iv = 0xc0543b59da48d90b;
	struct esp_suite s;
	struct esp_keys k;
	struct esp_crypt *c;

	(void)state;
	assert_int_equal(span_unhex("7e24067817fae0d743d6ce1f32539163006cb6db", keys, 20), 20);
	assert_int_equal(span_unhex("5104a106168a72d9790d41ee8edad388"
				    "eb2e1efc46da57c8fce630df9141be28", sealed, 32), 32);
	assert_true(esp_suite_find(ENCR_AES_CTR, 128, INTEG_HMAC_SHA1_96, &s));
	assert_int_equal(esp_keys_init(&k, &s, true, span_of(keys, 20), span_of(sealed, 20)), 0);
	c = esp_crypt_new(&k, true);
	for (uint8_t i = 0; i < 32; i++)
		pkt[esp_inner_offset(&s) + i] = i;
	assert_int_not_equal(esp_seal(c, 300, iv, pkt, 32, 4, pkt), 0);
	assert_memory_equal(pkt + esp_inner_offset(&s), sealed, 32);
	esp_crypt_free(c);
	esp_keys_clear(&k);
}

static void
test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct both b;

		make(&b, i, false);
		for (size_t len = 0; len < 200; len++) {
			uint8_t pkt[MAX];
			struct esp_opened o;
			size_t n = seal(&b, len + 1, pkt, len);

			assert_int_equal(n, esp_sealed_len(&b.suite, len));
			assert_int_equal(be32_at(pkt), 0x1234);
			assert_int_equal(be32_at(pkt + 4), len + 1);
			assert_int_equal(esp_open(b.open, len + 1, pkt, n, &o),
					 ESP_OPENED);
			assert_int_equal(o.len, len);
			assert_int_equal(o.next_header, 4);
			for (size_t k = 0; k < len; k++)
				assert_int_equal(pkt[o.offset + k],
						 (uint8_t)(k * 3));
		}
		drop(&b);
	}
}

/* The high half is not on the wire, but the ICV covers it. */
static void
test_esn(void **state)
{
	uint64_t seq = (UINT64_C(5) << 32) | 77;

	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		uint8_t pkt[MAX], copy[MAX];
		struct esp_opened o;
		struct both b;
		size_t n;

		make(&b, i, true);
		n = seal(&b, seq, pkt, 100);
		assert_int_equal(be32_at(pkt + 4), 77);
		memcpy(copy, pkt, n);
		assert_int_equal(esp_open(b.open, 77, copy, n, &o),
				 ESP_BAD_ICV);
		assert_int_equal(esp_open(b.open, seq, pkt, n, &o),
				 ESP_OPENED);
		drop(&b);
	}
}

/* RFC 4106 3.1: the IV of an AEAD counts, so it never repeats under a key. */
static void
test_iv_counts(void **state)
{
	uint64_t seq = (UINT64_C(1) << 32) | 2;
	uint8_t pkt[MAX];
	struct both b;

	(void)state;
	make(&b, 0, true);
	seal(&b, seq, pkt, 60);
	assert_int_equal(be32_at(pkt + 8), 1);
	assert_int_equal(be32_at(pkt + 12), 2);
	drop(&b);
}

static void
test_every_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		uint8_t pkt[MAX], copy[MAX];
		struct esp_opened o;
		struct both b;
		size_t n;

		make(&b, i, false);
		n = seal(&b, 1, pkt, 40);
		for (size_t bit = 0; bit < n * 8; bit++) {
			memcpy(copy, pkt, n);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(esp_open(b.open, 1, copy, n, &o),
					 ESP_BAD_ICV);
		}
		drop(&b);
	}
}

/* Every short length, and cuts of a good packet: refused, nothing read behind
 * the end (the sanitizer watches a buffer of exactly that size). */
static void
test_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		uint8_t pkt[MAX];
		struct esp_opened o;
		struct both b;
		size_t n;

		make(&b, i, false);
		n = seal(&b, 1, pkt, 40);
		for (size_t len = 0; len < n; len++) {
			struct chunk c = chunk_copy(span_of(pkt, len));
			enum esp_open_err e;

			e = esp_open(b.open, 1, c.ptr, len, &o);
			assert_true(e == ESP_SHORT || e == ESP_BAD_ICV);
			if (len < (size_t)8 + b.suite.iv_len + b.suite.icv_len +
			    b.suite.align)
				assert_int_equal(e, ESP_SHORT);
			chunk_free(&c);
		}
		drop(&b);
	}
}

static void
test_padding(void **state)
{
	static const uint8_t good[] = { 0xaa, 1, 2, 3, 3, 41 };
	static const uint8_t wrong[] = { 0xaa, 1, 2, 2, 3, 41 };
	static const uint8_t too_long[] = { 1, 2, 3, 4, 5, 41 };
	struct esp_opened o;

	(void)state;
	assert_true(esp_unpad(good, sizeof(good), &o));
	assert_int_equal(o.len, 1);
	assert_int_equal(o.next_header, 41);
	assert_false(esp_unpad(wrong, sizeof(wrong), &o));
	assert_false(esp_unpad(too_long, sizeof(too_long), &o));
	assert_false(esp_unpad(good, 1, &o));
}

static void
test_key_lengths(void **state)
{
	uint8_t key[64] = { 0 };
	struct esp_suite s;
	struct esp_keys k;

	(void)state;
	assert_true(esp_suite_find(ENCR_AES_GCM_16, 128, INTEG_NONE, &s));
	assert_int_equal(esp_keys_init(&k, &s, false, span_of(key, 16),
				       span_of(NULL, 0)), -22);
	assert_true(esp_suite_find(ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128,
				   &s));
	assert_int_equal(esp_keys_init(&k, &s, false, span_of(key, 16),
				       span_of(key, 31)), -22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_ctr_published),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_esn),
		cmocka_unit_test(test_iv_counts),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_key_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
