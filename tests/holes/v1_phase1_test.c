/* IKEv1 while it is not yet known who speaks: proofs and identities of a hostile peer
 * behind the first keys, Quick Mode that comes too early, addresses that a hostile
 * server gives. */
#include <stdlib.h>
#include <string.h>

#include "pluto/ikev1/phase1.h"
#include "pluto/ikev1/seal.h"
#include "tests/exchange_v1/v1_pair.h"
#include "tests/holes/spell.h"

enum { FLAGS_AT = 19, ID_AT = 20, ROOM = 40000 };

static const struct spell_live nobody;

static struct spell_live
live(const struct v1_pair *p, int liar)
{
	struct spell_live l = { 0 };

	memcpy(l.ours, p->side[liar].at.addr.bytes, 4);
	memcpy(l.theirs, p->side[1 - liar].at.addr.bytes, 4);
	return l;
}

/* MM5 by A or MM6 by B, with these payloads instead; PSK and RSA. */
static const struct proof_row {
	const char *id;
	const char *psk, *rsa;		/* NULL: not tried */
} proofs[] = {
	/* no proof, none of any length, zeros; the other kind's */
	{ "H36", "@5 01000000 $OURS", "@5 01000000 $OURS" },
	{ "H36", "@5 01000000 $OURS @8", "@5 01000000 $OURS @9" },
	{ "H36", "@5 01000000 $OURS @8 00", "@5 01000000 $OURS @9 00" },
	{ "H36", "@5 01000000 $OURS @8 00*32", "@5 01000000 $OURS @9 00*256" },
	{ "H36", "@5 01000000 $OURS @8 00*31", "@5 01000000 $OURS @9 00*255" },
	{ "H36", "@5 01000000 $OURS @9 00*256", "@5 01000000 $OURS @8 00*32" },
	{ "H23", NULL, "@5 01000000 $OURS @9 0001 ff*221 00 5a*32" },
	{ "H23", NULL, "@5 01000000 $OURS @9 ff*256" },
	{ "H68", NULL, "@5 01000000 $OURS @6 04 30820100 00*256 @9 5a*256" },
	/* a certificate with an exponent of 0 beside a signature */
	{ "H22", NULL, "@5 01000000 $OURS @6 04 3009020400a1b2c3020100 @9 5a*256" },
	{ "H31", NULL, "@5 01000000 $OURS @6 01 308006092a864886f70d010702a080 @9 5a*256" },
	/* identities: distinguished names cut, empty, endless; escapes; one inside the other */
	{ "H25", "@5 09000000 3082ffff310b300906035504 @8 00*32", "@5 09000000 30ff @9 00*256" },
	{ "H35", "@5 09000000 30824e20 3115*7000 @8 00*32", "@5 02000000 613d*7000 @9 00*256" },
	{ "H38", "@5 09000000 @8 00*32", "@5 09000000 30 @9 00*256" },
	{ "H37", "@5 03000000 3084ffffffff @8 00*32", "@5 03000000 3084ffffffff @9 00*256" },
	{ "H63", "@5 0b000000 1b*128 @8 00*32", "@5 02000000 256e*128 @9 00*256" },
	/* malformed where the answer would be encrypted */
	{ "H32", "@5=0 00 @8 00*32", "@5=65535 00" },
	{ "H32", "@200 00", "@5 01 @9 00" },
	{ "H32", "@5 ff000000", "@8 00*16 @5" },
};

struct proof_trial {
	struct v1_pair *p;
	const char *words;
	int who;
	bool altered;
};

static struct chunk
forge(const struct proof_trial *t, const struct fake_datagram *d)
{
	static struct spelled s;
	static uint8_t buf[ROOM];
	struct isakmp *sa = t->p->side[t->who].e->all;
	const struct spell_live l = live(t->p, t->who);
	uint8_t iv[V1_BLOCK_MAX], kept[V1_BLOCK_MAX];
	struct parse_error e;
	struct ike_build b;
	struct ike_hdr h;
	size_t at;

	assert_true(v1_hdr_read(chunk_span(d->bytes), &h, &e));
	memcpy(kept, sa->iv, sizeof(kept));
	if (t->who == A)
		assert_true(phase1_first_iv(sa));
	memcpy(iv, t->p->side[A].e->all->iv, sizeof(iv));
	memcpy(sa->iv, kept, sizeof(kept));
	spell(t->words, &l, &s);
	b = ike_build_message(buf, sizeof(buf), &h);
	at = b.w.len;
	ike_build_payload(&b, s.first, span_of(s.bytes + 4, s.at[1] - 4));
	wire_patch_u8(&b.w, at, s.bytes[0]);
	/* Lengths that lie are the words'. */
	wire_patch_u16(&b.w, at + 2, (uint16_t)(s.bytes[2] << 8 | s.bytes[3]));
	wire_put(&b.w, span_of(s.bytes + s.at[1], s.len - s.at[1]));
	return v1_seal(sa, iv, &b);
}

