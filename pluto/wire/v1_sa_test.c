/* IKEv1's SA payload: offers of others, choices, answers that were altered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pluto/wire/v1_msg.h"
#include "pluto/wire/v1_sa.h"
#include "tests/vectors/ikev1_messages.inc"

static struct parse_error e;
static uint8_t buf[4096], answer_buf[4096];

static struct proposal_list
list(const char *words, uint8_t protocol)
{
	struct proposal_list l;
	char err[200];

	if (!proposal_parse(words, protocol, &l, err, sizeof(err)))
		fail_msg("%s: %s", words, err);
	return l;
}

static struct span
sa_body(struct span datagram)
{
	static struct v1_chain c;
	struct wire_reader r = wire_reader(datagram);
	struct ike_hdr h;

	assert_true(v1_hdr_read(datagram, &h, &e));
	wire_skip(&r, IKE_HDR_LEN, "header");
	assert_true(v1_chain_read(wire_rest(&r), h.next_payload, false, &c, &e));
	return v1_find(&c, V1_SA)->body;
}

static struct span
offer1(const struct v1_phase1 *p)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	v1_phase1_write(&b, p);
	return ike_build_end(&b);
}

static struct span
answer1(const struct v1_chosen1 *c)
{
	struct ike_build b = ike_build_inner(answer_buf, sizeof(answer_buf));

	v1_phase1_write_chosen(&b, c);
	return ike_build_end(&b);
}

static void
phase_1_of_others(void **state)
{
	/* Their group is not among our words yet: it is put in by hand. */
	struct proposal_list l = list("aes256-sha1-modp2048,aes128-sha1-modp2048", PROTO_IKE);
	struct v1_phase1 ours = { .ike = &l, .auth = V1_AUTH_PSK, .life_s = 3600 };
	struct v1_chosen1 c;

	(void)state;
	assert_false(v1_phase1_choose(sa_body(SPAN_OF(captured_main_1)), &ours, &c, &e));
	assert_int_equal(e.notify, V1_N_NO_PROPOSAL_CHOSEN);
	for (unsigned i = 0; i < l.n; i++)
		for (unsigned k = 0; k < l.p[i].n; k++)
			if (l.p[i].t[k].type == T_KE)
				l.p[i].t[k].id = 2;
	assert_true(v1_phase1_choose(sa_body(SPAN_OF(captured_main_1)), &ours, &c, &e));
	assert_int_equal(c.encr, ENCR_AES_CBC);
	assert_int_equal(c.encr_bits, 128);
	assert_int_equal(c.prf, PRF_HMAC_SHA1);
	assert_int_equal(c.ke, 2);
	assert_int_equal(c.life_s, 86400);
	/* What the responder of the capture answered is what we would. */
	assert_true(span_eq(answer1(&c), sa_body(SPAN_OF(captured_main_2))));
	ours.auth = V1_AUTH_RSA_SIG;
	assert_false(v1_phase1_choose(sa_body(SPAN_OF(captured_main_1)), &ours, &c, &e));
}

static void
phase_1_agrees(void **state)
{
	struct proposal_list mine = list("aes256-sha2_256-modp2048,aes128-sha1-ecp256", PROTO_IKE);
	struct proposal_list his = list("aes_gcm256-sha2_256-x25519,aes128-sha1-ecp256", PROTO_IKE);
	struct v1_phase1 offer = { .ike = &mine, .auth = V1_AUTH_PSK, .life_s = 86400 };
	struct v1_phase1 want = { .ike = &his, .auth = V1_AUTH_PSK, .life_s = 3600 };
	struct v1_chosen1 c, back;

	(void)state;
	assert_true(v1_phase1_choose(offer1(&offer), &want, &c, &e));
	assert_int_equal(c.ke, KE_ECP256);
	assert_int_equal(c.encr_bits, 128);
	assert_int_equal(c.life_s, 86400);
	assert_true(v1_phase1_check(answer1(&c), &offer, &back, &e));
	assert_int_equal(back.ke, KE_ECP256);
	/* One group alone, as Aggressive Mode must have it. */
	offer.group = KE_MODP2048;
	assert_false(v1_phase1_choose(offer1(&offer), &want, &c, &e));
}

