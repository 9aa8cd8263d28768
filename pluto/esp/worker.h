/* A data thread: one TUN queue, some sockets, and everything they need. */
#ifndef PLUTO_ESP_WORKER_H
#define PLUTO_ESP_WORKER_H

#include <pthread.h>

#include "pluto/esp/early.h"
#include "pluto/esp/event.h"
#include "pluto/esp/gro.h"
#include "pluto/esp/reasm.h"
#include "pluto/esp/sa_table.h"
#include "pluto/esp/tx.h"

enum { ESP_SOCKS = 256, RX_BATCH = 8, RX_BUF = 65536, RX_CONTROL = 128,
	TUN_BUF = VNET_HDR_LEN + 65536, RANDOM_POOL = 1024,
	PLAIN_BUF = 65536 + IPCOMP_HDR_LEN, REBUILT_BUF = 256 << 10 };

/* What all threads share. */
struct esp_shared {
	struct qsbr q;
	struct sa_table *table;
	_Atomic(struct esp_sock *) sock[ESP_SOCKS];
	int event_fd;		/* the threads' end */
	int tun_fd[ESP_THREADS];	/* borrowed; a queue each */
	unsigned queues;
	bool uso;		/* the device takes joined datagrams */
};

/* Counted by the thread, read by anyone. */
struct worker_counts {
	_Atomic uint64_t from_tun, to_tun, no_sa, bad_packet, dropped,
		too_big, datagrams, unknown_spi, malformed, ike, keepalives,
		events_lost, tun_errors;
};

struct limiter {		/* so many a second */
	uint64_t second;
	unsigned n;
};

struct rx {
	uint8_t *buf;		/* owned; RX_BATCH * RX_BUF */
	struct mmsghdr hdr[RX_BATCH];
	struct iovec iov[RX_BATCH];
	struct sockaddr_storage from[RX_BATCH];
	_Alignas(8) uint8_t control[RX_BATCH][RX_CONTROL];
};

struct worker {
	struct esp_shared *shared;
	unsigned index;
	int tun_fd, epoll_fd, stop_fd;	/* tun_fd: the queue it reads */
	int gro_fd;		/* where GRO's packet will be written */
	pthread_t thread;
	bool running;
	uint64_t now_ms;
	struct limiter icmp_limit, unknown_limit, moved_limit, mtu_limit;
	struct worker_counts counts;
	struct gro gro;
	struct tx tx;
	struct rx rx;
	struct early early;
	uint8_t *tun_buf;	/* owned */
	struct ipcomp comp;
	struct reasm reasm;
	uint8_t *plain;		/* owned: a packet before IPComp, AH, transport mode */
	uint8_t *rebuilt;	/* owned: packets that could not stay where they came */
	size_t rebuilt_used;
	uint16_t ip_id;		/* of outer headers that we write */
	uint8_t random[RANDOM_POOL];
	size_t random_left;
};

/* A thread on its queue of the shared ones; NULL with -errno in *ERR. */
struct worker *worker_start(struct esp_shared *shared, unsigned index,
			    int *err);
/* Ends the thread and frees it. */
void worker_stop(struct worker *w);
/* The thread begins, or ceases, to read the socket in SLOT. 0 or -errno. */
int worker_watch(struct worker *w, unsigned slot, int fd);
void worker_unwatch(struct worker *w, int fd);

/* What datagrams hold, and what AH's sockets read; A says from where. */
void worker_esp(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len);
void worker_ah(struct worker *w, const struct arrival *a, uint8_t *pkt, size_t len);
/* Writes what waits to be joined by more. */
void worker_flush_gro(struct worker *w);
/* Room for a packet of at most 64 kB that is built anew; it may write what waits
 * first. worker_rebuilt() says how much of it is a packet. */
uint8_t *worker_room(struct worker *w);
void worker_rebuilt(struct worker *w, size_t len);
/* One packet of G sealed and committed; false when the library failed. */
bool worker_seal(struct worker *w, struct gso *g, const struct tx_to *to, uint64_t seq,
		 uint32_t *bytes);
/* Can the packet go by this SA? In transport mode no fragment can as it is, ESP takes no
 * options along (the socket writes the header), and AH no source route. */
bool worker_carries(const struct esp_sa *sa, const struct inner *in, const uint8_t *pkt);
/* An unpredictable IV; NULL when there is no randomness. */
const uint8_t *worker_random_iv(struct worker *w, size_t len);

/* The two directions; each handles what is ready, at most a batch. */
void worker_outbound(struct worker *w);
void worker_inbound(struct worker *w, struct esp_sock *s);
/* Looks again for the SAs of packets that came too early. */
void worker_early(struct worker *w);

bool limiter_pass(struct limiter *l, uint64_t now_ms, unsigned per_second);
void worker_post(struct worker *w, const struct esp_event *ev, struct span data);

#endif
