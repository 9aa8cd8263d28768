/* Choosing from offers: those of peers as they are, and those of nobody's. */
#include "lib/test.h"

#include <string.h>

#include "pluto/wire/proposal.h"
#include "tests/vectors/ikev2_messages.inc"

static uint8_t buf[65000];

/* An SA body being written by a peer. */
struct offer {
	struct wire_writer w;
	size_t proposal, count, transform;
};

static struct offer
offer(void)
{
	return (struct offer){ .w = wire_writer(buf, sizeof(buf)) };
}

static void
begin(struct offer *o, uint8_t number, uint8_t protocol, size_t spi_len)
{
	if (o->proposal != 0)
		wire_patch_u8(&o->w, o->proposal - 1, 2);
	wire_put_u16(&o->w, 0);
	o->proposal = o->w.len - 1;
	wire_put_u16(&o->w, 0);
	wire_put_u8(&o->w, number);
	wire_put_u8(&o->w, protocol);
	wire_put_u8(&o->w, (uint8_t)spi_len);
	o->count = o->w.len;
	wire_put_u8(&o->w, 0);
	for (size_t i = 0; i < spi_len; i++)
		wire_put_u8(&o->w, (uint8_t)(0xa0 + i));
	o->transform = 0;
}

/* The proposal is as long as it has become; the transform is its last. */
static void
close_lengths(struct offer *o)
{
	uint8_t *count = &buf[o->count];

	wire_patch_u16(&o->w, o->proposal + 1,
	    (uint16_t)(o->w.len - o->proposal + 1));
	(*count)++;
}

static void
transform_attr(struct offer *o, uint8_t type, uint16_t id, struct span attr)
{
	if (o->transform != 0)
		wire_patch_u8(&o->w, o->transform - 1, 3);
	wire_put_u16(&o->w, 0);
	o->transform = o->w.len - 1;
	wire_put_u16(&o->w, (uint16_t)(8 + attr.len));
	wire_put_u8(&o->w, type);
	wire_put_u8(&o->w, 0);
	wire_put_u16(&o->w, id);
	wire_put(&o->w, attr);
	close_lengths(o);
}

static void
transform(struct offer *o, uint8_t type, uint16_t id, uint16_t bits)
{
	const uint8_t attr[] = { 0x80, 14, (uint8_t)(bits >> 8), (uint8_t)bits };

	transform_attr(o, type, id, span_of(attr, bits != 0 ? 4 : 0));
}

static bool
choose(const struct offer *o, uint8_t protocol, uint8_t spi_len,
       uint16_t prefer_ke, bool with_ke, struct chosen *c)
{
	struct parse_error e;
	const struct proposal_list *ours = protocol == PROTO_IKE
	    ? proposal_default_ike() : proposal_default_esp();
	bool ok = proposal_choose(wire_written(&o->w), ours, protocol, spi_len,
	    prefer_ke, with_ke, c, &e);

	assert_true(wire_fits(&o->w));
	assert_true(ok || e.notify == N_NO_PROPOSAL_CHOSEN);
	return ok;
}

static const char *
text_of(const struct chosen *c)
{
	static char text[100];

	return chosen_text(c, text, sizeof(text));
}

