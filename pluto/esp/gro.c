/* Joining consecutive decrypted TCP segments of one connection, or datagrams of
 * one flow, so that many enter the kernel as one segmentation-offload packet. */
#include "pluto/esp/gro.h"

#include <netinet/in.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"

enum { TCP_HDR = 20, TCP_SEQ = 4, TCP_DOFF = 12, TCP_FLAGS = 13, TCP_CSUM = 16 };
enum { FLAG_PSH = 0x08, FLAG_ACK = 0x10 };
enum { UDP_HDR = 8, UDP_LEN = 4, UDP_CSUM = 6 };
enum { V6_HDR = 40, MAX_PACKET = 65535 };

void
gro_init(struct gro *g, bool uso)
{
	*g = (struct gro){ .uso = uso };
}

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

/* A segment with data, and no flags but ACK and PSH. */
static size_t
tcp_joinable(const struct inner *in, const uint8_t *pkt)
{
	const uint8_t *tcp = pkt + in->l4;
	size_t hdr;

	if (in->len < (size_t)in->l4 + TCP_HDR)
		return 0;
	hdr = in->l4 + (size_t)(tcp[TCP_DOFF] >> 4) * 4;
	if (hdr < (size_t)in->l4 + TCP_HDR || hdr >= in->len ||
	    hdr > GRO_MAX_HDR)
		return 0;
	if ((tcp[TCP_FLAGS] & ~FLAG_PSH) != FLAG_ACK)
		return 0;
	return hdr;
}

/* A datagram with data and a checksum: one without would come out with one. */
static size_t
udp_joinable(const struct inner *in, const uint8_t *pkt)
{
	const uint8_t *udp = pkt + in->l4;
	size_t hdr = (size_t)in->l4 + UDP_HDR;

	if (in->len <= hdr || be16_at(udp + UDP_LEN) != in->len - in->l4 ||
	    be16_at(udp + UDP_CSUM) == 0)
		return 0;
	return hdr;
}

/* The length of all headers when PKT could be joined with others, else 0. */
static size_t
joinable(const struct gro *g, const struct inner *in, const uint8_t *pkt)
{
	if (!in->plain || in->fragment)
		return 0;
	if (in->proto == IPPROTO_TCP)
		return tcp_joinable(in, pkt);
	if (in->proto == IPPROTO_UDP && g->uso)
		return udp_joinable(in, pkt);
	return 0;
}

static bool
csum_right(const struct inner *in, const uint8_t *pkt)
{
	uint32_t len = in->len - in->l4;
	uint64_t sum = csum_pseudo(pkt, in->proto, len);

	return csum_fold(csum_add(sum, pkt + in->l4, len)) == 0xffff;
}

void
gro_start(struct gro *g, const struct inner *in, uint8_t *pkt)
{
	size_t hdr = joinable(g, in, pkt);

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
	g->proto = in->proto;
	g->mss = g->total = in->len - hdr;
	add_iov(g, g->hdr, hdr);
	add_iov(g, pkt + hdr, g->total);
	if (g->proto == IPPROTO_UDP)
		return;
	g->next_seq = be32_at(pkt + in->l4 + TCP_SEQ) + (uint32_t)g->total;
	g->closed = (pkt[in->l4 + TCP_FLAGS] & FLAG_PSH) != 0;
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
	if (g->proto == IPPROTO_UDP)
		return memcmp(a, b, 4) == 0;
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
	sum = csum_pseudo(g->hdr, g->proto,
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

static void
join_tcp(struct gro *g, const uint8_t *tcp, size_t payload)
{
	uint8_t push = tcp[TCP_FLAGS] & FLAG_PSH;

	g->next_seq += (uint32_t)payload;
	g->hdr[g->l4 + TCP_FLAGS] |= push;
	if (push != 0)
		g->closed = true;
}

bool
gro_join(struct gro *g, const struct inner *in, uint8_t *pkt)
{
	size_t hdr = joinable(g, in, pkt), payload;
	const uint8_t *tcp = pkt + in->l4;
	bool is_tcp = in->proto == IPPROTO_TCP;

	if (hdr == 0 || g->n == 0 || hdr != g->hdr_len || in->l4 != g->l4 ||
	    in->version != g->version || in->proto != g->proto)
		return false;
	payload = in->len - hdr;
	if (!fits(g, payload) ||
	    (is_tcp && be32_at(tcp + TCP_SEQ) != g->next_seq) ||
	    !same_headers(g, pkt) || !first_intact(g) || !csum_right(in, pkt))
		return false;
	add_iov(g, pkt + hdr, payload);
	g->total += payload;
	/* A short segment can only be the last one. */
	g->closed = payload < g->mss;
	if (is_tcp)
		join_tcp(g, tcp, payload);
	return true;
}

static void
fix_lengths(struct gro *g, size_t len)
{
	if (g->proto == IPPROTO_UDP)
		put_be16(g->hdr + g->l4 + UDP_LEN, (uint16_t)(len - g->l4));
	if (g->version == 6) {
		put_be16(g->hdr + 4, (uint16_t)(len - V6_HDR));
		return;
	}
	put_be16(g->hdr + 2, (uint16_t)len);
	put_be16(g->hdr + 10, 0);
	csum_put_final(g->hdr + 10, csum_add(0, g->hdr, g->l4));
}

static uint8_t
gso_type(const struct gro *g)
{
	if (g->proto == IPPROTO_UDP)
		return VNET_GSO_UDP_L4;
	return g->version == 4 ? VNET_GSO_TCPV4 : VNET_GSO_TCPV6;
}

void
gro_finish(struct gro *g)
{
	size_t len = g->hdr_len + g->total;
	uint16_t field = g->proto == IPPROTO_UDP ? UDP_CSUM : TCP_CSUM;
	struct vnet v = {
		.needs_csum = true,
		.gso_type = gso_type(g),
		.hdr_len = (uint16_t)g->hdr_len,
		.gso_size = (uint16_t)g->mss,
		.csum_start = (uint16_t)g->l4,
		.csum_offset = field,
	};

	if (g->n <= 3)		/* one packet goes as it came */
		return;
	fix_lengths(g, len);
	csum_put(g->hdr + g->l4 + field,
		 csum_pseudo(g->hdr, g->proto, (uint32_t)(len - g->l4)));
	vnet_write(g->vnet, &v);
}
