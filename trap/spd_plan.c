/* Which rules the kernel's policy database must have for the policy groups. */
#include "trap/spd_plan.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

enum { DNS_PORT = 53, DNS_TLS_PORT = 853, ESP = 50, AH = 51 };

/* What is never trapped, whoever sends it: without these we would wait for
 * ourselves. Multicast listener discovery is ICMPv6 130-132 and 143, neighbour
 * discovery 133-137. */
static const struct {
	enum ip_family family;		/* IP_NONE: both */
	uint8_t ip_proto;
	uint16_t sport, dport;
} exempt_protocols[] = {
	{ IP_NONE, ESP, 0, 0 }, { IP_NONE, AH, 0, 0 },
	{ IP_NONE, IPPROTO_UDP, 500, 0 }, { IP_NONE, IPPROTO_UDP, 0, 500 },
	{ IP_NONE, IPPROTO_UDP, 4500, 0 }, { IP_NONE, IPPROTO_UDP, 0, 4500 },
	{ IP_V4, IPPROTO_UDP, 68, 67 }, { IP_V6, IPPROTO_UDP, 546, 547 },
	{ IP_V6, IPPROTO_ICMPV6, 130, 0 }, { IP_V6, IPPROTO_ICMPV6, 131, 0 },
	{ IP_V6, IPPROTO_ICMPV6, 132, 0 }, { IP_V6, IPPROTO_ICMPV6, 133, 0 },
	{ IP_V6, IPPROTO_ICMPV6, 134, 0 }, { IP_V6, IPPROTO_ICMPV6, 135, 0 },
	{ IP_V6, IPPROTO_ICMPV6, 136, 0 }, { IP_V6, IPPROTO_ICMPV6, 137, 0 },
	{ IP_V6, IPPROTO_ICMPV6, 143, 0 },
};
static const char *const exempt_prefixes[] = { "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4",
	"255.255.255.255/32", "::1/128", "fe80::/10", "ff00::/8" };
/* Those that have ports, for a line that names ports and no protocol. */
static const uint8_t port_protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_DCCP,
	IPPROTO_UDPLITE };

/* The plan as it grows; a rule keeps its place until the plan is sorted. */
struct draft {
	struct spd_plan plan;
	size_t room;
	bool failed;
};

static void
add(struct draft *d, const struct spd_rule *r, bool open)
{
	if (d->plan.n == d->room) {
		size_t room = d->room == 0 ? 64 : d->room * 2;
		struct spd_plan_rule *more = realloc(d->plan.r, room * sizeof(*more));

		if (more == NULL) {
			d->failed = true;
			return;
		}
		d->plan.r = more;
		d->room = room;
	}
	d->plan.r[d->plan.n++] = (struct spd_plan_rule){ .rule = *r, .open = open };
}

static struct ip_prefix
any(enum ip_family family)
{
	return (struct ip_prefix){ .addr = { .family = family } };
}

static void
exempt(struct draft *d, const struct ip_prefix *remote, uint8_t ip_proto, uint16_t sport,
       uint16_t dport)
{
	const struct spd_rule r = { .local = any(remote->addr.family), .remote = *remote,
		.ip_proto = ip_proto, .sport = sport, .dport = dport, .exempt = true,
		.action = SPD_BYPASS };

	add(d, &r, true);
}

static void
exempt_everywhere(struct draft *d, enum ip_family family, uint8_t ip_proto, uint16_t sport,
		  uint16_t dport)
{
	const struct ip_prefix v4 = any(IP_V4), v6 = any(IP_V6);

	if (family != IP_V6)
		exempt(d, &v4, ip_proto, sport, dport);
	if (family != IP_V4)
		exempt(d, &v6, ip_proto, sport, dport);
}

static void
exempt_usual(struct draft *d)
{
	struct ip_prefix p;

	for (size_t i = 0; i < sizeof(exempt_protocols) / sizeof(*exempt_protocols); i++)
		exempt_everywhere(d, exempt_protocols[i].family, exempt_protocols[i].ip_proto,
				  exempt_protocols[i].sport, exempt_protocols[i].dport);
	for (size_t i = 0; i < sizeof(exempt_prefixes) / sizeof(*exempt_prefixes); i++)
		if (ip_prefix_parse(exempt_prefixes[i], &p))
			exempt(d, &p, 0, 0, 0);
}

