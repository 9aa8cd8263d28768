/* The packets that wait for a verdict: ids, limits, deadlines. Pure: the kernel
 * keeps the packets, this keeps what is owed to each.
 *
 * A packet is held by not answering the queue: so it keeps its socket, its
 * conntrack entry and its offload state, leaves exactly once, and when we die
 * the kernel lets go of it by itself. The price is one slot of the queue each;
 * the queue is therefore made longer than the total limit here, and a pair can
 * take only its own share. (Copying, dropping and sending again would cost no
 * slot, but the copy is a new packet, from no socket, that meets every rule
 * again.)
 *
 * Every deadline is the same time after arrival, so the order of arrival is the
 * order of deadlines, and a list is enough.
 */
#ifndef TRAP_HELD_H
#define TRAP_HELD_H

#include "lib/shunt.h"

struct held;

struct held_packet {
	struct ip_addr src, dst;
	uint32_t queue_id;	/* the kernel's number for it */
	uint32_t mark;		/* all bits, as the kernel gave them */
	bool closed;		/* drop it at the deadline; else pass it */
	uint64_t deadline_ms;	/* monotonic; never before an earlier packet's */
};

/* NULL when memory is out. MAX_HELD is at most 65535. */
struct held *held_new(unsigned max_held, unsigned max_per_pair);
void held_free(struct held *h);
/* Keeps P: its id, or 0 when the pair or the total is full. */
held_id held_put(struct held *h, const struct held_packet *p);
/* Takes ID out into *OUT: true once, false ever after. */
bool held_take(struct held *h, held_id id, struct held_packet *out);
/* The oldest packet whose deadline is at or before NOW_MS, taken out. */
bool held_take_expired(struct held *h, uint64_t now_ms, struct held_packet *out);
/* When the oldest deadline is; false when nothing is held. */
bool held_deadline(const struct held *h, uint64_t *ms);
unsigned held_count(const struct held *h);

#endif
