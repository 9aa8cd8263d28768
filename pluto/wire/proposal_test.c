/* What we offer, what comes back, and lengths that lie. */
#include "lib/test.h"

#include <string.h>

#include "pluto/wire/proposal.h"

static uint8_t buf[4096], answer[512];
static const uint8_t spi4[] = { 1, 2, 3, 4 };

static struct span
body_of(struct ike_build *b)
{
	struct span s = ike_build_end(b);
	struct payload_list l;
	struct parse_error e;

	assert_non_null(s.ptr);
	assert_true(payload_list_read(s, b->first, &l, &e));
	return l.p[0].body;
}

static struct span
offer_of(const struct proposal_list *l, struct span spi, bool with_ke)
{
	struct ike_build b = ike_build_inner(buf, sizeof(buf));
	size_t mark = ike_build_open(&b, P_SA);

	proposal_write(&b, l, spi, with_ke);
	ike_build_close(&b, mark);
	return body_of(&b);
}

static struct span
answer_of(const struct chosen *c, struct span spi)
{
	struct ike_build b = ike_build_inner(answer, sizeof(answer));
	size_t mark = ike_build_open(&b, P_SA);

	proposal_write_chosen(&b, c, spi);
	ike_build_close(&b, mark);
	return body_of(&b);
}

/* Each default list is sound: as many rows as it says, and no mixture. */
static void
defaults_are_sound(void **state)
{
	const struct proposal_list *lists[] = {
		proposal_default_ike(), proposal_default_esp(),
	};

	(void)state;
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < lists[k]->n; i++) {
			const struct proposal *p = &lists[k]->p[i];
			unsigned types = 0;

			assert_int_equal(p->protocol, k ? PROTO_ESP : PROTO_IKE);
			for (unsigned n = 0; n < PROPOSAL_MAX_TRANSFORMS; n++) {
				assert_int_equal(p->t[n].type != 0, n < p->n);
				types |= 1u << p->t[n].type;
			}
			assert_int_equal((types & 1u << T_INTEG) != 0, i == 1);
			assert_int_equal((types & 1u << T_PRF) != 0, k == 0);
			assert_int_equal((types & 1u << T_ESN) != 0, k == 1);
		}
	assert_true(proposal_has_ke(lists[0], KE_MODP2048));
	assert_false(proposal_has_ke(lists[0], KE_NONE));
	assert_false(proposal_has_ke(lists[0], 1025));
	assert_int_equal(lists[0]->p[0].t[6].id, KE_X25519);
}

/* We and our like agree, and the answer is accepted. */
static void
with_ourselves(void **state)
{
	struct chosen c, back;
	struct parse_error e;
	struct span offer, a;

	(void)state;
	offer = offer_of(proposal_default_ike(), (struct span){ 0 }, true);
	assert_true(proposal_choose(offer, proposal_default_ike(), PROTO_IKE, 0,
	    KE_X25519, true, &c, &e));
	assert_int_equal(c.number, 1);
	a = answer_of(&c, (struct span){ 0 });
	assert_true(proposal_check_answer(a, proposal_default_ike(), PROTO_IKE, 0,
	    true, &back, &e));
	assert_int_equal(back.prf, PRF_HMAC_SHA2_256);

	offer = offer_of(proposal_default_esp(), SPAN_OF(spi4), false);
	assert_true(proposal_choose(offer, proposal_default_esp(), PROTO_ESP, 4,
	    0, false, &c, &e));
	assert_true(c.esn && c.encr_bits == 256 && c.ke == 0);
	assert_memory_equal(c.spi, spi4, 4);
	a = answer_of(&c, SPAN_OF(spi4));
	assert_true(proposal_check_answer(a, proposal_default_esp(), PROTO_ESP, 4,
	    false, &back, &e));
	assert_true(back.esn);

	offer = offer_of(proposal_default_esp(), SPAN_OF(spi4), true);
	assert_true(proposal_choose(offer, proposal_default_esp(), PROTO_ESP, 4,
	    KE_ECP256, true, &c, &e));
	assert_int_equal(c.ke, KE_ECP256);
	a = answer_of(&c, SPAN_OF(spi4));
	assert_true(proposal_check_answer(a, proposal_default_esp(), PROTO_ESP, 4,
	    true, &back, &e));
	assert_int_equal(back.ke, KE_ECP256);
}

