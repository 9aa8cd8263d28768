/* One ESP or AH SA of the user-space plane, as the data threads see it. */
#ifndef PLUTO_ESP_SA_H
#define PLUTO_ESP_SA_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "pluto/esp/crypt.h"
#include "pluto/esp/inner.h"
#include "pluto/esp/ipcomp.h"
#include "pluto/esp/qsbr.h"
#include "pluto/esp/replay.h"
#include "pluto/kernel/kernel.h"

enum { ESP_THREADS = QSBR_READERS };

struct esp_sock;

/* What one thread has counted; only that thread writes it. */
struct esp_counts {
	_Alignas(64) _Atomic uint64_t packets;
	_Atomic uint64_t bytes, replayed, bad_icv, bad_inner;
	_Atomic uint64_t last_used_ms;
};

/* Outer addresses; replaced as a whole, so that a thread sees one or the other. */
struct esp_path {
	struct qsbr_item item;
	struct endpoint local, remote;
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to;
	socklen_t to_len;
};

struct esp_sa {
	struct qsbr_item item;
	_Atomic(struct esp_sa *) next;	/* readers' chain: by SPI, or by pair */
	struct esp_sa *next_id;		/* the writer's chain */
	enum sa_direction dir;
	enum sa_protocol protocol;
	enum ipsec_mode mode;
	uint32_t spi;
	uint16_t cpi;		/* of IPComp inside; 0: none */
	struct selector sel;
	struct esp_keys keys;
	_Atomic(struct esp_path *) path;	/* owned */
	uint64_t soft, hard;		/* packets; hard is the last number used */
	atomic_bool soft_told;

	/* Outbound. */
	_Atomic(struct esp_sock *) sock;	/* NULL: none of that address */
	_Atomic uint64_t seq;		/* numbers up to here are taken */
	_Atomic uint32_t inner_mtu;
	uint32_t told_mtu;		/* outer, by a router; 0: none */
	uint64_t told_ms;
	atomic_bool mtu_asked;
	struct ipcomp_luck luck[ESP_THREADS];	/* each thread's own */

	/* Inbound; written by the thread that reads the SA's socket. */
	struct replay *replay;		/* owned */
	struct endpoint moved_to;	/* told already */

	/* Owned; made by each thread, taken away when the SA rests. */
	_Atomic(struct esp_crypt *) crypt[ESP_THREADS];
	struct esp_counts counts[ESP_THREADS];
};

/* NULL with -errno in *ERR: -EINVAL for algorithms, keys or values that are
 * not ours, -EPROTONOSUPPORT for ESP without UDP encapsulation and AH with it,
 * -ENOMEM. */
struct esp_sa *esp_sa_new(const struct kernel_sa *ks, int *err);
void esp_sa_free(struct esp_sa *sa);
/* The thread's own cipher state, made when there is none; NULL on failure. The
 * thread may use it until it goes offline. */
struct esp_crypt *esp_sa_crypt(struct esp_sa *sa, unsigned thread);
/* For the writer: gives back the memory of the cipher states, which is most of
 * an SA's, when no packet has used it since BEFORE_MS. */
void esp_sa_rest(struct esp_sa *sa, struct qsbr *q, uint64_t before_ms);
/* Takes N sequence numbers: the first in *FIRST, how many in the result; fewer,
 * or none, near the end of the number space (RFC 4303 3.3.3). */
uint32_t esp_sa_take_seq(struct esp_sa *sa, uint32_t n, uint64_t *first);
/* The largest packet from the TUN device whose outer packet fits PATH_MTU. */
uint32_t esp_sa_inner_mtu(const struct esp_sa *sa, size_t path_mtu);
/* True once, when the soft limit has been passed at USED packets. */
bool esp_sa_soft_due(struct esp_sa *sa, uint64_t used);
void esp_sa_counters(const struct esp_sa *sa, struct sa_counters *out);

struct esp_path *esp_path_new(const struct endpoint *local,
			      const struct endpoint *remote);

/* A counter with a single writer needs no locked instruction. */
static inline void
esp_count(_Atomic uint64_t *c, uint64_t n)
{
	uint64_t v = atomic_load_explicit(c, memory_order_relaxed);

	atomic_store_explicit(c, v + n, memory_order_relaxed);
}

#endif
