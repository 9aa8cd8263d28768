/* AH in an IP packet (RFC 4302): where it stands, what its ICV covers. */
#include "pluto/esp/ah.h"

#include <netinet/in.h>
#include <string.h>

#include "lib/wire.h"
#include "pluto/esp/crypt_int.h"

enum { V4_HDR = 20, V6_HDR = 40, V4_PROTO = 9, V6_NEXT = 6 };
enum { V4_END = 0, V4_NOP = 1, V6_PAD1 = 0, V6_MAY_CHANGE = 0x20 };
enum { V4_LSRR = 131, V4_SSRR = 137 };

/* RFC 4302 appendix A1: options that no router changes. */
static bool
v4_constant(uint8_t option)
{
	static const uint8_t constant[] = { 130, 133, 134, 148, 149 };

	return memchr(constant, option, sizeof(constant)) != NULL;
}

/* Each option of HDR, LEN bytes, with SEE: false ends it, as a bad length does. */
typedef bool option_fn(uint8_t *option, size_t len);

static bool
v4_options(uint8_t *hdr, size_t len, option_fn *see)
{
	size_t at = V4_HDR;

	while (at < len && hdr[at] != V4_END) {
		size_t n = hdr[at] == V4_NOP ? 1 : at + 1 < len ? hdr[at + 1] : 0;

		if (n == 0 || (n == 1 && hdr[at] != V4_NOP) || n > len - at)
			return false;
		if (n > 1 && !see(hdr + at, n))
			return false;
		at += n;
	}
	return true;
}

static bool
mask_v4_option(uint8_t *option, size_t len)
{
	if (!v4_constant(option[0]))
		memset(option, 0, len);
	return true;
}

static bool
is_no_route(uint8_t *option, size_t len)
{
	(void)len;
	return option[0] != V4_LSRR && option[0] != V4_SSRR;
}

/* RFC 4302 3.3.3.1.1: DSCP and ECN, flags and offset, TTL, checksum, and options
 * count as zero. */
static bool
mask_v4(uint8_t *hdr, size_t len)
{
	hdr[1] = 0;
	memset(hdr + 6, 0, 3);
	memset(hdr + 10, 0, 2);
	return v4_options(hdr, len, mask_v4_option);
}

/* The data of options that may change on the way (RFC 8200 4.2). */
static bool
mask_v6_options(uint8_t *ext, size_t len)
{
	size_t at = 2;

	while (at < len) {
		size_t n = ext[at] == V6_PAD1 ? 1 : at + 1 < len ? (size_t)ext[at + 1] + 2 : 0;

		if (n == 0 || n > len - at)
			return false;
		if (n > 1 && (ext[at] & V6_MAY_CHANGE) != 0)
			memset(ext + at + 2, 0, n - 2);
		at += n;
	}
	return true;
}

/* Each extension header from the fixed one up to END, masked when MASK. *NEXT is
 * the octet that names what stands at END. False: they do not end there. A routing
 * header must have been travelled to its end. */
static bool
walk_v6(uint8_t *hdr, size_t end, bool mask, size_t *next)
{
	size_t at = V6_HDR;

	*next = V6_NEXT;
	while (at < end) {
		uint8_t type = hdr[*next];
		size_t n;

		if (end - at < 8)
			return false;
		n = ((size_t)hdr[at + 1] + 1) * 8;
		if (n > end - at)
			return false;
		if (type == IPPROTO_ROUTING ? hdr[at + 3] != 0
		    : type != IPPROTO_HOPOPTS && type != IPPROTO_DSTOPTS)
			return false;
		if (mask && type != IPPROTO_ROUTING && !mask_v6_options(hdr + at, n))
			return false;
		*next = at;
		at += n;
	}
	return at == end;
}

/* Class, flow label and hop limit count as zero, and options that may change. */
static bool
mask_v6(uint8_t *hdr, size_t len)
{
	size_t next;

	hdr[0] &= 0xf0;
	memset(hdr + 1, 0, 3);
	hdr[7] = 0;
	return walk_v6(hdr, len, true, &next);
}

static bool
mask(uint8_t *hdr, size_t len)
{
	if (hdr[0] >> 4 == 4)
		return len >= V4_HDR && mask_v4(hdr, len);
	return len >= V6_HDR && mask_v6(hdr, len);
}

size_t
ah_place(const struct inner *in, const uint8_t *pkt, size_t *next)
{
	uint8_t copy[AH_MAX_BEFORE];

	if (in->fragment || in->l4 > sizeof(copy))
		return 0;
	memcpy(copy, pkt, in->l4);
	*next = V4_PROTO;
	if (in->version == 4)
		return v4_options(copy, in->l4, is_no_route) ? in->l4 : 0;
	return walk_v6(copy, in->l4, false, next) ? in->l4 : 0;
}

/* The ICV of PKT as if that in it were zero; its padding counts as it is. */
static bool
compute(struct esp_crypt *c, uint64_t seq, const uint8_t *pkt, size_t len, size_t at,
	uint8_t icv[ESP_MAX_ICV])
{
	static const uint8_t zero[ESP_MAX_ICV];
	uint8_t before[AH_MAX_BEFORE] = { 0 };
	size_t pad = at + AH_FIXED_LEN + c->suite.icv_len;
	const struct span parts[] = {
		span_of(before, at), span_of(pkt + at, AH_FIXED_LEN),
		span_of(zero, c->suite.icv_len), span_of(pkt + pad, len - pad),
	};

	if (at > sizeof(before))
		return false;
	memcpy(before, pkt, at);
	return mask(before, at) &&
	       esp_mac_parts(c, parts, sizeof(parts) / sizeof(*parts), seq, icv);
}

bool
ah_seal(struct esp_crypt *c, uint32_t spi, uint64_t seq, uint8_t *pkt, size_t len, size_t at,
	uint8_t next_header)
{
	size_t ah = ah_len(&c->suite, pkt[0] >> 4);
	uint8_t icv[ESP_MAX_ICV];

	memset(pkt + at, 0, ah);
	pkt[at] = next_header;
	pkt[at + 1] = (uint8_t)(ah / 4 - 2);
	put_be32(pkt + at + 4, spi);
	put_be32(pkt + at + 8, (uint32_t)seq);
	if (!compute(c, seq, pkt, len, at, icv))
		return false;
	memcpy(pkt + at + AH_FIXED_LEN, icv, c->suite.icv_len);
	return true;
}

bool
ah_read(struct span pkt, size_t at, struct ah_header *out)
{
	struct wire_reader r = wire_reader(pkt);

	wire_skip(&r, at, "IP header");
	out->next_header = wire_u8(&r, "next header");
	out->len = ((size_t)wire_u8(&r, "AH length") + 2) * 4;
	wire_skip(&r, 2, "reserved");
	out->spi = wire_u32(&r, "SPI");
	out->seq = wire_u32(&r, "sequence number");
	return wire_ok(&r) && out->len >= AH_FIXED_LEN && at + out->len <= pkt.len;
}

bool
ah_verify(struct esp_crypt *c, uint64_t seq, const uint8_t *pkt, size_t len, size_t at)
{
	uint8_t icv[ESP_MAX_ICV];

	return compute(c, seq, pkt, len, at, icv) &&
	       span_eq_secret(span_of(icv, c->suite.icv_len),
			      span_of(pkt + at + AH_FIXED_LEN, c->suite.icv_len));
}
