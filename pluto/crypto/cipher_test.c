/* Sealing and opening: published vectors, round trips, one flipped bit. */
#include "pluto/crypto/vectors.h"

#include <errno.h>

#include "pluto/crypto/cipher.h"

struct aead_case {
	int tc;
	bool valid;
	uint16_t bits;
	const char *key, *iv, *aad, *ct, *icv, *msg;
};

static const struct aead_case gcm[] = {
#include "tests/vectors/aes_gcm.inc"
};
static const struct aead_case chacha[] = {
#include "tests/vectors/chacha20_poly1305.inc"
};

static void
open_case(uint16_t encr, const struct aead_case *c)
{
	struct chunk key = unhex(c->key), iv = unhex(c->iv);
	struct chunk aad = unhex(c->aad), data = unhex(c->ct);
	struct chunk icv = unhex(c->icv);
	struct sealer *s = sealer_new(encr, c->bits, 0, chunk_span(key),
	    span_of(NULL, 0));
	int rc;

	assert_non_null(s);
	rc = sealer_open(s, chunk_span(aad), chunk_span(iv), data.ptr,
	    data.len, chunk_span(icv));
	same_verdict(rc == 0, c->valid, c->tc, sealer_cipher(s)->name);
	if (rc == 0)
		same_hex(chunk_span(data), c->msg, "plaintext");
	else
		assert_int_equal(rc, -EBADMSG);
	sealer_free(s);
	chunk_free(&key);
	chunk_free(&iv);
	chunk_free(&aad);
	chunk_free(&data);
	chunk_free(&icv);
}

static void
aead_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(gcm); i++)
		open_case(20, &gcm[i]);
	for (size_t i = 0; i < N_ROWS(chacha); i++)
		open_case(28, &chacha[i]);
}

/* RFC 7634 appendix B: the SK payload of an IKEv2 message. */
static void
rfc7634_message(void **state)
{
	const struct aead_case c = {
		.tc = 7634, .valid = true, .bits = 0,
		.key = "808182838485868788898a8b8c8d8e8f9091929394959697"
		    "98999a9b9c9d9e9fa0a1a2a3",
		.iv = "1011121314151617",
		.aad = "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e20250000000009"
		    "0000004529000029",
		.ct = "610394701f8d017f7c12924889",
		.icv = "6b71bfe25236efd7cdc67066906315b2",
		.msg = "0000000c000040010000000a00",
	};

	(void)state;
	open_case(28, &c);
}

/* RFC 3602 case 1, with the ICV of each integrity algorithm behind it. */
static void
cbc_vectors(void **state)
{
	static const struct {
		uint16_t integ;
		size_t key_len;
		const char *icv;
	} rows[] = {
		{ 2, 20, "de13e992bf8bdf7b4d5e7734" },
		{ 12, 32, "a9f8bb745d0927a3884e7b29ba748a53" },
		{ 13, 48, "d71785810992d578638474ed"
		    "e09edb448204e96af94d9efe" },
		{ 14, 64, "f3d4c35dc36924deb40b59947f7c8de1"
		    "4fbda2874f545f6b120cb43f6b1bf420" },
	};
	uint8_t key[16], iv[16], integ[64], aad[32];

	(void)state;
	span_unhex("06a9214036b8a15b512e03d534120006", key, 16);
	span_unhex("3dafba429d9eb430b422da802c9fac41", iv, 16);
	memset(integ, 0x0b, sizeof(integ));
	for (uint8_t i = 0; i < sizeof(aad); i++)
		aad[i] = i;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct chunk icv = unhex(rows[i].icv);
		struct chunk data = unhex("e353779c1079aeb82708942dbe77181a");
		struct sealer *s = sealer_new(12, 128, rows[i].integ,
		    SPAN_OF(key), span_of(integ, rows[i].key_len));

		assert_non_null(s);
		assert_int_equal(sealer_icv_len(s), icv.len);
		assert_int_equal(sealer_open(s, SPAN_OF(aad), SPAN_OF(iv),
		    data.ptr, data.len, chunk_span(icv)), 0);
		assert_memory_equal(data.ptr, "Single block msg", 16);
		sealer_free(s);
		chunk_free(&icv);
		chunk_free(&data);
	}
}

static const struct { uint16_t encr, bits, integ; } suites[] = {
	{ 20, 128, 0 }, { 20, 192, 0 }, { 20, 256, 0 }, { 28, 0, 0 },
	{ 12, 128, 2 }, { 12, 192, 12 }, { 12, 256, 13 }, { 12, 256, 14 },
};