/* Facts about strongSwan 5.9: classic ciphers first, AEAD in another. */
static void
strongswan_ike(void **state)
{
	static const uint16_t kes[] = { 19, 20, 21, 28, 29, 30, 31, 32, 15, 16,
		17, 18, 14 };
	struct offer o = offer();
	struct chosen c;

	(void)state;
	begin(&o, 1, PROTO_IKE, 0);
	for (uint16_t encr = 12; encr <= 13; encr++)
		for (uint16_t bits = 128; bits <= 256; bits = (uint16_t)(bits + 64))
			transform(&o, T_ENCR, encr, bits);
	for (uint16_t integ = 12; integ <= 14; integ++)
		transform(&o, T_INTEG, integ, 0);
	for (uint16_t prf = 4; prf <= 8; prf++)
		transform(&o, T_PRF, prf, 0);
	for (size_t i = 0; i < sizeof(kes) / sizeof(*kes); i++)
		transform(&o, T_KE, kes[i], 0);
	begin(&o, 2, PROTO_IKE, 0);
	for (uint16_t bits = 128; bits <= 256; bits = (uint16_t)(bits + 64))
		transform(&o, T_ENCR, ENCR_AES_GCM_16, bits);
	transform(&o, T_ENCR, ENCR_CHACHA20_POLY1305, 0);
	for (uint16_t prf = 4; prf <= 8; prf++)
		transform(&o, T_PRF, prf, 0);
	for (size_t i = 0; i < sizeof(kes) / sizeof(*kes); i++)
		transform(&o, T_KE, kes[i], 0);
	assert_true(choose(&o, PROTO_IKE, 0, 19, true, &c));
	assert_int_equal(c.number, 2);
	assert_string_equal(text_of(&c), "aes_gcm256-sha2_256-ecp256");
	assert_true(choose(&o, PROTO_IKE, 0, 0, true, &c));
	assert_string_equal(text_of(&c), "aes_gcm256-sha2_256-x25519");
	/* A group that is not ours does not help. */
	assert_true(choose(&o, PROTO_IKE, 0, 21, true, &c));
	assert_int_equal(c.ke, KE_X25519);
}

/* Facts about libreswan 4.10: three proposals of one cipher each and more. */
static void
libreswan_ike(void **state)
{
	static const struct { uint16_t encr, bits; } ciphers[] = {
		{ 20, 256 }, { 28, 0 }, { 12, 256 },
	};
	struct offer o = offer();
	struct chosen c;

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		begin(&o, (uint8_t)(i + 1), PROTO_IKE, 0);
		transform(&o, T_ENCR, ciphers[i].encr, ciphers[i].bits);
		transform(&o, T_PRF, PRF_HMAC_SHA2_512, 0);
		transform(&o, T_PRF, PRF_HMAC_SHA2_256, 0);
		if (i == 2) {
			transform(&o, T_INTEG, INTEG_HMAC_SHA2_512_256, 0);
			transform(&o, T_INTEG, INTEG_HMAC_SHA2_256_128, 0);
		}
		transform(&o, T_KE, 14, 0);
		transform(&o, T_KE, 19, 0);
		transform(&o, T_KE, 31, 0);
	}
	assert_true(choose(&o, PROTO_IKE, 0, 14, true, &c));
	assert_int_equal(c.number, 1);
	assert_string_equal(text_of(&c), "aes_gcm256-sha2_256-modp2048");
}

/* SHA-1 and MODP1024 alone, as captured: not with us. */
static void
captured(void **state)
{
	struct parse_error e;
	struct ike_msg m;
	struct chosen c;

	(void)state;
	assert_true(ike_msg_read(SPAN_OF(captured_sa_init_request), &m, &e));
	assert_false(proposal_choose(payload_find(&m.outer, P_SA)->body,
	    proposal_default_ike(), PROTO_IKE, 0, 2, true, &c, &e));
	assert_int_equal(e.notify, N_NO_PROPOSAL_CHOSEN);
}

/* One ESP offer of AES-GCM-256 with more in it. */
struct extra {
	uint8_t type;
	uint16_t id, bits;
};

static bool
esp_with(const struct extra *x, size_t n, bool with_ke, struct chosen *c)
{
	struct offer o = offer();

	begin(&o, 1, PROTO_ESP, 4);
	transform(&o, T_ENCR, ENCR_AES_GCM_16, 256);
	for (size_t i = 0; i < n; i++)
		transform(&o, x[i].type, x[i].id, x[i].bits);
	return choose(&o, PROTO_ESP, 4, 0, with_ke, c);
}

#define ESP_WITH(with_ke, c, ...) \
	esp_with((const struct extra[]){ __VA_ARGS__ }, \
	    sizeof((const struct extra[]){ __VA_ARGS__ }) / \
	    sizeof(struct extra), (with_ke), (c))

