/* Holds caught packets, tells the engine of them, and answers each once. */
#include "trap/catch.h"

#include <errno.h>
#include <string.h>

#include "lib/marks.h"
#include "trap/packet.h"

static uint32_t
with_mark(uint32_t old, uint32_t ours)
{
	return (old & ~(uint32_t)MARK_MASK) | ours;
}

/* A packet that has left the held ones gets its one answer. A changed mark
 * makes the kernel route again; TUN then goes to the tunnel, REJECT meets the
 * guard chain, which refuses it in the sender's face. */
static void
answer(struct trap *t, const struct held_packet *p, enum verdict v)
{
	int rc = -EINVAL;

	switch (v) {
	case VERDICT_TUNNEL:
		rc = nfqueue_accept(t->queue, p->queue_id,
				    with_mark(p->mark, MARK_TUN));
		break;
	case VERDICT_PASS:
		rc = nfqueue_accept(t->queue, p->queue_id,
				    with_mark(p->mark, MARK_PASS));
		break;
	case VERDICT_REJECT:
		rc = nfqueue_accept(t->queue, p->queue_id,
				    with_mark(p->mark, MARK_REJECT));
		break;
	case VERDICT_DROP:
		rc = nfqueue_drop(t->queue, p->queue_id);
		break;
	}
	if (rc < 0) {
		t->stats.verdict_errors++;
		log_limited(&t->refused, LOG_LEVEL_WARN, NULL,
			    "trap: verdict not taken: %s", strerror(-rc));
	} else if (v == VERDICT_TUNNEL || v == VERDICT_PASS) {
		t->stats.released++;
	}
}

static void arm(struct trap *t);

static void
on_deadline(void *ctx)
{
	struct trap *t = ctx;
	struct held_packet p;
	uint64_t now = monotonic_ms();

	t->deadline = (loop_id){ 0 };
	while (held_take_expired(t->held, now, &p)) {
		t->stats.dropped_deadline += p.closed;
		answer(t, &p, p.closed ? VERDICT_DROP : VERDICT_PASS);
	}
	arm(t);
}

/* One timer, for the oldest packet; it may find that packet gone. */
static void
arm(struct trap *t)
{
	uint64_t at, now;

	if (t->deadline.n != 0 || !held_deadline(t->held, &at))
		return;
	now = monotonic_ms();
	t->deadline = loop_after(t->loop, at > now ? at - now : 0, on_deadline,
				 t);
}

static void
on_packet(void *ctx, const struct nfqueue_packet *qp)
{
	struct trap *t = ctx;
	struct trapped told = { .source = TRAP_NFQUEUE,
		.forwarded = qp->forwarded, .when_ms = monotonic_ms() };
	struct held_packet p = { .queue_id = qp->id, .mark = qp->mark };
	const char *bad = NULL;

	t->stats.trapped++;
	if (!packet_flow(qp->bytes, &told.flow, &bad)) {
		log_limited(&t->odd_packets, LOG_LEVEL_DEBUG, NULL,
			    "trap: dropped a packet without %s", bad);
		answer(t, &p, VERDICT_DROP);
		return;
	}
	p.src = told.flow.src;
	p.dst = told.flow.dst;
	p.closed = (qp->mark & MARK_MASK) != MARK_TRAP_OPEN;
	told.closed = p.closed;
	p.deadline_ms = told.when_ms + t->cfg.hold_ms;
	told.held = held_put(t->held, &p);
	if (told.held.n == 0) {
		struct addr_buf b;

		t->stats.dropped_full++;
		log_limited(&t->full, LOG_LEVEL_DEBUG, NULL,
			    "trap: no room to hold %s",
			    flow_text(&told.flow, &b));
		answer(t, &p, VERDICT_DROP);
	}
	t->fn(t->ctx, &told);
}

void
catch_readable(void *trap, int fd, int what)
{
	struct trap *t = trap;

	(void)fd;
	(void)what;
	nfqueue_read(t->queue, on_packet, t);
	arm(t);
}

void
catch_drop_all(struct trap *t)
{
	struct held_packet p;

	while (held_take_expired(t->held, UINT64_MAX, &p))
		answer(t, &p, VERDICT_DROP);
}

void
trap_verdict(struct trap *t, held_id id, enum verdict v)
{
	struct held_packet p;

	if (held_take(t->held, id, &p))
		answer(t, &p, v);
}

void
trap_get_stats(const struct trap *t, struct trap_stats *out)
{
	*out = t->stats;
	out->verdict_errors += nfqueue_errors(t->queue);
	out->held_now = held_count(t->held);
}
