/* Writes the nft table that catches, passes, drops and guards packets. */
#include "trap/rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/marks.h"

enum { MAX_DEVICE = 15 };

/* Bits of others, which we keep. */
#define KEEP_BITS (~(unsigned)MARK_MASK)

const char *
rules_name(const struct rules_input *in)
{
	return in->table != NULL ? in->table : RULES_TABLE;
}

void
rules_set_mark(FILE *f, unsigned mark)
{
	fprintf(f, "meta mark set meta mark & 0x%08x | 0x%08x", KEEP_BITS, mark);
}

void
rules_if_mark(FILE *f, unsigned mark)
{
	fprintf(f, "\t\tmeta mark & 0x%08x == 0x%08x", (unsigned)MARK_MASK, mark);
}

bool
rules_device_ok(const char *name)
{
	size_t i, len = strlen(name);

	if (len > MAX_DEVICE)
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
			return false;
	return true;
}

static void
write_sets(FILE *f, const struct kernel_can *can)
{
	static const char *const kinds[] = { "keyed", "pass", "drop", "reject" };
	const char *counter = can->elem_counter ? "\n\t\tcounter" : "";
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		fprintf(f, "\tset %s4 {\n\t\ttype ipv4_addr . ipv4_addr\n"
			"\t\tflags timeout%s\n\t}\n", kinds[i], counter);
		fprintf(f, "\tset %s6 {\n\t\ttype ipv6_addr . ipv6_addr\n"
			"\t\tflags timeout%s\n\t}\n", kinds[i], counter);
	}
}

/* Objects that every table of ours has, with or without pluto. */
static void
write_common(FILE *f)
{
	fputs("\tset local4 {\n\t\ttype ipv4_addr\n\t}\n"
	      "\tset local6 {\n\t\ttype ipv6_addr\n\t}\n"
	      "\tmap group4 {\n\t\ttype ipv4_addr : verdict\n"
	      "\t\tflags interval\n\t}\n"
	      "\tmap group6 {\n\t\ttype ipv6_addr : verdict\n"
	      "\t\tflags interval\n\t}\n"
	      "\tchain ports {\n\t}\n"
	      "\tchain g_block {\n\t\tdrop\n\t}\n", f);
}

/* What is never trapped: without these we would wait for ourselves. */
static void
write_exemptions(FILE *f, const struct rules_input *in)
{
	rules_if_mark(f, MARK_BYPASS);
	fputs(" accept\n\t\toifname \"lo\" accept\n", f);
	if (in->can.fib)
		fputs("\t\tfib daddr type { local, broadcast, anycast, "
		      "multicast } accept\n", f);
	fputs("\t\tip daddr @local4 accept\n"
	      "\t\tip6 daddr @local6 accept\n"
	      "\t\tip daddr { 169.254.0.0/16, 224.0.0.0/4, 255.255.255.255 } "
	      "accept\n"
	      "\t\tip6 daddr { fe80::/10, ff00::/8 } accept\n"
	      /* MLD (130-132, 143) and neighbour discovery (133-137) */
	      "\t\ticmpv6 type { 130-137, 143 } accept\n"
	      "\t\tmeta l4proto { esp, ah } accept\n"
	      "\t\tudp dport { 500, 4500 } accept\n"
	      "\t\tudp sport { 500, 4500 } accept\n"
	      "\t\tudp sport 68 udp dport 67 accept\n"
	      "\t\tudp sport 546 udp dport 547 accept\n", f);
	rules_write_resolvers(f, in->cfg);
}

static void
write_shunts(FILE *f)
{
	static const char *const pair[2] = { "ip saddr . ip daddr",
		"ip6 saddr . ip6 daddr" };
	static const char digit[2] = { '4', '6' };
	unsigned i;

	for (i = 0; i < 2; i++) {
		fprintf(f, "\t\t%s @keyed%c ", pair[i], digit[i]);
		rules_set_mark(f, MARK_TUN);
		fprintf(f, " accept\n"
			"\t\t%s @pass%c accept\n"
			"\t\t%s @drop%c drop\n"
			"\t\t%s @reject%c goto refuse\n",
			pair[i], digit[i], pair[i], digit[i], pair[i], digit[i]);
	}
}

