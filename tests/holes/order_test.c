/* Messages of IKEv2 that are well made and come when they must not. */
#include "tests/holes/sealed.h"

#include <malloc.h>
#include <string.h>

static const struct spell_live nobody;

/* Keeps what one side sends of one exchange. */
struct keeper { struct pair *p; int from; uint8_t exchange; struct chunk kept; struct endpoint at; };

static enum fake_fate
keep(void *ctx, const struct fake_datagram *d)
{
	struct keeper *k = ctx;

	if (pair_exchange_of(d) != k->exchange
	    || !ip_addr_eq(&d->from.addr, &k->p->side[k->from].at.addr))
		return FATE_DELIVER;
	chunk_free(&k->kept);
	k->kept = chunk_copy(chunk_span(d->bytes));
	return FATE_DROP;
}

static void
deliver(struct pair *p, int to, struct span d)
{
	ike_receive(p->side[to].e, &p->side[to].at, &p->side[1 - to].at, d);
	pair_settle(p);
}

/* WORDS behind WHO's seal. */
static void
say(struct pair *p, int who, uint8_t exchange, uint8_t flags, uint32_t id, const char *words)
{
	static struct spelled s;
	struct chunk m;

	spell(words, &nobody, &s);
	m = sealed_message(p, who, exchange, flags, id, NULL, &s);
	deliver(p, 1 - who, chunk_span(m));
	chunk_free(&m);
}

#define REKEY_IKE "@33 0000002c 01010803 5a*8 0300000c 01000014800e0100 03000008 02000005" \
	" 00000008 0400001f @34 $KE @40 $NO"
#define NEW_CHILD "@33 $OFFER @40 $NO @44 01000000 07000010 0000ffff 00000000 ffffffff" \
	" @45 01000000 07000010 0000ffff 00000000 ffffffff"

static const struct { uint8_t exchange; const char *words; } too_early[] = {
	{ EX_CREATE_CHILD_SA, REKEY_IKE }, { EX_CREATE_CHILD_SA, NEW_CHILD },
	{ EX_INFORMATIONAL, "@42 01000000" }, { EX_INFORMATIONAL, "@43 00" },
	{ EX_INFORMATIONAL, "@41 00004010" },
};
enum { N_EARLY = sizeof(too_early) / sizeof(*too_early) };

static void
assert_nothing_came_of_it(struct pair *p, int who)
{
	assert_int_equal(pair_stats(p, who).ike_now, 1);
	assert_int_equal(pair_count(p, who, IKE_EV_IKE_UP), 0);
	assert_int_equal(pair_count(p, who, IKE_EV_CHILD_UP), 0);
	assert_int_equal(p->side[who].kernel.n, 0);
	assert_int_not_equal(sealed_sa(p, A)->state, IKE_ESTABLISHED);
}

/* H40, H11: the initiator has keys and has proved nothing. Its IKE_AUTH stays away at
 * first, and the responder has not even computed. */
static void
instead_of_auth(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_EARLY; i++)
		for (uint32_t id = 0; id < 3; id++) {
			struct pair *p = pair_new();
			struct keeper k = { .p = p, .from = A, .exchange = EX_AUTH };

			p->net.fate = keep;
			p->net.ctx = &k;
			pair_initiate(p, A, 17, 3000);
			pair_settle(p);
			assert_non_null(k.kept.ptr);
			say(p, A, too_early[i].exchange, IKE_FLAG_I, id, too_early[i].words);
			assert_nothing_came_of_it(p, B);
			p->net.fate = NULL;
			deliver(p, B, chunk_span(k.kept));
			pair_assert_one(p);
			chunk_free(&k.kept);
			pair_free(p);
		}
}

/* H40: the responder has the keys, and waits for what DNS says of the initiator. */
static void
while_its_key_is_looked_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_EARLY; i++)
		for (uint32_t id = 1; id < 3; id++) {
			struct pair *p = pair_new();

			pair_use_oe(p);
			p->side[B].lookup_by_hand = true;
			p->side[B].conn->n_keys = 0;
			p->side[B].conn->keys_from_dns = true;
			pair_initiate(p, A, 17, 3000);
			pair_settle(p);
			assert_int_equal(sealed_sa(p, B)->state, IKE_AUTH_KEY_WAIT);
			say(p, A, too_early[i].exchange, IKE_FLAG_I, id, too_early[i].words);
			assert_nothing_came_of_it(p, B);
			ike_keys_found(p->side[B].e, p->side[B].lookup, &p->side[B].dns);
			pair_settle(p);
			pair_assert_one(p);
			p->side[B].conn->n_keys = 1;
			pair_free(p);
		}
}

