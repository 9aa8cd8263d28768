/* Joining consecutive decrypted TCP segments of one connection, or datagrams of
 * one flow, so that many enter the kernel as one segmentation-offload packet. */
#ifndef PLUTO_ESP_GRO_H
#define PLUTO_ESP_GRO_H

#include <sys/uio.h>

#include "pluto/esp/gso.h"

enum { GRO_MAX_SEGMENTS = 64, GRO_MAX_HDR = 120 };

/* What waits to be written. The payloads stay in the receive buffers. */
struct gro {
	uint8_t vnet[VNET_HDR_LEN];
	uint8_t hdr[GRO_MAX_HDR];	/* a copy of the first packet's headers */
	size_t hdr_len, l4, mss, total;	/* total: payload bytes */
	uint32_t next_seq;
	uint8_t version, proto;
	bool uso;		/* the kernel takes joined datagrams */
	bool verified;		/* the first packet's checksum was looked at */
	bool joinable, closed;
	int n;			/* iov used: vnet, headers, payloads */
	struct iovec iov[2 + GRO_MAX_SEGMENTS];
};

void gro_init(struct gro *g, bool uso);
void gro_reset(struct gro *g);
bool gro_empty(const struct gro *g);
/* Starts with one packet (any kind); G must be empty. The packet is borrowed
 * until gro_reset(). */
void gro_start(struct gro *g, const struct inner *in, uint8_t *pkt);
/* Joins PKT behind the others, or leaves everything as it was. */
bool gro_join(struct gro *g, const struct inner *in, uint8_t *pkt);
/* Fixes lengths and checksums; then iov[0..n) is one write to the device. */
void gro_finish(struct gro *g);

#endif
