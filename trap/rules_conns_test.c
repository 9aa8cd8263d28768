/* Selectors of connections as rules: which map, which order, what stays closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trap/rules.h"

static const struct trap_config plain = { .tun_name = "" };

static struct rules_input
input(const struct trap_selector *s, size_t n)
{
	return (struct rules_input){ .cfg = &plain, .queue_num = 4500,
		.selectors = s, .n_selectors = n,
		.can = { .queue = true, .fib = true, .meta_ipsec = true,
			.rt_ipsec = true, .pair_ranges = true } };
}

static struct trap_selector
between(const char *ours, const char *theirs, enum shunt_kind kind)
{
	struct trap_selector s = { .kind = kind };
	struct ip_prefix l, r;

	assert_true(ip_prefix_parse(ours, &l) && ip_prefix_parse(theirs, &r));
	s.sel.local = ts_prefix(&l);
	s.sel.remote = ts_prefix(&r);
	return s;
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

static void
before(const char *text, const char *a, const char *b)
{
	const char *x = strstr(text, a), *y = strstr(text, b);

	if (x == NULL || y == NULL || x >= y)
		fail_msg("\"%s\" is not before \"%s\" in:\n%s", a, b, text);
}

static void
disjoint_ones_share_a_map(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP),
		between("10.1.0.0/24", "10.3.0.9/32", SHUNT_KEYED),
		between("fd01::/64", "fd02::/64", SHUNT_PASS),
	};
	struct rules_input in = input(s, 3);
	char *text = rules_conns(&in);

	(void)state;
	before(text, "flush chain inet pluto conns", "delete map inet pluto conn4_0\n"
	       "add map inet pluto conn4_0 { type ipv4_addr . ipv4_addr : verdict; "
	       "flags interval, timeout; }\n");
	has(text, "add element inet pluto conn4_0 {\n"
	    "\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : goto g_closed,\n"
	    "\t10.1.0.0-10.1.0.255 . 10.3.0.9 : goto g_keyed\n}\n");
	has(text, "add rule inet pluto conns ip saddr . ip daddr vmap @conn4_0\n");
	has(text, "fd02::-fd02::ffff:ffff:ffff:ffff : accept\n");
	has(text, "add rule inet pluto conns ip6 saddr . ip6 daddr vmap @conn6_0\n");
	has_not(text, "@conn4_1");
	free(text);
}

/* The other direction: what is not passed must not come in the clear. */
static void
the_way_back_is_judged(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP),
		between("10.1.0.0/24", "10.3.0.0/24", SHUNT_PASS),
	};
	struct rules_input in = input(s, 2);
	char *text = rules_table(&in);

	(void)state;
	has(text, "add element inet pluto back4_0 {\n"
	    "\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : goto g_clear,\n"
	    "\t10.1.0.0-10.1.0.255 . 10.3.0.0-10.3.0.255 : accept\n}\n");
	has(text, "from_conns ip daddr . ip saddr vmap @back4_0\n");
	/* What passes through us has no exemption for IKE; what is for us has. */
	before(text, "hook forward priority -151; policy accept;\n"
	       "\t\tiifname \"lo\" accept\n\t\tmeta ipsec exists accept\n"
	       "\t\tjump from_conns\n", "\tchain leave");
	before(text, "th dport @asked6 accept\n\t\tjump from_conns\n",
	       "hook forward priority -151");
	free(text);
}

static void
where_two_overlap_the_first_counts(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.7/32", "10.2.0.0/24", SHUNT_PASS),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_KEYED),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP),
		between("10.9.0.0/24", "10.2.0.0/24", SHUNT_DROP),
	};
	struct rules_input in = input(s, 4);
	char *text = rules_conns(&in);

	(void)state;
	has(text, "conn4_2 {\n\t10.1.0.7 . 10.2.0.0-10.2.0.255 : accept\n}");
	has(text, "conn4_1 {\n\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : "
	    "goto g_keyed\n}");
	has(text, "conn4_0 {\n\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : "
	    "goto g_closed,\n"
	    "\t10.9.0.0-10.9.0.255 . 10.2.0.0-10.2.0.255 : goto g_block\n}");
	before(text, "vmap @conn4_2", "vmap @conn4_1");
	before(text, "vmap @conn4_1", "vmap @conn4_0");
	free(text);
}

