/* Many private pairs whose peers are gone: those that knock are tried again, so many a
 * second and no more. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "oe/engine.h"
#include "tests/fake/oe_recorder.h"

enum { PAIRS = RETRIES_PER_S + 10 };

static struct oe_recorder rec;

static void
no_complaint(void *ctx, const char *line)
{
	(void)ctx;
	fail_msg("%s", line);
}

static struct flow
flow_of(unsigned i)
{
	return (struct flow){ .src = { .family = IP_V4, .bytes = { 192, 1, 2, 45 } },
		.dst = { .family = IP_V4, .bytes = { 192, 1, 3, (uint8_t)i } },
		.ip_proto = 17 };
}

/* The kernel counts what knocks at shunts; where ports matter each packet reaches us. */
static struct oe *
engine(void)
{
	const struct oe_config cfg = { .deadline_ms = 3000, .max_requests = 2 * PAIRS,
		.max_decided = 2 * PAIRS };
	struct oe_ports ports = oe_recorder_ports(&rec);
	struct oe *oe = oe_new(&ports, &cfg);
	struct group_entry *e = NULL;
	size_t n = 0;

	assert_non_null(oe);
	log_set_level(LOG_LEVEL_ERROR);
	group_file_parse("policy", span_str("192.1.0.0/16\n"), GROUP_ID_PRIVATE, &e, &n,
			 no_complaint, NULL);
	group_file_parse("policy", span_str("192.1.0.0/16 6 0 22\n"), GROUP_ID_PRIVATE_OR_CLEAR,
			 &e, &n, no_complaint, NULL);
	oe_set_groups(oe, e, n);
	free(e);
	return oe;
}

static void
until(struct oe *oe, uint64_t ms)
{
	while (oe_recorder_wake(&rec, ms))
		oe_run(oe);
	rec.now_ms = ms;
}

static void
all_are_silent(struct oe *oe)
{
	static uint8_t key[32];
	struct gateway gw = { .kind = GW_ITSELF, .alg = IPSECKEY_EDDSA, .key = { key, sizeof(key) } };
	const struct oe_answer a = { .evidence = EVIDENCE_SECURE, .ttl_s = 600, .gateways = &gw,
		.n_gateways = 1, .why = "" };

	for (unsigned i = 0; i < PAIRS; i++) {
		struct flow f = flow_of(i);
		oppo_id id = { i + 1 };

		oe_packet(oe, &f, (held_id){ 1000 + i });
		oe_dns_answer(oe, id, WANT_PEER_KEY, &a);
		oe_ike_failed(oe, id, IKE_OUTCOME_SILENT, "");
	}
}

static void
all_knock(struct oe *oe)
{
	for (unsigned i = 0; i < PAIRS; i++) {
		struct flow f = flow_of(i);

		oe_packet(oe, &f, (held_id){ 2000 + i });
	}
}

static void
test_so_many_a_second(void **state)
{
	struct oe *oe = engine();
	struct oe_stats s;

	(void)state;
	all_are_silent(oe);
	all_knock(oe);
	until(oe, RETRY_MS - 1);
	oe_get_stats(oe, &s);
	assert_int_equal(s.retried, 0);
	until(oe, RETRY_MS);
	oe_get_stats(oe, &s);
	assert_int_equal(s.retried, RETRIES_PER_S);
	assert_int_equal(s.retries_put_off, PAIRS - RETRIES_PER_S);
	/* Who was put off is next, though nothing knocks again. */
	until(oe, 2 * RETRY_MS);
	oe_get_stats(oe, &s);
	assert_int_equal(s.retried, PAIRS);
	oe_free(oe);
	oe_recorder_clear(&rec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_so_many_a_second) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
