/* What Quick Mode agrees on: ESP or AH, tunnel or transport, IPCOMP beside it or
 * not, PFS of a group of its own. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

enum { QM3 = 8 };	/* Main Mode has six before the three of Quick Mode */

static void
words(struct v1_pair *p, uint8_t protocol, const char *text)
{
	char err[200];

	for (int i = 0; i < 2; i++)
		if (!proposal_parse(text, protocol, &p->side[i].conn->esp, err, sizeof(err)))
			fail_msg("%s", err);
}

static void
each_of_them(void **state)
{
	static const struct {
		uint8_t protocol;
		const char *words;
		unsigned encr_key, integ_key;
	} rows[] = {
		{ PROTO_ESP, "aes128-sha1", 16, 20 },
		{ PROTO_ESP, "3des-md5", 24, 16 },
		{ PROTO_ESP, "null-sha1", 0, 20 },
		{ PROTO_ESP, "aes_ctr256-sha2_256", 36, 32 },
		{ PROTO_ESP, "aes_ccm128", 19, 0 },
		{ PROTO_AH, "sha2_256", 0, 32 },
		{ PROTO_AH, "sha1", 0, 20 },
		{ PROTO_AH, "md5", 0, 16 },
		{ PROTO_AH, "sha2_512", 0, 64 },
	};

	(void)state;
	for (size_t i = 0; i < 4 * sizeof(rows) / sizeof(*rows); i++) {
		struct v1_pair *p = v1_pair_new();
		const struct kernel_sa *sa;

		words(p, rows[i / 4].protocol, rows[i / 4].words);
		for (int w = A; w <= B; w++) {
			p->side[w].conn->compress = i % 2 == 1;
			p->side[w].conn->mode = i % 4 > 1 ? MODE_TRANSPORT : MODE_TUNNEL;
		}
		v1_pair_up(p);
		sa = &fake_kernel_current(&p->side[A].kernel)->sa;
		assert_int_equal(sa->protocol, rows[i / 4].protocol == PROTO_AH ? SA_AH : SA_ESP);
		assert_int_equal(sa->mode, i % 4 > 1 ? MODE_TRANSPORT : MODE_TUNNEL);
		assert_int_equal(sa->cpi != 0, i % 2);
		assert_int_equal(sa->encr_key.len, rows[i / 4].encr_key);
		assert_int_equal(sa->integ_key.len, rows[i / 4].integ_key);
		v1_pair_free(p);
	}
}

/* RFC 2408 4.2: what is offered beside it is the peer's to choose. */
static void
one_does_not_compress(void **state)
{
	(void)state;
	for (int who = 0; who < 3; who++) {
		struct v1_pair *p = v1_pair_new();

		p->side[A].conn->compress = who != A;
		p->side[B].conn->compress = who != B;
		v1_pair_up(p);
		assert_int_equal(fake_kernel_current(&p->side[A].kernel)->sa.cpi != 0, who == 2);
		v1_pair_free(p);
	}
}

static void
no_number_left(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[A].conn->compress = p->side[B].conn->compress = true;
	p->side[A].kernel.no_cpi = true;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 20000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	v1_pair_free(p);
}

static void
esp_is_not_ah(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	words(p, PROTO_AH, "sha2_256");
	p->side[B].conn->esp = *proposal_default_esp();
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 1000);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->notify, V1_N_NO_PROPOSAL_CHOSEN);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

static void
rekeyed_with_all_of_it(void **state)
{
	struct v1_pair *p = v1_pair_new();
	uint16_t cpi;

	(void)state;
	words(p, PROTO_AH, "sha2_256");
	p->side[A].conn->compress = p->side[B].conn->compress = true;
	v1_pair_up(p);
	cpi = fake_kernel_current(&p->side[A].kernel)->sa.cpi;
	assert_true(v1_rekey(p->side[A].e, v1_pair_last(p, A, IKE_EV_CHILD_UP)->child));
	v1_pair_advance(p, 8000);
	v1_pair_assert_up(p, 1);
	assert_int_equal(fake_kernel_current(&p->side[A].kernel)->sa.protocol, SA_AH);
	assert_int_not_equal(fake_kernel_current(&p->side[A].kernel)->sa.cpi, 0);
	assert_int_not_equal(fake_kernel_current(&p->side[A].kernel)->sa.cpi, cpi);
	v1_pair_free(p);
}

