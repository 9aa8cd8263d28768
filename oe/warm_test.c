/* A pair that is decided before its first packet. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "oe/oe.h"
#include "tests/fake/oe_recorder.h"

static const struct flow pair = {
	.src = { .family = IP_V4, .bytes = { 192, 1, 2, 45 } },
	.dst = { .family = IP_V4, .bytes = { 192, 1, 2, 23 } },
};
static struct oe_recorder rec;

static void
no_complaint(void *ctx, const char *line)
{
	(void)ctx;
	fail_msg("%s", line);
}

static struct oe *
engine(enum group_id g)
{
	const struct oe_config cfg = { .deadline_ms = 3000, .max_requests = 1, .max_decided = 10 };
	struct oe_ports ports = oe_recorder_ports(&rec);
	struct group_entry *e = NULL;
	struct oe *oe = oe_new(&ports, &cfg);
	size_t n = 0;

	assert_non_null(oe);
	log_set_level(LOG_LEVEL_ERROR);
	group_file_parse("policy", span_str("192.1.0.0/16\n"), g, &e, &n, no_complaint, NULL);
	oe_set_groups(oe, e, n);
	free(e);
	return oe;
}

static void
expect(const char *start)
{
	const char *line = oe_recorder_next(&rec);

	if (line == NULL || strncmp(line, start, strlen(start)) != 0)
		fail_msg("expected \"%s\", saw \"%s\"", start, line != NULL ? line : "nothing");
}

static void
end(struct oe *oe)
{
	oe_free(oe);
	oe_recorder_clear(&rec);
	memset(&rec, 0, sizeof(rec));
}

static void
test_packet_joins(void **state)
{
	struct oe_answer absent = { .evidence = EVIDENCE_ABSENT, .ttl_s = 60, .why = "" };
	struct oe *oe = engine(GROUP_ID_PRIVATE_OR_CLEAR);

	(void)state;
	assert_true(oe_is_open(oe, &pair));
	assert_true(oe_warm(oe, &pair));
	expect("lookup oe#1 peer 192.1.2.23 3000");
	/* It is being decided: neither another hint nor a packet begins anything. */
	assert_false(oe_is_open(oe, &pair));
	assert_false(oe_warm(oe, &pair));
	oe_packet(oe, &pair, (held_id){ 7 });
	assert_null(oe_recorder_next(&rec));
	oe_dns_answer(oe, (oppo_id){ 1 }, WANT_PEER_KEY, &absent);
	expect("shunt 192.1.2.45 192.1.2.23 pass");
	expect("verdict 7 pass");
	expect("ended oe#1 CLEAR");
	/* And now it is decided. */
	assert_false(oe_warm(oe, &pair));
	end(oe);
}

static void
test_not_begun(void **state)
{
	static const enum group_id silent[] = { GROUP_ID_CLEAR, GROUP_ID_CLEAR_OR_PRIVATE, GROUP_ID_BLOCK };
	struct flow other = pair;
	struct oe *oe;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		oe = engine(silent[i]);
		assert_false(oe_warm(oe, &pair));
		assert_null(oe_recorder_next(&rec));
		end(oe);
	}
	oe = engine(GROUP_ID_PRIVATE);
	other.dst.bytes[1] = 2;		/* in no group */
	assert_false(oe_warm(oe, &other));
	/* One attempt at a time is allowed here. */
	assert_true(oe_warm(oe, &pair));
	other.dst.bytes[1] = 1;
	other.dst.bytes[3] = 99;
	assert_true(oe_is_open(oe, &other));
	assert_false(oe_warm(oe, &other));
	end(oe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_joins),
		cmocka_unit_test(test_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
