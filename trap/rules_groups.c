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
	[GROUP_REJECT]       = { "goto g_refuse", "goto g_block" },
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

/* Where lines of a policy go: into the maps group4 and group6 and the chain `ports`;
 * or, of hosts behind us, into rules of the chain `clients`. */
struct place {
	const struct ip_prefix *clients;	/* NULL: our own */
	char chain[120];			/* "ports", "clients ip saddr 10.1.0.0/24" */
};

struct range_writer {
	FILE *f;
	const char *table;
	const struct place *to;
	bool away, any;
};

static void
begin_ranges(const struct range_writer *w, bool v6)
{
	if (w->to->clients == NULL)
		fprintf(w->f, "add element inet %s group%c {\n", w->table, v6 ? '6' : '4');
	else
		fprintf(w->f, "add rule inet %s %s %s daddr vmap {\n", w->table,
			w->to->chain, v6 ? "ip6" : "ip");
}

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
		begin_ranges(w, lo->family == IP_V6);
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
	     enum ip_family family, const struct place *to, bool away)
{
	struct range_writer w = { .f = f, .table = table, .to = to, .away = away };

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
write_line(FILE *f, const char *table, const struct trap_prefix *p,
	   const struct place *to, bool away)
{
	struct addr_buf b;

	fprintf(f, "add rule inet %s %s %s daddr %s", table, to->chain,
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
write_ports(FILE *f, const struct rules_input *in, const struct place *to, bool away)
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
		write_line(f, rules_name(in), lines[i], to, away);
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

static bool
write_place(FILE *f, const struct rules_input *in, const struct place *to, bool away)
{
	struct prefix_set *set = prefix_set_new();
	bool ok = set != NULL;
	size_t i;

	for (i = 0; ok && i < in->n_prefixes; i++)
		ok = add_plain(set, &in->prefixes[i]);
	/* A chain is read from its top: what looks at ports comes first. */
	if (ok && to->clients != NULL)
		ok = write_ports(f, in, to, away);
	if (ok) {
		write_ranges(f, rules_name(in), set, IP_V4, to, away);
		write_ranges(f, rules_name(in), set, IP_V6, to, away);
	}
	if (ok && to->clients == NULL)
		ok = write_ports(f, in, to, away);
	prefix_set_free(set);
	return ok;
}

static bool
same_clients(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && ip_addr_eq(&a->addr, &b->addr);
}

/* The lines of one prefix of hosts behind us alone, or our own. */
static bool
write_class(FILE *f, const struct rules_input *in, const struct ip_prefix *clients, bool away)
{
	bool own = clients->addr.family == IP_NONE;
	struct trap_prefix *mine = calloc(in->n_prefixes + 1, sizeof(*mine));
	struct place to = { .clients = own ? NULL : clients, .chain = "ports" };
	struct rules_input sub = *in;
	struct addr_buf b;
	bool ok = mine != NULL;

	if (!own)
		snprintf(to.chain, sizeof(to.chain), "clients %s saddr %s",
			 clients->addr.family == IP_V6 ? "ip6" : "ip", ip_prefix_text(clients, &b));
	sub.prefixes = mine;
	sub.n_prefixes = 0;
	for (size_t i = 0; ok && i < in->n_prefixes; i++)
		if (same_clients(&in->prefixes[i].clients, clients))
			mine[sub.n_prefixes++] = in->prefixes[i];
	ok = ok && write_place(f, &sub, &to, away);
	if (ok && !own)
		fprintf(f, "add rule inet %s %s accept\n", rules_name(in), to.chain);
	free(mine);
	return ok;
}

/* Longest first, so that it alone speaks for its hosts. */
static int
compare_clients(const void *va, const void *vb)
{
	const struct ip_prefix *a = va, *b = vb;

	return a->len != b->len ? (int)b->len - (int)a->len : ip_addr_cmp(&a->addr, &b->addr);
}

/* The prefixes of hosts behind us, each once; owned by the caller. NULL when memory
 * is out. */
static struct ip_prefix *
all_clients(const struct rules_input *in, size_t *n)
{
	struct ip_prefix *all = calloc(in->n_prefixes + 1, sizeof(*all));
	size_t kept = 0;

	*n = 0;
	for (size_t i = 0; all != NULL && i < in->n_prefixes; i++)
		if (in->prefixes[i].clients.addr.family != IP_NONE)
			all[(*n)++] = in->prefixes[i].clients;
	if (all != NULL && *n > 0)
		qsort(all, *n, sizeof(*all), compare_clients);
	for (size_t i = 0; i < *n; i++)
		if (kept == 0 || compare_clients(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	*n = kept;
	return all;
}

/* Shunts of pairs come before the policy, as for our own packets. */
static void
write_clients_head(FILE *f, const struct rules_input *in, bool away)
{
	static const struct { const char *set, *verdict; } shunts[] = {
		{ "keyed", "goto g_keyed" }, { "pass", "accept" }, { "drop", "drop" },
		{ "reject", "goto g_refuse" } };
	const char *table = rules_name(in);

	rules_write_not_forwarded(f, in, "clients");
	fprintf(f, "add rule inet %s clients meta l4proto { esp, ah } accept\n"
		"add rule inet %s clients udp dport { 500, 4500 } accept\n"
		"add rule inet %s clients icmpv6 type { 130-137, 143 } accept\n",
		table, table, table);
	for (unsigned v6 = 0; !away && v6 < 2; v6++)
		for (size_t i = 0; i < sizeof(shunts) / sizeof(*shunts); i++)
			fprintf(f, "add rule inet %s clients %s @%s%c %s\n", table, v6 == 1
				? "ip6 saddr . ip6 daddr" : "ip saddr . ip daddr",
				shunts[i].set, v6 == 1 ? '6' : '4', shunts[i].verdict);
}

bool
rules_write_groups(FILE *f, const struct rules_input *in, bool away)
{
	const struct ip_prefix own = { .len = 0 };
	size_t n;
	struct ip_prefix *clients = all_clients(in, &n);
	bool ok = clients != NULL && write_class(f, in, &own, away);

	if (ok && n > 0)
		write_clients_head(f, in, away);
	for (size_t i = 0; ok && i < n; i++)
		ok = write_class(f, in, &clients[i], away);
	free(clients);
	return ok;
}
