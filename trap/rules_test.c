/* The text of the table: what must be in it, in which order, and what never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trap/rules.h"

static struct trap_prefix
line(const char *prefix, enum trap_group_action action)
{
	struct trap_prefix p = { .action = action };

	assert_true(ip_prefix_parse(prefix, &p.remote));
	return p;
}

static const struct trap_config plain = { .tun_name = "ipsec0" };

static struct rules_input
input(const struct trap_config *cfg, bool queue)
{
	return (struct rules_input){ .cfg = cfg, .queue_num = 4500,
		.can = { .queue = queue, .fib = true, .meta_ipsec = true,
			.rt_ipsec = true, .elem_counter = true } };
}

static void
has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void
has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" must not be in:\n%s", part, text);
}

/* A stands before B. */
static void
before(const char *text, const char *a, const char *b)
{
	const char *x = strstr(text, a), *y = strstr(text, b);

	if (x == NULL || y == NULL || x >= y)
		fail_msg("\"%s\" is not before \"%s\" in:\n%s", a, b, text);
}

static void
table_with_nft_queue(void **state)
{
	struct rules_input in = input(&plain, true);
	char *text = rules_table(&in);

	(void)state;
	before(text, "delete table inet pluto\n", "table inet pluto {\n");
	has(text, "\tchain g_open {\n"
	    "\t\tmeta mark set meta mark & 0xff0fffff | 0x00300000\n"
	    "\t\tqueue flags bypass to 4500\n\t}\n");
	has(text, "\tchain g_closed {\n"
	    "\t\tmeta mark set meta mark & 0xff0fffff | 0x00400000\n"
	    "\t\tqueue to 4500\n\t}\n");
	before(text, "0x00100000 accept", "@keyed4");
	before(text, "udp dport { 500, 4500 } accept", "@keyed4");
	before(text, "icmpv6 type { 130-137, 143 } accept", "@keyed6");
	before(text, "ip saddr . ip daddr @keyed4 meta mark set meta mark "
	       "& 0xff0fffff | 0x00200000 accept\n", "@pass4 accept");
	before(text, "@pass4 accept", "@drop4 drop");
	before(text, "@reject6 goto refuse", "jump ports");
	before(text, "jump ports", "ip daddr vmap @group4");
	free(text);
}

static void
table_for_xtables(void **state)
{
	struct rules_input in = input(&plain, false);
	char *text = rules_table(&in);

	(void)state;
	has_not(text, "queue");
	has(text, "0x00400000 accept\n");
	/* behind the xtables rule: what it let by is dropped */
	has(text, "priority -149; policy accept;\n"
	    "\t\tmeta mark & 0x00f00000 == 0x00400000 drop\n"
	    "\t\tmeta mark & 0x00f00000 == 0x00600000 goto refuse\n");
	free(text);
}

static void
table_of_a_poor_kernel(void **state)
{
	struct trap_config cfg = plain;
	struct rules_input in = input(&cfg, false);
	char *text;

	(void)state;
	in.can = (struct kernel_can){ .queue = true };
	text = rules_table(&in);
	has_not(text, "fib");
	has_not(text, "ipsec exists");
	has_not(text, "flags timeout\n\t\tcounter");
	has(text, "oifname != \"ipsec0\"");
	free(text);
	cfg.tun_name[0] = '\0';
	text = rules_table(&in);
	has_not(text, "chain input");
	has_not(text, "chain leave");
	free(text);
}

static void
table_with_kernel_ipsec(void **state)
{
	struct trap_config cfg = { .tun_name = "" };
	struct rules_input in = input(&cfg, true);
	char *text = rules_table(&in);

	(void)state;
	before(text, "meta ipsec exists accept",
	       "ip daddr . ip saddr @keyed4 goto g_clear");
	has(text, "\tchain g_clear {\n"
	    "\t\tcounter name \"clear_from_keyed\" drop\n\t}\n");
	has(text, "rt ipsec missing counter name \"leak_stopped\" drop");
	has_not(text, "oifname !=");
	free(text);
}

