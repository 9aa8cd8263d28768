/* A peer that starts again in the middle of a handshake, or of anything else: it is
 * tried anew at once, and nobody can make us do that for ever. */
#include "tests/exchange/pair.h"

#include <string.h>

#include "pluto/wire/ike_build.h"

enum { OWNER = 17, DEADLINE_MS = 3000 };

static struct pair *
auth_on_its_way(void)
{
	struct pair *p = pair_new();

	pair_use_oe(p);
	pair_initiate(p, A, OWNER, DEADLINE_MS);
	pair_compute(p);
	assert_true(pair_deliver_one(p));	/* IKE_SA_INIT */
	pair_compute(p);
	assert_true(pair_deliver_one(p));	/* its answer */
	for (int i = 0; i < 10 && p->net.n == 0; i++)
		pair_compute(p);
	assert_int_equal(pair_exchange_of(&p->net.queue[0]), EX_AUTH);
	return p;
}

/* A's IKE_AUTH is on the way to a B that has forgotten the SA. */
static struct pair *
in_the_middle(void)
{
	struct pair *p = auth_on_its_way();

	pair_restart(p, B);
	return p;
}

static void
in_ike_auth(void **state)
{
	struct pair *p = in_the_middle();

	(void)state;
	pair_settle(p);
	pair_assert_up(p, 1);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(pair_last(p, A, IKE_EV_CHILD_UP)->owner, OWNER);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	/* What was begun before goes without a word to whoever asked. */
	pair_advance(p, 60000);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	pair_free(p);
}

/* It is down for a second: the first that it hears is a retransmission. */
static void
in_ike_auth_and_slow(void **state)
{
	struct pair *p = in_the_middle();

	(void)state;
	fake_net_clear(&p->net);
	pair_advance(p, 1500);
	pair_assert_up(p, 1);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	pair_free(p);
}

static void
forge(struct pair *p, const struct ike_sa *sa)
{
	struct ike_hdr h = { .version = 0x20, .exchange = EX_AUTH, .flags = IKE_FLAG_R,
		.message_id = 1 };
	uint8_t room[64];
	struct ike_build b;

	memcpy(h.spi_i, sa->spi_i, 8);
	memcpy(h.spi_r, sa->spi_r, 8);
	b = ike_build_message(room, sizeof(room), &h);
	ike_build_notify(&b, PROTO_NONE, (struct span){ NULL, 0 }, N_INVALID_IKE_SPI,
			 (struct span){ NULL, 0 });
	fake_net_send(&p->net, &sa->remote, &sa->local, ike_build_end(&b));
}

static enum fake_fate
lose_auth(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return pair_exchange_of(d) == EX_AUTH ? FATE_DROP : FATE_DELIVER;
}

/* One lie about each SA that waits for its IKE_AUTH to be answered. */
static unsigned
lie(struct pair *p)
{
	struct ike_engine *e = p->side[A].e;
	unsigned n = 0;

	for (uint64_t serial = e->last_serial; serial > 0; serial--) {
		struct ike_sa *sa = ike_sa_find(e, serial);

		if (sa == NULL || sa->state != IKE_AUTH_SENT)
			continue;
		forge(p, sa);
		n++;
	}
	return n;
}

/* Somebody who sees our SPIs says so, again and again, and IKE_AUTH is lost meanwhile:
 * we begin anew twice, and one SA comes up all the same. */
static void
a_liar_gains_nothing(void **state)
{
	struct pair *p = auth_on_its_way();
	unsigned most = 0, lies = 0, n;

	(void)state;
	fake_net_clear(&p->net);
	p->net.fate = lose_auth;
	for (int i = 0; i < 10; i++) {
		p->net.fate = NULL;
		n = lie(p);
		p->net.fate = lose_auth;
		lies += n;
		most = n > most ? n : most;
		pair_settle(p);
	}
	assert_true(lies > 20);
	assert_int_equal(most, 3);
	p->net.fate = NULL;
	pair_advance(p, 2900);
	assert_true(pair_count(p, A, IKE_EV_CHILD_UP) >= 1);
	assert_int_equal(pair_count(p, A, IKE_EV_FAILED), 0);
	pair_advance(p, 60000);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pair_stats(p, i).ike_now, 1);
	pair_free(p);
}

/* Whoever listens to both ends with a pair that is up. */
static enum ike_event_kind
last_child_event(const struct pair *p, int who)
{
	const struct side *s = &p->side[who];

	for (unsigned i = s->n_events; i > 0; i--)
		if (s->events[i - 1].kind == IKE_EV_CHILD_UP
		    || s->events[i - 1].kind == IKE_EV_CHILD_DOWN)
			return s->events[i - 1].kind;
	return IKE_EV_LINE;
}

/* B has forgotten everything, and begins: INITIAL_CONTACT comes with its proof, and
 * what was there before goes at once, without a word. */
static void
it_comes_anew(void **state)
{
	struct pair *p = pair_new();
	uint32_t old;

	(void)state;
	pair_use_oe(p);
	pair_up(p);
	old = pair_child(p, A)->spi_in;
	pair_advance(p, 60000);
	pair_restart(p, B);
	pair_initiate(p, B, OWNER, DEADLINE_MS);
	pair_settle(p);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair_stats(p, i).ike_now, 1);
		assert_int_equal(fake_kernel_count(&p->side[i].kernel, SA_IN), 1);
		assert_int_equal(last_child_event(p, i), IKE_EV_CHILD_UP);
	}
	assert_true(pair_child(p, A)->spi_in != old);
	assert_true(fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel));
	assert_true(fake_kernel_reaches(&p->side[B].kernel, &p->side[A].kernel));
	pair_free(p);
}

/* An IKE_SA_INIT alone proves nothing: anybody can send it from there. */
static void
only_says_it_comes(void **state)
{
	struct pair *p = pair_new();
	unsigned sent;

	(void)state;
	pair_use_oe(p);
	pair_up(p);
	pair_advance(p, 60000);
	sent = p->net.sent;
	pair_initiate(p, B, OWNER, DEADLINE_MS);
	pair_compute(p);
	assert_true(pair_deliver_one(p));
	pair_compute(p);
	fake_net_clear(&p->net);
	ike_give_up(p->side[B].e, OWNER);
	pair_advance(p, 100000);
	assert_int_equal(pair_count(p, A, IKE_EV_CHILD_DOWN), 0);
	assert_int_equal(pair_stats(p, A).ike_now, 1);
	assert_true(p->net.sent <= sent + 20);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_ike_auth), cmocka_unit_test(in_ike_auth_and_slow),
		cmocka_unit_test(a_liar_gains_nothing), cmocka_unit_test(it_comes_anew),
		cmocka_unit_test(only_says_it_comes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
