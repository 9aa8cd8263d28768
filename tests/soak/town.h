/* Two daemons' IKE cores in one process, both versions of IKE, with many peers, a
 * clock that only we move, and a network that loses and repeats datagrams. A is one
 * address; B has an address for each peer. The data plane only takes notes. */
#ifndef TESTS_SOAK_TOWN_H
#define TESTS_SOAK_TOWN_H

#include "pluto/ikev1/ikev1.h"
#include "pluto/ikev2/ikev2.h"

enum { A, B, TOWN_MAX = 65536, TOWN_MINUTES = 60 };

struct town;

struct house {			/* one of the two daemons */
	struct town *town;
	int which;
	struct ike_engine *two;
	struct v1_engine *one;
	struct kernel kernel;
	struct pool *pool;
	uint64_t wake_ms;
	uint64_t up, down, rekeyed, failed;	/* Child SAs; attempts */
	struct connection **conns;	/* owned; by peer */
};

struct letter { struct letter *next; struct endpoint from, to; struct chunk bytes; };

struct town {
	struct house house[2];
	unsigned n;			/* peers */
	uint64_t now_ms, dice;
	unsigned lose_pct, repeat_pct;
	uint64_t *dark_until;		/* owned; by peer: nothing arrives before */
	struct letter *first, **last;	/* on the way, owned */
	uint64_t letters;
	struct chunk seen[2];		/* owned: the first request of v1, of v2 */
	/* When SAs were first rekeyed, by minute since rekeys_from_ms. */
	uint64_t rekeys_from_ms;
	unsigned rekeys[TOWN_MINUTES];
	bool *rekeyed_once;		/* owned; by peer */
};

/* Every fourth peer speaks IKEv1. NULL: no memory. */
struct town *town_new(unsigned n);
void town_free(struct town *t);
/* A begins with that peer, unless they have an SA; false: they have. */
bool town_begin(struct town *t, unsigned peer);
bool town_is_up(struct town *t, unsigned peer);
/* Time passes: timers fire, datagrams travel, sums are done. */
void town_advance(struct town *t, uint64_t ms);
/* A deletes all that it has with that peer, by the proper exchange. */
void town_end(struct town *t, unsigned peer);
/* One of the Child SAs of that peer at A is replaced or (GO) deleted. */
void town_touch(struct town *t, unsigned peer, bool go);
/* B is there anew, and knows nothing. */
void town_restart(struct town *t);
/* Somebody else's first request, as the one seen, from a made up address. */
void town_stranger(struct town *t, bool v1);
uint32_t town_random(struct town *t, uint32_t below);
/* Is anything left in an engine's tables, timers or plane? Says what, in OUT. */
bool town_is_empty(struct town *t, char *out, size_t outlen);

#endif
