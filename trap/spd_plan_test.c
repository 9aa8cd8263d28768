/* Which rules stand, and that what must pass is exempt. */
#include <netinet/in.h>

#include "lib/test.h"
#include "trap/spd_plan.h"

static struct trap_prefix
line(const char *prefix, enum trap_group_action action)
{
	struct trap_prefix p = { .action = action };

	assert_true(ip_prefix_parse(prefix, &p.remote));
	return p;
}

static struct spd_plan
plan_of(const struct trap_prefix *p, size_t n)
{
	static const struct trap_config cfg = { .n_resolvers = 1,
		.resolvers = { { { IP_V4, { 192, 0, 2, 53 } }, 5353 } } };
	static const struct ip_addr local = { IP_V4, { 192, 0, 2, 1 } };
	const struct spd_plan_input in = { .cfg = &cfg, .prefixes = p, .n_prefixes = n,
		.local = &local, .n_local = 1 };
	struct spd_plan plan;

	assert_int_equal(spd_plan_make(&in, &plan), 0);
	return plan;
}

static const struct spd_plan_rule *
find(const struct spd_plan *plan, const char *remote, uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct spd_rule r = { .ip_proto = proto, .sport = sport, .dport = dport };

	assert_true(ip_prefix_parse(remote, &r.remote));
	r.local.addr.family = r.remote.addr.family;
	return spd_plan_find(plan, &r);
}

static void
actions_become_rules(void **state)
{
	const struct trap_prefix p[] = { line("10.0.0.0/8", GROUP_QUEUE_OPEN),
		line("10.1.0.0/16", GROUP_QUEUE_CLOSED), line("10.2.0.0/16", GROUP_CLEAR),
		line("2001:db8::/32", GROUP_BLOCK) };
	struct spd_plan plan = plan_of(p, 4);
	const struct spd_plan_rule *open = find(&plan, "10.0.0.0/8", 0, 0, 0);
	const struct spd_plan_rule *closed = find(&plan, "10.1.0.0/16", 0, 0, 0);

	(void)state;
	assert_true(open->open && open->rule.action == SPD_PROTECT && !open->rule.exempt);
	assert_int_equal(open->rule.lifetime_s, SPD_LEASE_S);
	assert_true(!closed->open && closed->rule.action == SPD_PROTECT);
	assert_int_equal(closed->rule.lifetime_s, 0);
	assert_int_equal(find(&plan, "10.2.0.0/16", 0, 0, 0)->rule.action, SPD_BYPASS);
	assert_int_equal(find(&plan, "2001:db8::/32", 0, 0, 0)->rule.action, SPD_DISCARD);
	spd_plan_clear(&plan);
}

static void
what_must_pass_is_exempt(void **state)
{
	static const struct { const char *remote; uint8_t proto; uint16_t sport, dport; } must[] = {
		{ "0.0.0.0/0", 50, 0, 0 }, { "::/0", 51, 0, 0 },
		{ "0.0.0.0/0", IPPROTO_UDP, 0, 500 }, { "::/0", IPPROTO_UDP, 4500, 0 },
		{ "0.0.0.0/0", IPPROTO_UDP, 68, 67 }, { "::/0", IPPROTO_UDP, 546, 547 },
		{ "::/0", IPPROTO_ICMPV6, 135, 0 }, { "::/0", IPPROTO_ICMPV6, 143, 0 },
		{ "127.0.0.0/8", 0, 0, 0 }, { "::1/128", 0, 0, 0 }, { "fe80::/10", 0, 0, 0 },
		{ "224.0.0.0/4", 0, 0, 0 }, { "ff00::/8", 0, 0, 0 },
		{ "255.255.255.255/32", 0, 0, 0 }, { "192.0.2.1/32", 0, 0, 0 },
		{ "192.0.2.53/32", IPPROTO_UDP, 0, 5353 }, { "192.0.2.53/32", IPPROTO_TCP, 0, 853 },
	};
	const struct trap_prefix all[] = { line("0.0.0.0/0", GROUP_QUEUE_CLOSED),
		line("::/0", GROUP_QUEUE_CLOSED) };
	struct spd_plan plan = plan_of(all, 2);

	(void)state;
	for (size_t i = 0; i < sizeof(must) / sizeof(*must); i++) {
		const struct spd_plan_rule *r = find(&plan, must[i].remote, must[i].proto,
						     must[i].sport, must[i].dport);

		assert_non_null(r);
		assert_true(r->rule.exempt && r->rule.action == SPD_BYPASS);
	}
	assert_null(find(&plan, "0.0.0.0/0", IPPROTO_UDP, 0, 53));
	spd_plan_clear(&plan);
}

static void
same_packets_one_rule(void **state)
{
	const struct trap_prefix p[] = { line("192.0.2.1/32", GROUP_QUEUE_CLOSED),
		line("10.0.0.7/32", GROUP_QUEUE_OPEN), line("10.0.0.7/32", GROUP_QUEUE_CLOSED) };
	struct spd_plan plan = plan_of(p, 3);

	(void)state;
	assert_true(find(&plan, "192.0.2.1/32", 0, 0, 0)->rule.exempt);
	assert_false(find(&plan, "10.0.0.7/32", 0, 0, 0)->open);
	for (size_t i = 1; i < plan.n; i++)
		assert_true(spd_compare(&plan.r[i - 1].rule, &plan.r[i].rule) < 0);
	spd_plan_clear(&plan);
}

static void
ports_without_a_protocol(void **state)
{
	struct trap_prefix p = line("10.0.0.0/8", GROUP_QUEUE_CLOSED);
	struct spd_plan plan;

	(void)state;
	p.dport = 80;
	plan = plan_of(&p, 1);
	assert_non_null(find(&plan, "10.0.0.0/8", IPPROTO_TCP, 0, 80));
	assert_non_null(find(&plan, "10.0.0.0/8", IPPROTO_SCTP, 0, 80));
	assert_null(find(&plan, "10.0.0.0/8", 0, 0, 80));
	spd_plan_clear(&plan);
}

static void
away_only_what_is_closed_counts(void **state)
{
	const struct trap_prefix p[] = { line("10.1.0.0/16", GROUP_QUEUE_OPEN),
		line("10.0.0.0/8", GROUP_QUEUE_CLOSED) };
	struct spd_plan both = plan_of(p, 2), open = plan_of(p, 1), away;

	(void)state;
	assert_int_equal(spd_plan_away(&both, &away), 0);
	assert_int_equal(find(&away, "10.0.0.0/8", 0, 0, 0)->rule.action, SPD_DISCARD);
	assert_int_equal(find(&away, "10.1.0.0/16", 0, 0, 0)->rule.action, SPD_BYPASS);
	assert_int_equal(find(&away, "10.1.0.0/16", 0, 0, 0)->rule.lifetime_s, 0);
	assert_true(find(&away, "::/0", IPPROTO_ICMPV6, 135, 0)->rule.exempt);
	spd_plan_clear(&away);
	assert_int_equal(spd_plan_away(&open, &away), 0);
	assert_int_equal(away.n, 0);
	spd_plan_clear(&both);
	spd_plan_clear(&open);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_become_rules),
		cmocka_unit_test(what_must_pass_is_exempt),
		cmocka_unit_test(same_packets_one_rule),
		cmocka_unit_test(ports_without_a_protocol),
		cmocka_unit_test(away_only_what_is_closed_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
