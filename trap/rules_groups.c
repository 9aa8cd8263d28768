/* Writes the policy groups' prefixes as disjoint ranges and port rules. */
#include "trap/rules.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "lib/log.h"
#include "lib/prefix_set.h"

/* What one action becomes, with pluto here and with pluto away. */
static const struct {
	const char *here, *away;
} verdicts[] = {
	[GROUP_CLEAR]        = { "accept", "accept" },
	[GROUP_QUEUE_OPEN]   = { "goto g_open", "accept" },
	[GROUP_QUEUE_CLOSED] = { "goto g_closed", "goto g_block" },
	[GROUP_BLOCK]        = { "goto g_block", "goto g_block" },
};

static const char *
verdict_of(uint32_t action, bool away)
{
	return away ? verdicts[action].away : verdicts[action].here;
}

static bool
has_ports(const struct trap_prefix *p)
{
	return p->ip_proto != 0 || p->sport != 0 || p->dport != 0;
}

struct range_writer {
	FILE *f;
	const char *table;
	bool away, any;
};

/* What is accepted needs no element: the chain's policy accepts. */
static bool
write_range(void *ctx, const struct ip_addr *lo, const struct ip_addr *hi,
	    uint32_t action)
{
	struct range_writer *w = ctx;
	struct addr_buf a, b;

	if (action == GROUP_CLEAR || (w->away && action == GROUP_QUEUE_OPEN))
		return true;
	if (!w->any)
		fprintf(w->f, "add element inet %s group%c {\n", w->table,
			lo->family == IP_V6 ? '6' : '4');
	else
		fputs(",\n", w->f);
	w->any = true;
	if (ip_addr_eq(lo, hi))
		fprintf(w->f, "\t%s : %s", ip_addr_text(lo, &a),
			verdict_of(action, w->away));
	else
		fprintf(w->f, "\t%s-%s : %s", ip_addr_text(lo, &a),
			ip_addr_text(hi, &b), verdict_of(action, w->away));
	return true;
}

static void
write_ranges(FILE *f, const char *table, const struct prefix_set *set,
	     enum ip_family family, bool away)
{
	struct range_writer w = { .f = f, .table = table, .away = away };

	prefix_set_ranges(set, family, write_range, &w);
	if (w.any)
		fputs("\n}\n", f);
}

/* Longest prefix first; a line with ports before one without. */
static int
compare_lines(const void *a, const void *b)
{
	const struct trap_prefix *x = *(const struct trap_prefix *const *)a;
	const struct trap_prefix *y = *(const struct trap_prefix *const *)b;

	if (x->remote.len != y->remote.len)
		return x->remote.len > y->remote.len ? -1 : 1;
	return (int)has_ports(y) - (int)has_ports(x);
}

/* The longest prefix wins over ports, so a plain prefix inside one that has
 * ports must be seen first. */
static bool
inside_ports(const struct rules_input *in, const struct trap_prefix *p)
{
	size_t i;

	for (i = 0; i < in->n_prefixes; i++) {
		const struct trap_prefix *o = &in->prefixes[i];

		if (has_ports(o) && p->remote.len > o->remote.len &&
		    ip_prefix_contains(&o->remote, &p->remote.addr))
			return true;
	}
	return false;
}

static bool
proto_has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	       proto == IPPROTO_UDPLITE;
}

static void
write_line(FILE *f, const char *table, const struct trap_prefix *p, bool away)
{
	struct addr_buf b;

	fprintf(f, "add rule inet %s ports %s daddr %s", table,
		p->remote.addr.family == IP_V6 ? "ip6" : "ip",
		ip_prefix_text(&p->remote, &b));
	if (p->ip_proto != 0)
		fprintf(f, " meta l4proto %u", (unsigned)p->ip_proto);
	else if (p->sport != 0 || p->dport != 0)
		fputs(" meta l4proto { 6, 17, 33, 132, 136 }", f);
	if (p->ip_proto == 0 || proto_has_ports(p->ip_proto)) {
		if (p->sport != 0)
			fprintf(f, " th sport %u", (unsigned)p->sport);
		if (p->dport != 0)
			fprintf(f, " th dport %u", (unsigned)p->dport);
	}
	fprintf(f, " %s\n", verdict_of(p->action, away));
}

static bool
write_ports(FILE *f, const struct rules_input *in, bool away)
{
	const struct trap_prefix **lines;
	size_t i, n = 0;
	bool any = false;

	for (i = 0; i < in->n_prefixes && !any; i++)
		any = has_ports(&in->prefixes[i]);
	if (!any)
		return true;
	lines = calloc(in->n_prefixes, sizeof(const struct trap_prefix *));
	if (lines == NULL)
		return false;
	for (i = 0; i < in->n_prefixes; i++)
		if (has_ports(&in->prefixes[i]) ||
		    inside_ports(in, &in->prefixes[i]))
			lines[n++] = &in->prefixes[i];
	qsort(lines, n, sizeof(const struct trap_prefix *), compare_lines);
	for (i = 0; i < n; i++)
		write_line(f, rules_name(in), lines[i], away);
	free(lines);
	return true;
}

static bool
add_plain(struct prefix_set *set, const struct trap_prefix *p)
{
	struct addr_buf b;
	int err = 0;

	if (!has_ports(p))
		err = prefix_set_add(set, &p->remote, (uint32_t)p->action);
	if (err == -EEXIST)
		log_warn(NULL, "trap: %s is in two policy groups; "
			 "the first one counts", ip_prefix_text(&p->remote, &b));
	return err == 0 || err == -EEXIST;
}

bool
rules_write_groups(FILE *f, const struct rules_input *in, bool away)
{
	struct prefix_set *set = prefix_set_new();
	bool ok = set != NULL;
	size_t i;

	for (i = 0; ok && i < in->n_prefixes; i++)
		ok = add_plain(set, &in->prefixes[i]);
	if (ok) {
		write_ranges(f, rules_name(in), set, IP_V4, away);
		write_ranges(f, rules_name(in), set, IP_V6, away);
		ok = write_ports(f, in, away);
	}
	prefix_set_free(set);
	return ok;
}
