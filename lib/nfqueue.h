/* A queue of the kernel's packets: binding, reading, verdicts. */
#ifndef LIB_NFQUEUE_H
#define LIB_NFQUEUE_H

#include "lib/span.h"

struct nfqueue;

struct nfqueue_packet {
	uint32_t id;		/* the kernel's number, for the verdict */
	uint32_t mark;		/* all 32 bits */
	bool forwarded;		/* caught before routing */
	bool arriving;		/* caught on its way in, to us */
	struct span bytes;	/* from the IP header, cut at COPY; borrowed */
};

typedef void nfqueue_packet_fn(void *ctx, const struct nfqueue_packet *p);

/* Binds queue NUM, or with 0 the first free one of a few, with room for MAXLEN
 * packets, whose first COPY bytes (at most 2048) are seen. NULL with ERR. */
struct nfqueue *nfqueue_open(uint16_t num, uint32_t maxlen, uint32_t copy,
			     char *err, size_t errlen);
/* Packets without a verdict are then dropped by the kernel. */
void nfqueue_close(struct nfqueue *q);
int nfqueue_fd(const struct nfqueue *q);
uint16_t nfqueue_num(const struct nfqueue *q);
/* Hands over what has come, at most a few dozen packets. FN may give verdicts,
 * also for the packet it is looking at; it must not close the queue. */
void nfqueue_read(struct nfqueue *q, nfqueue_packet_fn *fn, void *ctx);
/* Accepts packet ID with all of MARK, or drops it. 0 or -errno. */
int nfqueue_accept(struct nfqueue *q, uint32_t id, uint32_t mark);
int nfqueue_drop(struct nfqueue *q, uint32_t id);
/* Verdicts the kernel refused, because it had let the packet go already. */
uint64_t nfqueue_errors(const struct nfqueue *q);

#endif
