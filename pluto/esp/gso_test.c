/* Splitting super packets against a naive reading, and joining them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"
#include "pluto/esp/gro.h"

enum { MAX = 65536, SEQ = 0xfffff000, IP_ID = 0xfffe };
enum { FIN = 1, PSH = 8, ACK = 16, CWR = 128 };

static uint8_t payload_at(size_t i) { return (uint8_t)(i * 31 + i / 251); }

/* A TCP packet with the timestamp option (12 bytes) and DATA bytes. */
static size_t
make_tcp(uint8_t *p, int version, size_t data, uint8_t flags)
{
	size_t l4 = version == 4 ? 20 : 40, len = l4 + 32 + data;

	memset(p, 0, l4 + 32);
	if (version == 4) {
		p[0] = 0x45;
		p[1] = 2;
		put_be16(p + 2, (uint16_t)len);
		put_be16(p + 4, IP_ID);
		p[6] = 0x40;
		p[8] = 64;
		p[9] = 6;
		memcpy(p + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
		csum_put_final(p + 10, csum_add(0, p, 20));
	} else {
		put_be32(p, 0x60212345);
		put_be16(p + 4, (uint16_t)(len - 40));
		p[6] = 6;
		p[7] = 64;
		p[8] = p[24] = 0x20;
		p[39] = 9;
	}
	put_be16(p + l4, 1000);
	put_be16(p + l4 + 2, 2000);
	put_be32(p + l4 + 4, SEQ);
	put_be32(p + l4 + 8, 77);
	p[l4 + 12] = 0x80;
	p[l4 + 13] = flags;
	put_be16(p + l4 + 14, 500);
	memcpy(p + l4 + 20, "\x01\x01\x08\x0a" "abcdefgh", 12);
	for (size_t i = 0; i < data; i++)
		p[l4 + 32 + i] = payload_at(i);
	csum_put(p + l4 + 16, csum_pseudo(p, 6, (uint32_t)(len - l4)));
	return len;
}

static struct vnet
vnet_for(int version, uint16_t mss)
{
	return (struct vnet){
		.needs_csum = true, .gso_size = mss,
		.gso_type = version == 4 ? VNET_GSO_TCPV4 : VNET_GSO_TCPV6,
		.csum_start = version == 4 ? 20 : 40, .csum_offset = 16,
	};
}

/* By the byte, with nothing of the code under test. */
static uint16_t
slow_tcp_sum(const uint8_t *p, size_t len, int version)
{
	size_t l4 = version == 4 ? 20 : 40;
	uint32_t sum = 6 + (uint32_t)(len - l4);

	for (size_t i = version == 4 ? 12 : 8; i < len; i++) {
		if (version == 6 || i < 20 || i >= l4)
			sum += (uint32_t)(i % 2 == 0 ? p[i] << 8 : p[i]);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

static void
check_segment(const uint8_t *s, size_t len, int version, size_t index,
	      size_t pos, size_t mss, size_t data, uint8_t flags)
{
	size_t l4 = version == 4 ? 20 : 40, hdr = l4 + 32;
	bool last = pos + mss >= data;
	uint8_t want = flags;
	struct inner in;

	assert_int_equal(len, hdr + (last ? data - pos : mss));
	assert_true(inner_parse(span_of(s, len), &in));
	assert_int_equal(in.len, len);
	if (version == 4) {
		assert_int_equal(be16_at(s + 4), (uint16_t)(IP_ID + index));
		assert_int_equal(csum_fold(csum_add(0, s, 20)), 0xffff);
	}
	assert_int_equal(be32_at(s + l4 + 4), (uint32_t)(SEQ + pos));
	if (!last)
		want &= (uint8_t)~(FIN | PSH);
	if (index > 0)
		want &= (uint8_t)~CWR;
	assert_int_equal(s[l4 + 13], want);
	assert_int_equal(slow_tcp_sum(s, len, version), 0xffff);
	for (size_t i = hdr; i < len; i++)
		assert_int_equal(s[i], payload_at(pos + i - hdr));
}

static void
split(int version, size_t data, uint16_t mss, size_t mtu, uint8_t flags)
{
	static uint8_t pkt[MAX], seg[MAX];
	size_t len = make_tcp(pkt, version, data, flags), pos = 0, n = 0, got;
	size_t hdr = (version == 4 ? 20 : 40) + 32, want = mss;
	struct vnet v = vnet_for(version, mss);
	struct inner in;
	struct gso g;

	if (mtu != 0 && hdr + mss > mtu)
		want = mtu - hdr;
	assert_true(inner_parse(span_of(pkt, len), &in));
	assert_true(gso_begin(&g, &v, &in, pkt, mtu));
	assert_int_equal(gso_segments(&g), (data + want - 1) / want);
	while ((got = gso_next(&g, seg)) != 0) {
		check_segment(seg, got, version, n++, pos, want, data, flags);
		pos += want;
	}
	assert_true(pos >= data);
}

static void
test_split(void **state)
{
	(void)state;
	for (int version = 4; version <= 6; version += 2) {
		split(version, 5000, 1448, 0, ACK | PSH);
		split(version, 5792, 1448, 0, ACK | PSH | FIN | CWR);
		split(version, 1, 1448, 0, ACK);
		split(version, 1448, 1448, 0, ACK);
		split(version, 1449, 1448, 0, ACK | CWR);
		split(version, 60000, 1348, 1390, ACK);
		split(version, 60000, 1348, 1280, ACK);
		split(version, 300, 7, 0, ACK);
	}
}

static void
test_udp(void **state)
{
	uint8_t pkt[1400] = { 0x45, 0, 1400 >> 8, 1400 & 255, [8] = 64, 17,
			      [12] = 192, 0, 2, 1, 192, 0, 2, 2, 0, 9, 0, 7 };
	struct vnet v = { .gso_type = VNET_GSO_UDP_L4, .gso_size = 500 };
	uint8_t seg[1400];
	struct inner in;
	struct gso g;
	size_t total = 0, len;

	(void)state;
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_true(gso_begin(&g, &v, &in, pkt, 100));
	assert_int_equal(g.mss, 500);	/* datagrams keep their borders */
	assert_int_equal(gso_segments(&g), 3);
	while ((len = gso_next(&g, seg)) != 0) {
		total += len - 28;
		assert_int_equal(be16_at(seg + 24), len - 20);
		assert_int_equal(csum_fold(csum_add(csum_pseudo(seg, 17,
			(uint32_t)len - 20), seg + 20, len - 20)), 0xffff);
	}
	assert_int_equal(total, 1372);
}

static void
test_plain_csum(void **state)
{
	uint8_t pkt[200], out[200];
	size_t len = make_tcp(pkt, 4, 100, ACK);
	struct vnet v = vnet_for(4, 0);
	struct inner in;
	struct gso g;

	(void)state;
	v.gso_type = VNET_GSO_NONE;
	assert_true(inner_parse(span_of(pkt, len), &in));
	assert_true(gso_begin(&g, &v, &in, pkt, 0));
	assert_int_equal(gso_segments(&g), 1);
	assert_int_equal(gso_next(&g, out), len);
	assert_int_equal(gso_next(&g, out), 0);
	assert_int_equal(slow_tcp_sum(out, len, 4), 0xffff);
	v.csum_start = 190;
	assert_false(gso_begin(&g, &v, &in, pkt, 0));
	v.csum_start = 0;	/* would rewrite the IP header */
	assert_false(gso_begin(&g, &v, &in, pkt, 0));
}

/* Fragments of a packet that is one itself: offsets go on from its own. */
static void
test_fragments(void **state)
{
	uint8_t pkt[1001], out[1001];
	struct vnet v = { 0 };
	size_t len, pos = 20;
	struct inner in;
	struct gso g;

	(void)state;
	for (size_t i = 0; i < sizeof(pkt); i++)
		pkt[i] = payload_at(i);
	memcpy(pkt, "\x45\0\x03\xe9\x12\x34\x20\x02\x40\x11\0\0"
	       "\xc0\0\2\1\xc0\0\2\2", 20);
	assert_true(inner_parse(SPAN_OF(pkt), &in));
	assert_true(gso_begin(&g, &v, &in, pkt, 400));
	assert_true(gso_fragment(&g, 400));
	assert_int_equal(gso_segments(&g), 3);
	while ((len = gso_next(&g, out)) != 0) {
		assert_true(len <= 400);
		assert_int_equal(be16_at(out + 2), len);
		assert_int_equal(be16_at(out + 4), 0x1234);
		/* The original had more fragments behind it, so has the last. */
		assert_int_equal(be16_at(out + 6),
				 0x2000 | (2 + (pos - 20) / 8));
		assert_int_equal(csum_fold(csum_add(0, out, 20)), 0xffff);
		assert_memory_equal(out + 20, pkt + pos, len - 20);
		pos += len - 20;
	}
	assert_int_equal(pos, sizeof(pkt));
	assert_false(gso_fragment(&g, 27));
}

static void
test_nonsense(void **state)
{
	uint8_t pkt[200];
	size_t len = make_tcp(pkt, 4, 100, ACK);
	struct vnet v = vnet_for(4, 0);
	struct inner in;
	struct gso g;

	(void)state;
	assert_true(inner_parse(span_of(pkt, len), &in));
	assert_false(gso_begin(&g, &v, &in, pkt, 0));	/* no size */
	v.gso_size = 50;
	assert_true(gso_begin(&g, &v, &in, pkt, 0));
	assert_false(gso_begin(&g, &v, &in, pkt, 52));	/* no room for data */
	pkt[32] = 0x40;					/* TCP header too short */
	assert_false(gso_begin(&g, &v, &in, pkt, 0));
	pkt[32] = 0xf0;
	in.len = 60;
	assert_false(gso_begin(&g, &v, &in, pkt, 0));
	v.gso_type = VNET_GSO_UDP_L4;
	assert_false(gso_begin(&g, &v, &in, pkt, 0));
}

static size_t
flatten(const struct gro *g, uint8_t *out)
{
	size_t len = 0;

	for (int i = 1; i < g->n; i++) {
		memcpy(out + len, g->iov[i].iov_base, g->iov[i].iov_len);
		len += g->iov[i].iov_len;
	}
	return len;
}

/* Split, join, and the super packet must be what it was. */
static void
round_trip(int version, size_t data, uint16_t mss)
{
	static uint8_t pkt[MAX], seg[64][2048], back[MAX];
	size_t len = make_tcp(pkt, version, data, ACK | PSH), n = 0, got;
	struct vnet v = vnet_for(version, mss), w;
	struct inner in;
	struct gro r;
	struct gso g;

	assert_true(inner_parse(span_of(pkt, len), &in));
	assert_true(gso_begin(&g, &v, &in, pkt, 0));
	gro_init(&r, false);
	while ((got = gso_next(&g, seg[n])) != 0) {
		assert_true(inner_parse(span_of(seg[n], got), &in));
		if (n == 0)
			gro_start(&r, &in, seg[n]);
		else
			assert_true(gro_join(&r, &in, seg[n]));
		n++;
	}
	gro_finish(&r);
	assert_int_equal(flatten(&r, back), len);
	assert_memory_equal(back, pkt, len);
	vnet_read(r.vnet, &w);
	assert_int_equal(w.gso_type, v.gso_type);
	assert_int_equal(w.gso_size, mss);
	assert_int_equal(w.csum_start, v.csum_start);
	assert_int_equal(w.hdr_len, v.csum_start + 32);
	assert_true(w.needs_csum);
}

static void
test_round_trip(void **state)
{
	(void)state;
	for (int version = 4; version <= 6; version += 2) {
		round_trip(version, 5000, 1448);
		round_trip(version, 2 * 1348, 1348);
		round_trip(version, 45 * 1348 + 1, 1348);
		round_trip(version, 63 * 100 + 50, 100);
	}
}

static void
two_segments(uint8_t a[2048], uint8_t b[2048], struct inner *ia,
	     struct inner *ib)
{
	static uint8_t pkt[MAX];
	size_t len = make_tcp(pkt, 4, 2000, ACK), n;
	struct vnet v = vnet_for(4, 1000);
	struct gso g;

	assert_true(inner_parse(span_of(pkt, len), ia));
	assert_true(gso_begin(&g, &v, ia, pkt, 0));
	n = gso_next(&g, a);
	assert_true(inner_parse(span_of(a, n), ia));
	n = gso_next(&g, b);
	assert_true(inner_parse(span_of(b, n), ib));
}

/* Each of these differences must keep two segments apart, and what goes alone
 * goes unchanged. */
static void
test_not_joined(void **state)
{
	static const struct { size_t at; uint8_t flip; } change[] = {
		{ 1, 1 },	/* ECN */
		{ 6, 0x40 },	/* DF */
		{ 8, 1 },	/* TTL */
		{ 15, 1 },	/* source */
		{ 21, 1 },	/* port */
		{ 27, 1 },	/* sequence */
		{ 31, 1 },	/* acknowledgement */
		{ 33, 4 },	/* RST */
		{ 35, 1 },	/* window */
		{ 45, 1 },	/* timestamp */
		{ 100, 1 },	/* payload: the checksum is wrong */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		uint8_t a[2048], b[2048], back[2048];
		struct inner ia, ib;
		struct gro r;

		two_segments(a, b, &ia, &ib);
		b[change[i].at] ^= change[i].flip;
		gro_init(&r, true);
		gro_start(&r, &ia, a);
		if (!inner_parse(span_of(b, ib.len), &ib))
			fail();
		assert_false(gro_join(&r, &ib, b));
		gro_finish(&r);
		assert_int_equal(flatten(&r, back), ia.len);
		assert_memory_equal(back, a, ia.len);
	}
}

/* A damaged first segment must not be healed by joining. */
static void
test_first_damaged(void **state)
{
	uint8_t a[2048], b[2048];
	struct inner ia, ib;
	struct gro r;

	(void)state;
	two_segments(a, b, &ia, &ib);
	a[100] ^= 1;
	gro_init(&r, false);
	gro_start(&r, &ia, a);
	assert_false(gro_join(&r, &ib, b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_plain_csum),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_not_joined),
		cmocka_unit_test(test_first_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
