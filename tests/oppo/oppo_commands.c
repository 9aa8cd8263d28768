/* The commands of a scenario: what happens to the engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/oppo/oppo_play.h"

static void
complain(void *ctx, const char *line)
{
	play_fail(ctx, "%s", line);
}

static void
ready(struct play *p)
{
	struct oe_ports ports = oe_recorder_ports(&p->rec);

	play_expect_no_more(p);
	if (p->oe == NULL)
		p->oe = oe_new(&ports, &p->cfg);
	if (p->oe == NULL)
		abort();
	if (p->groups_changed)
		oe_set_groups(p->oe, p->groups, p->n_groups);
	p->groups_changed = false;
}

static void
do_config(struct play *p, const struct words *w)
{
	for (unsigned i = 1; i < w->n; i += 2) {
		unsigned v = (unsigned)play_number(play_word(w, i + 1));

		if (strcmp(play_word(w, i), "deadline") == 0)
			p->cfg.deadline_ms = v;
		else if (strcmp(play_word(w, i), "requests") == 0)
			p->cfg.max_requests = v;
		else if (strcmp(play_word(w, i), "decided") == 0)
			p->cfg.max_decided = v;
		else if (strcmp(play_word(w, i), "null") == 0)
			p->cfg.oe_null = v != 0;
		else if (strcmp(play_word(w, i), "own") == 0)
			p->cfg.own_key = v != 0;
		else if (strcmp(play_word(w, i), "legacy") == 0)
			p->cfg.legacy = v != 0;
		else
			play_fail(p, "no such setting: %s", play_word(w, i));
	}
}

static void
do_group(struct play *p, const struct words *w)
{
	enum group_id g;

	if (!policy_group_named(play_word(w, 1), &g)) {
		play_fail(p, "no such group: %s", play_word(w, 1));
		return;
	}
	group_file_parse(play_word(w, 1), span_str(play_rest(w, 2)), g, &p->groups, &p->n_groups,
			 complain, p);
	p->groups_changed = true;
}

/* The line before refuses what it does not encrypt, where it would drop it. */
static void
do_reject(struct play *p, const struct words *w)
{
	(void)w;
	if (p->n_groups > 0)
		p->groups[p->n_groups - 1].reject = true;
	p->groups_changed = true;
}

static void
do_nogroups(struct play *p, const struct words *w)
{
	(void)w;
	free(p->groups);
	p->groups = NULL;
	p->n_groups = 0;
	p->groups_changed = true;
}

static void
do_tells(struct play *p, const struct words *w)
{
	p->rec.tells = strcmp(play_word(w, 1), "off") != 0;
}

static void
do_policy(struct play *p, const struct words *w)
{
	(void)w;
	ready(p);
}

/* The clock goes on; the engine is run whenever it asked to be. */
static void
do_at(struct play *p, const struct words *w)
{
	uint64_t until = play_number(play_word(w, 1));

	ready(p);
	if (until < p->rec.now_ms)
		play_fail(p, "time goes back");
	while (oe_recorder_wake(&p->rec, until))
		oe_run(p->oe);
	p->rec.now_ms = until;
}

static void
do_packet(struct play *p, const struct words *w)
{
	uint64_t id = play_number(play_word(w, 1));
	struct flow f = play_flow_at(p, w, 2);

	ready(p);
	if (p->n_packets < MAX_PACKETS)
		p->packets[p->n_packets++] = (struct packet){ .id = id, .flow = f };
	oe_packet(p->oe, &f, (held_id){ id });
}

/* packets FIRST LAST source destination ... */
static void
do_packets(struct play *p, const struct words *w)
{
	uint64_t last = play_number(play_word(w, 2));
	struct flow f = play_flow_at(p, w, 3);

	ready(p);
	for (uint64_t id = play_number(play_word(w, 1)); id <= last; id++) {
		if (p->n_packets < MAX_PACKETS)
			p->packets[p->n_packets++] = (struct packet){ .id = id, .flow = f };
		oe_packet(p->oe, &f, (held_id){ id });
	}
}