/* RFC 1122 3.2.2, RFC 4443 2.4: no error about an error or a later fragment. */
static void
write_refuse(FILE *f)
{
	fputs("\tchain refuse {\n"
	      "\t\tip frag-off & 0x1fff != 0 drop\n"
	      "\t\tfrag frag-off != 0 drop\n"
	      "\t\ticmp type != echo-request drop\n"
	      "\t\ticmpv6 type != echo-request drop\n"
	      "\t\tlimit rate over 50/second burst 50 packets drop\n"
	      "\t\tmeta l4proto tcp reject with tcp reset\n"
	      "\t\treject with icmpx admin-prohibited\n"
	      "\t}\n", f);
}

static void
write_queue(FILE *f, const struct rules_input *in, const char *chain,
	    unsigned mark, const char *flags)
{
	fprintf(f, "\tchain %s {\n\t\t", chain);
	rules_set_mark(f, mark);
	if (in->can.queue)
		fprintf(f, "\n\t\tqueue %sto %u\n\t}\n", flags,
			(unsigned)in->queue_num);
	else
		fputs(" accept\n\t}\n", f);
}

/* Behind the queue: a closed packet whose queue rule is gone, and the packets
 * that user space wants refused. */
static void
write_guard(FILE *f)
{
	fputs("\tchain guard {\n"
	      "\t\ttype filter hook output priority -149; policy accept;\n", f);
	rules_if_mark(f, MARK_TRAP_CLOSED);
	fputs(" drop\n", f);
	rules_if_mark(f, MARK_REJECT);
	fputs(" goto refuse\n\t}\n"
	      "\tchain guard_pre {\n"
	      "\t\ttype filter hook prerouting priority -149; policy accept;\n", f);
	rules_if_mark(f, MARK_TRAP_CLOSED);
	fputs(" drop\n\t}\n"
	      "\tchain guard_forward {\n"
	      "\t\ttype filter hook forward priority -149; policy accept;\n", f);
	rules_if_mark(f, MARK_REJECT);
	fputs(" goto refuse\n\t}\n", f);
}

/* A tunnel device or ip rule that is gone must not mean clear text; nor a new
 * source address by which the kernel's policies no longer know the packet, so
 * this comes after NAT (100). */
static void
write_leave(FILE *f, const struct rules_input *in)
{
	const char *tun = in->cfg->tun_name;

	if (tun[0] == '\0' && !in->can.rt_ipsec)
		return;
	fputs("\tchain leave {\n"
	      "\t\ttype filter hook postrouting priority 151; "
	      "policy accept;\n"
	      "\t\tmeta l4proto { esp, ah } accept\n"
	      "\t\tip saddr @local4 udp sport { 500, 4500 } accept\n"
	      "\t\tip6 saddr @local6 udp sport { 500, 4500 } accept\n", f);
	rules_if_mark(f, MARK_TUN);
	/* An xfrm interface sends packets here once more, to be encrypted. */
	if (tun[0] != '\0')
		fprintf(f, " oifname != \"%s\"%s counter name \"leak_stopped\" "
			"drop\n\t}\n", tun, in->can.rt_ipsec ? " rt ipsec missing" : "");
	else
		fputs(" rt ipsec missing counter name \"leak_stopped\" "
		      "drop\n\t}\n", f);
}

/* Clear packets that say they come from a keyed peer, or from a far subnet. IKE
 * to us may, and the tail of a fragmented one, whose first fragment is judged by
 * its port; what passes through us has no such excuse. */
static void
write_from_keyed(FILE *f, const struct rules_input *in, const char *hook,
		 bool forwarded)
{
	const char *tun = in->cfg->tun_name;

	if (tun[0] == '\0' && !in->can.meta_ipsec)
		return;
	fprintf(f, "\tchain %s {\n\t\ttype filter hook %s priority -151; "
		"policy accept;\n\t\tiifname \"lo\" accept\n", hook, hook);
	if (tun[0] != '\0')
		fprintf(f, "\t\tiifname \"%s\" accept\n", tun);
	else
		fputs("\t\tmeta ipsec exists accept\n", f);
	if (forwarded)
		fputs("\t\tjump from_conns\n", f);
	fputs("\t\tmeta l4proto { esp, ah } accept\n"
	      "\t\tudp dport { 500, 4500 } accept\n"
	      "\t\tfrag frag-off != 0 accept\n"
	      "\t\ticmpv6 type { 130-137, 143 } accept\n"
	      "\t\tip saddr . th dport @asked4 accept\n"
	      "\t\tip6 saddr . th dport @asked6 accept\n", f);
	if (!forwarded)
		fputs("\t\tjump from_conns\n", f);
	fputs("\t\tip daddr . ip saddr @keyed4 goto g_clear\n"
	      "\t\tip6 daddr . ip6 saddr @keyed6 goto g_clear\n"
	      "\t}\n", f);
}

