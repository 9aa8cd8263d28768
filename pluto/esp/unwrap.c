/* What was inside ESP or AH, to the packet that it was. */
#include "pluto/esp/unwrap.h"

#include <string.h>

#include "pluto/esp/ah.h"
#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"
#include "pluto/esp/ecn.h"

enum { V4_HDR = 20, V6_HDR = 40, HOPS = 64, V4_VERSION = 0x45, V4_DF = 0x4000 };
enum { MOST = 65535, TCP_CSUM = 16, UDP_CSUM = 6, ICMP6_CSUM = 2 };

uint8_t *
worker_room(struct worker *w)
{
	/* A packet that still is at the end of it is no longer than what it keeps
	 * clear of. */
	if (REBUILT_BUF - w->rebuilt_used < PLAIN_BUF) {
		worker_flush_gro(w);
		w->rebuilt_used = 0;
	}
	return w->rebuilt + w->rebuilt_used;
}

void
worker_rebuilt(struct worker *w, size_t len)
{
	w->rebuilt_used += len;
}

/* Authentic, but is it what the SA was made for? */
static bool
tunnel_good(const struct esp_sa *sa, uint8_t *pkt, size_t len, uint8_t next_header,
	    struct inner *in, uint8_t outer_tos)
{
	int ecn;

	if (!inner_parse(span_of(pkt, len), in) ||
	    next_header != (in->version == 4 ? INNER_IPV4 : INNER_IPV6) ||
	    !inner_allowed(in, &sa->sel, false))
		return false;
	ecn = ecn_decap(in->tos, outer_tos);
	if (ecn < 0)
		return false;
	if (ecn != (in->tos & ECN_MASK))
		ecn_set(pkt, (uint8_t)ecn);
	return true;
}

static void
put_v6_header(uint8_t *out, const struct ip_addr *src, const struct ip_addr *dst, uint8_t tos,
	      uint8_t hops, size_t payload, uint8_t next_header)
{
	put_be32(out, 0x60000000u | (uint32_t)tos << 20);
	put_be16(out + 4, (uint16_t)payload);
	out[6] = next_header;
	out[7] = hops;
	memcpy(out + 8, src->bytes, 16);
	memcpy(out + 24, dst->bytes, 16);
}

static void
put_v4_header(uint8_t *out, const struct ip_addr *src, const struct ip_addr *dst, uint8_t tos,
	      size_t len, uint8_t protocol)
{
	out[0] = V4_VERSION;
	out[1] = tos;
	put_be16(out + 2, (uint16_t)len);
	put_be16(out + 4, 0);
	put_be16(out + 6, V4_DF);
	out[8] = HOPS;
	out[9] = protocol;
	put_be16(out + 10, 0);
	memcpy(out + 12, src->bytes, 4);
	memcpy(out + 16, dst->bytes, 4);
	csum_put_final(out + 10, csum_add(0, out, V4_HDR));
}

uint8_t *
unwrap_v6_header(struct worker *w, const struct arrival *a, const uint8_t *pkt, size_t *len)
{
	uint8_t *out = worker_room(w);
	size_t n = *len < MOST - V6_HDR ? *len : MOST - V6_HDR;

	put_v6_header(out, &a->from.addr, &a->to.addr, a->tos, a->hops, n, IPPROTO_AH);
	memcpy(out + V6_HDR, pkt, n);
	*len = V6_HDR + n;
	return out;
}

/* ESP in transport mode: the header stayed behind, but for what the SA knows. */
static size_t
transport_header(const struct esp_sa *sa, uint8_t tos, uint8_t next_header, size_t payload,
		 uint8_t *out)
{
	const struct ip_addr *src = &sa->sel.remote.addr_lo, *dst = &sa->sel.local.addr_lo;

	if (src->family == IP_V6) {
		put_v6_header(out, src, dst, tos, HOPS, payload, next_header);
		return V6_HDR;
	}
	put_v4_header(out, src, dst, tos, V4_HDR + payload, next_header);
	return V4_HDR;
}