static enum evidence
evidence_of(struct play *p, const char *text)
{
	for (unsigned i = 0; i < EVIDENCE_N; i++) {
		if (strcasecmp(evidence_name((enum evidence)i), text) == 0)
			return (enum evidence)i;
	}
	play_fail(p, "no such evidence: %s", text);
	return EVIDENCE_NONE;
}

/* "10/itself/4", "10/192.0.2.1/4", "10/gw.example./2/txt": precedence, gateway,
 * algorithm, and that it was no IPSECKEY */
static void
read_record(struct play *p, const char *text, struct gateway *gw)
{
	char prec[8], where[80], alg[8], kind[8] = "";
	static uint8_t key[32];

	*gw = (struct gateway){ .kind = GW_NAME, .key = { key, sizeof(key) } };
	if (sscanf(text, "%7[^/]/%79[^/]/%7[^/]/%7s", prec, where, alg, kind) < 3) {
		play_fail(p, "not a record: %s", text);
		return;
	}
	gw->precedence = (uint8_t)play_number(prec);
	gw->alg = (uint8_t)play_number(alg);
	gw->record = strcmp(kind, "txt") == 0 ? GW_FROM_TXT : GW_FROM_IPSECKEY;
	if (gw->alg <= IPSECKEY_EDDSA)
		snprintf(gw->label, sizeof(gw->label), "key-%s-%u", prec, gw->alg);
	if (strcmp(where, "itself") == 0)
		gw->kind = GW_ITSELF;
	else if (ip_addr_parse(where, &gw->addr))
		gw->kind = gw->addr.family == IP_V4 ? GW_ADDR4 : GW_ADDR6;
	else
		snprintf(gw->name.text, sizeof(gw->name.text), "%s", where);
}

/* dns ID EVIDENCE TTL [RECORD ...] [why TEXT] */
static void
do_dns(struct play *p, const struct words *w)
{
	struct gateway gws[MAX_WORDS];
	struct oe_answer a = {
		.evidence = evidence_of(p, play_word(w, 2)),
		.ttl_s = (uint32_t)play_number(play_word(w, 3)),
		.gateways = gws,
		.why = "",
	};
	unsigned i;

	ready(p);
	for (i = 4; i < w->n && strcmp(w->word[i], "why") != 0; i++)
		read_record(p, w->word[i], &gws[a.n_gateways++]);
	if (i + 1 < w->n)
		a.why = w->rest[i + 1];
	oe_dns_answer(p->oe, play_request_id(p, play_word(w, 1)), WANT_PEER_KEY, &a);
}

/* own ID published|missing|unknown WORDS */
static void
do_own(struct play *p, const struct words *w)
{
	static const char *const said[] = { [OWN_KEY_UNKNOWN] = "unknown",
		[OWN_KEY_PUBLISHED] = "published", [OWN_KEY_MISSING] = "missing" };
	struct oe_answer a = { .why = play_rest(w, 3) };

	ready(p);
	for (unsigned i = 0; i < sizeof(said) / sizeof(*said); i++)
		if (strcmp(said[i], play_word(w, 2)) == 0)
			a.own = (enum own_key_said)i;
	oe_dns_answer(p->oe, play_request_id(p, play_word(w, 1)), WANT_OWN_KEY, &a);
}

static void
do_child(struct play *p, const struct words *w)
{
	ready(p);
	oe_child_up(p->oe, play_request_id(p, play_word(w, 1)), play_rest(w, 2));
}

static void
do_answers(struct play *p, const struct words *w)
{
	ready(p);
	oe_ike_answers(p->oe, play_request_id(p, play_word(w, 1)));
}

static void
do_ike(struct play *p, const struct words *w)
{
	ready(p);
	for (unsigned i = 0; i < IKE_OUTCOME_N; i++) {
		if (strcmp(ike_outcome_name((enum ike_outcome)i), play_word(w, 2)) != 0)
			continue;
		oe_ike_failed(p->oe, play_request_id(p, play_word(w, 1)), (enum ike_outcome)i, play_rest(w, 3));
		return;
	}
	play_fail(p, "no such IKE outcome: %s", play_word(w, 2));
}

