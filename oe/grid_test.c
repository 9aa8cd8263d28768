/* The five groups as a table: each group times everything that DNS may prove, times
 * every end of IKE, in both families, with and without --oe-null, played to the
 * engine. What must come is in tests/fake/oe_promised.c; a cell that nobody wrote fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "oe/oe.h"
#include "tests/fake/oe_promised.h"
#include "tests/fake/oe_recorder.h"

enum { DEADLINE_MS = 3000, FIRST = 1, SECOND = 2 };

struct world {
	struct oe_recorder rec;
	struct oe *oe;
	struct flow flow;
	const char *local, *remote;
	char name[120];
};

static void
expect(struct world *w, const char *fmt, ...)
{
	const char *line = oe_recorder_next(&w->rec);
	char want[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
	if (line == NULL || strncmp(line, want, strlen(want)) != 0)
		fail_msg("%s: expected \"%s\", saw \"%s\"", w->name, want,
			 line != NULL ? line : "nothing");
}

static void
expect_nothing(struct world *w)
{
	const char *line = oe_recorder_next(&w->rec);

	if (line != NULL)
		fail_msg("%s: not expected: \"%s\"", w->name, line);
}

static void
no_complaint(void *ctx, const char *line)
{
	(void)ctx;
	fail_msg("%s", line);
}

static void
world_begin(struct world *w, const struct play *p)
{
	const struct oe_config cfg = { .deadline_ms = DEADLINE_MS, .max_requests = 8,
		.max_decided = 8, .oe_null = p->null };
	struct oe_ports ports;
	struct group_entry *e = NULL;
	size_t n = 0;

	*w = (struct world){ .local = p->six ? "2001:db8::45" : "192.0.2.45",
		.remote = p->six ? "2001:db8:1::23" : "198.51.100.23" };
	ports = oe_recorder_ports(&w->rec);
	assert_true(ip_addr_parse(w->local, &w->flow.src) && ip_addr_parse(w->remote, &w->flow.dst));
	snprintf(w->name, sizeof(w->name), "%s, %s%s, IKE %s, IPv%c%s", policy_group(p->group)->name,
		 evidence_name(p->said.evidence), p->said.keys ? " with a key" : "",
		 ike_outcome_name(p->ike), p->six ? '6' : '4', p->null ? ", --oe-null" : "");
	w->oe = oe_new(&ports, &cfg);
	assert_non_null(w->oe);
	group_file_parse("policy", span_str(p->six ? "::/0\n" : "0.0.0.0/0\n"), p->group, &e, &n,
			 no_complaint, NULL);
	e[0].reject = p->reject;
	oe_set_groups(w->oe, e, n);
	free(e);
}

static void
world_end(struct world *w)
{
	expect_nothing(w);
	oe_free(w->oe);
	oe_recorder_clear(&w->rec);
}

static void
until(struct world *w, uint64_t ms)
{
	while (oe_recorder_wake(&w->rec, ms))
		oe_run(w->oe);
	w->rec.now_ms = ms;
}

static void
answer_dns(struct world *w, struct said s)
{
	static uint8_t key[32];
	struct gateway gw = { .kind = GW_ITSELF, .alg = IPSECKEY_EDDSA,
		.key = { key, sizeof(key) } };
	struct oe_answer a = { .evidence = s.evidence, .ttl_s = PROMISED_TTL_S, .gateways = &gw,
		.n_gateways = s.keys, .why = "" };

	oe_dns_answer(w->oe, (oppo_id){ 1 }, WANT_PEER_KEY, &a);
}

static void
answer_ike(struct world *w, enum ike_outcome i)
{
	if (i == IKE_OUTCOME_UP)
		oe_child_up(w->oe, (oppo_id){ 1 }, "it is up");
	else if (i != IKE_OUTCOME_NONE)
		oe_ike_failed(w->oe, (oppo_id){ 1 }, i, "");
}

static const char *
verdict_word(enum shunt_kind k)
{
	return k == SHUNT_KEYED ? "tunnel" : shunt_kind_name(k);
}

/* The end of the attempt, and what is remembered of it. */
static void
expect_end(struct world *w, const struct cell *c, bool gave_up)
{
	const char *outcome = c->kind == SHUNT_KEYED ? "ENCRYPTED"
		: c->kind == SHUNT_PASS ? "CLEAR" : "BLOCKED";

	expect(w, "shunt %s %s %s %u", w->local, w->remote, shunt_kind_name(c->kind), c->life_s);
	if (gave_up)
		expect(w, "give-up oe#1");
	expect(w, "verdict %d %s", FIRST, verdict_word(c->kind));
	expect(w, "ended oe#1 %s %d %u ", outcome, c->code, c->life_s);
	expect_nothing(w);
}

static void
expect_explained(struct world *w, const struct play *p, const struct cell *c)
{
	struct oe_explanation x;

	oe_explain(w->oe, &w->flow, &x);
	assert_int_equal(x.outcome, c->kind == SHUNT_KEYED ? OE_ENCRYPTED
			 : c->kind == SHUNT_PASS ? OE_CLEAR : OE_BLOCKED);
	assert_int_equal(x.group, p->group);
	if (promised_asks(p->group))
		assert_int_equal(x.anonymous, promised_anonymous(p) && c->kind == SHUNT_KEYED);
}

/* The second packet gets the same, and nobody is asked; nor by answers that come
 * once more, or from nowhere. */
static void
play_again(struct world *w, const struct play *p, const struct cell *c)
{
	oe_packet(w->oe, &w->flow, (held_id){ SECOND });
	expect(w, "verdict %d %s", SECOND, verdict_word(c->kind));
	answer_dns(w, (struct said){ EVIDENCE_SECURE, true });
	if (!promised_asks_ike(p))
		answer_ike(w, p->ike);
	expect_nothing(w);
	expect_explained(w, p, c);
}