/* AH in transport mode: the header as it came, without AH. HDR is before it. */
static bool
header_without_ah(uint8_t *hdr, size_t len, size_t payload, uint8_t next_header)
{
	struct inner in = { .version = hdr[0] >> 4, .l4 = (uint16_t)len };
	size_t next = 0;

	if (ah_place(&in, hdr, &next) == 0)
		return false;
	hdr[next] = next_header;
	if (in.version == 6) {
		put_be16(hdr + 4, (uint16_t)(len - V6_HDR + payload));
		return true;
	}
	put_be16(hdr + 2, (uint16_t)(len + payload));
	put_be16(hdr + 10, 0);
	csum_put_final(hdr + 10, csum_add(0, hdr, len));
	return true;
}

/* RFC 3948 3.1.2: the sum was made over the addresses that the sender sees, and a
 * NAT between is why it is in UDP. The ICV has shown that nothing else changed. */
static void
fix_csum(uint8_t *pkt, const struct inner *in)
{
	size_t len = in->len - in->l4, field;
	uint8_t *l4 = pkt + in->l4;

	if (in->later_fragment)
		return;
	if (in->proto == IPPROTO_TCP)
		field = TCP_CSUM;
	else if (in->proto == IPPROTO_UDP)
		field = UDP_CSUM;
	else if (in->proto == IPPROTO_ICMPV6)
		field = ICMP6_CSUM;
	else
		return;
	if (len < field + 2 || (in->proto == IPPROTO_UDP && be16_at(l4 + field) == 0))
		return;
	put_be16(l4 + field, 0);
	csum_put_final(l4 + field, csum_add(csum_pseudo(pkt, in->proto, (uint32_t)len), l4, len));
	if (in->proto == IPPROTO_UDP && be16_at(l4 + field) == 0)
		put_be16(l4 + field, 0xffff);
}

/* Behind the room for a header of HEADER bytes in OUT: what was protected. 0: it is
 * not what it should be. */
static size_t
payload_to(struct worker *w, const struct esp_sa *sa, struct span in, uint8_t *next_header,
	   uint8_t *out, size_t header)
{
	struct ipcomp_header h;

	if (*next_header != IPPROTO_COMP) {
		memcpy(out + header, in.ptr, in.len);
		return in.len;
	}
	if (!ipcomp_read(in, &h) || sa->cpi == 0 || h.cpi != sa->cpi)
		return 0;
	*next_header = h.next_header;
	return ipcomp_grow(&w->comp, out + header, MOST - header, in);
}

static uint8_t *
rebuild_transport(struct worker *w, const struct esp_sa *sa, const struct arrival *a,
		  const uint8_t *pkt, const struct unwrap *o, struct inner *in)
{
	uint8_t *out = worker_room(w), next = o->next_header;
	size_t header = o->header != 0 ? o->header
		: sa->sel.local.addr_lo.family == IP_V6 ? V6_HDR : V4_HDR;
	size_t n;

	if (header + o->len > MOST)
		return NULL;
	n = payload_to(w, sa, span_of(pkt + o->offset, o->len), &next, out, header);
	if (n == 0)
		return NULL;
	if (o->header == 0)
		transport_header(sa, a->tos, next, n, out);
	else
		memcpy(out, pkt, header);
	if ((o->header != 0 && !header_without_ah(out, header, n, next)) ||
	    !inner_parse(span_of(out, header + n), in) || in->fragment ||
	    !inner_allowed(in, &sa->sel, false))
		return NULL;
	if (o->header == 0)
		fix_csum(out, in);
	worker_rebuilt(w, in->len);
	return out;
}

uint8_t *
unwrap(struct worker *w, const struct esp_sa *sa, const struct arrival *a, uint8_t *pkt,
       const struct unwrap *o, struct inner *in)
{
	uint8_t tos = o->header != 0 ? o->tos : a->tos, next = o->next_header;
	uint8_t *out = pkt + o->offset;
	size_t n = o->len;

	if (sa->mode == MODE_TRANSPORT)
		return rebuild_transport(w, sa, a, pkt, o, in);
	if (next == IPPROTO_COMP) {
		out = worker_room(w);
		n = payload_to(w, sa, span_of(pkt + o->offset, o->len), &next, out, 0);
	}
	if (n == 0 || !tunnel_good(sa, out, n, next, in, tos))
		return NULL;
	if (o->next_header == IPPROTO_COMP)
		worker_rebuilt(w, in->len);
	return out;
}
