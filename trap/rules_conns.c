/* Writes the selectors of connections: maps of disjoint pairs of ranges, and
 * rules for what those cannot hold. */
#include "trap/rules.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "lib/marks.h"

enum { LAYERS = 4 };

/* What one kind becomes: for our packets with pluto here and away (NULL: no
 * element), and for those that come in the clear. */
static const struct kind {
	const char *here, *away, *back;
} kinds[] = {
	[SHUNT_TRAP]   = { "goto g_closed", "goto g_block", "goto g_clear" },
	[SHUNT_HOLD]   = { "goto g_closed", "goto g_block", "goto g_clear" },
	[SHUNT_PASS]   = { "accept", "accept", "accept" },
	[SHUNT_DROP]   = { "goto g_block", "goto g_block", "goto g_clear" },
	[SHUNT_REJECT] = { "goto g_refuse", "goto g_block", "goto g_clear" },
	[SHUNT_KEYED]  = { "goto g_keyed", NULL, "goto g_clear" },
};

/* Which way is being written. */
enum side { THERE, BACK };

static const struct {
	const char *chain, *map;
} sides[] = { { "conns", "conn" }, { "from_conns", "back" } };

struct writer {
	FILE *f;
	const struct rules_input *in;
	const uint8_t *layer;	/* of each selector; LAYERS: none */
	bool away;
	enum side side;
};

static bool
ranges_meet(const struct traffic_selector *a, const struct traffic_selector *b)
{
	return a->addr_lo.family == b->addr_lo.family &&
	       ip_addr_cmp(&a->addr_lo, &b->addr_hi) <= 0 &&
	       ip_addr_cmp(&b->addr_lo, &a->addr_hi) <= 0;
}

/* Each goes one layer below the lowest that it overlaps: in a layer the order
 * does not matter. NULL when memory is out. */
static uint8_t *
find_layers(const struct rules_input *in)
{
	unsigned top = in->can.pair_ranges ? 0 : LAYERS;
	uint8_t *layer = calloc(in->n_selectors + 1, 1);
	size_t i, j;

	for (i = 0; layer != NULL && i < in->n_selectors; i++) {
		const struct selector *s = &in->selectors[i].sel;

		layer[i] = (uint8_t)top;
		for (j = 0; j < i && layer[i] < LAYERS; j++)
			if (layer[j] >= layer[i] &&
			    ranges_meet(&s->remote, &in->selectors[j].sel.remote) &&
			    ranges_meet(&s->local, &in->selectors[j].sel.local))
				layer[i] = layer[j] == LAYERS ? LAYERS :
					   (uint8_t)(layer[j] + 1);
	}
	return layer;
}

/* RFC 4301 4.4.1.1: opaque ports are taken as any; that is never too little. */
static bool
has_ports(const struct traffic_selector *ts)
{
	return ts->port_lo <= ts->port_hi &&
	       (ts->port_lo != 0 || ts->port_hi != 65535);
}

static bool
is_plain(const struct selector *s)
{
	return s->local.ip_proto == 0 && !has_ports(&s->local) &&
	       !has_ports(&s->remote);
}

/* What to do, or NULL: nothing is written. */
static const char *
verdict_of(const struct writer *w, const struct trap_selector *s)
{
	const struct kind *k = &kinds[s->kind];

	if (w->away && s->lifetime_s != 0)
		return NULL;
	return w->side == BACK ? k->back : w->away ? k->away : k->here;
}

static const char *
range_text(const struct traffic_selector *ts, struct addr_buf *b)
{
	struct addr_buf lo, hi;

	if (ip_addr_eq(&ts->addr_lo, &ts->addr_hi))
		return ip_addr_text(&ts->addr_lo, b);
	snprintf(b->text, sizeof(b->text), "%.50s-%.50s",
		 ip_addr_text(&ts->addr_lo, &lo), ip_addr_text(&ts->addr_hi, &hi));
	return b->text;
}

static void
write_element(const struct writer *w, const struct trap_selector *s,
	      const char *verdict)
{
	struct addr_buf l, r;

	fprintf(w->f, "\t%s . %s", range_text(&s->sel.local, &l),
		range_text(&s->sel.remote, &r));
	if (s->lifetime_s != 0)
		fprintf(w->f, " timeout %lus", (unsigned long)s->lifetime_s);
	fprintf(w->f, " : %s", verdict);
}