static void
esp(void **state)
{
	static const uint8_t spi[] = { 0xa0, 0xa1, 0xa2, 0xa3 };
	struct chosen c;

	(void)state;
	assert_true(ESP_WITH(false, &c, { T_ESN, ESN_NO, 0 }));
	assert_false(c.esn || c.esn_unsaid);
	assert_int_equal(c.spi_len, 4);
	assert_memory_equal(c.spi, spi, 4);
	assert_true(ESP_WITH(false, &c, { T_ESN, ESN_NO, 0 }, { T_ESN, ESN_YES, 0 }));
	assert_true(c.esn);
	/* Saying nothing of ESN is saying no; the answer says nothing too. */
	assert_true(esp_with(NULL, 0, false, &c));
	assert_true(c.esn_unsaid && !c.esn);
	/* Key exchange is no matter in IKE_AUTH, but later it is. */
	assert_true(ESP_WITH(false, &c, { T_KE, 22, 0 }, { T_ESN, ESN_NO, 0 }));
	assert_int_equal(c.ke, KE_NONE);
	assert_false(ESP_WITH(true, &c, { T_KE, 22, 0 }, { T_ESN, ESN_NO, 0 }));
	assert_true(ESP_WITH(true, &c, { T_KE, 22, 0 }, { T_KE, KE_NONE, 0 }));
	assert_int_equal(c.ke, KE_NONE);
	assert_true(ESP_WITH(true, &c, { T_KE, 22, 0 }, { T_KE, KE_ECP384, 0 }));
	assert_int_equal(c.ke, KE_ECP384);
	assert_true(ESP_WITH(true, &c, { T_ESN, ESN_NO, 0 }));
	assert_int_equal(c.ke, KE_NONE);
}

/* RFC 5282 8: AEAD goes with no integrity algorithm, or NONE. */
static void
aead_and_integrity(void **state)
{
	struct chosen c;

	(void)state;
	assert_true(ESP_WITH(false, &c, { T_INTEG, INTEG_NONE, 0 }));
	assert_int_equal(c.integ, INTEG_NONE);
	assert_false(ESP_WITH(false, &c, { T_INTEG, INTEG_HMAC_SHA2_256_128, 0 }));
	/* Both kinds of cipher in one proposal: the classic one is possible. */
	assert_true(ESP_WITH(false, &c, { T_ENCR, ENCR_AES_CBC, 128 },
	    { T_INTEG, INTEG_HMAC_SHA2_256_128, 0 }));
	assert_string_equal(text_of(&c), "aes128-sha2_256");
	/* And without integrity the classic one is not. */
	assert_false(ESP_WITH(false, &c, { T_PRF, PRF_HMAC_SHA2_256, 0 }));
}

static void
unknown(void **state)
{
	struct chosen c;

	(void)state;
	/* An unknown ID is one that we do not have ... */
	assert_true(ESP_WITH(false, &c, { T_ENCR, 999, 256 }, { T_ESN, 2, 0 },
	    { T_ESN, ESN_NO, 0 }));
	assert_false(ESP_WITH(false, &c, { T_ESN, 2, 0 }));
	/* ... an unknown type spoils the proposal (RFC 7296 3.3.6). */
	assert_false(ESP_WITH(false, &c, { 6, 35, 0 }));
	assert_false(ESP_WITH(false, &c, { 0, 1, 0 }));
	assert_false(ESP_WITH(false, &c, { 255, 0, 0 }));
	/* Twice the same is once. */
	assert_true(ESP_WITH(false, &c, { T_ENCR, ENCR_AES_GCM_16, 256 },
	    { T_ESN, ESN_NO, 0 }, { T_ESN, ESN_NO, 0 }));
}

static bool
with_attr(uint16_t encr, const uint8_t *attr, size_t len)
{
	struct offer o = offer();
	struct chosen c;

	begin(&o, 1, PROTO_ESP, 4);
	transform_attr(&o, T_ENCR, encr, span_of(attr, len));
	return choose(&o, PROTO_ESP, 4, 0, false, &c);
}

