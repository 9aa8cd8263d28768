/* Splitting a segmentation-offload packet from the TUN device into the packets
 * that go on the wire, checksums included. */
#include "pluto/esp/gso.h"

#include <netinet/in.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"

enum { F_NEEDS_CSUM = 1, GSO_ECN = 0x80 };
enum { TCP_HDR = 20, UDP_HDR = 8, V6_HDR = 40 };
enum { TCP_SEQ = 4, TCP_FLAGS = 13, TCP_CSUM = 16, UDP_LEN = 4, UDP_CSUM = 6 };
enum { FRAGMENT_UNIT = 8, V4_FLAGS = 0xe000, V4_MF = 0x2000,
	V4_OFFSET = 0x1fff };
enum { FLAG_FIN = 0x01, FLAG_PSH = 0x08, FLAG_CWR = 0x80 };

static uint16_t
native16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

void
vnet_read(const uint8_t hdr[VNET_HDR_LEN], struct vnet *v)
{
	*v = (struct vnet){
		.needs_csum = (hdr[0] & F_NEEDS_CSUM) != 0,
		.gso_type = (uint8_t)(hdr[1] & ~GSO_ECN),
		.ecn = (hdr[1] & GSO_ECN) != 0,
		.hdr_len = native16(hdr + 2),
		.gso_size = native16(hdr + 4),
		.csum_start = native16(hdr + 6),
		.csum_offset = native16(hdr + 8),
	};
}

void
vnet_write(uint8_t hdr[VNET_HDR_LEN], const struct vnet *v)
{
	hdr[0] = v->needs_csum ? F_NEEDS_CSUM : 0;
	hdr[1] = (uint8_t)(v->gso_type | (v->ecn ? GSO_ECN : 0));
	memcpy(hdr + 2, &v->hdr_len, 2);
	memcpy(hdr + 4, &v->gso_size, 2);
	memcpy(hdr + 6, &v->csum_start, 2);
	memcpy(hdr + 8, &v->csum_offset, 2);
}

/* The kernel left the pseudo-header's sum in the field: add the rest. */
static bool
finish_csum(const struct vnet *v, const struct inner *in, uint8_t *pkt)
{
	size_t start = v->csum_start, field = start + v->csum_offset;
	size_t len = in->len;
	uint64_t sum;

	if (start < in->l4 || field + 2 > len)
		return false;
	sum = csum_add(0, pkt + start, len - start);
	csum_put_final(pkt + field, sum);
	/* RFC 768: a UDP sum of zero is sent as all ones. */
	if (v->csum_offset == UDP_CSUM && be16_at(pkt + field) == 0)
		put_be16(pkt + field, 0xffff);
	return true;
}

static size_t
l4_header_len(const struct gso *g)
{
	if (g->proto == IPPROTO_UDP)
		return UDP_HDR;
	if (g->len < g->l4 + TCP_HDR)
		return 0;
	return (size_t)(g->pkt[g->l4 + 12] >> 4) * 4;
}

static uint8_t
gso_proto(uint8_t gso_type)
{
	switch (gso_type) {
	case VNET_GSO_TCPV4: case VNET_GSO_TCPV6:
		return IPPROTO_TCP;
	case VNET_GSO_UDP_L4:
		return IPPROTO_UDP;
	default:
		return 0;
	}
}

static bool
begin_split(struct gso *g, const struct vnet *v, const struct inner *in,
	    size_t mtu)
{
	size_t l4_len;

	g->proto = gso_proto(v->gso_type);
	l4_len = l4_header_len(g);
	g->hdr_len = g->l4 + l4_len;
	if (g->proto != in->proto || in->fragment || v->gso_size == 0 ||
	    l4_len < (g->proto == IPPROTO_TCP ? TCP_HDR : UDP_HDR) ||
	    g->hdr_len >= g->len)
		return false;
	g->mss = v->gso_size;
	g->pos = g->hdr_len;
	/* TCP may be cut finer than asked, datagrams may not. */
	if (mtu != 0 && g->hdr_len + g->mss > mtu && g->proto == IPPROTO_TCP) {
		if (mtu <= g->hdr_len)
			return false;
		g->mss = mtu - g->hdr_len;
	}
	return true;
}

