/* A made-up Internet for the decision engine: peers, their name servers, a kernel
 * with shunts that end by themselves, and a clock that jumps from event to event. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "lib/heap.h"
#include "oe/oe.h"

enum { SIM_HELD = 1 << 16, SIM_DEADLINE_MS = 3000 };

/* What a peer is, for good. */
enum sim_kind {
	SIM_PLAIN_PROVEN, SIM_PLAIN_UNPROVEN, SIM_BOGUS, SIM_DEAD_DNS,
	SIM_KEYED, SIM_SILENT, SIM_REFUSES, SIM_IMPOSTOR,
	SIM_KIND_N
};

struct sim_peer {
	uint64_t until_ms;		/* the shunt's end; UINT64_MAX: none */
	uint64_t heard_ms;		/* last packet */
	uint32_t bytes;			/* through the shunt */
	uint8_t kind;			/* enum sim_kind */
	uint8_t shunt;			/* enum shunt_kind; SHUNT_TRAP: none */
	bool closed;			/* of group private */
};

enum sim_what { SIM_PACKET, SIM_DNS, SIM_IKE, SIM_IDLE };

struct sim_event {
	struct heap_node due;
	struct sim_event *next;		/* while it is free */
	oppo_id id;
	uint32_t peer;
	uint8_t what;
};

struct sim {
	struct oe *oe;
	struct sim_peer *peers;		/* owned */
	uint32_t n;
	uint64_t now_ms, wake_ms, random;
	struct heap events;
	struct sim_event *free_events;
	size_t own_bytes;		/* what the simulation itself has allocated since oe_new */
	uint32_t held_peer[SIM_HELD];	/* of held packet ID, + 1; 0: its verdict is given */
	uint64_t last_held, owed;	/* packets without a verdict */
	uint64_t engine_ns;		/* spent inside the engine */
	uint64_t packets, trapped, ended, lookups, wrong;
	uint64_t by_kind[SIM_KIND_N];
};

/* N peers, and an engine that knows the policy; false without memory. */
bool sim_begin(struct sim *s, uint32_t n);
void sim_end(struct sim *s);
/* The clock goes to UNTIL_MS, and whatever is due happens. */
void sim_run(struct sim *s, uint64_t until_ms);
/* A packet to PEER, now; MORE packets follow, some minutes apart. */
void sim_packet(struct sim *s, uint32_t peer, unsigned more);
/* 0 <= x < BELOW, the same in every run. */
uint32_t sim_random(struct sim *s, uint32_t below);
/* Bytes of the heap that the engine has, without the simulation's own. */
size_t sim_engine_bytes(const struct sim *s);

/* ports.c */
struct oe_ports sim_ports(struct sim *s);
struct flow sim_flow(uint32_t peer);
/* WHAT happens to PEER in MS milliseconds. */
void sim_after(struct sim *s, uint64_t ms, enum sim_what what, uint32_t peer, oppo_id id);
/* Something happened that must not: told, counted. */
void sim_wrong(struct sim *s, uint32_t peer, const char *what);

#endif