static void
key_length(void **state)
{
	static const uint8_t k256[] = { 0x80, 14, 1, 0 }, k1[] = { 0x80, 14, 0, 1 };
	static const uint8_t k0[] = { 0x80, 14, 0, 0 }, kmax[] = { 0x80, 14, 255, 255 };
	static const uint8_t tlv[] = { 0, 14, 0, 2, 1, 0 };
	static const uint8_t other[] = { 0x80, 14, 1, 0, 0x80, 15, 0, 1 };
	static const uint8_t twice[] = { 0x80, 14, 1, 0, 0x80, 14, 0, 128 };

	(void)state;
	assert_true(with_attr(ENCR_AES_GCM_16, k256, 4));
	assert_false(with_attr(ENCR_AES_GCM_16, NULL, 0));
	assert_false(with_attr(ENCR_AES_GCM_16, k1, 4));
	assert_false(with_attr(ENCR_AES_GCM_16, k0, 4));
	assert_false(with_attr(ENCR_AES_GCM_16, kmax, 4));
	assert_false(with_attr(ENCR_AES_GCM_16, tlv, 6));
	assert_false(with_attr(ENCR_AES_GCM_16, other, 8));
	assert_false(with_attr(ENCR_AES_GCM_16, twice, 8));
	assert_true(with_attr(ENCR_CHACHA20_POLY1305, NULL, 0));
	assert_false(with_attr(ENCR_CHACHA20_POLY1305, k256, 4));
	assert_false(with_attr(ENCR_CHACHA20_POLY1305, k0, 4));
}

/* Our order decides, not the peer's; numbers are echoed, whatever they are. */
static void
order(void **state)
{
	struct offer o = offer();
	struct chosen c;

	(void)state;
	begin(&o, 7, PROTO_ESP, 4);
	transform(&o, T_ENCR, ENCR_AES_CBC, 128);
	transform(&o, T_INTEG, INTEG_HMAC_SHA2_256_128, 0);
	begin(&o, 3, PROTO_AH, 4);
	transform(&o, T_INTEG, INTEG_HMAC_SHA2_256_128, 0);
	begin(&o, 200, PROTO_ESP, 4);
	transform(&o, T_ENCR, ENCR_CHACHA20_POLY1305, 0);
	transform(&o, T_ENCR, ENCR_AES_GCM_16, 128);
	assert_true(choose(&o, PROTO_ESP, 4, 0, false, &c));
	assert_int_equal(c.number, 200);
	assert_string_equal(text_of(&c), "aes_gcm128");
}

static void
spis(void **state)
{
	struct chosen c;

	(void)state;
	for (size_t len = 0; len <= 20; len++) {
		struct offer o = offer();

		begin(&o, 1, PROTO_ESP, len);
		transform(&o, T_ENCR, ENCR_AES_GCM_16, 256);
		assert_int_equal(choose(&o, PROTO_ESP, 4, 0, false, &c), len == 4);
		if (len == 4) {
			memset(buf + 8, 0, 3);	/* SPIs up to 255 are reserved */
			assert_false(choose(&o, PROTO_ESP, 4, 0, false, &c));
		}
	}
}

/* No key exchange in an IKE proposal, or NONE: not a proposal. */
static void
ike_without_ke(void **state)
{
	struct chosen c;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct offer o = offer();

		begin(&o, 1, PROTO_IKE, 0);
		transform(&o, T_ENCR, ENCR_AES_GCM_16, 256);
		if (i != 0)
			transform(&o, T_PRF, PRF_HMAC_SHA2_256, 0);
		if (i != 1)
			transform(&o, T_KE, i == 2 ? KE_NONE : KE_X25519, 0);
		assert_false(choose(&o, PROTO_IKE, 0, 0, true, &c));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strongswan_ike),
		cmocka_unit_test(libreswan_ike),
		cmocka_unit_test(captured),
		cmocka_unit_test(esp),
		cmocka_unit_test(aead_and_integrity),
		cmocka_unit_test(unknown),
		cmocka_unit_test(key_length),
		cmocka_unit_test(order),
		cmocka_unit_test(spis),
		cmocka_unit_test(ike_without_ke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
