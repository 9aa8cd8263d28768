/* IKE_AUTH as a hostile peer may write it behind its keys, whichever way it proves
 * itself: a row is an alteration of an honest message, and what must come of it. */
#include <stdlib.h>
#include <string.h>

#include "tests/holes/auth_table.h"

struct trial {
	struct pair *p;
	const struct auth_row *row;
	bool altered;
};

static void
use_null(struct pair *p)
{
	pair_auth(p, A, CONN_AUTH_NULL);
	pair_auth(p, B, CONN_AUTH_NULL);
}

static void
prepare(struct pair *p, enum proof proof)
{
	static const enum pubkey_kind kinds[] = { [BY_RSA] = PUBKEY_RSA, [BY_P256] = PUBKEY_P256,
		[BY_P384] = PUBKEY_P384, [BY_ED25519] = PUBKEY_ED25519 };

	/* What is altered is one datagram. */
	for (int i = 0; i < 2; i++) {
		p->side[i].cfg.fragment_v4 = 0;
		pair_restart(p, i);
	}
	if (proof == BY_NULL)
		use_null(p);
	else if (proof != BY_PSK)
		pair_use_keys(p, kinds[proof]);
}

/* An IKE_AUTH of the row's direction is replaced by the altered one. */
static enum fake_fate
alter(void *ctx, const struct fake_datagram *d)
{
	static uint8_t buf[SEALED_MAX];
	static struct spelled inner;
	struct trial *t = ctx;
	int who = t->row->where == REQUEST ? A : B;
	struct chunk forged;
	struct span plain;
	uint8_t first;

	if (pair_exchange_of(d) != EX_AUTH || pair_is_response(d) != (t->row->where == RESPONSE))
		return FATE_DELIVER;
	assert_true(sealed_open(t->p, who, chunk_span(d->bytes), buf, &plain, &first));
	sealed_alter(&t->row->a, plain, first, &inner);
	forged = sealed_message(t->p, who, EX_AUTH, who == A ? IKE_FLAG_I : IKE_FLAG_R, 1,
				t->row->outer, &inner);
	t->altered = true;
	t->p->net.fate = NULL;
	fake_net_send(&t->p->net, &d->from, &d->to, chunk_span(forged));
	t->p->net.fate = alter;
	chunk_free(&forged);
	return FATE_DROP;
}

static void
complain(const struct trial *t, enum proof proof, const char *what)
{
	fail_msg("%s, proof %d, \"%.80s\": %s", t->row->id, proof,
		 t->row->a.words != NULL ? t->row->a.words : "(left out)", what);
}

static void
judge(const struct trial *t, enum proof proof)
{
	int victim = t->row->where == REQUEST ? B : A;
	unsigned ike = pair_count(t->p, victim, IKE_EV_IKE_UP);
	unsigned child = pair_count(t->p, victim, IKE_EV_CHILD_UP);

	if (!t->altered)
		complain(t, proof, "nothing was altered");
	if (t->row->expect == REFUSED && (ike != 0 || child != 0))
		complain(t, proof, "the peer is believed");
	if (t->row->expect != UP && t->p->side[victim].kernel.n != 0)
		complain(t, proof, "there is a Child SA");
	if (t->row->expect == NO_CHILD && ike == 0)
		complain(t, proof, "there is no IKE SA");
	if (t->row->expect == UP && child == 0)
		complain(t, proof, "there is no Child SA");
	if (t->row->expect == REFUSED && pair_stats(t->p, victim).ike_now != 0)
		complain(t, proof, "an IKE SA is left");
}

static void
play(const struct auth_row *row, enum proof proof)
{
	struct pair *p = pair_new();
	struct trial t = { .p = p, .row = row };

	prepare(p, proof);
	p->net.fate = alter;
	p->net.ctx = &t;
	pair_initiate(p, A, 17, 3000);
	pair_advance(p, 200000);
	judge(&t, proof);
	/* The same peer, honest now. */
	p->net.fate = NULL;
	pair_restart(p, row->where == REQUEST ? A : B);
	p->side[A].n_events = 0;
	pair_initiate(p, A, 18, 3000);
	pair_advance(p, 200000);
	if (pair_count(p, A, IKE_EV_CHILD_UP) == 0)
		complain(&t, proof, "the honest peer is refused afterwards");
	pair_free(p);
}

static void
rows(void **state)
{
	const char *only = getenv("HOLE");

	(void)state;
	for (unsigned i = 0; i < n_auth_rows; i++)
		for (enum proof proof = BY_PSK; proof < PROOFS; proof++)
			if ((only == NULL || strcmp(only, auth_rows[i].id) == 0)
			    && (auth_rows[i].proofs >> proof & 1) != 0)
				play(&auth_rows[i], proof);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
