/* XAUTH and Mode Config between two of us: A is the client, B the server. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

enum { MAIN_MESSAGES = 6, XAUTH_MESSAGES = 4, CFG_MESSAGES = 2, QUICK_MESSAGES = 3 };

static struct v1_pair *
with_xauth(void)
{
	struct v1_pair *p = v1_pair_new();

	p->side[A].conn->xauth = CONN_PART_CLIENT;
	p->side[B].conn->xauth = CONN_PART_SERVER;
	for (int i = 0; i < 2; i++) {
		p->side[i].user = "road warrior";
		p->side[i].password = "correct horse";
	}
	return p;
}

static void
with_modecfg(struct v1_pair *p, bool pull, const char *pool)
{
	struct connection *a = p->side[A].conn, *b = p->side[B].conn;
	struct ip_prefix net;

	a->modecfg = CONN_PART_CLIENT;
	b->modecfg = CONN_PART_SERVER;
	a->modecfg_pull = b->modecfg_pull = pull;
	assert_true(ip_prefix_parse(pool, &net));
	b->remote.ts = ts_prefix(&net);
	b->remote.has_client = true;
	assert_true(ip_addr_parse("10.9.0.53", &b->modecfg_dns[0]));
	assert_true(ip_addr_parse("10.9.0.54", &b->modecfg_wins[0]));
}

static void
user_and_password(void **state)
{
	(void)state;
	for (int aggressive = 0; aggressive < 2; aggressive++)
		for (int rsa = 0; rsa < 2; rsa++) {
			struct v1_pair *p = with_xauth();

			p->side[A].conn->aggressive = p->side[B].conn->aggressive = aggressive;
			if (rsa)
				v1_pair_rsa(p);
			v1_pair_up(p);
			assert_int_equal(p->net.sent, (aggressive ? 3 : MAIN_MESSAGES) + XAUTH_MESSAGES
					 + QUICK_MESSAGES);
			v1_pair_free(p);
		}
}

/* The server may be the one who begins. */
static void
server_begins(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	v1_pair_initiate(p, B, 17);
	v1_pair_settle(p);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

static void
wrong_password(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].password = "incorrect horse";
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_AUTH_US);
	assert_non_null(strstr(v1_pair_last(p, A, IKE_EV_FAILED)->text, "XAUTH"));
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	assert_int_equal(v1_pair_stats(p, B).auth_failed, 1);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

static void
nobody_to_be(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].user = NULL;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	assert_non_null(strstr(v1_pair_last(p, A, IKE_EV_FAILED)->text, "nobody knows a user"));
	assert_int_equal(p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

/* Who has not proved himself gets no Quick Mode: a client that skips XAUTH. */
static void
not_without_it(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].late = true;
	v1_pair_initiate(p, A, 17);
	v1_pair_settle(p);
	p->side[A].conn->xauth = CONN_PART_NONE;	/* it thinks that it may go on */
	v1_pair_advance(p, 10000);
	assert_int_equal(p->side[B].kernel.n, 0);
	v1_pair_advance(p, 120000);
	assert_int_equal(p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 0);
	p->side[A].conn->xauth = CONN_PART_CLIENT;
	v1_pair_free(p);
}

static void
a_plain_client_is_refused(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].conn->xauth = CONN_PART_NONE;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 11000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_stats(p, B).isakmp_up, 0);
	v1_pair_free(p);
}

/* Somebody types, and a program thinks; the other side asks again meanwhile. */
static void
answers_that_take_time(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].late = p->side[B].late = true;
	assert_int_not_equal(v1_initiate(p->side[A].e, p->side[A].conn, 17, 0), 0);
	v1_pair_advance(p, 20000);
	v1_xauth_answer(p->side[A].e, p->side[A].lookup, span_str("a"), span_str("b"), NULL);
	v1_pair_advance(p, 20000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 0);
	v1_xauth_checked(p->side[B].e, p->side[B].lookup, true);
	v1_pair_settle(p);
	v1_pair_assert_up(p, 1);
	v1_xauth_checked(p->side[B].e, p->side[B].lookup, true);	/* nobody waits any more */
	v1_xauth_answer(p->side[A].e, 4711, span_str("a"), span_str("b"), NULL);
	v1_pair_free(p);
}

static void
too_late(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	p->side[A].late = true;
	assert_int_not_equal(v1_initiate(p->side[A].e, p->side[A].conn, 17, 0), 0);
	v1_pair_advance(p, 130000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now, 0);
	v1_pair_free(p);
}

