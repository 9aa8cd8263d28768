/* The clock of the made-up Internet, and what its peers do. */
#include "tests/sim/sim.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

enum { IDLE_MS = 600000, PACKET_BYTES = 100, TTL_S = 3600 };

uint32_t
sim_random(struct sim *s, uint32_t below)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((s->random >> 33) % below);
}

size_t
sim_engine_bytes(const struct sim *s)
{
	size_t all = mallinfo2().uordblks + mallinfo2().hblkhd;

	return all > s->own_bytes ? all - s->own_bytes : 0;
}

/* 1 % have keys, 5 % sit behind dead name servers. */
static enum sim_kind
draw_kind(struct sim *s)
{
	static const struct { uint32_t of_10000; enum sim_kind kind; } share[] = {
		{ 80, SIM_KEYED }, { 10, SIM_SILENT }, { 5, SIM_REFUSES }, { 5, SIM_IMPOSTOR },
		{ 500, SIM_DEAD_DNS }, { 100, SIM_BOGUS }, { 2300, SIM_PLAIN_UNPROVEN },
	};
	uint32_t x = sim_random(s, 10000);

	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		if (x < share[i].of_10000)
			return share[i].kind;
		x -= share[i].of_10000;
	}
	return SIM_PLAIN_PROVEN;
}

static void
bad_policy(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
	abort();
}

static void
set_policy(struct sim *s)
{
	static const char open[] = "10.0.0.0/8\n2001:db8::/32\n";
	static const char closed[] = "10.0.0.0/13\n2001:db8::/37\n";
	struct group_entry *e = NULL;
	enum group_id g;
	size_t n = 0;

	group_file_parse("open", span_str(open), GROUP_ID_PRIVATE_OR_CLEAR, &e, &n, bad_policy, NULL);
	group_file_parse("closed", span_str(closed), GROUP_ID_PRIVATE, &e, &n, bad_policy, NULL);
	oe_set_groups(s->oe, e, n);
	free(e);
	for (uint32_t i = 0; i < s->n; i++) {
		struct flow f = sim_flow(i);

		s->peers[i].closed = oe_group_of(s->oe, &f, &g, NULL) && g == GROUP_ID_PRIVATE;
	}
}

bool
sim_begin(struct sim *s, uint32_t n)
{
	const struct oe_config cfg = { .deadline_ms = SIM_DEADLINE_MS, .max_requests = 4096,
		.max_decided = 1000000 };
	const struct oe_ports ports = sim_ports(s);

	*s = (struct sim){ .n = n, .random = 1, .wake_ms = UINT64_MAX };
	s->peers = calloc(n, sizeof(*s->peers));
	s->oe = oe_new(&ports, &cfg);
	if (s->peers == NULL || s->oe == NULL)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		s->peers[i].kind = (uint8_t)draw_kind(s);
		s->by_kind[s->peers[i].kind]++;
	}
	set_policy(s);
	s->own_bytes = mallinfo2().uordblks + mallinfo2().hblkhd;
	return true;
}

void
sim_end(struct sim *s)
{
	struct heap_node *n;
	struct sim_event *e;

	oe_free(s->oe);
	while ((n = heap_min(&s->events)) != NULL) {
		heap_remove(&s->events, n);
		free(HEAP_OWNER(n, struct sim_event, due));
	}
	heap_clear(&s->events);
	while ((e = s->free_events) != NULL) {
		s->free_events = e->next;
		free(e);
	}
	free(s->peers);
}

static uint64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
answer_dns(struct sim *s, const struct sim_event *e)
{
	static const enum evidence evidence[SIM_KIND_N] = {
		[SIM_PLAIN_PROVEN] = EVIDENCE_ABSENT, [SIM_PLAIN_UNPROVEN] = EVIDENCE_INSECURE,
		[SIM_BOGUS] = EVIDENCE_BOGUS, [SIM_DEAD_DNS] = EVIDENCE_UNKNOWN,
		[SIM_KEYED] = EVIDENCE_SECURE, [SIM_SILENT] = EVIDENCE_SECURE,
		[SIM_REFUSES] = EVIDENCE_SECURE, [SIM_IMPOSTOR] = EVIDENCE_SECURE };
	static uint8_t key[32];
	struct gateway gw = { .kind = GW_ITSELF, .alg = IPSECKEY_EDDSA,
		.key = { key, sizeof(key) } };
	struct oe_answer a = { .evidence = evidence[s->peers[e->peer].kind], .ttl_s = TTL_S,
		.gateways = &gw, .why = "" };

	a.n_gateways = a.evidence == EVIDENCE_SECURE;
	oe_dns_answer(s->oe, e->id, WANT_PEER_KEY, &a);
}

