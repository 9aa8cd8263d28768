/* Joining consecutive decrypted TCP segments of one connection, so that many
 * of them enter the kernel as one segmentation-offload packet. */
#include "pluto/esp/gro.h"

#include <netinet/in.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"

enum { TCP_HDR = 20, TCP_SEQ = 4, TCP_DOFF = 12, TCP_FLAGS = 13, TCP_CSUM = 16 };
enum { FLAG_PSH = 0x08, FLAG_ACK = 0x10 };
enum { V6_HDR = 40, MAX_PACKET = 65535 };

void
gro_reset(struct gro *g)
{
	g->n = 0;
}

bool
gro_empty(const struct gro *g)
{
	return g->n == 0;
}

static void
add_iov(struct gro *g, uint8_t *p, size_t len)
{
	g->iov[g->n++] = (struct iovec){ .iov_base = p, .iov_len = len };
}

/* The length of all headers when PKT is a TCP segment that could be joined
 * with others: data, and no flags but ACK and PSH; else 0. */
static size_t
joinable(const struct inner *in, const uint8_t *pkt)
{
	const uint8_t *tcp = pkt + in->l4;
	size_t hdr;

	if (in->proto != IPPROTO_TCP || !in->plain || in->fragment ||
	    in->len < (size_t)in->l4 + TCP_HDR)
		return 0;
	hdr = in->l4 + (size_t)(tcp[TCP_DOFF] >> 4) * 4;
	if (hdr < (size_t)in->l4 + TCP_HDR || hdr >= in->len ||
	    hdr > GRO_MAX_HDR)
		return 0;
	if ((tcp[TCP_FLAGS] & ~FLAG_PSH) != FLAG_ACK)
		return 0;
	return hdr;
}

static bool
csum_right(const struct inner *in, const uint8_t *pkt)
{
	uint32_t len = in->len - in->l4;
	uint64_t sum = csum_pseudo(pkt, IPPROTO_TCP, len);

	return csum_fold(csum_add(sum, pkt + in->l4, len)) == 0xffff;
}

void
gro_start(struct gro *g, const struct inner *in, uint8_t *pkt)
{
	size_t hdr = joinable(in, pkt);

	memset(g->vnet, 0, sizeof(g->vnet));
	g->n = 0;
	add_iov(g, g->vnet, sizeof(g->vnet));
	g->joinable = hdr != 0;
	g->verified = g->closed = false;
	if (hdr == 0) {
		add_iov(g, pkt, in->len);
		return;
	}
	memcpy(g->hdr, pkt, hdr);
	g->hdr_len = hdr;
	g->l4 = in->l4;
	g->version = in->version;
	g->mss = g->total = in->len - hdr;
	g->next_seq = be32_at(pkt + in->l4 + TCP_SEQ) + (uint32_t)g->total;
	g->closed = (pkt[in->l4 + TCP_FLAGS] & FLAG_PSH) != 0;
	add_iov(g, g->hdr, hdr);
	add_iov(g, pkt + hdr, g->total);
}

/* Everything but lengths, IP identification, checksums, sequence number and
 * PSH must be what the first packet has. */
static bool
same_headers(const struct gro *g, const uint8_t *pkt)
{
	const uint8_t *a = g->hdr, *b = pkt;

	if (g->version == 4) {
		/* Version and TOS; fragment word, TTL, protocol; addresses. */
		if (memcmp(a, b, 2) != 0 || memcmp(a + 6, b + 6, 4) != 0 ||
		    memcmp(a + 12, b + 12, 8) != 0)
			return false;
	} else if (memcmp(a, b, 4) != 0 || memcmp(a + 6, b + 6, 34) != 0) {
		return false;
	}
	a += g->l4;
	b += g->l4;
	/* Ports; acknowledgement and header length; window; options. */
	return memcmp(a, b, 4) == 0 && memcmp(a + 8, b + 8, 5) == 0 &&
	       memcmp(a + 14, b + 14, 2) == 0 &&
	       memcmp(a + 18, b + 18, g->hdr_len - g->l4 - 18) == 0;
}

/* The first packet must have been intact too: what is joined gets a new
 * checksum from the kernel, which would hide the damage. */
static bool
first_intact(struct gro *g)
{
	uint64_t sum;

	if (g->verified)
		return true;
	sum = csum_pseudo(g->hdr, IPPROTO_TCP,
			  (uint32_t)(g->hdr_len - g->l4 + g->total));
	sum = csum_add(sum, g->hdr + g->l4, g->hdr_len - g->l4);
	sum = csum_add(sum, g->iov[2].iov_base, g->iov[2].iov_len);
	g->verified = csum_fold(sum) == 0xffff;
	g->joinable = g->verified;
	return g->verified;
}

static bool
fits(const struct gro *g, size_t payload)
{
	return g->joinable && !g->closed && payload <= g->mss &&
	       g->n < 2 + GRO_MAX_SEGMENTS &&
	       g->hdr_len + g->total + payload <= MAX_PACKET;
}

bool
gro_join(struct gro *g, const struct inner *in, uint8_t *pkt)
{
	size_t hdr = joinable(in, pkt), payload;
	const uint8_t *tcp = pkt + in->l4;

	if (hdr == 0 || g->n == 0 || hdr != g->hdr_len || in->l4 != g->l4 ||
	    in->version != g->version)
		return false;
	payload = in->len - hdr;
	if (!fits(g, payload) || be32_at(tcp + TCP_SEQ) != g->next_seq ||
	    !same_headers(g, pkt) || !first_intact(g) || !csum_right(in, pkt))
		return false;
	add_iov(g, pkt + hdr, payload);
	g->total += payload;
	g->next_seq += (uint32_t)payload;
	g->hdr[g->l4 + TCP_FLAGS] |= tcp[TCP_FLAGS] & FLAG_PSH;
	/* A short segment can only be the last one. */
	g->closed = payload < g->mss || (tcp[TCP_FLAGS] & FLAG_PSH) != 0;
	return true;
}

static void
fix_lengths(struct gro *g, size_t len)
{
	if (g->version == 6) {
		put_be16(g->hdr + 4, (uint16_t)(len - V6_HDR));
		return;
	}
	put_be16(g->hdr + 2, (uint16_t)len);
	put_be16(g->hdr + 10, 0);
	csum_put_final(g->hdr + 10, csum_add(0, g->hdr, g->l4));
}

void
gro_finish(struct gro *g)
{
	size_t len = g->hdr_len + g->total;
	struct vnet v = {
		.needs_csum = true,
		.gso_type = g->version == 4 ? VNET_GSO_TCPV4 : VNET_GSO_TCPV6,
		.hdr_len = (uint16_t)g->hdr_len,
		.gso_size = (uint16_t)g->mss,
		.csum_start = (uint16_t)g->l4,
		.csum_offset = TCP_CSUM,
	};

	if (g->n <= 3)		/* one packet goes as it came */
		return;
	fix_lengths(g, len);
	csum_put(g->hdr + g->l4 + TCP_CSUM,
		 csum_pseudo(g->hdr, IPPROTO_TCP, (uint32_t)(len - g->l4)));
	vnet_write(g->vnet, &v);
}