/* H40 as initiator: the responder has not shown who it is, and asks for more. */
static void
before_its_own_auth(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_EARLY; i++)
		for (uint8_t flags = 0; flags <= IKE_FLAG_R; flags += IKE_FLAG_R) {
			struct pair *p = pair_new();
			struct keeper k = { .p = p, .from = B, .exchange = EX_AUTH };

			p->net.fate = keep;
			p->net.ctx = &k;
			pair_initiate(p, A, 17, 3000);
			pair_settle(p);
			assert_non_null(k.kept.ptr);
			say(p, B, too_early[i].exchange, flags, flags == 0 ? 0 : 1, too_early[i].words);
			assert_nothing_came_of_it(p, A);
			p->net.fate = NULL;
			deliver(p, A, chunk_span(k.kept));
			assert_int_equal(pair_count(p, A, IKE_EV_CHILD_UP), 1);
			chunk_free(&k.kept);
			pair_free(p);
		}
}

/* H19: we have no secret for it; then its answer comes again, and again. */
static void
no_secret_and_answers_again(void **state)
{
	struct pair *p = pair_new();
	struct keeper k = { .p = p, .from = B, .exchange = EX_SA_INIT };

	(void)state;
	p->side[A].psk[0] = '\0';
	p->net.fate = keep;
	p->net.ctx = &k;
	pair_initiate(p, A, 17, 3000);
	pair_settle(p);
	for (int i = 0; i < 5; i++)
		deliver(p, A, chunk_span(k.kept));
	assert_int_equal(pair_last(p, A, IKE_EV_FAILED)->failure, IKE_FAIL_NO_KEY);
	pair_advance(p, 200000);
	deliver(p, A, chunk_span(k.kept));
	pair_assert_down(p);
	chunk_free(&k.kept);
	pair_free(p);
}

/* H28: the SA goes, by us or by the peer, with its work still in the pool; of a new
 * IKE SA that was asked for nothing is left either. */
static void
gone_while_it_is_computed(void **state)
{
	(void)state;
	for (int what = 0; what < 4; what++)
		for (int who = A; who <= B; who++) {
			struct pair *p = pair_new();

			pair_up(p);
			p->side[who].idle = true;
			ike_rekey(p->side[A].e, what & 1 ? pair_ike(p, A)->serial
				  : pair_child(p, A)->serial);
			pair_settle(p);
			if (what & 2)
				ike_delete_serial(p->side[who].e, pair_ike(p, who)->serial);
			else
				ike_delete_conn(p->side[1 - who].e, p->side[1 - who].conn->serial);
			pair_settle(p);
			p->side[who].idle = false;
			pair_advance(p, 300000);
			pair_assert_down(p);
			pair_free(p);
		}
}

/* H67: nothing is installed without a window, whoever made it. */
static void
every_sa_has_a_window(void **state)
{
	struct pair *p = pair_new();

	(void)state;
	pair_up(p);
	for (int i = 0; i < 2; i++)
		for (unsigned n = 0; n < p->side[i].kernel.n; n++) {
			const struct kernel_sa *sa = &p->side[i].kernel.sas[n].sa;

			assert_true(sa->replay_window == 0 || sa->replay_window >= 32);
			assert_int_equal(sa->esn, pair_child(p, i)->chosen.esn);
		}
	pair_free(p);
}

/* H71: bad offers without end, and halves of exchanges, leave no memory behind. */
static void
no_memory_stays(void **state)
{
	enum { ROUNDS = 20, EACH = 2000 };
	struct pair *p = pair_new();
	size_t before = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < EACH; i++) {
			static struct spelled s;
			const char *words = i & 1 ? "init @33 $SA @34 $KE @40 $NO"
				: "init @33 00000024 01010003 0300000c 01000014800e0100 03000008"
				  " 02000001 00000008 0400001f @34 $KE @40 $NO";

			spell(words, &nobody, &s);
			memcpy(s.bytes + 4, &(uint32_t){ round * EACH + i }, 4);
			deliver(p, B, spelled_span(&s));
		}
		pair_advance(p, 60000);
		assert_int_equal(pair_stats(p, B).half_open_now, 0);
		if (round == 1)
			before = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks <= before + 65536);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instead_of_auth), cmocka_unit_test(while_its_key_is_looked_up),
		cmocka_unit_test(before_its_own_auth), cmocka_unit_test(no_secret_and_answers_again),
		cmocka_unit_test(gone_while_it_is_computed), cmocka_unit_test(every_sa_has_a_window),
		cmocka_unit_test(no_memory_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
