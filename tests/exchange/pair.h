/* Two IKE engines in one process, with a clock, a network and data planes that
 * the test controls. */
#ifndef TESTS_EXCHANGE_PAIR_H
#define TESTS_EXCHANGE_PAIR_H

#include "lib/test.h"
#include "pluto/ikev2/ike_sa.h"
#include "pluto/ikev2/ikev2.h"
#include "tests/fake/fake_client.h"
#include "tests/fake/fake_clock.h"
#include "tests/fake/fake_engine.h"
#include "tests/fake/fake_kernel.h"
#include "tests/fake/fake_net.h"

enum { A = 0, B = 1 };

struct side {
	struct pair *pair;
	int which;
	struct ike_engine *e;
	struct ike_config cfg;
	struct fake_kernel kernel;
	struct endpoint at;		/* where it is at first */
	struct ip_addr addrs[4];	/* where it is */
	unsigned n_addrs;
	struct pool *pool;
	bool idle;			/* its pool does nothing for now */
	struct connection *conn;	/* policy here; finds and initiates */
	struct connection *second;	/* of the same two ends; NULL: none */
	bool no_client;			/* no connection is for what the peer asks */
	const struct private_key *key;
	char psk[32];			/* "" : none */
	bool unknown;			/* find_connection answers NULL by address */
	bool proven_only;		/* find_connection answers NULL to AUTH_NULL */
	bool unknown_id;		/* find_connection answers NULL with IDs */
	bool lookup_by_hand;		/* lookup_keys only notes the id */
	uint64_t lookup;
	struct peer_keys dns;		/* what lookup_keys answers; borrowed keys */
	struct fake_client client;	/* on: restart the side */
	struct seen_event events[EVENTS_MAX];
	unsigned n_events;
	uint64_t wake_ms;
	unsigned keepalives;
};

struct pair {
	struct side side[2];
	struct fake_clock clock;
	struct fake_net net;
	uint64_t random;
};

/* Both configured with a shared secret and default proposals, nothing sent. */
struct pair *pair_new(void);
/* The engines again, after changes of side[].cfg. */
void pair_restart(struct pair *p, int which);
void pair_free(struct pair *p);
/* Both authenticate by keys of this kind, known to each other. */
void pair_use_keys(struct pair *p, enum pubkey_kind kind);
/* Like opportunistic encryption: OE connections, keys from a lookup at B. */
void pair_use_oe(struct pair *p);
/* The addresses of WHO are now the words of TEXT ("": none), and it is told. */
void pair_addresses(struct pair *p, int who, const char *text);
/* Subnets behind both, so that SAs may move (RFC 4555). */
void pair_use_clients(struct pair *p);
/* Up, and free to move. */
struct pair *pair_moving(void);
/* Both ends, and both halves of the Child SA at both, are where A and B say;
 * nothing went down. */
void pair_assert_at(struct pair *p, const char *a, const char *b);
/* How WHO proves itself, in both sides' connections. */
void pair_auth(struct pair *p, int who, enum conn_auth how);
const struct private_key *pair_key(enum pubkey_kind kind, int which);
uint64_t pair_initiate(struct pair *p, int who, uint64_t owner, uint32_t timeout_ms);
/* Delivers and computes until nothing moves; time stands still. */
void pair_settle(struct pair *p);
/* One datagram, with what it causes; false when none is on the way. */
bool pair_deliver_one(struct pair *p);
void pair_compute(struct pair *p);	/* finishes the work in the pool */
/* Time passes, timers fire, datagrams travel. */
void pair_advance(struct pair *p, uint64_t ms);
/* Initiates from A and asserts that both ends are up with the same keys. */
void pair_up(struct pair *p);
void pair_assert_up(struct pair *p, unsigned sas_each_way);
void pair_assert_down(struct pair *p);
/* One IKE SA and one Child SA at each end, and nothing ever went down. */
void pair_assert_one(struct pair *p);
/* The newest of that side, by the proper exchange. */
void pair_delete_child(struct pair *p, int who);
void pair_delete_ike(struct pair *p, int who);
unsigned pair_count(const struct pair *p, int who, enum ike_event_kind kind);
const struct seen_event *pair_last(const struct pair *p, int who, enum ike_event_kind kind);
struct ike_stats pair_stats(const struct pair *p, int who);
/* The newest IKE SA or Child SA of a side; NULL: none. */
struct ike_sa *pair_ike(struct pair *p, int who);
struct child_sa *pair_child(struct pair *p, int who);
/* "proposal" for IKE or ESP on both sides. */
void pair_ike_proposal(struct pair *p, int who, const char *text);
void pair_esp_proposal(struct pair *p, int who, const char *text);
/* A fate for the net: everything waits until it is released. */
enum fake_fate pair_hold(void *ctx, const struct fake_datagram *d);
uint8_t pair_exchange_of(const struct fake_datagram *d);
bool pair_is_response(const struct fake_datagram *d);
uint8_t pair_next_payload_of(const struct fake_datagram *d);

#endif