/* The elements of one map, and the rule that looks them up. */
static void
write_map(const struct writer *w, unsigned layer, enum ip_family family)
{
	const char *ip = family == IP_V6 ? "ip6" : "ip";
	const char digit = family == IP_V6 ? '6' : '4';
	const char *map = sides[w->side].map, *verdict;
	bool any = false;
	size_t i;

	for (i = 0; i < w->in->n_selectors; i++) {
		const struct trap_selector *s = &w->in->selectors[i];

		if (w->layer[i] != layer || !is_plain(&s->sel) ||
		    s->sel.local.addr_lo.family != family ||
		    (verdict = verdict_of(w, s)) == NULL)
			continue;
		if (any)
			fputs(",\n", w->f);
		else
			fprintf(w->f, "add element inet %s %s%c_%u {\n",
				rules_name(w->in), map, digit, layer);
		any = true;
		write_element(w, s, verdict);
	}
	if (any)
		fprintf(w->f, "\n}\nadd rule inet %s %s %s %s . %s %s vmap "
			"@%s%c_%u\n", rules_name(w->in), sides[w->side].chain,
			ip, w->side == BACK ? "daddr" : "saddr",
			ip, w->side == BACK ? "saddr" : "daddr", map, digit,
			layer);
}

static void
begin_rule(const struct writer *w, const struct trap_selector *s)
{
	const char *ip = s->sel.local.addr_lo.family == IP_V6 ? "ip6" : "ip";
	struct addr_buf l, r;

	fprintf(w->f, "add rule inet %s %s %s %s %s %s %s %s",
		rules_name(w->in), sides[w->side].chain,
		ip, w->side == BACK ? "daddr" : "saddr",
		range_text(&s->sel.local, &l),
		ip, w->side == BACK ? "saddr" : "daddr",
		range_text(&s->sel.remote, &r));
	if (s->sel.local.ip_proto != 0)
		fprintf(w->f, " meta l4proto %u",
			(unsigned)s->sel.local.ip_proto);
	else if (!is_plain(&s->sel))
		fputs(" meta l4proto { 6, 17, 33, 132, 136 }", w->f);
}

static void
write_port(const struct writer *w, const char *which,
	   const struct traffic_selector *ts)
{
	if (!has_ports(ts))
		return;
	fprintf(w->f, " th %s %u", which, (unsigned)ts->port_lo);
	if (ts->port_hi != ts->port_lo)
		fprintf(w->f, "-%u", (unsigned)ts->port_hi);
}

/* ICMP keeps type and code where others have ports; its rule takes all of it. */
static bool
proto_has_ports(uint8_t proto)
{
	return proto != IPPROTO_ICMP && proto != IPPROTO_ICMPV6;
}

/* Nobody, nor the kernel's own policies, can see the ports of a later fragment:
 * it must not leave beside the tunnel that its first fragment takes. */
static void
write_late_fragment(const struct writer *w, const struct trap_selector *s)
{
	begin_rule(w, s);
	fprintf(w->f, " %s != 0 counter drop\n",
		s->sel.local.addr_lo.family == IP_V6 ? "frag frag-off" :
		"ip frag-off & 0x1fff");
}

/* A rule does not end by itself: what is let out for a while is not written, and
 * user space answers each packet. */
static void
write_rule(const struct writer *w, const struct trap_selector *s)
{
	bool ports = (has_ports(&s->sel.local) || has_ports(&s->sel.remote)) &&
		     proto_has_ports(s->sel.local.ip_proto);
	const char *verdict = verdict_of(w, s);

	if (verdict == NULL || (s->lifetime_s != 0 && w->side == THERE))
		return;
	if (ports && w->side == THERE && s->kind != SHUNT_PASS)
		write_late_fragment(w, s);
	begin_rule(w, s);
	if (ports) {
		write_port(w, w->side == BACK ? "dport" : "sport", &s->sel.local);
		write_port(w, w->side == BACK ? "sport" : "dport", &s->sel.remote);
	}
	fprintf(w->f, " %s\n", verdict);
}

static void
write_side(const struct writer *w)
{
	unsigned layer;
	size_t i;

	for (layer = 0; layer <= LAYERS; layer++) {
		for (i = 0; i < w->in->n_selectors; i++)
			if (w->layer[i] == layer && (layer == LAYERS ||
			    !is_plain(&w->in->selectors[i].sel)))
				write_rule(w, &w->in->selectors[i]);
		if (layer < LAYERS) {
			write_map(w, layer, IP_V4);
			write_map(w, layer, IP_V6);
		}
	}
}