/* A kernel without such maps, and more overlaps than there are maps. */
static void
rules_where_maps_cannot(void **state)
{
	struct trap_selector s[6];
	struct rules_input in = input(s, 6);
	char *text;
	unsigned i;

	(void)state;
	for (i = 0; i < 6; i++)
		s[i] = between("10.1.0.0/24", "10.2.0.0/24",
			       i == 0 ? SHUNT_REJECT : SHUNT_TRAP);
	text = rules_conns(&in);
	has(text, "@conn4_3\n");
	has_not(text, "conn4_4");
	before(text, "add rule inet pluto conns ip saddr 10.1.0.0-10.1.0.255 "
	       "ip daddr 10.2.0.0-10.2.0.255 goto g_refuse\n",
	       "10.2.0.0-10.2.0.255 goto g_closed\n");
	before(text, "10.2.0.0-10.2.0.255 goto g_closed\n", "vmap @conn4_3\n");
	free(text);
	in.can.pair_ranges = false;
	text = rules_table(&in);
	has_not(text, "conn4_0");
	has_not(text, "back4_0");
	has(text, "add rule inet pluto from_conns ip daddr 10.1.0.0-10.1.0.255 "
	    "ip saddr 10.2.0.0-10.2.0.255 goto g_clear\n");
	free(text);
}

static void
ports_are_rules_and_later_fragments_do_not_pass(void **state)
{
	struct trap_selector s[2] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_KEYED),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP) };
	struct rules_input in = input(s, 2);
	char *text;

	(void)state;
	s[0].sel.local.ip_proto = s[0].sel.remote.ip_proto = 17;
	s[0].sel.remote.port_lo = 1701;
	s[0].sel.remote.port_hi = 1702;
	text = rules_conns(&in);
	before(text, "conns ip saddr 10.1.0.0-10.1.0.255 ip daddr "
	       "10.2.0.0-10.2.0.255 meta l4proto 17 ip frag-off & 0x1fff != 0 "
	       "counter drop\n", "meta l4proto 17 th dport 1701-1702 goto g_keyed\n");
	before(text, "goto g_keyed", "vmap @conn4_0");
	has(text, "from_conns ip daddr 10.1.0.0-10.1.0.255 ip saddr "
	    "10.2.0.0-10.2.0.255 meta l4proto 17 th sport 1701-1702 goto g_clear\n");
	free(text);
}

/* An SA comes, and goes: nobody else's element is touched. */
static void
only_what_is_new_changes(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_KEYED),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP),
		between("10.1.0.0/24", "10.3.0.0/24", SHUNT_KEYED),
		between("10.1.0.0/24", "10.3.0.0/24", SHUNT_TRAP),
	};
	struct rules_input all = input(s, 4), without = input(s + 1, 3);
	char *text = rules_conns_change(&without, &all);

	(void)state;
	assert_string_equal(text, "add element inet pluto back4_1 { "
		"10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : goto g_clear }\n"
		"add element inet pluto conn4_1 { "
		"10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 : goto g_keyed }\n");
	free(text);
	text = rules_conns_change(&all, &without);
	has(text, "delete element inet pluto conn4_1 { "
	    "10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255  }\n");
	has_not(text, "10.3.0.0");
	has_not(text, "add ");
	free(text);
	text = rules_conns_change(&all, &all);
	assert_string_equal(text, "");
	free(text);
	/* Another verdict, and a map that is used no longer. */
	s[2].kind = SHUNT_DROP;
	without = input(s + 2, 2);
	all = input(s + 3, 1);
	text = rules_conns_change(&without, &all);
	before(text, "delete element inet pluto conn4_1", "flush chain inet pluto conns");
	has(text, "conns ip saddr . ip daddr vmap @conn4_0");
	has_not(text, "vmap @conn4_1");
	free(text);
}

