/* What the tests of SK and of SKF share: ciphers, payloads to seal. */
#ifndef PLUTO_IKEV2_IKE_SK_TEST_H
#define PLUTO_IKEV2_IKE_SK_TEST_H

#include "lib/test.h"

#include <errno.h>

#include "pluto/ikev2/ike_sk.h"

static const struct ike_hdr hdr = {
	.spi_i = { 1 }, .spi_r = { 2 },
	.version = 0x20, .exchange = EX_AUTH, .flags = IKE_FLAG_I,
	.message_id = 1,
};
static const struct {
	uint16_t encr, bits, integ;
	size_t key, integ_key;
} suites[] = {
	{ ENCR_AES_GCM_16, 256, INTEG_NONE, 36, 0 },
	{ ENCR_CHACHA20_POLY1305, 0, INTEG_NONE, 36, 0 },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128, 16, 32 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256, 32, 64 },
};
enum { N_SUITES = sizeof(suites) / sizeof(*suites) };

static uint8_t bytes[SK_MAX_MESSAGE], text[SK_MAX_MESSAGE], buf[SK_MAX_MESSAGE];

static inline struct sealer *
new_sealer(size_t i)
{
	struct sealer *s = sealer_new(suites[i].encr, suites[i].bits,
	    suites[i].integ, span_of(bytes, suites[i].key),
	    span_of(bytes, suites[i].integ_key));

	assert_non_null(s);
	return s;
}

/* LEN bytes of payloads: one vendor ID. */
static inline struct ike_build
inner_of(size_t len)
{
	struct ike_build b = ike_build_inner(text, sizeof(text));

	assert_true(len >= 4);
	ike_build_payload(&b, P_V, span_of(bytes, len - 4));
	return b;
}

static inline struct ike_msg
message(struct span datagram)
{
	struct parse_error e;
	struct ike_msg m;

	assert_true(ike_msg_read(datagram, &m, &e));
	return m;
}

#endif
