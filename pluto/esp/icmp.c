/* Telling the sender of an inner packet that it was too big (RFC 4301 8.2). */
#include "pluto/esp/icmp.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include "lib/wire.h"
#include "pluto/esp/csum.h"

enum { V4_HDR = 20, V6_HDR = 40, ICMP_HDR = 8, TTL = 64, QUOTE_V4 = 548 };
enum { V4_CSUM = 10, ICMP_CSUM = 2 };

/* RFC 1122 3.2.2, RFC 4443 2.4: never an error about an error. */
static bool
may_report(const struct inner *in)
{
	uint8_t type = (uint8_t)(in->sport >> 8);

	if (in->later_fragment)
		return false;
	if (in->proto == IPPROTO_ICMP)
		return type == ICMP_ECHO || type == ICMP_ECHOREPLY ||
		       type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMPREPLY;
	return in->proto != IPPROTO_ICMPV6 || (type & ICMP6_INFOMSG_MASK) != 0;
}

static size_t
too_big_v4(struct wire_writer *w, const struct inner *in, struct span quote,
	   uint32_t mtu)
{
	size_t len = V4_HDR + ICMP_HDR + quote.len;

	wire_put_u16(w, 0x4500);
	wire_put_u16(w, (uint16_t)len);
	wire_put_u32(w, 0);
	wire_put_u8(w, TTL);
	wire_put_u8(w, IPPROTO_ICMP);
	wire_put_u16(w, 0);
	wire_put(w, ip_addr_span(&in->dst));
	wire_put(w, ip_addr_span(&in->src));
	wire_put_u8(w, ICMP_DEST_UNREACH);
	wire_put_u8(w, ICMP_FRAG_NEEDED);
	wire_put_u32(w, 0);
	wire_put_u16(w, (uint16_t)mtu);
	wire_put(w, quote);
	csum_put_final(w->buf + V4_CSUM, csum_add(0, w->buf, V4_HDR));
	csum_put_final(w->buf + V4_HDR + ICMP_CSUM,
		       csum_add(0, w->buf + V4_HDR, len - V4_HDR));
	return len;
}

static size_t
too_big_v6(struct wire_writer *w, const struct inner *in, struct span quote,
	   uint32_t mtu)
{
	uint32_t body = (uint32_t)(ICMP_HDR + quote.len);
	uint64_t sum;

	wire_put_u32(w, 0x60000000);
	wire_put_u16(w, (uint16_t)body);
	wire_put_u8(w, IPPROTO_ICMPV6);
	wire_put_u8(w, TTL);
	wire_put(w, ip_addr_span(&in->dst));
	wire_put(w, ip_addr_span(&in->src));
	wire_put_u8(w, ICMP6_PACKET_TOO_BIG);
	wire_put_u8(w, 0);
	wire_put_u16(w, 0);
	wire_put_u32(w, mtu);
	wire_put(w, quote);
	sum = csum_pseudo(w->buf, IPPROTO_ICMPV6, body);
	sum = csum_add(sum, w->buf + V6_HDR, body);
	csum_put_final(w->buf + V6_HDR + ICMP_CSUM, sum);
	return V6_HDR + body;
}

size_t
icmp_too_big(uint8_t out[ICMP_TOO_BIG_MAX], const struct inner *in,
	     const uint8_t *pkt, uint32_t mtu)
{
	struct wire_writer w = wire_writer(out, ICMP_TOO_BIG_MAX);
	size_t most = in->version == 4 ? QUOTE_V4 :
		      ICMP_TOO_BIG_MAX - V6_HDR - ICMP_HDR;
	struct span quote = span_of(pkt, in->len < most ? in->len : most);
	size_t len;

	if (!may_report(in))
		return 0;
	len = in->version == 4 ? too_big_v4(&w, in, quote, mtu) :
	      too_big_v6(&w, in, quote, mtu);
	return wire_fits(&w) ? len : 0;
}