/* Without a resolver the helper asks name servers anywhere. */
static void
exempt_dns(struct draft *d, const struct trap_config *cfg)
{
	static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_TCP };

	for (size_t p = 0; p < sizeof(protocols); p++) {
		if (cfg->n_resolvers == 0)
			exempt_everywhere(d, IP_NONE, protocols[p], 0, DNS_PORT);
		for (unsigned i = 0; i < cfg->n_resolvers; i++) {
			struct ip_prefix host = ip_prefix_host(&cfg->resolvers[i].addr);

			exempt(d, &host, protocols[p], 0, cfg->resolvers[i].port);
			exempt(d, &host, protocols[p], 0, DNS_TLS_PORT);
		}
	}
}

static void
add_prefix(struct draft *d, const struct trap_prefix *p)
{
	static const enum spd_action actions[] = { [GROUP_CLEAR] = SPD_BYPASS,
		[GROUP_QUEUE_OPEN] = SPD_PROTECT, [GROUP_QUEUE_CLOSED] = SPD_PROTECT,
		[GROUP_BLOCK] = SPD_DISCARD, [GROUP_REJECT] = SPD_DISCARD };
	const bool open = p->action == GROUP_QUEUE_OPEN;
	struct spd_rule r = { .local = any(p->remote.addr.family), .remote = p->remote,
		.ip_proto = p->ip_proto, .sport = p->sport, .dport = p->dport,
		.action = actions[p->action], .lifetime_s = open ? SPD_LEASE_S : 0 };

	if (p->ip_proto != 0 || (p->sport == 0 && p->dport == 0)) {
		add(d, &r, open || p->action == GROUP_CLEAR);
		return;
	}
	for (size_t i = 0; i < sizeof(port_protocols); i++) {
		r.ip_proto = port_protocols[i];
		add(d, &r, open || p->action == GROUP_CLEAR);
	}
}

static int
compare(const void *a, const void *b)
{
	const struct spd_plan_rule *x = a, *y = b;
	int c = spd_compare(&x->rule, &y->rule);

	/* What is exempt goes before what a group says of the same packets. */
	return c != 0 ? c : (int)y->rule.exempt - (int)x->rule.exempt;
}

/* Of two lines for the same packets the closed one counts. */
static bool
outdoes(const struct spd_plan_rule *a, const struct spd_plan_rule *b)
{
	return !b->rule.exempt && b->open && !a->open;
}

static void
sort_out(struct spd_plan *p)
{
	size_t kept = 0;

	if (p->n > 0)
		qsort(p->r, p->n, sizeof(*p->r), compare);
	for (size_t i = 0; i < p->n; i++) {
		if (kept == 0 || spd_compare(&p->r[kept - 1].rule, &p->r[i].rule) != 0)
			p->r[kept++] = p->r[i];
		else if (outdoes(&p->r[i], &p->r[kept - 1]))
			p->r[kept - 1] = p->r[i];
	}
	p->n = kept;
}

static int
finish(struct draft *d, struct spd_plan *out)
{
	if (d->failed) {
		free(d->plan.r);
		return -ENOMEM;
	}
	sort_out(&d->plan);
	*out = d->plan;
	return 0;
}

int
spd_plan_make(const struct spd_plan_input *in, struct spd_plan *out)
{
	struct draft d = { .failed = false };

	exempt_usual(&d);
	exempt_dns(&d, in->cfg);
	for (size_t i = 0; i < in->n_local; i++) {
		struct ip_prefix host = ip_prefix_host(&in->local[i]);

		exempt(&d, &host, 0, 0, 0);
	}
	for (size_t i = 0; i < in->n_prefixes; i++)
		if (in->prefixes[i].clients.addr.family == IP_NONE)
			add_prefix(&d, &in->prefixes[i]);
	return finish(&d, out);
}

int
spd_plan_away(const struct spd_plan *here, struct spd_plan *out)
{
	struct draft d = { .failed = false };
	bool closed = false;

	for (size_t i = 0; i < here->n; i++)
		closed = closed || !here->r[i].open;
	for (size_t i = 0; closed && i < here->n; i++) {
		struct spd_rule r = here->r[i].rule;

		r.lifetime_s = 0;
		if (r.action == SPD_PROTECT)
			r.action = here->r[i].open ? SPD_BYPASS : SPD_DISCARD;
		add(&d, &r, here->r[i].open);
	}
	return finish(&d, out);
}

void
spd_plan_clear(struct spd_plan *p)
{
	free(p->r);
	*p = (struct spd_plan){ .n = 0 };
}

static int
compare_key(const void *key, const void *item)
{
	return spd_compare(key, &((const struct spd_plan_rule *)item)->rule);
}

const struct spd_plan_rule *
spd_plan_find(const struct spd_plan *p, const struct spd_rule *r)
{
	return p->n == 0 ? NULL : bsearch(r, p->r, p->n, sizeof(*p->r), compare_key);
}
