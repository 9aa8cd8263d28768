/* Who may have which pair of hosts, as the test says. */
#ifndef TESTS_FAKE_FAKE_CLIENT_H
#define TESTS_FAKE_FAKE_CLIENT_H

#include "pluto/ike.h"

struct fake_client {
	bool on;			/* else a peer has its own address alone */
	enum ike_client answer;
	unsigned asked;
	struct selector pair;		/* of the last question */
	bool proven;			/* it named a key that the peer has proved */
	struct ip_addr looked_up;	/* the client of the last lookup_keys; or IP_NONE */
};

/* The port. */
enum ike_client fake_client_ask(struct fake_client *f, const struct ike_client_question *q,
				struct connection **out);
/* A copy of C for this pair of hosts; a reference. */
struct connection *fake_client_conn(const struct connection *c, const char *local,
				    const char *remote);

#endif
