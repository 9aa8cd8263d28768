/* Main Mode and Quick Mode between two of us: both proofs, loss, repetition,
 * forgery, refusal. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

static void
shared_secret(void **state)
{
	static const char *const words[][2] = {
		{ "aes256-sha2_256-modp2048", "aes256-sha2_256" },
		{ "aes128-sha1-modp2048", "aes128-sha1" },
		{ "aes192-sha2_512-modp4096", "aes_gcm256" },
		{ "aes256-sha2_384-ecp256", "aes_gcm128" },
		{ "aes128-sha2_256-x25519", "aes128-sha2_512" },
		{ "3des-md5-modp1024", "3des-md5" },
		{ "3des-sha1-modp1536", "aes128-sha1" },
		{ "aes256-sha2_512-ecp521", "aes256-sha2_512" },
		{ "aes128-sha1-modp6144", "aes128-sha1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct v1_pair *p = v1_pair_new();

		v1_pair_words(p, words[i][0], words[i][1]);
		v1_pair_up(p);
		/* MM1 to MM6, QM1 to QM3. */
		assert_int_equal(p->net.sent, 9);
		v1_pair_free(p);
	}
}

static void
by_rsa(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_rsa(p);
	v1_pair_up(p);
	v1_pair_free(p);
}

static void
by_rsa_from_dns(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct connection *c = p->side[B].conn;

	(void)state;
	v1_pair_rsa(p);
	p->side[B].dns = (struct peer_keys){ .keys = { c->keys[0] }, .n = 1, .source = "DNS" };
	c->n_keys = 0;
	c->keys_from_dns = true;
	v1_pair_up(p);
	c->n_keys = 1;
	v1_pair_free(p);
}