static void
phase_1_altered(void **state)
{
	struct proposal_list l = list("aes256-sha2_256-modp2048", PROTO_IKE);
	struct v1_phase1 p = { .ike = &l, .auth = V1_AUTH_PSK, .life_s = 3600 };
	struct v1_phase1 longer = { .ike = &l, .auth = V1_AUTH_PSK, .life_s = 7200 };
	struct proposal_list two = list("aes256-sha2_256-modp2048,aes128-sha1-ecp256", PROTO_IKE);
	struct v1_phase1 more = { .ike = &two, .auth = V1_AUTH_PSK, .life_s = 3600 };
	struct v1_chosen1 c;
	struct span s;

	(void)state;
	assert_true(v1_phase1_check(offer1(&p), &p, &c, &e));
	assert_false(v1_phase1_check(offer1(&longer), &p, &c, &e));
	assert_false(v1_phase1_check(offer1(&more), &more, &c, &e));
	s = offer1(&p);
	for (size_t len = 0; len < s.len; len++)
		assert_false(v1_phase1_check(span_of(s.ptr, len), &p, &c, &e));
	for (size_t i = 0; i < s.len; i++) {	/* nothing crashes, nothing is made up */
		buf[i] ^= 0xff;
		if (v1_phase1_choose(s, &p, &c, &e))
			assert_int_equal(c.ke, KE_MODP2048);
		buf[i] ^= 0xff;
	}
}

static const uint8_t spi[4] = { 0xc0, 0xff, 0xee, 0x01 }, other_spi[4] = { 0xde, 0xad, 0, 1 };

static struct span
offer2(const struct v1_phase2 *p)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));

	v1_phase2_write(&b, p, SPAN_OF(spi), 0x1234);
	return ike_build_end(&b);
}

static struct span
answer2(const struct v1_chosen2 *c)
{
	struct ike_build b = ike_build_inner(answer_buf, sizeof(answer_buf));

	v1_phase2_write_chosen(&b, c, SPAN_OF(other_spi), 0x4321);
	return ike_build_end(&b);
}

static void
phase_2_agrees(void **state)
{
	struct proposal_list mine = list("aes_gcm256,aes256-sha2_256", PROTO_ESP);
	struct proposal_list his = list("aes256-sha2_256", PROTO_ESP);
	struct v1_phase2 offer = { .esp = &mine, .encaps = V1_ENCAPS_TUNNEL, .life_s = 28800,
		.group = KE_MODP2048 };
	struct v1_phase2 want = offer;
	struct v1_chosen2 c, back;

	(void)state;
	want.esp = &his;
	assert_true(v1_phase2_choose(offer2(&offer), &want, &c, &e));
	assert_int_equal(c.sa.encr, ENCR_AES_CBC);
	assert_int_equal(c.sa.encr_bits, 256);
	assert_int_equal(c.sa.integ, INTEG_HMAC_SHA2_256_128);
	assert_int_equal(c.sa.ke, KE_MODP2048);
	assert_memory_equal(c.sa.spi, spi, 4);
	assert_true(v1_phase2_check(answer2(&c), &offer, &back, &e));
	assert_memory_equal(back.sa.spi, other_spi, 4);
	assert_int_equal(back.sa.integ, INTEG_HMAC_SHA2_256_128);
	want.encaps = V1_ENCAPS_TRANSPORT;
	assert_false(v1_phase2_choose(offer2(&offer), &want, &c, &e));
	assert_int_equal(e.notify, V1_N_NO_PROPOSAL_CHOSEN);
	want.encaps = V1_ENCAPS_TUNNEL;
	want.group = 0;		/* we do not ask for PFS, and take it when asked */
	assert_true(v1_phase2_choose(offer2(&offer), &want, &c, &e));
	assert_int_equal(c.sa.ke, KE_MODP2048);
	offer.group = 0;
	want.group = KE_MODP2048;	/* we ask for it, and are not offered it */
	assert_false(v1_phase2_choose(offer2(&offer), &want, &c, &e));
}

/* Of the first proposal: IPCOMP is the tunnel, which makes the same packets. */
static struct span
esp_in_transport(struct span body)
{
	static const uint8_t tunnel[] = { 0x80, V1_A2_ENCAPS, 0, V1_ENCAPS_TUNNEL };
	static uint8_t copy[4096];
	uint8_t *at;

	memcpy(copy, body.ptr, body.len);
	at = memmem(copy, body.len, tunnel, sizeof(tunnel));
	assert_non_null(at);
	at[3] = V1_ENCAPS_TRANSPORT;
	return span_of(copy, body.len);
}

