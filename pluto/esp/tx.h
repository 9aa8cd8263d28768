/* Sealed packets on their way out: collected in one arena, sent in few calls
 * (UDP_SEGMENT joins equal sizes, sendmmsg the rest). */
#ifndef PLUTO_ESP_TX_H
#define PLUTO_ESP_TX_H

#include <sys/socket.h>

#include "pluto/esp/sa.h"
#include "pluto/esp/sock.h"

enum { TX_MSGS = 64, TX_CONTROL = 128 };

struct tx_to {			/* where a packet goes */
	struct esp_sock *sock;
	struct esp_sa *sa;
	struct esp_path *path;
	uint8_t tos;
	bool fragment;		/* it may be longer than the path takes */
};

struct tx_msg {			/* one datagram, or several of equal size */
	struct tx_to to;
	size_t off, len, seg;
	unsigned count;
	bool closed;
};

struct tx {
	uint8_t *arena;		/* owned */
	size_t used;
	unsigned n;
	uint64_t dropped;	/* packets that the kernel did not take */
	struct tx_msg msg[TX_MSGS];
	struct mmsghdr hdr[TX_MSGS];
	struct iovec iov[TX_MSGS];
	_Alignas(8) uint8_t control[TX_MSGS][TX_CONTROL];
};

int tx_init(struct tx *tx);
void tx_clear(struct tx *tx);
/* Room for one packet of at most NEED bytes (64 kB at most); may send first. */
uint8_t *tx_room(struct tx *tx, size_t need);
/* LEN bytes of that room are a packet for TO. */
void tx_commit(struct tx *tx, const struct tx_to *to, size_t len);
/* Sends everything. What TO points at must still be alive. */
void tx_flush(struct tx *tx);

#endif