bool
gso_begin(struct gso *g, const struct vnet *v, const struct inner *in,
	  uint8_t *pkt, size_t mtu)
{
	*g = (struct gso){
		.pkt = pkt, .len = in->len, .l4 = in->l4,
		.version = in->version,
	};
	if (v->gso_type != VNET_GSO_NONE)
		return begin_split(g, v, in, mtu);
	return !v->needs_csum || finish_csum(v, in, pkt);
}

bool
gso_fragment(struct gso *g, size_t mtu)
{
	if (g->proto != 0 || g->version != 4 || mtu < g->l4 + FRAGMENT_UNIT)
		return false;
	g->fragments = true;
	g->hdr_len = g->pos = g->l4 = (size_t)(g->pkt[0] & 0xf) * 4;
	g->mss = (mtu - g->hdr_len) / FRAGMENT_UNIT * FRAGMENT_UNIT;
	return g->pos < g->len;
}

size_t
gso_largest(const struct gso *g)
{
	return g->proto == 0 && !g->fragments ? g->len : g->hdr_len + g->mss;
}

uint32_t
gso_segments(const struct gso *g)
{
	if (g->proto == 0 && !g->fragments)
		return 1;
	return (uint32_t)((g->len - g->hdr_len + g->mss - 1) / g->mss);
}

static void
fix_ip(const struct gso *g, uint8_t *out, size_t len)
{
	if (g->version == 6) {
		put_be16(out + 4, (uint16_t)(len - V6_HDR));
		return;
	}
	put_be16(out + 2, (uint16_t)len);
	put_be16(out + 4, (uint16_t)(be16_at(g->pkt + 4) + g->index));
	put_be16(out + 10, 0);
	csum_put_final(out + 10, csum_add(0, out, g->l4));
}

static void
fix_l4(const struct gso *g, uint8_t *out, size_t len, bool last)
{
	uint8_t *l4 = out + g->l4;
	size_t l4_len = len - g->l4, field;
	uint64_t sum;

	if (g->proto == IPPROTO_TCP) {
		field = TCP_CSUM;
		put_be32(l4 + TCP_SEQ, be32_at(l4 + TCP_SEQ) +
			 (uint32_t)(g->pos - g->hdr_len));
		if (!last)
			l4[TCP_FLAGS] &= (uint8_t)~(FLAG_FIN | FLAG_PSH);
		if (g->index > 0)
			l4[TCP_FLAGS] &= (uint8_t)~FLAG_CWR;
	} else {
		field = UDP_CSUM;
		put_be16(l4 + UDP_LEN, (uint16_t)l4_len);
	}
	put_be16(l4 + field, 0);
	sum = csum_pseudo(out, g->proto, (uint32_t)l4_len);
	sum = csum_add(sum, l4, l4_len);
	csum_put_final(l4 + field, sum);
	if (g->proto == IPPROTO_UDP && be16_at(l4 + field) == 0)
		put_be16(l4 + field, 0xffff);
}

/* The packet may be a fragment itself, so its own offset counts. */
static void
fix_fragment(const struct gso *g, uint8_t *out, size_t len, bool last)
{
	uint16_t field = be16_at(g->pkt + 6);
	size_t off = (field & V4_OFFSET) + (g->pos - g->hdr_len) /
		     FRAGMENT_UNIT;

	put_be16(out + 2, (uint16_t)len);
	put_be16(out + 6, (uint16_t)((field & V4_FLAGS) |
				     (last ? 0 : V4_MF) | off));
	put_be16(out + 10, 0);
	csum_put_final(out + 10, csum_add(0, out, g->hdr_len));
}

size_t
gso_next(struct gso *g, uint8_t *out)
{
	size_t payload = g->len - g->pos, len;

	if (payload == 0)
		return 0;
	if (g->proto == 0 && !g->fragments) {
		memcpy(out, g->pkt, g->len);
		g->pos = g->len;
		return g->len;
	}
	if (payload > g->mss)
		payload = g->mss;
	len = g->hdr_len + payload;
	memcpy(out, g->pkt, g->hdr_len);
	memcpy(out + g->hdr_len, g->pkt + g->pos, payload);
	if (g->fragments) {
		fix_fragment(g, out, len, g->pos + payload == g->len);
	} else {
		fix_ip(g, out, len);
		fix_l4(g, out, len, g->pos + payload == g->len);
	}
	g->pos += payload;
	g->index++;
	return len;
}