static void
group_of_its_own(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		p->side[i].conn->pfs = true;
		p->side[i].conn->pfs_group = KE_ECP256;
	}
	v1_pair_up(p);
	v1_pair_free(p);
	p = v1_pair_new();
	p->side[A].conn->pfs = p->side[B].conn->pfs = true;
	p->side[B].conn->pfs_group = KE_ECP384;
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 1000);
	assert_int_equal(v1_pair_last(p, A, IKE_EV_FAILED)->notify, V1_N_NO_PROPOSAL_CHOSEN);
	v1_pair_free(p);
}

/* RFC 3715 2.1: whoever is behind a NAT says no to AH. */
static void
ah_before_a_nat(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	words(p, PROTO_AH, "sha2_256");
	assert_true(endpoint_parse("192.1.2.45", 500, &p->net.nat_inside));
	assert_true(endpoint_parse("192.1.2.45", 1500, &p->net.nat_outside));
	v1_pair_initiate(p, A, 17);
	v1_pair_advance(p, 20000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_FAILED), 1);
	assert_non_null(strstr(v1_pair_last(p, A, IKE_EV_FAILED)->text, "NAT"));
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	v1_pair_free(p);
}

/* RFC 3947 5.2: the addresses that each end sees, whoever begins the next. */
static void
transport_through_a_nat(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->side[A].conn->mode = p->side[B].conn->mode = MODE_TRANSPORT;
	for (int i = 0; i < 2; i++) {
		struct connection *c = p->side[i].conn;

		c->local.ts.ip_proto = c->remote.ts.ip_proto = 17;
		c->remote.ts.port_lo = c->remote.ts.port_hi = i == A ? 1701 : 0;
		c->remote.ts.port_hi = i == A ? 1701 : UINT16_MAX;
		c->local.ts.port_lo = i == A ? 0 : 1701;
		c->local.ts.port_hi = i == A ? UINT16_MAX : 1701;
	}
	assert_true(endpoint_parse("192.1.2.45", 500, &p->net.nat_inside));
	assert_true(endpoint_parse("192.1.2.99", 1500, &p->net.nat_outside));
	v1_pair_up(p);
	for (int i = 0; i < 2; i++) {
		const struct kernel_sa *sa = &fake_kernel_current(&p->side[i].kernel)->sa;

		assert_int_equal(sa->mode, MODE_TRANSPORT);
		assert_true(sa->encap_udp);
		assert_true(ip_addr_eq(&sa->sel.local.addr_lo, &p->side[i].at.addr));
		assert_true(ip_addr_eq(&sa->sel.remote.addr_lo, i == A ? &p->side[B].at.addr
				       : &p->net.nat_outside.addr));
		assert_int_equal((i == A ? sa->sel.remote : sa->sel.local).port_lo, 1701);
		assert_int_equal(sa->sel.remote.ip_proto, 17);
	}
	for (int i = 0; i < 2; i++) {
		assert_true(v1_rekey(p->side[i].e, v1_pair_last(p, i, i == A ? IKE_EV_CHILD_UP
				     : IKE_EV_CHILD_REKEYED)->child));
		v1_pair_advance(p, 8000);
		v1_pair_assert_up(p, 1);
	}
	v1_pair_free(p);
}

/* The initiator's packets may overtake QM3, and the answers to them must not leave in
 * the clear. */
