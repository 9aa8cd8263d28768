/* The engine's inside: its tables, timers and ports, seen by ikev2/ only. */
#ifndef PLUTO_IKEV2_ENGINE_H
#define PLUTO_IKEV2_ENGINE_H

#include "lib/heap.h"
#include "lib/log.h"
#include "lib/table.h"
#include "pluto/crypto/pool_jobs.h"
#include "pluto/ikev2/cookie.h"
#include "pluto/ikev2/half_open.h"
#include "pluto/ikev2/ikev2.h"
#include "pluto/ikev2/pair_index.h"

struct ike_sa;
struct child_sa;
struct job;

/* A deadline inside somebody's object. */
struct timer {
	struct heap_node node;
	void (*fire)(struct ike_engine *e, struct timer *t);
};

struct ike_engine {
	struct ike_ports ports;
	struct ike_config cfg;
	struct kernel kernel;
	struct pool *pool;
	struct heap timers;
	struct table by_spi;		/* IKE SAs by our own SPI */
	struct table by_init;		/* half-open ones by the initiator's SPI and address */
	struct table by_serial;
	struct table child_serial;
	struct table child_spi_in, child_spi_out;
	struct table attempts;		/* by owner */
	struct pair_index ike_pairs;	/* outer addresses to IKE SAs */
	struct pair_index child_pairs;	/* selectors' first addresses to Child SAs */
	struct ike_sa *dead;		/* freed when the outermost call returns */
	struct child_sa *dead_children;
	struct pool_jobs jobs;
	unsigned depth;			/* calls into the door that have not returned */
	uint64_t last_serial, last_up;
	struct cookie_secrets cookies;
	struct half_open_counts near;
	struct ike_stats stats;
	struct log_limit bad_limit, refuse_limit;
	uint64_t answered_ms;		/* last unprotected error that we sent */
	uint64_t told_ms;		/* the second of INVALID_SPI began, */
	unsigned n_told;		/* and so many went since */
	struct ip_addr *ours;		/* owned: the addresses that we can be reached at */
	unsigned n_ours;
};

/* Around everything that comes in: what dies meanwhile is freed at the end. */
void engine_enter(struct ike_engine *e);
void engine_leave(struct ike_engine *e);
uint64_t engine_now(const struct ike_engine *e);
uint64_t engine_new_serial(struct ike_engine *e);
void engine_random(struct ike_engine *e, void *buf, size_t len);
/* A number below N (at least 1), for jitter. */
uint32_t engine_random_below(struct ike_engine *e, uint32_t n);
void engine_send(struct ike_engine *e, const struct endpoint *local,
		 const struct endpoint *remote, struct span datagram);

bool engine_is_ours(const struct ike_engine *e, const struct ip_addr *a);
/* The serials of all IKE SAs, or of those of one connection and its instances, at
 * *OUT (the caller frees): the table may change while they are visited. */
size_t engine_serials(struct ike_engine *e, uint64_t conn_serial, uint64_t **out);

void timer_set(struct ike_engine *e, struct timer *t, uint64_t when_ms);
void timer_stop(struct ike_engine *e, struct timer *t);

/* Tables keyed by one 64-bit number. */
uint64_t number_hash(uint64_t n);

#endif
