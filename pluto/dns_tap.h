/* DNS-triggered start: a resolver on this machine tells which names it has just answered,
 * and IKE begins while the application is still reading its answer.
 *
 * What it tells is a hint. It makes us ask, as a packet would; the key is found in DNS by
 * ourselves and proved by DNSSEC, and by the peer. The reverse name of the address speaks
 * first. Where it has no key, proved or not signed, the name that was looked up may speak
 * (a forward name): for the address that its own A or AAAA record has, itself as the
 * gateway, and only in groups whose traffic would pass in the clear without a key.
 * Anybody can give any address a name; no such name takes a pair away from its reverse map.
 */
#ifndef PLUTO_DNS_TAP_H
#define PLUTO_DNS_TAP_H

#include "adns/adns_proto.h"
#include "pluto/dns_keys.h"
#include "pluto/lookups.h"

struct daemon;

enum { TAP_NAMES = 1024, MAX_FORWARD = 64 };

/* The last name that somebody found ADDR under. */
struct tap_name {
	struct ip_addr addr;		/* IP_NONE: free */
	struct dns_name name;
	uint64_t until_ms;
	bool proved;			/* its keys are what the pair was last given */
};

/* A forward name is being asked; the answer of the reverse name waits. */
struct forward_try {
	uint64_t id;			/* 0: free */
	struct lookup about;
	struct dns_keys reverse, keys;	/* owned */
	bool have_keys, have_addr, addr_ok;
};

struct dns_tap_counts {
	uint64_t notices, addresses;	/* that adns has handed on */
	uint64_t started;		/* attempts that they began */
	uint64_t settled;		/* of pairs that needed none */
	uint64_t reopened;		/* of pairs that passed, for a name not heard of before */
	uint64_t limited;		/* beyond the rate */
	uint64_t forward_asked, forward_used;
};

struct dns_tap {
	int fds[2];			/* notes, and dnstap; -1: none */
	unsigned uid;			/* who may tell us */
	uint64_t full_ms;		/* when its bucket is full again */
	struct dns_tap_counts counts;
	struct tap_name *names;		/* TAP_NAMES, by address; owned */
	struct forward_try forward[MAX_FORWARD];
	uint64_t last_forward;
};

/* dns_tap_sock.c: the sockets, at start, while there is the right to give them to the
 * resolver's user: 0, or the exit status after one line. */
int daemon_open_tap(struct daemon *d);
void daemon_close_tap(struct daemon *d);

/* dns_tap.c: adns hands on what a resolver told. */
void daemon_notice(void *ctx, const struct adns_notice *n);
/* The name that ADDR was last found under, or NULL. */
struct tap_name *tap_name_of(struct dns_tap *t, const struct ip_addr *addr);

/* forward_key.c: may a forward name decide about the traffic to ADDR? Not where traffic is
 * to be held back until it is encrypted to the one who has the address. */
bool daemon_forward_may(struct daemon *d, const struct ip_addr *addr);
/* The reverse name of L's address has KEYS. True: a forward name is asked
 * first; KEYS are taken over, and daemon_oe_give comes later. */
bool daemon_forward_ask(struct daemon *d, const struct lookup *l, struct dns_keys *keys);
void daemon_forward_keys(struct daemon *d, const struct lookup *l, struct dns_keys *keys);
void daemon_forward_addr(struct daemon *d, struct lookup *l, const struct adns_answer *a);
void daemon_forward_free(struct daemon *d);

#endif
