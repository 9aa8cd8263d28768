/* Two IKEv1 engines in one process, with a clock, a network and data planes that
 * the test controls. */
#ifndef TESTS_EXCHANGE_V1_V1_PAIR_H
#define TESTS_EXCHANGE_V1_V1_PAIR_H

#include "lib/test.h"
#include "pluto/ikev1/ikev1.h"
#include "pluto/wire/v1_const.h"
#include "tests/fake/fake_client.h"
#include "tests/fake/fake_clock.h"
#include "tests/fake/fake_engine.h"
#include "tests/fake/fake_kernel.h"
#include "tests/fake/fake_net.h"

enum { A = 0, B = 1 };

struct v1_side {
	struct v1_pair *pair;
	struct v1_engine *e;
	struct v1_config cfg;
	struct fake_kernel kernel;
	struct endpoint at;
	struct pool *pool;
	struct connection *conn;
	const struct private_key *key;
	char psk[32];
	bool unknown;			/* find_connection answers NULL */
	struct connection *second;	/* of the same two ends; NULL: none */
	bool no_client;			/* no connection is for what the peer asks */
	struct peer_keys dns;		/* what lookup_keys answers */
	/* XAUTH: what a client says, what a server believes. LATE, of DNS too: not before the
	 * test answers for the LOOKUP itself. */
	const char *user, *password;
	bool late;
	uint64_t lookup;
	struct fake_client client;	/* on: restart the side */
	struct seen_event events[EVENTS_MAX];
	unsigned n_events;
	uint64_t wake_ms;
};

struct v1_pair {
	struct v1_side side[2];
	struct fake_clock clock;
	struct fake_net net;
	uint64_t random;
	bool idle;			/* nobody has anything to send by the SAs */
};

/* A shared secret, AES with SHA-2 and MODP-2048, tunnel, no PFS. */
struct v1_pair *v1_pair_new(void);
void v1_pair_free(struct v1_pair *p);
void v1_pair_rsa(struct v1_pair *p);
/* That side's engine dies without a word, and there is a new one with its cfg. */
void v1_pair_restart(struct v1_pair *p, int who);
uint64_t v1_pair_initiate(struct v1_pair *p, int who, uint64_t owner);
void v1_pair_settle(struct v1_pair *p);
void v1_pair_advance(struct v1_pair *p, uint64_t ms);
/* From A, and both ends have SAs with the same keys. */
void v1_pair_up(struct v1_pair *p);
/* The same from behind a NAT (RFC 3947): both float to 4500, the SAs are in UDP. */
void v1_pair_up_behind_a_nat(struct v1_pair *p);
void v1_pair_assert_up(struct v1_pair *p, unsigned each_way);
/* Whichever of MESSAGES is lost once, and when all come twice: both ends have SAs soon,
 * and one ISAKMP SA. */
void v1_pair_each_fate(struct v1_pair *(*make)(void), unsigned messages);
unsigned v1_pair_count(const struct v1_pair *p, int who, enum ike_event_kind kind);
const struct seen_event *v1_pair_last(const struct v1_pair *p, int who, enum ike_event_kind kind);
struct v1_stats v1_pair_stats(const struct v1_pair *p, int who);
void v1_pair_words(struct v1_pair *p, const char *ike, const char *esp);
uint8_t v1_exchange_of(const struct fake_datagram *d);

#endif