static enum fake_fate
ready_when_qm2_leaves(void *ctx, const struct fake_datagram *d)
{
	struct v1_pair *p = ctx;
	struct fake_kernel *k = &p->side[B].kernel;

	if (v1_exchange_of(d) != V1_QUICK || !ip_addr_eq(&d->from.addr, &p->side[B].at.addr))
		return FATE_DELIVER;
	assert_int_equal(fake_kernel_count(k, SA_IN), 1);
	assert_int_equal(fake_kernel_count(k, SA_OUT), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	return FATE_DELIVER;
}

static void
responder_is_ready(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	p->net.fate = ready_when_qm2_leaves;
	p->net.ctx = p;
	v1_pair_up(p);
	v1_pair_free(p);
}

/* A begins, nobody has anything to send, and FATE is the datagrams'. */
static struct v1_pair *
begun_idle(fake_fate_fn *fate, struct fake_nth *lost)
{
	struct v1_pair *p = v1_pair_new();

	p->idle = true;
	p->net.fate = fate;
	p->net.ctx = lost;
	v1_pair_initiate(p, A, 17);
	return p;
}

/* QM3 is lost: the initiator says it again, though nobody has anything to send. The
 * responder sends nothing by itself. */
static void
third_is_lost(void **state)
{
	struct fake_nth lost = { .at = QM3, .fate = FATE_DROP };
	struct v1_pair *p = begun_idle(fake_net_nth, &lost);

	(void)state;
	v1_pair_advance(p, 300);
	assert_int_equal(p->net.sent, QM3 + 1);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	v1_pair_advance(p, 29000);
	assert_int_equal(p->net.sent, QM3 + 1 + 3);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 1);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

/* The first QM3 and all that come after are lost: the first packet that opens stands
 * for it. */
static enum fake_fate
no_third(void *ctx, const struct fake_datagram *d)
{
	struct fake_nth *n = ctx;

	(void)d;
	return n->seen++ >= QM3 ? FATE_DROP : FATE_DELIVER;
}

static void
a_packet_stands_for_the_third(void **state)
{
	struct fake_nth lost = { .at = QM3 };
	struct v1_pair *p = begun_idle(no_third, &lost);

	(void)state;
	v1_pair_advance(p, 20000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_UP), 1);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 0);
	p->idle = false;
	v1_pair_advance(p, 300);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 1);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

/* Nothing comes, ever: then the initiator is told that there is nothing. */
static void
nothing_to_send(void **state)
{
	struct fake_nth lost = { .at = QM3 };
	struct v1_pair *p = begun_idle(no_third, &lost);

	(void)state;
	v1_pair_advance(p, 29000);
	p->net.fate = NULL;
	v1_pair_advance(p, 2000);
	assert_int_equal(v1_pair_count(p, A, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(p->side[A].kernel.n + p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 1);
	v1_pair_free(p);
}

/* A new pair's QM3 is lost, and nothing is sent: the delete of the old one says that
 * the initiator has it. */
static void
replaced_without_a_word(void **state)
{
	struct v1_pair *p = v1_pair_new();
	struct fake_nth lost = { .at = 2, .fate = FATE_DROP };

	(void)state;
	p->idle = true;
	v1_pair_up(p);
	p->net.fate = fake_net_nth;
	p->net.ctx = &lost;
	assert_true(v1_rekey(p->side[A].e, v1_pair_last(p, A, IKE_EV_CHILD_UP)->child));
	v1_pair_advance(p, 8000);
	v1_pair_assert_up(p, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_REKEYED), 1);
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
	}
	v1_pair_advance(p, 60000);
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

/* The initiator starts anew before QM3 has come: nothing stays behind in the kernel. */
static void
gone_before_the_third(void **state)
{
	struct fake_nth lost = { .at = QM3, .fate = FATE_DROP };
	struct v1_pair *p = begun_idle(fake_net_nth, &lost);

	(void)state;
	v1_pair_advance(p, 300);	/* before QM3 comes again */
	assert_int_equal(p->side[B].kernel.n, 2);
	v1_pair_restart(p, A);
	v1_pair_initiate(p, A, 18);
	v1_pair_settle(p);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_UP), 1);
	assert_int_equal(p->side[B].kernel.n, 2);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_them),
		cmocka_unit_test(one_does_not_compress),
		cmocka_unit_test(no_number_left),
		cmocka_unit_test(esp_is_not_ah),
		cmocka_unit_test(rekeyed_with_all_of_it),
		cmocka_unit_test(group_of_its_own),
		cmocka_unit_test(ah_before_a_nat),
		cmocka_unit_test(transport_through_a_nat),
		cmocka_unit_test(responder_is_ready),
		cmocka_unit_test(third_is_lost),
		cmocka_unit_test(a_packet_stands_for_the_third),
		cmocka_unit_test(nothing_to_send),
		cmocka_unit_test(replaced_without_a_word),
		cmocka_unit_test(gone_before_the_third),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