static void
wrong_key(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_rsa(p);
	p->side[A].key = p->side[B].key;	/* signs with what is not A's */
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 60000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_stats(p, B).auth_failed, 1);
	assert_int_equal(p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

static void
wrong_secret(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	strcpy(p->side[B].psk, "another secret");
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 60000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->owner, 17);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	v1_pair_advance(p, 60000);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

static void
with_pfs(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[A].conn->pfs = true;
	v1_pair_up(p);
	v1_pair_free(p);
}

static void
nothing_in_common(void **state)
{
	struct v1_pair *p = v1_pair_new();
	char err[200];

	(void)state;
	assert_true(proposal_parse("aes128-sha1-ecp256", PROTO_IKE, &p->side[B].conn->ike, err,
				   sizeof(err)));
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(p->net.sent, 2);	/* the offer, and a hint */
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 0);
	v1_pair_advance(p, 11000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	v1_pair_free(p);
}

static void
each_fate(void **state)
{
	(void)state;
	v1_pair_each_fate(v1_pair_new, 9);
}

/* RFC 2409 8: a forged message moves neither the chain of IVs nor the state. */
struct forger { struct v1_pair *p; uint8_t exchange; unsigned n, at; };

static enum fake_fate
forge_before(void *ctx, const struct fake_datagram *d)
{
	struct forger *f = ctx;
	struct chunk bad;
	int to;

	if (v1_exchange_of(d) != f->exchange || f->n++ != f->at)
		return FATE_DELIVER;
	bad = chunk_copy(chunk_span(d->bytes));
	bad.ptr[bad.len - 1] ^= 1;
	to = ip_addr_eq(&d->to.addr, &f->p->side[A].at.addr) ? A : B;
	v1_receive(f->p->side[to].e, &d->to, &d->from, chunk_span(bad));
	chunk_free(&bad);
	return FATE_DELIVER;
}

static void
forged_messages_change_nothing(void **state)
{
	static const struct { uint8_t exchange; unsigned at; } rows[] = {
		{ V1_QUICK, 0 }, { V1_QUICK, 1 }, { V1_QUICK, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct v1_pair *p = v1_pair_new();
		struct forger f = { p, rows[i].exchange, 0, rows[i].at };

		p->net.fate = forge_before;
		p->net.ctx = &f;
		v1_pair_initiate(p, A, 17);
		v1_pair_advance(p, 3000);
		v1_pair_assert_up(p, 1);
		v1_pair_free(p);
	}
}

/* A responder is silent on its own: what it sends is an answer. */
static enum fake_fate
only_first(void *ctx, const struct fake_datagram *d)
{
	struct v1_pair *p = ctx;

	return ip_addr_eq(&d->from.addr, &p->side[B].at.addr) ? FATE_DROP : FATE_DELIVER;
}

static void
responders_do_not_repeat(void **state)
{
	struct v1_pair *p = v1_pair_new();
	unsigned sent;

	(void)state;
	p->side[A].cfg.retransmit_tries = 1;
	p->net.fate = only_first;
	p->net.ctx = p;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	sent = p->net.sent;
	assert_int_equal(sent, 2);
	p->side[A].wake_ms = UINT64_MAX;	/* A sleeps: only B's timers run */
	v1_pair_advance(p, 100000);
	assert_int_equal(p->net.sent, sent);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

/* Before MM3 its address is anybody's. */
struct sizes { struct v1_pair *p; size_t asked, answered; };

static enum fake_fate
measure(void *ctx, const struct fake_datagram *d)
{
	struct sizes *s = ctx;

	if (ip_addr_eq(&d->from.addr, &s->p->side[A].at.addr))
		s->asked += d->bytes.len;
	else
		s->answered += d->bytes.len;
	return FATE_DELIVER;
}

static enum fake_fate
without_vids(void *ctx, const struct fake_datagram *d)
{
	struct sizes *s = ctx;
	struct chunk m;

	if (s->asked > 0) {
		s->answered += d->bytes.len;
		return FATE_DROP;
	}
	m = chunk_copy(span_of(d->bytes.ptr, 28 + d->bytes.ptr[31]));	/* header and SA */
	m.ptr[28] = 0;
	m.ptr[27] = (uint8_t)m.len;
	s->asked = m.len;
	v1_receive(s->p->side[B].e, &d->to, &d->from, chunk_span(m));
	chunk_free(&m);
	return FATE_DROP;
}

static void
answers_are_no_larger(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct sizes s = { .p = p };

	(void)state;
	p->net.fate = measure;
	p->net.ctx = &s;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_true(s.answered > 0 && s.answered <= s.asked);
	v1_pair_free(p);
	p = v1_pair_new();
	s = (struct sizes){ .p = p };
	p->net.fate = without_vids;
	p->net.ctx = &s;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_true(s.answered > 0 && s.answered <= s.asked);
	v1_pair_free(p);
}

static void
strangers_get_nothing(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[B].unknown = true;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(p->net.sent, 1);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_advance(p, 11000);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_SILENT);
	v1_pair_free(p);
}

static void
clients_behind(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct ip_prefix a, b;

	(void)state;
	assert_true(ip_prefix_parse("10.1.0.0/24", &a) && ip_prefix_parse("10.2.0.0/16", &b));
	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		c->local.ts = ts_prefix(i == A ? &a : &b);
		c->remote.ts = ts_prefix(i == A ? &b : &a);
		c->local.has_client = c->remote.has_client = true;
	}
	v1_pair_up(p);
	assert_true(ts_eq(&p->side[B].kernel.sas[0].sa.sel.remote, &p->side[A].conn->local.ts));
	v1_pair_free(p);
}

static void
clients_that_are_not_his(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct ip_prefix b;

	(void)state;
	assert_true(ip_prefix_parse("10.2.0.0/16", &b));
	p->side[A].conn->remote.ts = ts_prefix(&b);
	p->side[A].conn->remote.has_client = true;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 1000);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_TS);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->notify, V1_N_INVALID_ID_INFORMATION);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_secret),
		cmocka_unit_test(by_rsa),
		cmocka_unit_test(by_rsa_from_dns),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(wrong_secret),
		cmocka_unit_test(with_pfs),
		cmocka_unit_test(nothing_in_common),
		cmocka_unit_test(each_fate),
		cmocka_unit_test(forged_messages_change_nothing),
		cmocka_unit_test(responders_do_not_repeat),
		cmocka_unit_test(answers_are_no_larger),
		cmocka_unit_test(strangers_get_nothing),
		cmocka_unit_test(clients_behind),
		cmocka_unit_test(clients_that_are_not_his),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