static void
phase_2_compressed(void **state)
{
	struct proposal_list l = list("aes128-sha1", PROTO_ESP);
	struct v1_phase2 offer = { .esp = &l, .encaps = V1_ENCAPS_TUNNEL, .life_s = 28800,
		.compress = true };
	struct v1_phase2 want = offer;
	struct v1_chosen2 c, back;

	(void)state;
	assert_true(v1_phase2_choose(offer2(&offer), &want, &c, &e));
	assert_true(c.compress);
	assert_int_equal(c.cpi, 0x1234);
	assert_true(v1_phase2_check(answer2(&c), &offer, &back, &e));
	assert_true(back.compress);
	assert_int_equal(back.cpi, 0x4321);
	want.compress = false;	/* then the proposal without it */
	assert_true(v1_phase2_choose(offer2(&offer), &want, &c, &e));
	assert_false(c.compress);
	assert_int_equal(c.proposal, 1);
	assert_true(v1_phase2_check(answer2(&c), &offer, &back, &e));
	want.compress = true;
	assert_true(v1_phase2_choose(esp_in_transport(offer2(&offer)), &want, &c, &e));
	assert_true(c.compress);
	want.encaps = V1_ENCAPS_TRANSPORT;
	assert_false(v1_phase2_choose(esp_in_transport(offer2(&offer)), &want, &c, &e)
		     && c.compress);
	want = offer;
	want.compress = false;
	/* The same again without IPCOMP, under the next number: the first counts. */
	want.compress = true;
	assert_true(v1_phase2_choose(offer2(&offer), &offer, &c, &e));
	assert_true(v1_phase2_check(offer2(&offer), &offer, &back, &e));
	assert_true(back.compress);
	offer.compress = false;		/* but not two numbers without it */
	want.compress = false;
	/* An answer may not add what was not asked for. */
	offer.compress = true;
	assert_true(v1_phase2_choose(offer2(&offer), &offer, &c, &e));
	assert_false(v1_phase2_check(answer2(&c), &want, &back, &e));
}

static void
phase_2_mutilated(void **state)
{
	struct proposal_list l = list("aes128-sha1,aes_gcm128", PROTO_ESP);
	struct v1_phase2 p = { .esp = &l, .encaps = V1_ENCAPS_TUNNEL, .life_s = 28800,
		.compress = true };
	struct v1_chosen2 c;
	struct span s = offer2(&p);

	(void)state;
	assert_false(v1_phase2_check(s, &p, &c, &e));
	for (size_t len = 0; len < s.len; len++) {
		bool ok = v1_phase2_choose(span_of(s.ptr, len), &p, &c, &e);

		assert_true(ok || e.notify != 0);
	}
	for (size_t i = 0; i < s.len; i++) {
		buf[i] ^= 0xff;
		if (v1_phase2_choose(s, &p, &c, &e))
			assert_true(c.sa.encr == ENCR_AES_CBC || c.sa.encr == ENCR_AES_GCM_16);
		buf[i] ^= 0xff;
	}
}

/* RFC 2407 4.5.2: "Multiple Life Duration": each type belongs to the duration
 * behind it. */
static void
lifetimes(void **state)
{
	/* ESP 3DES with HMAC-SHA1, 24 hours and 100 MB, tunnel: the RFC's example
	 * of attributes in front of what a transform needs. */
	static const uint8_t body[] = { 0, 0, 0, 1, 0, 0, 0, 1,
		0, 0, 0, 52, 0, 3, 4, 1, 0xc0, 0xff, 0xee, 1,
		0, 0, 0, 40, 0, 12, 0, 0,
		0x80, 1, 0, 1, 0, 2, 0, 4, 0, 1, 0x51, 0x80,
		0x80, 1, 0, 2, 0, 2, 0, 4, 0, 1, 0x86, 0xa0,
		0x80, 4, 0, 1, 0x80, 5, 0, 2 };
	struct proposal_list l = list("aes128-sha1", PROTO_ESP);
	struct v1_phase2 p = { .esp = &l, .encaps = V1_ENCAPS_TUNNEL };
	uint8_t with_bits[sizeof(body) + 4];
	struct v1_chosen2 c;

	(void)state;
	assert_false(v1_phase2_choose(SPAN_OF(body), &p, &c, &e));	/* AES of no length */
	assert_int_equal(e.notify, V1_N_NO_PROPOSAL_CHOSEN);
	memcpy(with_bits, body, sizeof(body));
	memcpy(with_bits + sizeof(body), (uint8_t[]){ 0x80, 6, 0, 128 }, 4);
	with_bits[11] += 4;
	with_bits[23] += 4;
	assert_true(v1_phase2_choose(SPAN_OF(with_bits), &p, &c, &e));
	assert_int_equal(c.life_s, 86400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase_1_of_others),
		cmocka_unit_test(phase_1_agrees),
		cmocka_unit_test(phase_1_altered),
		cmocka_unit_test(phase_2_agrees),
		cmocka_unit_test(phase_2_compressed),
		cmocka_unit_test(phase_2_mutilated),
		cmocka_unit_test(lifetimes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
