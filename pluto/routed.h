/* First packets of connections that were routed by hand: held while one
 * negotiation runs for each connection, then let go in their order, or treated
 * as the connection's failure shunt says.
 *
 *	packet -> routed_packet(conn 7, held 3): negotiate(7)
 *	packet -> routed_packet(conn 7, held 4): waits too
 *	the Child SA is up -> routed_up(7): verdict(3, TUNNEL), verdict(4, TUNNEL)
 *	or it failed -> routed_failed(7, PASS, 120 s): both pass; changed(), and the
 *		trap passes the connection's traffic by itself for 120 s
 *
 * Pure: the world is in struct routed_ports. Connections are known by serial.
 */
#ifndef PLUTO_ROUTED_H
#define PLUTO_ROUTED_H

#include "lib/shunt.h"

struct routed;

struct routed_ports {
	void *ctx;
	uint64_t (*now_ms)(void *ctx);
	void (*verdict)(void *ctx, held_id id, enum verdict v);
	/* routed_up, routed_failed or routed_forget follows, also within the call. */
	void (*negotiate)(void *ctx, uint64_t conn, const struct flow *flow);
	/* What routed_shunt or routed_settling say of some connection is new. */
	void (*changed)(void *ctx);
	/* Call routed_run no later than WHEN. */
	void (*wake_at)(void *ctx, uint64_t when_ms);
};

struct routed_limits {
	unsigned per_conn, total;	/* packets held; 64, 1024 */
	uint32_t hold_ms;		/* after it the trap has let go of a packet */
};

struct routed_stats {
	uint64_t packets, negotiations, released, failed, dropped_full,
		not_agreed;		/* outside of what the peer agreed to */
	unsigned held_now;
};

struct routed *routed_new(const struct routed_ports *p, const struct routed_limits *l);
void routed_free(struct routed *r);
/* A packet of CONN: one verdict follows, now or later. */
void routed_packet(struct routed *r, uint64_t conn, const struct flow *flow, held_id held);
/* A packet beside what the peer agreed to; without a failure shunt (SHUNT_TRAP)
 * it is dropped. */
void routed_not_agreed(struct routed *r, held_id held, enum shunt_kind failure);
/* AGREED is keyed now; the peer can open it after WAIT_MS, and until then what
 * comes is held. What is held of other traffic gets FAILURE's verdict. */
void routed_up(struct routed *r, uint64_t conn, const struct selector *agreed,
	       enum shunt_kind failure, uint32_t wait_ms);
/* SHUNT_TRAP: nothing is remembered, the next packet begins anew. Without a
 * negotiation of ours under way, nothing happens. */
void routed_failed(struct routed *r, uint64_t conn, enum shunt_kind failure,
		   uint32_t lifetime_s);
/* It is no longer routed: what is held is dropped. */
void routed_forget(struct routed *r, uint64_t conn);
/* Its failure shunt in force, and for how many seconds more; or SHUNT_TRAP. */
enum shunt_kind routed_shunt(const struct routed *r, uint64_t conn, uint32_t *left_s);
/* Between routed_up and the moment when the peer can open what we send. */
bool routed_settling(const struct routed *r, uint64_t conn);
void routed_run(struct routed *r);
void routed_get_stats(const struct routed *r, struct routed_stats *out);

#endif