static void
resolvers_and_local(void **state)
{
	struct trap_config cfg = { .n_resolvers = 2, .adns_uid = 117 };
	struct rules_input in = input(&cfg, true);
	struct ip_addr local[2];
	char *text;

	(void)state;
	assert_true(endpoint_parse("192.0.2.53", 53, &cfg.resolvers[0]));
	assert_true(endpoint_parse("2001:db8::53@853", 53, &cfg.resolvers[1]));
	assert_true(ip_addr_parse("192.0.2.1", &local[0]));
	assert_true(ip_addr_parse("2001:db8::1", &local[1]));
	in.local = local;
	in.n_local = 2;
	text = rules_table(&in);
	has(text, "ip daddr 192.0.2.53 meta l4proto { tcp, udp } "
	    "th dport { 53, 853 } goto dns\n");
	has(text, "ip6 daddr 2001:db8::53 meta l4proto { tcp, udp } "
	    "th dport { 853 } goto dns\n");
	has(text, "meta skuid 117 meta l4proto { tcp, udp } "
	    "th dport { 53, 853 } goto dns\n");
	before(text, "ip saddr . th dport @asked4 accept",
	       "ip daddr . ip saddr @keyed4 goto g_clear");
	has(text, "add element inet pluto local4 { 192.0.2.1 }\n");
	has(text, "add element inet pluto local6 { 2001:db8::1 }\n");
	free(text);
	text = rules_local(&in);
	before(text, "flush set inet pluto local6\n",
	       "add element inet pluto local4 { 192.0.2.1 }\n");
	free(text);
}

static void
longest_prefix_as_ranges(void **state)
{
	struct trap_prefix p[] = {
		line("10.0.0.0/8", GROUP_QUEUE_OPEN),
		line("10.1.0.0/16", GROUP_QUEUE_CLOSED),
		line("10.1.1.0/24", GROUP_CLEAR),
		line("10.1.1.7", GROUP_BLOCK),
		line("10.1.1.8", GROUP_REJECT),
		line("2001:db8::/32", GROUP_QUEUE_CLOSED),
	};
	struct rules_input in = input(&plain, true);
	char *text;

	(void)state;
	in.prefixes = p;
	in.n_prefixes = sizeof(p) / sizeof(*p);
	text = rules_groups(&in);
	has(text, "flush map inet pluto group4\n"
	    "flush map inet pluto group6\n"
	    "flush chain inet pluto ports\n");
	has(text, "10.0.0.0-10.0.255.255 : goto g_open,\n"
	    "\t10.1.0.0-10.1.0.255 : goto g_closed,\n"
	    "\t10.1.1.7 : goto g_block,\n"
	    "\t10.1.1.8 : goto g_refuse,\n"
	    "\t10.1.2.0-10.1.255.255 : goto g_closed,\n"
	    "\t10.2.0.0-10.255.255.255 : goto g_open\n}\n");
	has(text, "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff : "
	    "goto g_closed\n");
	has_not(text, "add rule");
	free(text);
}

static void
ports_and_prefixes(void **state)
{
	struct trap_prefix p[] = {
		line("10.0.0.0/8", GROUP_CLEAR),
		line("10.0.0.0/8", GROUP_QUEUE_CLOSED),
		line("10.1.0.0/16", GROUP_QUEUE_OPEN),
		line("11.0.0.0/8", GROUP_QUEUE_OPEN),
		line("10.1.0.0/16", GROUP_BLOCK),
	};
	struct rules_input in = input(&plain, true);
	char *text;

	(void)state;
	p[1].ip_proto = 6;
	p[1].dport = 22;
	p[4].sport = 9;
	in.prefixes = p;
	in.n_prefixes = sizeof(p) / sizeof(*p);
	text = rules_groups(&in);
	/* a longer prefix without ports is seen before a shorter with */
	has(text, "ports ip daddr 10.1.0.0/16 meta l4proto "
	    "{ 6, 17, 33, 132, 136 } th sport 9 goto g_block\n"
	    "add rule inet pluto ports ip daddr 10.1.0.0/16 goto g_open\n"
	    "add rule inet pluto ports ip daddr 10.0.0.0/8 meta l4proto 6 "
	    "th dport 22 goto g_closed\n");
	has_not(text, "ports ip daddr 11.0.0.0/8");
	free(text);
}

