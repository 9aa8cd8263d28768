/* The engine against ports that answer at once, load, and odd moments; what it
 * decides is shown by the scenarios in tests/oppo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "oe/oe.h"
#include "tests/fake/oe_recorder.h"

struct world {
	struct oe_recorder rec;
	struct oe *oe;
};

static const struct ip_addr west = { .family = IP_V4, .bytes = { 192, 1, 2, 45 } };
static const struct ip_addr east = { .family = IP_V4, .bytes = { 192, 1, 2, 23 } };
static uint8_t key_bytes[32];

static void
no_complaint(void *ctx, const char *line)
{
	(void)ctx;
	fail_msg("%s", line);
}

static void
set_policy(struct world *w, enum group_id g)
{
	struct group_entry *e = NULL;
	size_t n = 0;

	group_file_parse("policy", span_str("0.0.0.0/0\n"), g, &e, &n, no_complaint, NULL);
	oe_set_groups(w->oe, e, n);
	free(e);
}

static struct world *
world_new(enum group_id g, unsigned max_decided)
{
	struct world *w = calloc(1, sizeof(*w));
	struct oe_config cfg = {
		.deadline_ms = 3000, .max_requests = 4096, .max_decided = max_decided,
	};

	assert_non_null(w);
	log_set_level(LOG_LEVEL_ERROR);
	w->rec.arg = w;
	struct oe_ports ports = oe_recorder_ports(&w->rec);

	w->oe = oe_new(&ports, &cfg);
	assert_non_null(w->oe);
	set_policy(w, g);
	return w;
}

static void
world_free(struct world *w)
{
	oe_free(w->oe);
	oe_recorder_clear(&w->rec);
	free(w);
}

static void
send_packet(struct world *w, const struct ip_addr *to, uint64_t held)
{
	struct flow f = { .src = west, .dst = *to };

	oe_packet(w->oe, &f, (held_id){ held });
}

static void
answer_secure(void *arg, oppo_id id)
{
	struct world *w = arg;
	struct gateway g = {
		.kind = GW_ITSELF, .alg = IPSECKEY_EDDSA,
		.key = { key_bytes, sizeof(key_bytes) },
	};
	struct oe_answer a = {
		.evidence = EVIDENCE_SECURE, .ttl_s = 60, .gateways = &g, .n_gateways = 1,
		.why = "",
	};

	oe_dns_answer(w->oe, id, WANT_PEER_KEY, &a);
}

static void
answer_absent(void *arg, oppo_id id)
{
	struct world *w = arg;
	struct oe_answer a = { .evidence = EVIDENCE_ABSENT, .ttl_s = 60, .why = "" };

	oe_dns_answer(w->oe, id, WANT_PEER_KEY, &a);
}

static void
child_at_once(void *arg, oppo_id id)
{
	struct world *w = arg;

	oe_child_up(w->oe, id, "at once");
}

static void
expect(struct world *w, const char *start)
{
	const char *line = oe_recorder_next(&w->rec);

	if (line == NULL || strncmp(line, start, strlen(start)) != 0)
		fail_msg("expected \"%s\", saw \"%s\"", start, line != NULL ? line : "nothing");
}

/* DNS and IKE both call back before they return. */
static void
test_answers_inside_the_question(void **state)
{
	struct world *w = world_new(GROUP_ID_PRIVATE, 10);

	(void)state;
	w->rec.on_lookup = answer_secure;
	w->rec.on_negotiate = child_at_once;
	send_packet(w, &east, 1);
	expect(w, "lookup oe#1");
	expect(w, "negotiate oe#1");
	expect(w, "shunt 192.1.2.45 192.1.2.23 keyed 0");
	expect(w, "verdict 1 tunnel");
	expect(w, "ended oe#1 ENCRYPTED");
	assert_null(oe_recorder_next(&w->rec));
	world_free(w);
}

static void
test_freed_with_work_in_hand(void **state)
{
	struct world *w = world_new(GROUP_ID_PRIVATE, 10);

	(void)state;
	send_packet(w, &east, 1);
	answer_secure(w, (oppo_id){ 1 });
	w->rec.now_ms = 3000;
	oe_run(w->oe);		/* lingers now */
	send_packet(w, &west, 2);
	world_free(w);
	oe_free(NULL);
}

/* The engine keeps nothing of the answer and nothing of the policy it was given. */
static void
test_stats_and_group(void **state)
{
	struct world *w = world_new(GROUP_ID_PRIVATE_OR_CLEAR, 10);
	struct flow f = { .src = west, .dst = east };
	const struct group_entry *e;
	struct oe_stats s;
	enum group_id g;

	(void)state;
	assert_true(oe_group_of(w->oe, &f, &g, &e));
	assert_int_equal(g, GROUP_ID_PRIVATE_OR_CLEAR);
	assert_string_equal(e->where, "policy:1");
	send_packet(w, &east, 1);
	answer_absent(w, (oppo_id){ 1 });
	oe_get_stats(w->oe, &s);
	assert_int_equal(s.packets, 1);
	assert_int_equal(s.requests, 1);
	assert_int_equal(s.clear, 1);
	assert_int_equal(s.by_evidence[EVIDENCE_ABSENT], 1);
	assert_int_equal(s.decided_now, 1);
	oe_set_groups(w->oe, NULL, 0);
	assert_false(oe_group_of(w->oe, &f, &g, NULL));
	oe_get_stats(w->oe, &s);
	assert_int_equal(s.decided_now, 0);
	world_free(w);
}

static struct ip_addr
nth(uint32_t i)
{
	return (struct ip_addr){
		.family = IP_V4,
		.bytes = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i },
	};
}

struct order {
	struct ip_addr last;
	unsigned n;
};

static bool
in_order(void *ctx, const struct oe_shunt_info *i)
{
	struct order *o = ctx;

	assert_true(ip_addr_cmp(&o->last, &i->shunt.remote) < 0);
	assert_int_equal(i->shunt.kind, SHUNT_PASS);
	o->last = i->shunt.remote;
	return ++o->n < 5000;
}

/* Many pairs are decided, listed in order, and expire in bounded steps. */
static void
test_many(void **state)
{
	enum { MANY = 20000 };
	struct world *w = world_new(GROUP_ID_PRIVATE_OR_CLEAR, MANY);
	struct order o = { .n = 0 };
	struct oe_stats s;

	(void)state;
	w->rec.quiet = true;
	w->rec.on_lookup = answer_absent;
	for (uint32_t i = 0; i < MANY + 1000; i++) {
		struct ip_addr to = nth((i * 7919) % (MANY + 1000));

		send_packet(w, &to, i + 1);
	}
	oe_get_stats(w->oe, &s);
	assert_int_equal(s.decided_now, MANY);
	assert_int_equal(s.pending_now, 0);
	oe_each_shunt(w->oe, in_order, &o);
	assert_int_equal(o.n, 5000);
	unsigned runs = 0;

	while (oe_recorder_wake(&w->rec, 60000)) {
		oe_run(w->oe);
		assert_true(++runs < 1000);
	}
	oe_get_stats(w->oe, &s);
	assert_int_equal(s.decided_now, 0);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_inside_the_question),
		cmocka_unit_test(test_freed_with_work_in_hand),
		cmocka_unit_test(test_stats_and_group),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