static void
do_up(struct play *p, const struct words *w)
{
	struct flow f = play_flow_at(p, w, 1);

	ready(p);
	oe_pair_up(p->oe, &f.src, &f.dst, strcmp(play_word(w, 3), "anonymous") == 0);
}

static void
do_down(struct play *p, const struct words *w)
{
	struct flow f = play_flow_at(p, w, 1);

	ready(p);
	oe_pair_down(p->oe, &f.src, &f.dst);
}

static void
do_used(struct play *p, const struct words *w)
{
	struct flow f = play_flow_at(p, w, 1);

	oe_recorder_used(&p->rec, &f.src, &f.dst, (int64_t)play_number(play_word(w, 3)));
}

static void
do_trial(struct play *p, const struct words *w)
{
	struct flow f = play_flow_at(p, w, 1);

	ready(p);
	oppo_id id = oe_trial(p->oe, &f);

	oe_recorder_add(&p->rec, "trial oe#%llu", (unsigned long long)id.n);
	if (oe_recorder_wake(&p->rec, p->rec.now_ms))
		oe_run(p->oe);
}

static void
do_explain(struct play *p, const struct words *w)
{
	struct flow f = play_flow_at(p, w, 1);
	struct oe_explanation e;

	ready(p);
	oe_explain(p->oe, &f, &e);
	oe_recorder_add(&p->rec, "explain %s %s %s %u %s: %s", oe_outcome_name(e.outcome),
			evidence_name(e.evidence), ike_outcome_name(e.ike), e.expires_s,
			e.has_group ? e.where : "-", e.reason);
}

static bool
print_shunt(void *ctx, const struct oe_shunt_info *i)
{
	struct addr_buf a, b;

	oe_recorder_add(ctx, "listed %s %s %s %u oe#%llu held %u",
			ip_addr_text(&i->shunt.local, &a), ip_addr_text(&i->shunt.remote, &b),
			shunt_kind_name(i->shunt.kind), i->expires_s,
			(unsigned long long)i->id.n, i->held);
	return true;
}

static void
do_shunts(struct play *p, const struct words *w)
{
	(void)w;
	ready(p);
	oe_each_shunt(p->oe, print_shunt, &p->rec);
}

static void
do_stats(struct play *p, const struct words *w)
{
	struct oe_stats s;

	(void)w;
	ready(p);
	oe_get_stats(p->oe, &s);
	oe_recorder_add(&p->rec, "stats encrypted %llu clear %llu blocked %llu late %llu full %llu "
			"deadline %llu pending %u decided %u", (unsigned long long)s.encrypted,
			(unsigned long long)s.clear, (unsigned long long)s.blocked,
			(unsigned long long)s.late_answers, (unsigned long long)s.refused_full,
			(unsigned long long)s.deadline_struck, s.pending_now, s.decided_now);
}

static const struct {
	const char *name;
	void (*run)(struct play *, const struct words *);
} commands[] = {
	{ "config", do_config },
	{ "group", do_group },
	{ "reject", do_reject },
	{ "nogroups", do_nogroups },
	{ "policy", do_policy },
	{ "tells", do_tells },
	{ "at", do_at },
	{ "packet", do_packet },
	{ "packets", do_packets },
	{ "dns", do_dns },
	{ "own", do_own },
	{ "child", do_child },
	{ "answers", do_answers },
	{ "ike", do_ike },
	{ "up", do_up },
	{ "down", do_down },
	{ "used", do_used },
	{ "trial", do_trial },
	{ "explain", do_explain },
	{ "shunts", do_shunts },
	{ "stats", do_stats },
};

bool
play_command(struct play *p, const struct words *w)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w->word[0]) == 0) {
			commands[i].run(p, w);
			return true;
		}
	}
	return false;
}
