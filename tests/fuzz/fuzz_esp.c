/* The data plane's parsers: ESP packets from anybody, inner packets from a
 * peer, super packets, joining, padding, the replay window, AH packets, IPComp. The
 * first octet says which. */
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "pluto/esp/ah.h"
#include "pluto/esp/crypt.h"
#include "pluto/esp/ecn.h"
#include "pluto/esp/gro.h"
#include "pluto/esp/icmp.h"
#include "pluto/esp/ipcomp.h"
#include "pluto/esp/replay.h"
#include "pluto/wire/ike_const.h"

enum { MAX = 66000, MTU = 1400, SEGMENTS = 8 };

static const struct { uint16_t encr, bits, integ; } suites[] = {
	{ ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 256, INTEG_NONE },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CCM_16, 128, INTEG_NONE },
	{ ENCR_AES_CTR, 128, INTEG_HMAC_SHA1_96 },
	{ ENCR_NULL, 0, INTEG_HMAC_SHA1_96 },
};
enum { N_SUITES = sizeof(suites) / sizeof(suites[0]) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static struct esp_crypt *
make(size_t i, bool seal)
{
	static const uint8_t key[64] = { 1, 2, 3 };
	struct esp_suite s;
	struct esp_keys k;
	struct esp_crypt *c;

	must(esp_suite_find(suites[i].encr, suites[i].bits, suites[i].integ,
			    &s));
	must(esp_keys_init(&k, &s, false,
			   span_of(key, (size_t)s.key_len + s.salt_len),
			   span_of(key, s.integ_key_len)) == 0);
	c = esp_crypt_new(&k, seal);
	esp_keys_clear(&k);
	return c;
}

/* Bytes from a stranger: refused without reading behind their end. */
static void
fuzz_open(size_t suite, struct span in)
{
	static struct esp_crypt *open[N_SUITES];
	struct chunk copy = chunk_copy(in);
	struct esp_opened o;

	if (open[suite] == NULL)
		open[suite] = make(suite, false);
	if (esp_open(open[suite], 1, copy.ptr, copy.len, &o) == ESP_OPENED)
		must(o.offset + o.len <= copy.len);
	chunk_free(&copy);
}

/* Whatever is sealed comes out again. */
static void
fuzz_round(size_t suite, struct span in)
{
	static struct esp_crypt *open[N_SUITES], *seal[N_SUITES];
	static uint8_t pkt[MAX];
	static const uint8_t iv[ESP_MAX_IV];
	struct esp_opened o;
	struct esp_suite s;
	size_t len;

	if (open[suite] == NULL) {
		open[suite] = make(suite, false);
		seal[suite] = make(suite, true);
	}
	must(esp_suite_find(suites[suite].encr, suites[suite].bits,
			    suites[suite].integ, &s));
	if (in.len == 0 || in.len > 60000)
		return;
	memcpy(pkt + esp_inner_offset(&s), in.ptr, in.len);
	len = esp_seal(seal[suite], 300, 7, pkt, in.len, 4, iv);
	must(len == esp_sealed_len(&s, in.len));
	must(esp_open(open[suite], 7, pkt, len, &o) == ESP_OPENED);
	must(o.len == in.len);
	must(memcmp(pkt + o.offset, in.ptr, in.len) == 0);
}

/* What an SA for the packet's own ends would say of it; one of TCP for port 25 too. */
static void
check_selector(const struct inner *in)
{
	struct selector s = { .local = ts_host(&in->dst), .remote = ts_host(&in->src) };

	must(inner_allowed(in, &s, false));
	s.local.ip_proto = s.remote.ip_proto = 6;
	s.local.port_lo = s.local.port_hi = 25;
	must(!inner_allowed(in, &s, false) || (in->proto == 6 && in->dport == 25) || in->later_fragment);
	s.local = ts_host(&in->src);
	(void)inner_allowed(in, &s, true);
}

/* Authentic bytes of a hostile peer. */
static void
fuzz_inner(struct span plain)
{
	struct chunk copy = chunk_copy(plain);
	uint8_t msg[ICMP_TOO_BIG_MAX];
	struct inner in, about;
	struct esp_opened o;
	size_t n;

	if (esp_unpad(copy.ptr, copy.len, &o)) {
		must(o.len + ESP_TRAILER_LEN <= copy.len);
		if (inner_parse(span_of(copy.ptr, o.len), &in)) {
			must(in.len <= o.len && in.l4 <= in.len);
			check_selector(&in);
			ecn_set(copy.ptr, ECN_CE);
			n = icmp_too_big(msg, &in, copy.ptr, MTU);
			must(n == 0 || inner_parse(span_of(msg, n), &about));
		}
	}
	chunk_free(&copy);
}

static void
check_walk(struct gso *g, size_t payload)
{
	static uint8_t out[MAX];
	uint32_t want = gso_segments(g), n = 0;
	size_t len;
	struct inner in;

	while ((len = gso_next(g, out)) != 0) {
		must(inner_parse(span_of(out, len), &in) && in.len == len);
		must(++n <= want);
		payload -= len - g->hdr_len;
	}
	must(n == want && (g->hdr_len == 0 || payload == 0));
}

/* The kernel's offload header is trusted no more than it must be. */
static void
fuzz_gso(struct span data)
{
	struct wire_reader r = wire_reader(data);
	uint8_t hdr[VNET_HDR_LEN];
	struct chunk pkt;
	struct inner in;
	struct vnet v;
	struct gso g;

	wire_copy(&r, hdr, sizeof(hdr), "offload header");
	pkt = chunk_copy(wire_rest(&r));
	vnet_read(hdr, &v);
	if (inner_parse(chunk_span(pkt), &in) &&
	    gso_begin(&g, &v, &in, pkt.ptr, MTU)) {
		if (g.proto != 0 || (in.len > MTU && gso_fragment(&g, MTU)))
			check_walk(&g, in.len - g.hdr_len);
		else
			must(gso_segments(&g) == 1);
	}
	chunk_free(&pkt);
}

/* Packets of 16-bit length each, joined where they may be. */
static void
fuzz_gro(struct span data)
{
	struct wire_reader r = wire_reader(data);
	struct chunk pkt[SEGMENTS] = { { NULL, 0 } };
	struct inner in;
	struct gro g;
	size_t total = 0;

	gro_init(&g, true);
	for (int i = 0; i < SEGMENTS && wire_left(&r) > 2; i++) {
		size_t len = wire_u16(&r, "length");

		pkt[i] = chunk_copy(wire_bytes(&r, len, "packet"));
		if (!inner_parse(chunk_span(pkt[i]), &in))
			continue;
		if (gro_empty(&g))
			gro_start(&g, &in, pkt[i].ptr);
		else if (!gro_join(&g, &in, pkt[i].ptr))
			break;
	}
	if (!gro_empty(&g)) {
		gro_finish(&g);
		for (int i = 0; i < g.n; i++)
			total += g.iov[i].iov_len;
		must(total <= 65535 + VNET_HDR_LEN);
	}
	for (int i = 0; i < SEGMENTS; i++)
		chunk_free(&pkt[i]);
}

/* No number is accepted twice, nor below the window. */
static void
fuzz_replay(struct span data)
{
	struct wire_reader r = wire_reader(data);
	struct replay *w = replay_new(64);

	w->top = wire_u64(&r, "start");
	while (wire_left(&r) >= 4) {
		uint64_t top = w->top;
		uint64_t seq = replay_infer(w, true, wire_u32(&r, "number"));

		if (replay_accept(w, seq)) {
			must(seq > top || top - seq < w->window);
			must(!replay_check(w, seq));
			must(w->top == (seq > top ? seq : top));
		}
	}
	free(w);
}

/* An IPv4 packet around DATA that is sealed verifies, and with another octet does not. */
static void
ah_round(struct esp_crypt *c, struct span data)
{
	enum { IP_LEN = 20, AH_LEN = 24 };
	size_t len = IP_LEN + AH_LEN + data.len;
	struct chunk pkt = chunk_new(len);
	struct ah_header h;

	pkt.ptr[0] = 0x45;
	pkt.ptr[2] = (uint8_t)(len >> 8);
	pkt.ptr[3] = (uint8_t)len;
	pkt.ptr[8] = 64;
	pkt.ptr[9] = 51;
	if (data.len > 0)
		memcpy(pkt.ptr + IP_LEN + AH_LEN, data.ptr, data.len);
	must(ah_seal(c, 300, 7, pkt.ptr, len, IP_LEN, 6));
	must(ah_read(chunk_span(pkt), IP_LEN, &h) && h.spi == 300 && h.seq == 7 && h.len == AH_LEN);
	must(ah_verify(c, 7, pkt.ptr, len, IP_LEN));
	pkt.ptr[len - 1] ^= 1;
	must(!ah_verify(c, 7, pkt.ptr, len, IP_LEN));
	chunk_free(&pkt);
}

/* An IP packet with AH from anybody, and a host's that is to have one. */
static void
fuzz_ah(struct span data)
{
	static const uint8_t key[20];
	static struct esp_crypt *c;
	struct chunk copy = chunk_copy(data);
	struct ah_header h;
	struct inner in;
	size_t next;

	if (c == NULL) {
		struct esp_suite s;
		struct esp_keys k;

		must(ah_suite_find(INTEG_HMAC_SHA1_96, &s));
		must(esp_keys_init(&k, &s, false, span_of(NULL, 0), SPAN_OF(key)) == 0);
		c = esp_crypt_new(&k, true);
		esp_keys_clear(&k);
	}
	if (data.len < 1400)
		ah_round(c, data);
	if (inner_parse(chunk_span(copy), &in)) {
		if (ah_place(&in, copy.ptr, &next) != 0)
			must(next < in.l4);
		if (ah_read(span_of(copy.ptr, in.len), in.l4, &h) && h.len == 24)
			(void)ah_verify(c, h.seq, copy.ptr, in.len, in.l4);
	}
	chunk_free(&copy);
}

/* A hostile peer's payload, and what comes out again of what went in. */
static void
fuzz_ipcomp(struct span data)
{
	static struct ipcomp c;
	static struct ipcomp_luck luck;
	static unsigned used;
	static uint8_t small[MAX], out[MAX];
	struct ipcomp_header h;
	size_t n;

	if (ipcomp_read(data, &h))
		must(ipcomp_grow(&c, out, MTU, data) <= MTU);
	if (++used % 4 == 0)
		ipcomp_clear(&c);
	for (size_t i = 0; i < data.len % 128; i++)
		if (ipcomp_try(&luck))
			ipcomp_result(&luck, false);
	n = ipcomp_shrink(&c, small, data, 6, 1000);
	must(n < data.len || n == 0);
	ipcomp_result(&luck, n > 0);
	if (n == 0)
		return;
	must(ipcomp_grow(&c, out, MAX, span_of(small, n)) == data.len);
	must(memcmp(out, data.ptr, data.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = wire_reader(span_of(data, size));
	uint8_t mode = wire_u8(&r, "mode"), suite = wire_u8(&r, "suite");
	struct span rest;

	if (!wire_ok(&r) || size > MAX - 1000)
		return 0;
	rest = wire_rest(&r);
	switch (mode % 8) {
	case 0:
		fuzz_open(suite % N_SUITES, rest);
		break;
	case 1:
		fuzz_round(suite % N_SUITES, rest);
		break;
	case 2:
		fuzz_inner(rest);
		break;
	case 3:
		fuzz_gso(rest);
		break;
	case 4:
		fuzz_gro(rest);
		break;
	case 6:
		fuzz_ah(rest);
		break;
	case 7:
		fuzz_ipcomp(rest);
		break;
	default:
		fuzz_replay(rest);
		break;
	}
	return 0;
}