/* When its time is over the next packet begins anew. */
static void
play_expiry(struct world *w, const struct play *p, const struct cell *c)
{
	if (!promised_asks(p->group) || c->kind == SHUNT_KEYED)
		return;
	until(w, w->rec.now_ms + c->life_s * 1000ull);
	expect_nothing(w);
	oe_packet(w->oe, &w->flow, (held_id){ SECOND + 1 });
	expect(w, "lookup oe#2 peer %s %d", w->remote, DEADLINE_MS);
}

static void
play_one(const struct play *p)
{
	const struct cell c_ = promised_of(p, promised_situation(p)), *c = &c_;
	bool late = promised_asks_ike(p) && p->ike == IKE_OUTCOME_NONE;
	struct world w;

	world_begin(&w, p);
	oe_packet(w.oe, &w.flow, (held_id){ FIRST });
	if (!promised_asks(p->group)) {
		expect(&w, "verdict %d %s", FIRST, verdict_word(c->kind));
		expect_nothing(&w);
	} else {
		expect(&w, "lookup oe#1 peer %s %d", w.remote, DEADLINE_MS);
		answer_dns(&w, p->said);
		if (promised_asks_ike(p)) {
			expect(&w, "negotiate oe#1 %s -> %s gateway %s %s", w.local, w.remote, w.remote,
			       promised_anonymous(p) ? "anonymous" : "keys 1");
			answer_ike(&w, p->ike);
		}
		if (late)
			until(&w, DEADLINE_MS);
		expect_end(&w, c, late);
	}
	play_again(&w, p, c);
	play_expiry(&w, p, c);
	world_end(&w);
}

/* No answer at all is the same as one that says that there is none. */
static void
play_dns_silent(const struct play *p)
{
	const struct cell c_ = promised_of(p, DNS_DOWN), *c = &c_;
	struct world w;

	world_begin(&w, p);
	oe_packet(w.oe, &w.flow, (held_id){ FIRST });
	expect(&w, "lookup oe#1 peer %s %d", w.remote, DEADLINE_MS);
	until(&w, DEADLINE_MS);
	expect_end(&w, c, false);
	play_again(&w, p, c);
	play_expiry(&w, p, c);
	world_end(&w);
}

/* The peer came to us and stands; whoever may answer has let it. */
static void
play_peer_comes(const struct play *p)
{
	bool block = p->group == GROUP_ID_BLOCK;
	struct world w;

	world_begin(&w, p);
	oe_pair_up(w.oe, &w.flow.src, &w.flow.dst, false);
	expect(&w, "shunt %s %s keyed 0", w.local, w.remote);
	oe_packet(w.oe, &w.flow, (held_id){ FIRST });
	expect(&w, "verdict %d %s", FIRST, !block ? "tunnel" : p->reject ? "reject" : "drop");
	oe_pair_down(w.oe, &w.flow.src, &w.flow.dst);
	expect(&w, "shunt %s %s trap 0", w.local, w.remote);
	world_end(&w);
}

static void
test_every_cell_is_written(void **state)
{
	(void)state;
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		for (unsigned s = 0; s < SITUATION_N; s++)
			if (promised_cell((enum group_id)g, (enum situation)s) == NULL)
				fail_msg("%s, situation %u: nobody says what happens",
					 policy_group((enum group_id)g)->name, s);
}

typedef void play_fn(const struct play *p);

static unsigned
each_play(play_fn *fn, enum group_id g, unsigned how)
{
	unsigned n = 0;

	for (unsigned e = 0; e < EVIDENCE_N; e++)
		for (unsigned k = 0; k < 2; k++)
			for (unsigned i = 0; i < IKE_OUTCOME_N; i++, n++) {
				const struct play p = { g, { (enum evidence)e, k }, (enum ike_outcome)i,
					.six = how & 1, .null = how & 2, .reject = how & 4 };

				fn(&p);
			}
	return n;
}

static void
test_every_combination(void **state)
{
	unsigned n = 0;

	(void)state;
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		for (unsigned how = 0; how < 8; how++)
			n += each_play(play_one, (enum group_id)g, how);
	assert_int_equal(n, GROUP_ID_N * EVIDENCE_N * 2 * IKE_OUTCOME_N * 8);
	printf("%u combinations played\n", n);
}

static void
test_dns_silent_and_peer_comes(void **state)
{
	(void)state;
	for (unsigned g = 0; g < GROUP_ID_N; g++)
		for (unsigned how = 0; how < 8; how++) {
			const struct play p = { .group = (enum group_id)g, .six = how & 1,
				.null = how & 2, .reject = how & 4 };

			if (promised_asks(p.group))
				play_dns_silent(&p);
			play_peer_comes(&p);
		}
}

/* Who answers a peer that asks is the group's own column. */
static void
test_who_answers(void **state)
{
	static const bool answers[GROUP_ID_N] = { [GROUP_ID_CLEAR_OR_PRIVATE] = true,
		[GROUP_ID_PRIVATE_OR_CLEAR] = true, [GROUP_ID_PRIVATE] = true };

	(void)state;
	for (unsigned g = 0; g < GROUP_ID_N; g++) {
		assert_int_equal(policy_group((enum group_id)g)->respond, answers[g]);
		assert_int_equal(policy_group((enum group_id)g)->initiate, promised_asks((enum group_id)g));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell_is_written),
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_dns_silent_and_peer_comes),
		cmocka_unit_test(test_who_answers),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
