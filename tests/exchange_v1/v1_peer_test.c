/* A peer that starts again, one that moves, two that begin at once. */
#include "tests/exchange_v1/v1_pair.h"

#include <string.h>

static void
starts_again(struct v1_pair *p)
{
	char err[200];

	v1_pair_up(p);
	v1_pair_advance(p, 5000);
	v1_pair_restart(p, A);
	/* Nothing comes of the new Quick Mode: what is gone went by phase 1. */
	assert_true(proposal_parse("aes128-sha1", PROTO_ESP, &p->side[A].conn->esp, err,
				   sizeof(err)));
	v1_pair_initiate(p, A, 18);
	v1_pair_settle(p);
	assert_int_equal(p->side[B].kernel.n, 0);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 1);
	assert_int_equal(v1_pair_stats(p, B).isakmp_now, 1);
}

static void
initial_contact(void **state)
{
	(void)state;
	for (int aggressive = 0; aggressive < 2; aggressive++)
		for (int rsa = 0; rsa < 2; rsa++) {
			struct v1_pair *p = v1_pair_new();

			p->side[A].conn->aggressive = p->side[B].conn->aggressive = aggressive;
			if (rsa)
				v1_pair_rsa(p);
			starts_again(p);
			v1_pair_free(p);
		}
}

/* Who does not prove itself says nothing that counts. */
static void
not_of_a_stranger(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	v1_pair_advance(p, 5000);
	v1_pair_restart(p, A);
	strcpy(p->side[A].psk, "another secret");
	v1_pair_initiate(p, A, 18);
	v1_pair_advance(p, 20000);
	assert_int_equal(p->side[B].kernel.n, 2);
	assert_int_equal(v1_pair_count(p, B, IKE_EV_CHILD_DOWN), 0);
	v1_pair_free(p);
}

static void
both_at_once(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_initiate(p, A, 17);
	v1_pair_initiate(p, B, 18);
	v1_pair_advance(p, 10000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
		assert_int_equal(v1_pair_count(p, i, IKE_EV_FAILED), 0);
	}
	assert_true(fake_kernel_count(&p->side[A].kernel, SA_OUT) >= 1);
	assert_true(fake_kernel_reaches(&p->side[A].kernel, &p->side[B].kernel));
	assert_true(fake_kernel_reaches(&p->side[B].kernel, &p->side[A].kernel));
	v1_pair_free(p);
}

/* A connection of A's to the same peer, from elsewhere. */
static unsigned
from_elsewhere(bool unique)
{
	struct v1_pair *p = v1_pair_new();
	struct connection *c;
	char err[200];
	unsigned n;

	p->side[B].cfg.unique_ids = unique;
	v1_pair_restart(p, B);
	assert_true(ident_parse("@a", &p->side[A].conn->local.id, err, sizeof(err)));
	assert_true(ident_parse("@a", &p->side[B].conn->remote.id, err, sizeof(err)));
	v1_pair_up(p);
	v1_pair_advance(p, 5000);
	c = connection_instance(p->side[A].conn, NULL, NULL);
	strcpy(c->name, "elsewhere");
	assert_true(endpoint_parse("192.1.2.46", 500, &c->local.host));
	p->side[A].at = c->local.host;
	v1_initiate(p->side[A].e, c, 18, 10000);
	v1_pair_settle(p);
	n = v1_pair_stats(p, B).isakmp_now;
	v1_engine_free(p->side[A].e);
	connection_unref(c);
	p->side[A].e = NULL;
	v1_pair_free(p);
	return n;
}

static void
unique_ids(void **state)
{
	(void)state;
	assert_int_equal(from_elsewhere(true), 1);
	assert_int_equal(from_elsewhere(false), 2);
}

static void
replaced_isakmp_sas_go(void **state)
{
	struct v1_pair *p = v1_pair_new();

	(void)state;
	v1_pair_up(p);
	assert_true(v1_rekey(p->side[A].e, v1_pair_last(p, A, IKE_EV_IKE_UP)->ike));
	v1_pair_advance(p, 3000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v1_pair_stats(p, i).isakmp_now, 1);
		assert_int_equal(v1_pair_count(p, i, IKE_EV_CHILD_DOWN), 0);
	}
	v1_pair_assert_up(p, 1);
	v1_pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initial_contact),
		cmocka_unit_test(not_of_a_stranger),
		cmocka_unit_test(both_at_once),
		cmocka_unit_test(unique_ids),
		cmocka_unit_test(replaced_isakmp_sas_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
