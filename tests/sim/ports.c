/* What the engine may do to the made-up Internet. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/sim.h"

enum { LATE_MS = 20000, TOLD = 10 };

void
sim_wrong(struct sim *s, uint32_t peer, const char *what)
{
	if (s->wrong++ < TOLD)
		fprintf(stderr, "at %llu ms, peer %u: %s\n", (unsigned long long)s->now_ms, peer, what);
}

/* Every other peer has IPv6; one in 32 is in 10.0.0.0/13 or 2001:db8::/37. */
struct flow
sim_flow(uint32_t peer)
{
	uint32_t i = peer / 2;
	uint8_t a = (uint8_t)i, b = (uint8_t)(i >> 8), c = (uint8_t)(i >> 16);

	if (peer % 2 == 0)
		return (struct flow){ .src = { .family = IP_V4, .bytes = { 192, 0, 2, 1 } },
			.dst = { .family = IP_V4, .bytes = { 10, a, b, c } } };
	return (struct flow){
		.src = { .family = IP_V6, .bytes = { 0x20, 1, 0xd, 0xb8, 0xff, [15] = 1 } },
		.dst = { .family = IP_V6, .bytes = { 0x20, 1, 0xd, 0xb8, a, [13] = b, c, 1 } } };
}

static uint32_t
peer_of(const struct ip_addr *dst)
{
	const uint8_t *b = dst->bytes;
	bool four = dst->family == IP_V4;

	return four ? 2 * (b[1] | (uint32_t)b[2] << 8 | (uint32_t)b[3] << 16)
		: 2 * (b[4] | (uint32_t)b[13] << 8 | (uint32_t)b[14] << 16) + 1;
}

void
sim_after(struct sim *s, uint64_t ms, enum sim_what what, uint32_t peer, oppo_id id)
{
	struct sim_event *e = s->free_events;

	if (e == NULL) {
		e = calloc(1, sizeof(*e));
		if (e == NULL)
			abort();
		s->own_bytes += malloc_usable_size(e) + sizeof(size_t);
	} else {
		s->free_events = e->next;
	}
	*e = (struct sim_event){ .what = (uint8_t)what, .peer = peer, .id = id };
	size_t room = s->events.room;

	if (heap_update(&s->events, &e->due, s->now_ms + ms) < 0)
		abort();
	s->own_bytes += (s->events.room - room) * sizeof(struct heap_node *);
}

static uint64_t
port_now_ms(void *ctx)
{
	return ((struct sim *)ctx)->now_ms;
}

/* A dead name server answers when nobody waits any more. */
static void
port_lookup(void *ctx, oppo_id id, enum rr_wanted whose, const struct flow *flow,
	    uint32_t timeout_ms)
{
	struct sim *s = ctx;
	uint32_t peer = peer_of(&flow->dst);

	(void)whose;
	(void)timeout_ms;
	s->lookups++;
	sim_after(s, s->peers[peer].kind == SIM_DEAD_DNS ? LATE_MS : 1 + sim_random(s, 200),
		  SIM_DNS, peer, id);
}

static void
port_negotiate(void *ctx, oppo_id id, const struct flow *flow, const struct oe_attempt *a)
{
	struct sim *s = ctx;
	uint32_t peer = peer_of(&flow->dst);

	(void)a;
	if (s->peers[peer].kind < SIM_KEYED)
		sim_wrong(s, peer, "IKE with a peer that has no key");
	sim_after(s, s->peers[peer].kind == SIM_SILENT ? 2 * LATE_MS : 5 + sim_random(s, 100),
		  SIM_IKE, peer, id);
}

static void
port_give_up(void *ctx, oppo_id id)
{
	(void)ctx;
	(void)id;
}

static void
port_set_shunt(void *ctx, const struct shunt *sh)
{
	struct sim *s = ctx;
	uint32_t peer = peer_of(&sh->remote);
	struct sim_peer *p = &s->peers[peer];

	if (sh->kind == SHUNT_PASS && p->closed)
		sim_wrong(s, peer, "a pass shunt for a private pair");
	if (sh->kind == SHUNT_KEYED && p->kind != SIM_KEYED)
		sim_wrong(s, peer, "keyed, and it proved no key");
	if (p->shunt != sh->kind)
		p->bytes = 0;
	p->shunt = (uint8_t)sh->kind;
	p->until_ms = sh->lifetime_s == 0 ? UINT64_MAX : s->now_ms + sh->lifetime_s * 1000ull;
}

static void
port_verdict(void *ctx, held_id id, enum verdict v)
{
	struct sim *s = ctx;
	uint32_t *slot = &s->held_peer[id.n % SIM_HELD];
	uint32_t peer = *slot - 1;

	if (*slot == 0) {
		sim_wrong(s, 0, "a packet got a second verdict");
		return;
	}
	*slot = 0;
	s->owed--;
	if (v == VERDICT_PASS && s->peers[peer].closed)
		sim_wrong(s, peer, "a private packet was passed");
}

static int64_t
port_shunt_used(void *ctx, const struct ip_addr *local, const struct ip_addr *remote)
{
	struct sim *s = ctx;

	(void)local;
	return s->peers[peer_of(remote)].bytes;
}

static void
port_wake_at(void *ctx, uint64_t when_ms)
{
	((struct sim *)ctx)->wake_ms = when_ms;
}

static void
port_tell(void *ctx, oppo_id id, enum oe_stage stage, const char *line)
{
	(void)ctx;
	(void)id;
	(void)stage;
	(void)line;
}

static void
port_ended(void *ctx, oppo_id id, const struct oe_result *r)
{
	struct sim *s = ctx;

	(void)id;
	(void)r;
	s->ended++;
}

struct oe_ports
sim_ports(struct sim *s)
{
	return (struct oe_ports){ .ctx = s, .now_ms = port_now_ms, .lookup = port_lookup,
		.negotiate = port_negotiate, .give_up = port_give_up, .set_shunt = port_set_shunt,
		.verdict = port_verdict, .shunt_used = port_shunt_used, .wake_at = port_wake_at,
		.tell = port_tell, .ended = port_ended };
}