static enum fake_fate
alter_proof(void *ctx, const struct fake_datagram *d)
{
	struct proof_trial *t = ctx;
	struct chunk m;

	if (v1_exchange_of(d) != V1_MAIN || (d->bytes.ptr[FLAGS_AT] & V1_FLAG_ENCRYPTED) == 0
	    || !ip_addr_eq(&d->from.addr, &t->p->side[t->who].at.addr))
		return FATE_DELIVER;
	m = forge(t, d);
	assert_non_null(m.ptr);
	t->altered = true;
	t->p->net.fate = NULL;
	fake_net_send(&t->p->net, &d->from, &d->to, chunk_span(m));
	t->p->net.fate = alter_proof;
	chunk_free(&m);
	return FATE_DROP;
}

static void
try_proof(const char *id, const char *words, int who, bool rsa)
{
	struct proof_trial t = { .p = v1_pair_new(), .words = words, .who = who };

	if (rsa)
		v1_pair_rsa(t.p);
	t.p->net.fate = alter_proof;
	t.p->net.ctx = &t;
	v1_pair_initiate(t.p, A, 17);
	v1_pair_advance(t.p, 200000);
	if (!t.altered || v1_pair_count(t.p, 1 - who, IKE_EV_IKE_UP) != 0
	    || t.p->side[1 - who].kernel.n != 0)
		fail_msg("%s \"%.60s\" from %s: %s", id, words, who == A ? "A" : "B",
			 t.altered ? "it is believed" : "nothing was altered");
	assert_int_equal(v1_pair_stats(t.p, 1 - who).isakmp_now, 0);
	t.p->net.fate = NULL;
	v1_pair_restart(t.p, who);
	v1_pair_initiate(t.p, A, 18);
	v1_pair_advance(t.p, 60000);
	assert_int_not_equal(v1_pair_count(t.p, B, IKE_EV_CHILD_UP), 0);
	v1_pair_free(t.p);
}

static void
proofs_of_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++)
		for (int who = A; who <= B; who++) {
			if (proofs[i].psk != NULL)
				try_proof(proofs[i].id, proofs[i].psk, who, false);
			if (proofs[i].rsa != NULL)
				try_proof(proofs[i].id, proofs[i].rsa, who, true);
		}
}

/* H40, as IKEv1 has it: A holds MM5 back, and speaks as if phase 1 were over. */
static enum fake_fate
hold_encrypted(void *ctx, const struct fake_datagram *d)
{
	(void)ctx;
	return (d->bytes.ptr[FLAGS_AT] & V1_FLAG_ENCRYPTED) != 0 ? FATE_HOLD : FATE_DELIVER;
}