/* What is let out for a while ends in the kernel, or is never written there. */
static void
a_lifetime_ends_without_us(void **state)
{
	struct trap_selector s[2] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_PASS),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP) };
	struct rules_input in = input(s, 2);
	char *text;

	(void)state;
	s[0].lifetime_s = 120;
	text = rules_conns(&in);
	has(text, "conn4_1 {\n\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 "
	    "timeout 120s : accept\n}");
	has(text, "back4_1 {\n\t10.1.0.0-10.1.0.255 . 10.2.0.0-10.2.0.255 "
	    "timeout 120s : accept\n}");
	free(text);
	in.can.pair_ranges = false;
	text = rules_conns(&in);
	has_not(text, "conns ip saddr 10.1.0.0-10.1.0.255 ip daddr "
		"10.2.0.0-10.2.0.255 accept");
	has(text, "conns ip saddr 10.1.0.0-10.1.0.255 ip daddr "
	    "10.2.0.0-10.2.0.255 goto g_closed");
	free(text);
}

static void
when_we_are_away_only_what_passes_passes(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_KEYED),
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP),
		between("10.1.0.0/24", "10.3.0.0/24", SHUNT_PASS),
		between("10.1.0.0/24", "10.4.0.0/24", SHUNT_REJECT),
		between("10.1.0.0/24", "10.3.0.0/16", SHUNT_TRAP),
	};
	struct rules_input in = input(s, 5);
	char *text = rules_closed(&in);

	(void)state;
	has_not(text, "g_keyed");
	has_not(text, "g_closed");
	has(text, "10.2.0.0-10.2.0.255 : goto g_block");
	has(text, "10.3.0.0-10.3.0.255 : accept");
	has(text, "10.4.0.0-10.4.0.255 : goto g_block");
	has(text, "hook prerouting priority -151");
	has(text, "add rule inet pluto forwarded jump conns\n");
	free(text);
}

/* Packets of others are looked at when there is a connection, and then not those
 * that are for us, or come out of a tunnel. */
static void
a_host_without_connections_judges_nobody(void **state)
{
	struct trap_selector s[] = {
		between("10.1.0.0/24", "10.2.0.0/24", SHUNT_TRAP) };
	struct rules_input in = input(s, 0);
	char *text = rules_table(&in);

	(void)state;
	has_not(text, "add rule inet pluto forwarded");
	free(text);
	in.n_selectors = 1;
	text = rules_table(&in);
	before(text, "forwarded ip daddr @local4 accept", "forwarded jump conns");
	before(text, "forwarded meta ipsec exists accept", "forwarded jump conns");
	has(text, "\tchain guard_pre {\n\t\ttype filter hook prerouting "
	    "priority -149; policy accept;\n"
	    "\t\tmeta mark & 0x00f00000 == 0x00400000 drop\n\t}\n");
	has(text, "hook forward priority -149; policy accept;\n"
	    "\t\tmeta mark & 0x00f00000 == 0x00600000 goto refuse\n");
	/* A connection is more than a pair and a group. */
	before(text, "udp dport { 500, 4500 } accept", "\t\tjump conns\n");
	before(text, "\t\tjump conns\n", "@keyed4 meta mark set");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disjoint_ones_share_a_map),
		cmocka_unit_test(the_way_back_is_judged),
		cmocka_unit_test(where_two_overlap_the_first_counts),
		cmocka_unit_test(rules_where_maps_cannot),
		cmocka_unit_test(ports_are_rules_and_later_fragments_do_not_pass),
		cmocka_unit_test(only_what_is_new_changes),
		cmocka_unit_test(a_lifetime_ends_without_us),
		cmocka_unit_test(when_we_are_away_only_what_passes_passes),
		cmocka_unit_test(a_host_without_connections_judges_nobody),
	};

	return cmocka_run_group_tests_name("rules_conns", tests, NULL, NULL);
}
