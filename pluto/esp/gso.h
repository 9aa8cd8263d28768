/* Splitting a segmentation-offload packet from the TUN device into the packets
 * that go on the wire, checksums included. */
#ifndef PLUTO_ESP_GSO_H
#define PLUTO_ESP_GSO_H

#include "pluto/esp/inner.h"

/* struct virtio_net_hdr, decoded (host byte order on TUN). */
struct vnet {
	bool needs_csum;
	uint8_t gso_type;	/* VNET_GSO_*; the ECN bit apart */
	bool ecn;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

enum { VNET_HDR_LEN = 10 };
enum { VNET_GSO_NONE = 0, VNET_GSO_TCPV4 = 1, VNET_GSO_TCPV6 = 4,
	VNET_GSO_UDP_L4 = 5 };

void vnet_read(const uint8_t hdr[VNET_HDR_LEN], struct vnet *v);
void vnet_write(uint8_t hdr[VNET_HDR_LEN], const struct vnet *v);

/* A walk over the segments of one packet; borrows it. */
struct gso {
	uint8_t *pkt;
	size_t len, hdr_len;	/* IP and transport headers */
	size_t l4, mss, pos;	/* payload per segment; next payload byte */
	uint8_t proto;		/* 0: not a super packet */
	bool fragments;		/* IPv4 fragments, not segments */
	uint8_t version;
	uint16_t index;
};

/* Makes PKT complete (its own checksum too) and prepares the walk. MTU bounds
 * each segment, 0 does not. False: headers and offload fields disagree. */
bool gso_begin(struct gso *g, const struct vnet *v, const struct inner *in,
	       uint8_t *pkt, size_t mtu);
/* Turns the walk of an ordinary IPv4 packet, which gso_begin() has completed,
 * into one over its fragments (RFC 791 3.2) of at most MTU bytes. */
bool gso_fragment(struct gso *g, size_t mtu);
/* How many segments the walk has in all; 1 for an ordinary packet. */
uint32_t gso_segments(const struct gso *g);
/* The largest of them. */
size_t gso_largest(const struct gso *g);
/* Writes the next segment to OUT, which has room for hdr_len + mss (or len);
 * its length, 0 at the end. */
size_t gso_next(struct gso *g, uint8_t *out);

#endif
