/* Aggressive Mode between two of us: both proofs, loss, repetition, NAT, and who
 * does not get it. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

enum { AGGR_MESSAGES = 3, QUICK_MESSAGES = 3 };

static struct v1_pair *
aggressive(void)
{
	struct v1_pair *p = v1_pair_new();

	for (int i = 0; i < 2; i++)
		p->side[i].conn->aggressive = true;
	return p;
}

static void
shared_secret(void **state)
{
	static const char *const words[] = { "aes256-sha2_256-modp2048", "aes128-sha1-ecp256",
		"aes128-sha2_512-x25519,aes256-sha2_256-modp2048" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct v1_pair *p = aggressive();

		v1_pair_words(p, words[i], "aes256-sha2_256");
		v1_pair_up(p);
		assert_int_equal(p->net.sent, AGGR_MESSAGES + QUICK_MESSAGES);
		v1_pair_free(p);
	}
}

static void
by_rsa(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	v1_pair_rsa(p);
	v1_pair_up(p);
	assert_int_equal(p->net.sent, AGGR_MESSAGES + QUICK_MESSAGES);
	v1_pair_free(p);
}

/* Main Mode is not what an aggressive initiator sends, nor the other way round. */
static void
only_where_it_is_allowed(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	p->side[B].conn->aggressive = false;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(p->net.sent, 1);
	assert_int_equal(v1_pair_stats(p, B).half_open_now, 0);
	v1_pair_advance(p, 11000);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_SILENT);
	v1_pair_free(p);
}

static void
main_mode_is_answered_too(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	p->side[A].conn->aggressive = false;
	v1_pair_up(p);
	v1_pair_free(p);
}

static void
wrong_secret(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	strcpy(p->side[B].psk, "another secret");
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_PEER);
	v1_pair_advance(p, 60000);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

static void
wrong_key(void **state)
{
	struct v1_pair *p = aggressive();

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
somebody_else_answers(void **state)
{
	struct v1_pair *p = aggressive();
	char err[200];

	(void)state;
	assert_true(ident_parse("@east.example", &p->side[A].conn->remote.id, err, sizeof(err)));
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 0);
	v1_pair_advance(p, 11000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_stats(p, A).isakmp_up, 0);
	v1_pair_free(p);
}

static void
each_fate(void **state)
{
	(void)state;
	v1_pair_each_fate(aggressive, AGGR_MESSAGES + QUICK_MESSAGES);
}

static enum fake_fate
only_from_a(void *ctx, const struct fake_datagram *d)
{
	struct v1_pair *p = ctx;

	return ip_addr_eq(&d->from.addr, &p->side[B].at.addr) ? FATE_DROP : FATE_DELIVER;
}

/* What a stranger's address is sent is one answer for each of its messages. */
static void
responders_do_not_repeat(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	p->side[A].cfg.retransmit_tries = 1;
	p->net.fate = only_from_a;
	p->net.ctx = p;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(p->net.sent, 2);
	p->side[A].wake_ms = UINT64_MAX;	/* A sleeps: only B's timers run */
	v1_pair_advance(p, 100000);
	assert_int_equal(p->net.sent, 2);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

struct sizes { struct v1_pair *p; size_t from_a, from_b; };

static enum fake_fate
measure(void *ctx, const struct fake_datagram *d)
{
	struct sizes *s = ctx;
	size_t *at = ip_addr_eq(&d->from.addr, &s->p->side[A].at.addr) ? &s->from_a : &s->from_b;

	if (*at == 0)
		*at = d->bytes.len;
	return FATE_DELIVER;
}

/* AM2 is AM1 and a proof, and what tells of a NAT. */
static void
answers_are_not_much_larger(void **state)
{
	struct v1_pair *p = aggressive();
	struct sizes s = { .p = p };

	(void)state;
	p->net.fate = measure;
	p->net.ctx = &s;
	v1_pair_up(p);
	assert_true(s.from_b <= s.from_a + 3 * (32 + 4));
	v1_pair_free(p);
}

static enum fake_fate
nothing(void *ctx, const struct fake_datagram *d)
{
	(void)ctx, (void)d;
	return FATE_DROP;
}

/* RFC 2409 5: a first message that is cut short, or altered, is not a first message;
 * whatever it is, nothing is left of it. */
static void
mutilated(void **state)
{
	struct v1_pair *p = aggressive();
	struct chunk m;

	(void)state;
	p->net.fate = nothing;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	m = chunk_copy(chunk_span(p->net.last.bytes));
	for (size_t i = 28; i < m.len; i++) {
		m.ptr[i] ^= 0xff;
		v1_receive(p->side[B].e, &p->side[B].at, &p->side[A].at, chunk_span(m));
		m.ptr[i] ^= 0xff;
		m.ptr[0]++;	/* another cookie */
		v1_pair_settle(p);
	}
	chunk_free(&m);
	v1_pair_advance(p, 40000);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	assert_int_equal(p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

/* RFC 3947: AM3 floats to 4500, and the SAs are encapsulated. */
static void
behind_a_nat(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	v1_pair_up_behind_a_nat(p);
	v1_pair_free(p);
}

static void
a_new_isakmp_sa(void **state)
{
	struct v1_pair *p = aggressive();

	(void)state;
	v1_pair_up(p);
	assert_true(v1_rekey(p->side[A].e, v1_pair_last(p, A, IKE_EV_IKE_UP)->ike));
	v1_pair_settle(p);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_IKE_UP), 2);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_IKE_UP), 2);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_secret),
		cmocka_unit_test(by_rsa),
		cmocka_unit_test(only_where_it_is_allowed),
		cmocka_unit_test(main_mode_is_answered_too),
		cmocka_unit_test(wrong_secret),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(somebody_else_answers),
		cmocka_unit_test(each_fate),
		cmocka_unit_test(responders_do_not_repeat),
		cmocka_unit_test(answers_are_not_much_larger),
		cmocka_unit_test(mutilated),
		cmocka_unit_test(behind_a_nat),
		cmocka_unit_test(a_new_isakmp_sa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
