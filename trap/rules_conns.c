/* Writes the selectors of connections: maps of disjoint pairs of ranges, and
 * rules for what those cannot hold. */
#include "trap/rules_conns.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

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
	FILE *f;		/* the rules */
	struct conn_rules *out;	/* the elements */
	const struct rules_input *in;
	const uint8_t *layer;	/* of each selector; CONN_LAYERS: none */
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

/* The first bytes of the far range: nearly all pairs are told apart by them. */
struct glance { uint64_t lo, hi; };

static uint64_t
first_bytes(const struct ip_addr *a)
{
	uint64_t n = 0;
	unsigned i;

	for (i = 0; i < sizeof(n); i++)
		n = n << 8 | a->bytes[i];
	return n;
}

static void
take_glances(const struct rules_input *in, struct glance *g)
{
	size_t i;

	for (i = 0; i < in->n_selectors; i++) {
		const struct traffic_selector *ts = &in->selectors[i].sel.remote;

		g[i] = (struct glance){ first_bytes(&ts->addr_lo),
			first_bytes(&ts->addr_hi) };
	}
}

/* One above the highest that selector I overlaps and comes before. */
static uint8_t
layer_of(const struct rules_input *in, size_t i, const struct glance *g,
	 const uint8_t *layer)
{
	const struct selector *s = &in->selectors[i].sel;
	uint8_t mine = in->can.pair_ranges ? 0 : CONN_LAYERS;
	size_t j;

	for (j = i + 1; j < in->n_selectors && mine < CONN_LAYERS; j++)
		if (g[i].lo <= g[j].hi && g[j].lo <= g[i].hi && layer[j] >= mine &&
		    ranges_meet(&s->remote, &in->selectors[j].sel.remote) &&
		    ranges_meet(&s->local, &in->selectors[j].sel.local))
			mine = layer[j] == CONN_LAYERS ? CONN_LAYERS :
			       (uint8_t)(layer[j] + 1);
	return mine;
}

/* In a layer the order does not matter, and what is added on top moves nobody.
 * NULL when memory is out. */
static uint8_t *
find_layers(const struct rules_input *in)
{
	uint8_t *layer = calloc(in->n_selectors + 1, 1);
	struct glance *g = calloc(in->n_selectors + 1, sizeof(*g));
	size_t i;

	if (layer != NULL && g != NULL) {
		take_glances(in, g);
		for (i = in->n_selectors; i-- > 0;)
			layer[i] = layer_of(in, i, g, layer);
	} else {
		free(layer);
		layer = NULL;
	}
	free(g);
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

static struct conn_element *
new_element(struct conn_rules *c)
{
	size_t room = c->room > 0 ? 2 * c->room : 64;
	struct conn_element *more;

	if (c->n == c->room) {
		more = reallocarray(c->e, room, sizeof(*more));
		if (more == NULL)
			return NULL;
		c->e = more;
		c->room = room;
	}
	c->e[c->n] = (struct conn_element){ .key = NULL };
	return &c->e[c->n++];
}

static void
put_element(const struct writer *w, const struct trap_selector *s,
	    unsigned layer, const char *verdict)
{
	struct conn_element *e = new_element(w->out);
	struct addr_buf l, r;
	char life[32] = "";

	if (s->lifetime_s != 0)
		snprintf(life, sizeof(life), "timeout %lus ",
			 (unsigned long)s->lifetime_s);
	if (e == NULL ||
	    asprintf(&e->key, "%s . %s", range_text(&s->sel.local, &l),
		     range_text(&s->sel.remote, &r)) < 0 ||
	    asprintf(&e->verdict, "%s: %s", life, verdict) < 0) {
		w->out->no_memory = true;
		return;
	}
	snprintf(e->map, sizeof(e->map), "%s%c_%u", sides[w->side].map,
		 s->sel.local.addr_lo.family == IP_V6 ? '6' : '4', layer);
}

/* The elements of one map, and the rule that looks them up. */
static void
write_map(const struct writer *w, unsigned layer, enum ip_family family)
{
	const char *ip = family == IP_V6 ? "ip6" : "ip", *verdict;
	size_t i, before = w->out->n;

	for (i = 0; i < w->in->n_selectors; i++) {
		const struct trap_selector *s = &w->in->selectors[i];

		if (w->layer[i] == layer && is_plain(&s->sel) &&
		    s->sel.local.addr_lo.family == family &&
		    (verdict = verdict_of(w, s)) != NULL)
			put_element(w, s, layer, verdict);
	}
	if (w->out->n > before)
		fprintf(w->f, "add rule inet %s %s %s %s . %s %s vmap "
			"@%s%c_%u\n", rules_name(w->in), sides[w->side].chain,
			ip, w->side == BACK ? "daddr" : "saddr",
			ip, w->side == BACK ? "saddr" : "daddr",
			sides[w->side].map, family == IP_V6 ? '6' : '4', layer);
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

	for (layer = CONN_LAYERS + 1; layer-- > 0;) {
		for (i = 0; i < w->in->n_selectors; i++)
			if (w->layer[i] == layer && (layer == CONN_LAYERS ||
			    !is_plain(&w->in->selectors[i].sel)))
				write_rule(w, &w->in->selectors[i]);
		if (layer < CONN_LAYERS) {
			write_map(w, layer, IP_V4);
			write_map(w, layer, IP_V6);
		}
	}
}

/* For us, or for nobody in particular: that is not a gateway's business. What
 * was decrypted has been judged. */
void
rules_write_not_forwarded(FILE *f, const struct rules_input *in, const char *chain)
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

	if (tun[0] != '\0')
		fprintf(f, "add rule inet %s %s iifname \"%s\" accept\n",
			table, chain, tun);
	for (i = 0; i < sizeof(rule) / sizeof(*rule); i++)
		if (rule[i] != NULL)
			fprintf(f, "add rule inet %s %s %s\n", table, chain,
				rule[i]);
}

static void
write_forwarded(FILE *f, const struct rules_input *in)
{
	if (in->n_selectors == 0)
		return;
	rules_write_not_forwarded(f, in, "forwarded");
	fprintf(f, "add rule inet %s forwarded jump conns\n", rules_name(in));
}

void
conn_rules_clear(struct conn_rules *c)
{
	while (c->n > 0) {
		c->n--;
		free(c->e[c->n].key);
		free(c->e[c->n].verdict);
	}
	free(c->e);
	free(c->rules);
	*c = (struct conn_rules){ .e = NULL };
}

int
conn_element_compare(const void *a, const void *b)
{
	const struct conn_element *x = a, *y = b;
	int c = strcmp(x->map, y->map);

	return c != 0 ? c : strcmp(x->key, y->key);
}

bool
conn_rules_make(const struct rules_input *in, bool away, struct conn_rules *out)
{
	uint8_t *layer = find_layers(in);
	struct writer w = { .out = out, .in = in, .layer = layer, .away = away };
	size_t len;
	bool ok;

	*out = (struct conn_rules){ .no_memory = layer == NULL };
	w.f = open_memstream(&out->rules, &len);
	if (layer != NULL && w.f != NULL) {
		write_forwarded(w.f, in);
		for (w.side = THERE; w.side <= (away ? THERE : BACK); w.side++)
			write_side(&w);
	}
	ok = w.f != NULL && fclose(w.f) == 0 && !out->no_memory;
	free(layer);
	if (!ok)
		conn_rules_clear(out);
	else if (out->n > 0)
		qsort(out->e, out->n, sizeof(*out->e), conn_element_compare);
	return ok;
}

