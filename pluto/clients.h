/* Who speaks for hosts behind our peers: asked in the reverse map of each, and
 * remembered for a while. */
#ifndef PLUTO_CLIENTS_H
#define PLUTO_CLIENTS_H

#include "lib/table.h"
#include "pluto/dns_keys.h"

enum { MAX_KNOWN_CLIENTS = 1024, MAX_ASKED_BY_ONE = 16 };

/* A datagram, and between whom. */
struct arrived {
	struct endpoint local, remote;
	struct span bytes;
};

struct known_client {
	struct ip_addr addr;
	struct ip_addr by;		/* the peer for which it was asked */
	bool asking;
	uint64_t until_ms;		/* when it is not asking */
	struct dns_keys keys;		/* owned */
	struct arrived parked;		/* what waits for the answer; may be empty */
	struct chunk parked_bytes;	/* owned */
};

struct known_clients { struct table by_addr; };

void known_clients_free(struct known_clients *k);

#endif