/* For us, or for nobody in particular: that is not a gateway's business. What
 * was decrypted has been judged. */
static void
write_forwarded(FILE *f, const struct rules_input *in)
{
	const char *rule[] = { "iifname \"lo\" accept",
		"ip daddr @local4 accept", "ip6 daddr @local6 accept",
		"ip daddr { 169.254.0.0/16, 224.0.0.0/4, 255.255.255.255 } accept",
		"ip6 daddr { fe80::/10, ff00::/8 } accept",
		in->can.fib ? "fib daddr type { local, broadcast, anycast, "
			"multicast } accept" : NULL,
		in->can.meta_ipsec ? "meta ipsec exists accept" : NULL };
	const char *table = rules_name(in), *tun = in->cfg->tun_name;
	size_t i;

	if (in->n_selectors == 0)
		return;
	if (tun[0] != '\0')
		fprintf(f, "add rule inet %s forwarded iifname \"%s\" accept\n",
			table, tun);
	for (i = 0; i < sizeof(rule) / sizeof(*rule); i++)
		if (rule[i] != NULL)
			fprintf(f, "add rule inet %s forwarded %s\n", table,
				rule[i]);
	fprintf(f, "add rule inet %s forwarded jump conns\n", table);
}

bool
rules_write_conns(FILE *f, const struct rules_input *in, bool away)
{
	uint8_t *layer = find_layers(in);
	struct writer w = { .f = f, .in = in, .layer = layer, .away = away };

	if (layer == NULL)
		return false;
	write_forwarded(f, in);
	w.side = THERE;
	write_side(&w);
	if (!away) {
		w.side = BACK;
		write_side(&w);
	}
	free(layer);
	return true;
}

typedef void map_fn(FILE *f, const char *table, const char *map, bool v6,
		    unsigned layer);

static void
each_map(FILE *f, const struct rules_input *in, map_fn *fn)
{
	unsigned i, side, v6;

	if (!in->can.pair_ranges)
		return;
	for (side = THERE; side <= BACK; side++)
		for (v6 = 0; v6 < 2; v6++)
			for (i = 0; i < LAYERS; i++)
				fn(f, rules_name(in), sides[side].map, v6 != 0, i);
}

static void
declare_map(FILE *f, const char *table, const char *map, bool v6, unsigned layer)
{
	const char *type = v6 ? "ipv6_addr" : "ipv4_addr";

	(void)table;
	fprintf(f, "\tmap %s%c_%u {\n\t\ttype %s . %s : verdict\n"
		"\t\tflags interval, timeout\n\t}\n", map, v6 ? '6' : '4', layer,
		type, type);
}

static void
flush_map(FILE *f, const char *table, const char *map, bool v6, unsigned layer)
{
	fprintf(f, "flush map inet %s %s%c_%u\n", table, map, v6 ? '6' : '4',
		layer);
}

void
rules_write_conn_chains(FILE *f, const struct rules_input *in, bool away)
{
	each_map(f, in, declare_map);
	fputs("\tchain conns {\n\t}\n"
	      "\tchain forwarded {\n\t}\n"
	      "\tchain prerouting {\n"
	      "\t\ttype filter hook prerouting priority -151; policy accept;\n"
	      "\t\tjump forwarded\n\t}\n", f);
	if (away)
		return;
	fputs("\tchain from_conns {\n\t}\n"
	      "\tchain g_clear {\n"
	      "\t\tcounter name \"clear_from_keyed\" drop\n\t}\n"
	      "\tchain g_keyed {\n\t\t", f);
	rules_set_mark(f, MARK_TUN);
	fputs(" accept\n\t}\n\tchain g_refuse {\n\t\t", f);
	rules_set_mark(f, MARK_REJECT);
	fputs(" accept\n\t}\n", f);
}

char *
rules_conns(const struct rules_input *in)
{
	char *text = NULL;
	bool ok;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return NULL;
	fputs("flush chain inet " RULES_TABLE " conns\n"
	      "flush chain inet " RULES_TABLE " from_conns\n"
	      "flush chain inet " RULES_TABLE " forwarded\n", f);
	each_map(f, in, flush_map);
	ok = rules_write_conns(f, in, false);
	if (fclose(f) != 0 || !ok) {
		free(text);
		return NULL;
	}
	return text;
}