static void
before_phase_1_is_over(void **state)
{
	static const struct { uint8_t exchange; const char *words; } rows[] = {
		{ V1_QUICK, "@1 $QUICK @10 $NO1 @5 01000000 $OURS @5 01000000 $THEIRS" },
		{ V1_INFORMATIONAL, "@12 00000001 01100001 5a*16" },
		{ V1_INFORMATIONAL, "@11 00000001 01106002 5a*16" },
		{ V1_TRANSACTION, "@14 03000001 00010004 0a000001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static struct spelled s;
		struct v1_pair *p = v1_pair_new();
		uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
		const struct spell_live l = live(p, A);
		struct isakmp *sa;
		struct chunk m;
		size_t n;

		p->net.fate = hold_encrypted;
		v1_pair_initiate(p, A, 17);
		v1_pair_settle(p);
		assert_int_equal(p->net.n_held, 1);
		sa = p->side[A].e->all;
		spell(rows[i].words, &l, &s);
		n = v1_exchange_hash(sa, 7, (struct span){ NULL, 0 }, spelled_span(&s), hash);
		assert_true(n > 0 && v1_exchange_iv(sa, 7, iv));
		m = v1_protected(sa, rows[i].exchange, 7, iv, span_of(hash, n), spelled_span(&s), s.first);
		v1_receive(p->side[B].e, &p->side[B].at, &p->side[A].at, chunk_span(m));
		chunk_free(&m);
		v1_pair_settle(p);
		assert_int_equal(p->side[B].kernel.n, 0);
		assert_int_equal(v1_pair_stats(p, B).isakmp_now, 1);
		p->net.fate = NULL;
		fake_net_release(&p->net);
		v1_pair_settle(p);
		v1_pair_assert_up(p, 1);
		v1_pair_free(p);
	}
}

/* H26: what a Mode Config server pushes: an address, none, or text to be run. */
static const struct { const char *words; bool up; } pushed[] = {
	{ "@14 03000001 00010004 0a090007 00030004 0a090035", true },
	{ "@14 03000001 00010004 0a090007 0003000b '\";touch/x;\"' 7000000c '`reboot`$(a)'", true },
	{ "@14 03000001 00010004 0a090007 70001388 41*5000", true },
	{ "@14 03000001 00010004 0a090007 7000ffff 41*100", false },
	{ "@14 03000001 00010004 0a090007 00030000 00030003 0a0900 00030005 0a09000000", true },
	{ "@14 03000001 00010003 0a0900", false },
	{ "@14 03000001 00010005 0a09000700", false },
	{ "@14 03000001 00010000", false },
	{ "@14 03000001 80010a09", false },
	{ "@14 03000001 00010004 00000000", false },
	{ "@14 03000001 00010004 7f000001", false },
	{ "@14 03000001 00010004 e0000001", false },
	{ "@14 03000001", false },
	{ "@14 03", false },
	{ "@14", false },
};

struct push { struct v1_pair *p; const char *words; };

static enum fake_fate
alter_push(void *ctx, const struct fake_datagram *d)
{
	static struct spelled s;
	const struct push *t = ctx;
	struct isakmp *sa = t->p->side[B].e->all;
	uint8_t iv[V1_BLOCK_MAX], hash[V1_HASH_MAX];
	struct parse_error e;
	struct ike_hdr h;
	struct chunk m;
	size_t n;

	if (v1_exchange_of(d) != V1_TRANSACTION || !ip_addr_eq(&d->from.addr, &t->p->side[B].at.addr))
		return FATE_DELIVER;
	assert_true(v1_hdr_read(chunk_span(d->bytes), &h, &e));
	spell(t->words, &nobody, &s);
	n = v1_exchange_hash(sa, h.message_id, (struct span){ NULL, 0 }, spelled_span(&s), hash);
	assert_true(n > 0 && v1_exchange_iv(sa, h.message_id, iv));
	m = v1_protected(sa, V1_TRANSACTION, h.message_id, iv, span_of(hash, n), spelled_span(&s), s.first);
	v1_receive(t->p->side[A].e, &d->to, &d->from, chunk_span(m));
	chunk_free(&m);
	return FATE_DROP;
}

static void
hostile_server(void **state)
{
	struct ip_prefix pool;

	(void)state;
	assert_true(ip_prefix_parse("10.9.0.0/24", &pool));
	for (size_t i = 0; i < sizeof(pushed) / sizeof(*pushed); i++) {
		struct push t = { .p = v1_pair_new(), .words = pushed[i].words };
		struct connection *a = t.p->side[A].conn, *b = t.p->side[B].conn;

		a->modecfg = CONN_PART_CLIENT;
		b->modecfg = CONN_PART_SERVER;
		b->remote.ts = ts_prefix(&pool);
		b->remote.has_client = true;
		t.p->net.fate = alter_push;
		t.p->net.ctx = &t;
		v1_pair_initiate(t.p, A, 17);
		v1_pair_advance(t.p, 1000);
		/* An address was taken when Quick Mode has begun. */
		if ((t.p->side[A].e->all != NULL && t.p->side[A].e->all->quicks != NULL) != pushed[i].up)
			fail_msg("\"%s\"", pushed[i].words);
		v1_pair_advance(t.p, 200000);
		assert_int_equal(t.p->side[A].kernel.n, 0);
		v1_pair_free(t.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_of_nothing), cmocka_unit_test(before_phase_1_is_over),
		cmocka_unit_test(hostile_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