static void
addresses(void **state)
{
	struct ip_addr first;

	(void)state;
	assert_true(ip_addr_parse("10.9.0.1", &first));
	for (int pull = 0; pull < 2; pull++)
		for (int xauth = 0; xauth < 2; xauth++) {
			struct v1_pair *p = xauth ? with_xauth() : v1_pair_new();
			struct fake_sa *a, *b;

			with_modecfg(p, pull, "10.9.0.0/24");
			v1_pair_up(p);
			assert_int_equal(p->net.sent, MAIN_MESSAGES + xauth * XAUTH_MESSAGES
					 + CFG_MESSAGES + QUICK_MESSAGES);
			a = fake_kernel_current(&p->side[A].kernel);
			b = fake_kernel_current(&p->side[B].kernel);
			assert_true(ip_addr_eq(&a->sa.sel.local.addr_lo, &first));
			assert_true(ip_addr_eq(&a->sa.sel.local.addr_hi, &first));
			assert_true(ts_eq(&a->sa.sel.local, &b->sa.sel.remote));
			v1_pair_free(p);
		}
}

/* It keeps its address when the ISAKMP SA is replaced, and the pair goes on. */
static void
the_same_address_again(void **state)
{
	struct v1_pair *p = with_xauth();
	struct ip_addr was;

	(void)state;
	with_modecfg(p, true, "10.9.0.0/24");
	v1_pair_up(p);
	was = fake_kernel_current(&p->side[A].kernel)->sa.sel.local.addr_lo;
	v1_pair_advance(p, 9 * 3600000ull);
	assert_true(v1_pair_count(p, A, IKE_EV_IKE_UP) >= 9);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_REKEYED), 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	assert_true(ip_addr_eq(&was, &fake_kernel_current(&p->side[A].kernel)->sa.sel.local.addr_lo));
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

static void
an_empty_pool(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct connection *c;

	(void)state;
	with_modecfg(p, false, "10.9.0.1/32");
	v1_pair_up(p);
	c = connection_instance(p->side[A].conn, NULL, NULL);
	strcpy(c->name, "another");
	assert_true(endpoint_parse("192.1.2.46", 500, &c->local.host));
	p->side[A].at = c->local.host;
	v1_initiate(p->side[A].e, c, 18, 10000);
	v1_pair_settle(p);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(fake_kernel_count(&p->side[B].kernel, SA_IN), 1);
	v1_engine_free(p->side[A].e);
	connection_unref(c);
	p->side[A].e = NULL;
	v1_pair_free(p);
}

static struct v1_pair *
pushed(void)
{
	struct v1_pair *p = with_xauth();

	with_modecfg(p, false, "10.9.0.0/24");
	return p;
}

static struct v1_pair *
pulled(void)
{
	struct v1_pair *p = with_xauth();

	with_modecfg(p, true, "10.9.0.0/24");
	return p;
}

static void
each_fate(void **state)
{
	(void)state;
	v1_pair_each_fate(pushed, MAIN_MESSAGES + XAUTH_MESSAGES + CFG_MESSAGES);
	v1_pair_each_fate(pulled, MAIN_MESSAGES + XAUTH_MESSAGES + CFG_MESSAGES);
}

/* Of each Transaction message a forgery comes first: nothing changes. */
static enum fake_fate
forge_before(void *ctx, const struct fake_datagram *d)
{
	struct v1_pair *p = ctx;
	struct chunk bad;
	int to;

	if (v1_exchange_of(d) != V1_TRANSACTION)
		return FATE_DELIVER;
	to = ip_addr_eq(&d->to.addr, &p->side[A].at.addr) ? A : B;
	bad = chunk_copy(chunk_span(d->bytes));
	for (size_t i = 28; i < bad.len; i += 5) {
		bad.ptr[i] ^= 0x10;
		v1_receive(p->side[to].e, &d->to, &d->from, chunk_span(bad));
		bad.ptr[i] ^= 0x10;
	}
	chunk_free(&bad);
	return FATE_DELIVER;
}

static void
forgeries(void **state)
{
	struct v1_pair *p = with_xauth();

	(void)state;
	with_modecfg(p, true, "10.9.0.0/24");
	p->net.fate = forge_before;
	p->net.ctx = p;
	v1_pair_up(p);
	v1_pair_free(p);
}

static void
a_silent_client(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	with_modecfg(p, false, "10.9.0.0/24");
	p->side[B].conn->modecfg_pull = true;	/* each waits for the other */
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 130000);
	assert_int_equal(p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_stats(p, A).isakmp_now + v1_pair_stats(p, B).isakmp_now, 0);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_and_password),
		cmocka_unit_test(server_begins),
		cmocka_unit_test(wrong_password),
		cmocka_unit_test(nobody_to_be),
		cmocka_unit_test(not_without_it),
		cmocka_unit_test(a_plain_client_is_refused),
		cmocka_unit_test(answers_that_take_time),
		cmocka_unit_test(too_late),
		cmocka_unit_test(addresses),
		cmocka_unit_test(the_same_address_again),
		cmocka_unit_test(an_empty_pool),
		cmocka_unit_test(each_fate),
		cmocka_unit_test(forgeries),
		cmocka_unit_test(a_silent_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