static struct sealer *
suite_sealer(size_t i)
{
	static const uint8_t key[128] = { 1, 2, 3 };
	const struct cipher_desc *c = cipher_desc(suites[i].encr,
	    suites[i].bits);
	const struct integ_desc *d = integ_desc(suites[i].integ);

	return sealer_new(suites[i].encr, suites[i].bits, suites[i].integ,
	    span_of(key, (size_t)c->key_len + c->salt_len),
	    span_of(key, d ? d->key_len : 0));
}

enum { MSG_MAX = 160 };
struct message {
	uint8_t aad[12], iv[16], data[MSG_MAX], icv[32];
	size_t len;
};

static int
open_message(struct sealer *s, struct message m)
{
	return sealer_open(s, SPAN_OF(m.aad), span_of(m.iv, sealer_iv_len(s)),
	    m.data, m.len, span_of(m.icv, sealer_icv_len(s)));
}

/* Every part is under the ICV: one bit anywhere and it does not open. */
static void
flipped_bits(struct sealer *s, struct message m)
{
	struct message bad = m;

	bad.aad[11] ^= 1;
	assert_int_equal(open_message(s, bad), -EBADMSG);
	bad = m;
	bad.iv[sealer_iv_len(s) - 1] ^= 0x80;
	assert_int_equal(open_message(s, bad), -EBADMSG);
	bad = m;
	bad.icv[sealer_icv_len(s) - 1] ^= 1;
	assert_int_equal(open_message(s, bad), -EBADMSG);
	bad = m;
	bad.data[0] ^= 4;
	assert_int_equal(open_message(s, bad), m.len ? -EBADMSG : 0);
}

static void
round_trips(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(suites); i++) {
		struct sealer *out = suite_sealer(i), *in = suite_sealer(i);
		struct message m = { .aad = "header" };

		for (m.len = 0; m.len <= MSG_MAX; m.len += 16) {
			uint8_t clear[MSG_MAX];

			memset(clear, (int)m.len, sizeof(clear));
			memcpy(m.data, clear, sizeof(clear));
			assert_int_equal(sealer_seal(out, SPAN_OF(m.aad), m.iv,
			    m.data, m.len, m.icv), 0);
			assert_true(m.len == 0 ||
			    memcmp(m.data, clear, m.len) != 0);
			assert_int_equal(open_message(in, m), 0);
			flipped_bits(in, m);
			assert_int_equal(sealer_open(in, SPAN_OF(m.aad),
			    span_of(m.iv, sealer_iv_len(in)), m.data, m.len,
			    span_of(m.icv, sealer_icv_len(in))), 0);
			assert_memory_equal(m.data, clear, m.len);
		}
		sealer_free(out);
		sealer_free(in);
	}
}

static void
fresh_ivs(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS(suites); i++) {
		struct sealer *s = suite_sealer(i);
		uint8_t a[16] = { 0 }, b[16] = { 0 }, icv[32], data[16] = { 0 };

		sealer_seal(s, span_of(NULL, 0), a, data, 16, icv);
		sealer_seal(s, span_of(NULL, 0), b, data, 16, icv);
		assert_memory_not_equal(a, b, 16);
		sealer_free(s);
	}
}

static void
refusals(void **state)
{
	uint8_t key[64] = { 0 }, iv[16], icv[32] = { 0 }, data[32] = { 0 };
	struct sealer *s;

	(void)state;
	assert_null(cipher_desc(20, 0));
	assert_null(cipher_desc(28, 256));
	assert_null(cipher_desc(2, 0));
	assert_null(integ_desc(0));
	assert_null(sealer_new(20, 256, 0, span_of(key, 32), span_of(0, 0)));
	assert_null(sealer_new(20, 256, 12, span_of(key, 36),
	    span_of(key, 32)));
	assert_null(sealer_new(12, 128, 0, span_of(key, 16), span_of(0, 0)));
	assert_null(sealer_new(12, 128, 12, span_of(key, 16),
	    span_of(key, 31)));
	s = sealer_new(12, 128, 12, span_of(key, 16), span_of(key, 32));
	assert_int_equal(sealer_block(s), 16);
	assert_int_equal(sealer_seal(s, SPAN_OF(key), iv, data, 15, icv),
	    -EINVAL);
	assert_int_equal(sealer_open(s, SPAN_OF(key), SPAN_OF(iv), data, 16,
	    span_of(icv, 15)), -EBADMSG);
	assert_int_equal(sealer_open(s, SPAN_OF(key), span_of(iv, 8), data, 16,
	    span_of(icv, 16)), -EBADMSG);
	sealer_free(s);
	sealer_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aead_vectors),
		cmocka_unit_test(rfc7634_message),
		cmocka_unit_test(cbc_vectors),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(fresh_ivs),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