static void
away_stays_closed(void **state)
{
	struct trap_prefix p[] = {
		line("10.0.0.0/8", GROUP_QUEUE_OPEN),
		line("10.1.0.0/16", GROUP_QUEUE_CLOSED),
		line("10.2.0.0/16", GROUP_BLOCK),
	};
	struct rules_input in = input(&plain, false);
	char *text;

	(void)state;
	in.prefixes = p;
	in.n_prefixes = sizeof(p) / sizeof(*p);
	text = rules_closed(&in);
	has(text, "{\n\t10.1.0.0-10.1.255.255 : goto g_block,\n"
	    "\t10.2.0.0-10.2.255.255 : goto g_block\n}\n");
	has_not(text, "g_open");
	has_not(text, "g_closed");
	has_not(text, "@keyed4");
	has(text, "udp dport { 500, 4500 } accept");
	free(text);
	text = rules_none(RULES_TABLE);
	assert_string_equal(text, "add table inet pluto\n"
			    "delete table inet pluto\n");
	free(text);
}

/* Of hosts behind us: in a chain of their own, by their source, longest first. */
static void
hosts_behind_us(void **state)
{
	struct trap_prefix p[] = {
		line("10.2.0.0/16", GROUP_QUEUE_OPEN),
		line("10.3.0.0/16", GROUP_QUEUE_CLOSED),
		line("10.4.0.0/16", GROUP_QUEUE_CLOSED),
	};
	struct rules_input in = input(&plain, false);
	char *text;

	(void)state;
	assert_true(ip_prefix_parse("10.1.0.0/16", &p[0].clients));
	assert_true(ip_prefix_parse("10.1.1.0/24", &p[1].clients));
	in.prefixes = p;
	in.n_prefixes = sizeof(p) / sizeof(*p);
	text = rules_table(&in);
	has(text, "jump forwarded\n\t\tjump clients");
	before(text, "clients ip saddr . ip daddr @keyed4 goto g_keyed",
	       "clients ip saddr 10.1.1.0/24 ip daddr vmap {\n\t10.3.0.0-10.3.255.255 : goto g_closed");
	before(text, "clients ip saddr 10.1.1.0/24 accept",
	       "clients ip saddr 10.1.0.0/16 ip daddr vmap {\n\t10.2.0.0-10.2.255.255 : goto g_open");
	has(text, "group4 {\n\t10.4.0.0-10.4.255.255 : goto g_closed\n}");
	free(text);
	text = rules_groups(&in);
	before(text, "flush chain inet pluto clients", "add rule inet pluto clients");
	free(text);
	text = rules_closed(&in);
	has(text, "clients ip saddr 10.1.1.0/24 ip daddr vmap {\n\t10.3.0.0-10.3.255.255 : goto g_block");
	has_not(text, "10.2.0.0");
	has_not(text, "@keyed4");
	free(text);
	in.n_prefixes = 0;
	text = rules_groups(&in);
	has_not(text, "add rule inet pluto clients");
	free(text);
}

static void
device_names(void **state)
{
	(void)state;
	assert_true(rules_device_ok(""));
	assert_true(rules_device_ok("ipsec0"));
	assert_true(rules_device_ok("eth0.7_a-b"));
	assert_false(rules_device_ok("a\" drop"));
	assert_false(rules_device_ok("sixteencharacter"));
	assert_false(rules_device_ok("a\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_with_nft_queue),
		cmocka_unit_test(table_for_xtables),
		cmocka_unit_test(table_of_a_poor_kernel),
		cmocka_unit_test(table_with_kernel_ipsec),
		cmocka_unit_test(resolvers_and_local),
		cmocka_unit_test(longest_prefix_as_ranges),
		cmocka_unit_test(ports_and_prefixes),
		cmocka_unit_test(away_stays_closed),
		cmocka_unit_test(hosts_behind_us),
		cmocka_unit_test(device_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