/* Without KE transforms there are none, and the counts know. */
static void
without_ke(void **state)
{
	struct span with = offer_of(proposal_default_esp(), SPAN_OF(spi4), true);
	size_t long_len = with.len, n = with.ptr[7];
	struct span s = offer_of(proposal_default_esp(), SPAN_OF(spi4), false);

	(void)state;
	assert_int_equal(long_len - s.len, 2 * 7 * 8);
	assert_int_equal(s.ptr[7], n - 7);
}

static bool
accepts(const struct chosen *c)
{
	struct parse_error e;
	struct chosen back;
	bool ok = proposal_check_answer(answer_of(c, (struct span){ 0 }),
	    proposal_default_ike(), PROTO_IKE, 0, true, &back, &e);

	assert_true(ok || e.notify == N_NO_PROPOSAL_CHOSEN);
	return ok;
}

/* The initiator takes only what it has offered, as one of its proposals. */
static void
foreign_answers(void **state)
{
	const struct chosen good = {
		.number = 1, .protocol = PROTO_IKE, .encr = ENCR_AES_GCM_16,
		.encr_bits = 128, .prf = PRF_HMAC_SHA2_512, .ke = KE_ECP256,
	};
	struct chosen c = good;

	(void)state;
	assert_true(accepts(&c));
	c.encr_bits = 192;
	assert_false(accepts(&c));
	c = good;
	c.encr = ENCR_3DES;
	c.encr_bits = 0;
	assert_false(accepts(&c));
	c = good;
	c.prf = PRF_HMAC_SHA1;
	assert_false(accepts(&c));
	c = good;
	c.prf = 0;
	assert_false(accepts(&c));
	c = good;
	c.ke = KE_NONE;
	assert_false(accepts(&c));
	c = good;
	c.ke = 22;
	assert_false(accepts(&c));
	c = good;
	c.integ = INTEG_HMAC_SHA2_256_128;	/* an AEAD cipher with more */
	assert_false(accepts(&c));
	c.encr = ENCR_AES_CBC;
	assert_true(accepts(&c));
	c.integ = INTEG_NONE;			/* a classic one with less */
	assert_false(accepts(&c));
	c = good;
	c.protocol = PROTO_ESP;
	assert_false(accepts(&c));
}

/* Two transforms of a type, or two proposals, are no answer. */
static void
ambiguous_answers(void **state)
{
	struct proposal_list two = { .n = 1 };
	struct parse_error e;
	struct chosen c;
	char err[100];

	(void)state;
	assert_true(proposal_parse("aes_gcm256+aes_gcm128-sha2-x25519", PROTO_IKE,
	    &two, err, sizeof(err)));
	assert_false(proposal_check_answer(offer_of(&two, (struct span){ 0 }, true),
	    proposal_default_ike(), PROTO_IKE, 0, true, &c, &e));
	assert_int_equal(e.notify, N_NO_PROPOSAL_CHOSEN);
	assert_true(proposal_parse("aes_gcm256-sha2-x25519,aes256-sha2-x25519",
	    PROTO_IKE, &two, err, sizeof(err)));
	assert_false(proposal_check_answer(offer_of(&two, (struct span){ 0 }, true),
	    proposal_default_ike(), PROTO_IKE, 0, true, &c, &e));
	assert_int_equal(e.notify, N_INVALID_SYNTAX);
}

/* Every prefix, and every octet changed: an answer or an error, never more. */
static void
hostile(void **state)
{
	struct span s = offer_of(proposal_default_esp(), SPAN_OF(spi4), true);
	uint8_t copy[sizeof(buf)];
	struct parse_error e;
	struct chosen c;

	(void)state;
	for (size_t n = 0; n < s.len; n++) {
		assert_false(proposal_choose(span_of(s.ptr, n),
		    proposal_default_esp(), PROTO_ESP, 4, 0, true, &c, &e));
		assert_int_equal(e.notify, N_INVALID_SYNTAX);
	}
	for (size_t at = 0; at < s.len; at++)
		for (unsigned v = 0; v < 256; v += 51) {
			memcpy(copy, s.ptr, s.len);
			copy[at] = (uint8_t)v;
			if (!proposal_choose(span_of(copy, s.len),
			    proposal_default_esp(), PROTO_ESP, 4, 0, true, &c, &e))
				assert_true(e.notify != 0 && e.what != NULL);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_sound),
		cmocka_unit_test(with_ourselves),
		cmocka_unit_test(without_ke),
		cmocka_unit_test(foreign_answers),
		cmocka_unit_test(ambiguous_answers),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