static void
answer_ike(struct sim *s, const struct sim_event *e)
{
	static const enum ike_outcome outcome[SIM_KIND_N] = { [SIM_SILENT] = IKE_OUTCOME_SILENT,
		[SIM_REFUSES] = IKE_OUTCOME_REFUSED, [SIM_IMPOSTOR] = IKE_OUTCOME_KEY_MISMATCH };
	const struct sim_peer *p = &s->peers[e->peer];

	if (p->kind != SIM_KEYED) {
		oe_ike_failed(s->oe, e->id, outcome[p->kind], "");
		return;
	}
	oe_child_up(s->oe, e->id, "proved");
	sim_after(s, IDLE_MS, SIM_IDLE, e->peer, e->id);
}

/* The tunnel goes when nothing has used it for a while. */
static void
look_idle(struct sim *s, const struct sim_event *e)
{
	struct sim_peer *p = &s->peers[e->peer];
	struct flow f = sim_flow(e->peer);

	if (p->shunt != SHUNT_KEYED)
		return;
	if (s->now_ms < p->heard_ms + IDLE_MS)
		sim_after(s, p->heard_ms + IDLE_MS - s->now_ms, SIM_IDLE, e->peer, e->id);
	else
		oe_pair_down(s->oe, &f.src, &f.dst);
}

/* The kernel decides alone where a shunt stands. */
void
sim_packet(struct sim *s, uint32_t peer, unsigned more)
{
	struct sim_peer *p = &s->peers[peer];
	struct flow f = sim_flow(peer);

	s->packets++;
	p->heard_ms = s->now_ms;
	if (more > 0)
		sim_after(s, 1000 + sim_random(s, 300000), SIM_PACKET, peer, (oppo_id){ more - 1 });
	if (p->shunt != SHUNT_TRAP && p->until_ms > s->now_ms) {
		p->bytes += PACKET_BYTES;
		return;
	}
	p->shunt = SHUNT_TRAP;
	s->trapped++;
	s->owed++;
	s->held_peer[++s->last_held % SIM_HELD] = peer + 1;
	oe_packet(s->oe, &f, (held_id){ s->last_held });
}

static void
happen(struct sim *s, const struct sim_event *e)
{
	switch ((enum sim_what)e->what) {
	case SIM_PACKET:
		sim_packet(s, e->peer, (unsigned)e->id.n);
		break;
	case SIM_DNS:
		answer_dns(s, e);
		break;
	case SIM_IKE:
		answer_ike(s, e);
		break;
	case SIM_IDLE:
		look_idle(s, e);
		break;
	}
}

/* One event, or the engine's own wish; false: nothing is due. */
static bool
step(struct sim *s, uint64_t until_ms)
{
	struct heap_node *n = heap_min(&s->events);
	uint64_t next = n != NULL ? n->key : UINT64_MAX;
	struct sim_event e;

	if (s->wake_ms <= next && s->wake_ms <= until_ms) {
		s->now_ms = s->wake_ms > s->now_ms ? s->wake_ms : s->now_ms;
		s->wake_ms = UINT64_MAX;
		oe_run(s->oe);
		return true;
	}
	if (next > until_ms)
		return false;
	heap_remove(&s->events, n);
	e = *HEAP_OWNER(n, struct sim_event, due);
	HEAP_OWNER(n, struct sim_event, due)->next = s->free_events;
	s->free_events = HEAP_OWNER(n, struct sim_event, due);
	s->now_ms = next > s->now_ms ? next : s->now_ms;
	happen(s, &e);
	return true;
}

void
sim_run(struct sim *s, uint64_t until_ms)
{
	uint64_t from = clock_ns();

	while (step(s, until_ms))
		continue;
	s->now_ms = until_ms;
	s->engine_ns += clock_ns() - from;
}
