/* Strangers who want nothing but our memory, our time, or our answers sent to others. */
#include "tests/exchange/pair.h"

#include <string.h>

enum { COOKIE_AT = IKE_HDR_LEN, COOKIE_PAYLOAD = 8 + COOKIE_LEN };

struct stranger {
	struct pair *p;
	struct chunk init;		/* an honest request; the SPI is changed */
	uint32_t n;			/* how many have come */
	bool answers;			/* the address is its own: it returns cookies */
	struct fake_datagram cookie;	/* what it was asked to return */
	size_t longest;			/* answer */
};

/* What B sends to strangers does not travel; A's mail does. */
static enum fake_fate
overhear(void *ctx, const struct fake_datagram *d)
{
	struct stranger *s = ctx;

	if (ip_addr_eq(&d->to.addr, &s->p->side[A].at.addr)
	    || ip_addr_eq(&d->to.addr, &s->p->side[B].at.addr))
		return FATE_DELIVER;
	if (d->bytes.len > s->longest)
		s->longest = d->bytes.len;
	if (d->bytes.len == COOKIE_AT + COOKIE_PAYLOAD) {
		chunk_free(&s->cookie.bytes);
		s->cookie = (struct fake_datagram){ .to = d->to,
			.bytes = chunk_copy(chunk_span(d->bytes)) };
	}
	return FATE_DROP;
}

static void
begin(struct stranger *s, struct pair *p)
{
	*s = (struct stranger){ .p = p };
	p->net.fate = pair_hold;
	pair_initiate(p, A, 17, 0);
	pair_compute(p);
	s->init = chunk_copy(chunk_span(p->net.held[0].bytes));
	p->net.fate = overhear;
	p->net.ctx = s;
}

static void
end(struct stranger *s)
{
	chunk_free(&s->init);
	chunk_free(&s->cookie.bytes);
	pair_free(s->p);
}

static void
receive(struct stranger *s, const struct endpoint *from, struct span datagram)
{
	ike_receive(s->p->side[B].e, &s->p->side[B].at, from, datagram);
}

/* The same request with the cookie as its first payload (RFC 7296 2.6). */
static void
return_cookie(struct stranger *s, const struct endpoint *from, const struct chunk *init)
{
	struct chunk c = chunk_new(init->len + COOKIE_PAYLOAD);

	memcpy(c.ptr, init->ptr, IKE_HDR_LEN);
	memcpy(c.ptr + COOKIE_AT, s->cookie.bytes.ptr + COOKIE_AT, COOKIE_PAYLOAD);
	memcpy(c.ptr + COOKIE_AT + COOKIE_PAYLOAD, init->ptr + IKE_HDR_LEN, init->len - IKE_HDR_LEN);
	c.ptr[COOKIE_AT] = c.ptr[16];
	c.ptr[16] = P_N;
	c.ptr[26] = (uint8_t)(c.len >> 8);
	c.ptr[27] = (uint8_t)c.len;
	chunk_free(&s->cookie.bytes);
	receive(s, from, chunk_span(c));
	chunk_free(&c);
}

static void
come(struct stranger *s, const char *at)
{
	struct chunk c = chunk_copy(chunk_span(s->init));
	struct endpoint from;

	assert_true(endpoint_parse(at, 500, &from));
	s->n++;
	memcpy(c.ptr, &s->n, sizeof(s->n));
	receive(s, &from, chunk_span(c));
	if (s->answers && s->cookie.bytes.len > 0)
		return_cookie(s, &from, &c);
	chunk_free(&c);
}

static void
come_from_a_prefix(struct stranger *s, unsigned each)
{
	char at[32];

	for (unsigned i = 1; i < 255; i++) {
		snprintf(at, sizeof(at), "203.0.113.%u", i);
		for (unsigned k = 0; k < each; k++)
			come(s, at);
	}
}

/* Whoever really has a /24 fills its own part and no more, while others get in. */
static void
owner_of_a_prefix(void **state)
{
	struct pair *p = pair_new();
	struct ike_stats stats;
	struct stranger s;

	(void)state;
	begin(&s, p);
	s.answers = true;
	come_from_a_prefix(&s, 10);
	pair_compute(p);
	stats = pair_stats(p, B);
	assert_int_equal(stats.half_open_now, p->side[B].cfg.max_half_open / 16);
	assert_int_equal(stats.refused_half_open, 2540 - stats.half_open_now);
	fake_net_release(&p->net);
	pair_settle(p);
	pair_assert_up(p, 1);
	/* Its part is free again when it has let its time go by. */
	pair_advance(p, 10000);
	assert_int_equal(pair_stats(p, B).half_open_now, 0);
	come(&s, "203.0.113.7");
	assert_int_equal(pair_stats(p, B).half_open_now, 1);
	end(&s);
}

/* Long before all are asked for cookies, those of a crowded prefix are. */
static void
cookies_for_a_prefix(void **state)
{
	struct pair *p = pair_new();
	struct stranger s;

	(void)state;
	begin(&s, p);
	come_from_a_prefix(&s, 1);
	assert_int_equal(pair_stats(p, B).half_open_now, 16);
	assert_int_equal(pair_stats(p, B).cookies_sent, 254 - 16);
	come(&s, "203.0.112.1");
	assert_int_equal(pair_stats(p, B).half_open_now, 17);
	end(&s);
}

/* A shared secret is computed when IKE_AUTH has come, and not before. */
static void
secret_is_late(void **state)
{
	struct pair *p = pair_new();
	struct stranger s;

	(void)state;
	begin(&s, p);
	come_from_a_prefix(&s, 1);
	pair_compute(p);
	assert_int_equal(pair_stats(p, B).ke_jobs, 16);
	fake_net_release(&p->net);
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_equal(pair_stats(p, B).ke_jobs, 18);
	end(&s);
}

/* An empty SA and KE, and the shortest nonce: nothing is shorter that asks for a cookie. */
static void
shorter_than_its_answer(void **state)
{
	static const uint8_t nothing[16];
	struct pair *p = pair_new();
	struct stranger s;
	struct endpoint from;

	(void)state;
	begin(&s, p);
	p->side[B].e->cfg.cookie_threshold = 0;
	assert_true(endpoint_parse("203.0.113.7", 500, &from));
	for (size_t value = 1; value < 40; value++) {
		struct ike_hdr h = { .version = 0x20, .exchange = EX_SA_INIT,
			.flags = IKE_FLAG_I, .spi_i = { (uint8_t)value } };
		uint8_t room[200], noise[40] = { 0 };
		struct ike_build b = ike_build_message(room, sizeof(room), &h);
		struct span out;

		ike_build_payload(&b, P_SA, (struct span){ NULL, 0 });
		ike_build_ke(&b, KE_X25519, span_of(noise, value));
		ike_build_payload(&b, P_NONCE, SPAN_OF(nothing));
		out = ike_build_end(&b);
		s.longest = 0;
		receive(&s, &from, out);
		assert_true(s.longest <= out.len);
	}
	assert_int_equal(s.longest, COOKIE_AT + COOKIE_PAYLOAD);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owner_of_a_prefix), cmocka_unit_test(cookies_for_a_prefix),
		cmocka_unit_test(secret_is_late), cmocka_unit_test(shorter_than_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