static void
write_output(FILE *f, const struct rules_input *in, bool away)
{
	fputs("\tchain output {\n"
	      "\t\ttype route hook output priority -151; policy accept;\n", f);
	write_exemptions(f, in);
	fputs("\t\tjump conns\n", f);
	if (!away)
		write_shunts(f);
	fputs("\t\tjump ports\n"
	      "\t\tip daddr vmap @group4\n"
	      "\t\tip6 daddr vmap @group6\n"
	      "\t}\n", f);
}

static void
write_local(FILE *f, const struct rules_input *in)
{
	struct addr_buf b;
	size_t i;

	for (i = 0; i < in->n_local; i++)
		fprintf(f, "add element inet %s local%c { %s }\n", rules_name(in),
			in->local[i].family == IP_V6 ? '6' : '4',
			ip_addr_text(&in->local[i], &b));
}

/* Adding before deleting, so that deleting never fails: one transaction. */
static void
write_fresh(FILE *f, const char *table)
{
	fprintf(f, "add table inet %s\ndelete table inet %s\n", table, table);
}

static bool
table_body(FILE *f, const void *what)
{
	const struct rules_input *in = what;

	write_fresh(f, rules_name(in));
	fprintf(f, "table inet %s {\n", rules_name(in));
	fputs("\tcounter clear_from_keyed {\n\t}\n"
	      "\tcounter leak_stopped {\n\t}\n", f);
	write_sets(f, &in->can);
	write_common(f);
	write_queue(f, in, "g_open", MARK_TRAP_OPEN, "flags bypass ");
	write_queue(f, in, "g_closed", MARK_TRAP_CLOSED, "");
	rules_write_dns(f, false);
	write_refuse(f);
	rules_write_conn_chains(f, in, false);
	write_output(f, in, false);
	write_guard(f);
	write_from_keyed(f, in, "input", false);
	write_from_keyed(f, in, "forward", true);
	write_leave(f, in);
	fputs("}\n", f);
	write_local(f, in);
	return rules_write_groups(f, in, false) && rules_write_conns(f, in, false);
}

char *
rules_table(const struct rules_input *in)
{
	return rules_text(table_body, in);
}

static bool
closed_body(FILE *f, const void *what)
{
	const struct rules_input *in = what;

	write_fresh(f, rules_name(in));
	fprintf(f, "table inet %s {\n", rules_name(in));
	write_common(f);
	rules_write_dns(f, true);
	rules_write_conn_chains(f, in, true);
	write_output(f, in, true);
	fputs("}\n", f);
	write_local(f, in);
	return rules_write_groups(f, in, true) && rules_write_conns(f, in, true);
}

char *
rules_closed(const struct rules_input *in)
{
	return rules_text(closed_body, in);
}

static bool
groups_body(FILE *f, const void *what)
{
	const struct rules_input *in = what;

	fputs("flush map inet " RULES_TABLE " group4\n"
	      "flush map inet " RULES_TABLE " group6\n"
	      "flush chain inet " RULES_TABLE " ports\n"
	      "flush chain inet " RULES_TABLE " clients\n", f);
	return rules_write_groups(f, in, false);
}

char *
rules_groups(const struct rules_input *in)
{
	return rules_text(groups_body, in);
}

static bool
local_body(FILE *f, const void *what)
{
	const struct rules_input *in = what;

	fputs("flush set inet " RULES_TABLE " local4\n"
	      "flush set inet " RULES_TABLE " local6\n", f);
	write_local(f, in);
	return true;
}

char *
rules_local(const struct rules_input *in)
{
	return rules_text(local_body, in);
}

static bool
none_body(FILE *f, const void *what)
{
	write_fresh(f, what);
	return true;
}

char *
rules_none(const char *table)
{
	return rules_text(none_body, table);
}
