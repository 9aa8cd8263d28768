/* The state behind the door, and the half of it that handles packets. */
#ifndef TRAP_CATCH_H
#define TRAP_CATCH_H

#include "lib/log.h"
#include "lib/nfqueue.h"
#include "trap/held.h"
#include "trap/rules.h"

struct nft_sock;
struct xtables;

struct trap {
	struct loop *loop;
	struct trap_config cfg;
	trap_packet_fn *fn;
	void *ctx;
	struct kernel_can can;
	const struct xtables *xtables;	/* NULL: nft queues */
	struct nfqueue *queue;		/* owned */
	struct held *held;		/* owned */
	struct nft_sock *pairs;		/* owned */
	struct trap_prefix *prefixes;	/* owned copy */
	struct ip_addr *local;		/* owned copy */
	struct trap_selector *selectors;	/* owned copy */
	size_t n_prefixes, n_local, n_selectors;
	/* False while the table of an earlier run still stands guard: it knows
	 * the closed prefixes, ours does not yet. */
	bool loaded;
	loop_id readable, deadline, watch;
	struct trap_stats stats;
	struct log_limit odd_packets, full, refused;
	char how[64];
};

/* A loop_fd_fn: reads the queue, holds each packet, tells the engine. */
void catch_readable(void *trap, int fd, int what);
/* Drops every packet that waits: whoever waits gets an answer before the table
 * goes. */
void catch_drop_all(struct trap *t);

#endif
