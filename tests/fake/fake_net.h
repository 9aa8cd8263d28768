/* A network that keeps datagrams until the test lets them go, and that may
 * drop, repeat, hold or reorder them. */
#ifndef TESTS_FAKE_NET_H
#define TESTS_FAKE_NET_H

#include "lib/addr.h"

enum { FAKE_NET_MAX = 4096 };

struct fake_datagram {
	struct endpoint from, to;
	struct chunk bytes;		/* owned */
};

/* What happens to a datagram when it is sent. */
enum fake_fate { FATE_DELIVER, FATE_DROP, FATE_TWICE, FATE_HOLD };
typedef enum fake_fate fake_fate_fn(void *ctx, const struct fake_datagram *d);

struct fake_net {
	struct fake_datagram queue[FAKE_NET_MAX];	/* on the way, oldest first */
	unsigned n;
	struct fake_datagram held[FAKE_NET_MAX];	/* until fake_net_release */
	unsigned n_held;
	fake_fate_fn *fate;		/* NULL: all are delivered */
	void *ctx;
	unsigned sent;
	struct fake_datagram last;	/* a copy of what was sent last */
	struct endpoint nat_inside, nat_outside;	/* inside rewritten to outside */
};

/* Fates: each datagram comes twice; the one that is sent after AT others has the fate
 * of ctx, a struct fake_nth. */
struct fake_nth { unsigned seen, at; enum fake_fate fate; };
enum fake_fate fake_net_twice(void *ctx, const struct fake_datagram *d);
enum fake_fate fake_net_nth(void *ctx, const struct fake_datagram *d);

void fake_net_clear(struct fake_net *net);
void fake_net_send(struct fake_net *net, const struct endpoint *from, const struct endpoint *to,
		   struct span bytes);
/* The next to arrive, owned by the caller; false when none is on the way. */
bool fake_net_take(struct fake_net *net, struct fake_datagram *out);
void fake_net_release(struct fake_net *net);
void fake_net_release_reversed(struct fake_net *net);

#endif
