/* Joining datagrams: only what the kernel will split into the same ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"
#include "pluto/esp/gro.h"

enum { ROOM = 256, MANY = 70 };

static size_t
headers_len(int version)
{
	return version == 4 ? 28 : 48;
}

/* A datagram with DATA bytes of payload, all of them MARK. */
static size_t
make_udp(uint8_t *p, int version, size_t data, uint8_t mark)
{
	size_t len = headers_len(version) + data, l4 = len - data - 8;

	memset(p, mark, len);
	memset(p, 0, len - data);
	if (version == 4) {
		p[0] = 0x45;
		put_be16(p + 2, (uint16_t)len);
		put_be16(p + 4, mark);
		p[8] = 64;
		p[9] = 17;
		memcpy(p + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
		csum_put_final(p + 10, csum_add(0, p, 20));
	} else {
		put_be32(p, 0x60012345);
		put_be16(p + 4, (uint16_t)(len - 40));
		p[6] = 17;
		p[7] = 64;
		p[8] = p[24] = 0x20;
		p[39] = 9;
	}
	put_be16(p + l4, 1000);
	put_be16(p + l4 + 2, 2000);
	put_be16(p + l4 + 4, (uint16_t)(data + 8));
	csum_put_final(p + l4 + 6, csum_add(csum_pseudo(p, 17,
		       (uint32_t)data + 8), p + l4, data + 8));
	return len;
}

static void
parse(const uint8_t *p, size_t len, struct inner *in)
{
	assert_true(inner_parse(span_of(p, len), in));
}

/* What is joined, the device would split into the same datagrams. */
static void
round_trip(int version)
{
	uint8_t p[3][ROOM], joined[3 * ROOM], out[ROOM];
	size_t len[3] = { 0 }, n = 0, total = 0;
	struct inner in;
	struct vnet v;
	struct gro r;
	struct gso g;

	gro_init(&r, true);
	for (int i = 0; i < 3; i++) {
		len[i] = make_udp(p[i], version, i == 2 ? 20 : 64,
				  (uint8_t)(i + 1));
		parse(p[i], len[i], &in);
		if (i == 0)
			gro_start(&r, &in, p[i]);
		else
			assert_true(gro_join(&r, &in, p[i]));
	}
	assert_false(gro_join(&r, &in, p[2]));	/* the short one was the last */
	gro_finish(&r);
	for (int i = 1; i < r.n; i++) {
		memcpy(joined + total, r.iov[i].iov_base, r.iov[i].iov_len);
		total += r.iov[i].iov_len;
	}
	vnet_read(r.vnet, &v);
	assert_int_equal(v.gso_type, VNET_GSO_UDP_L4);
	assert_int_equal(v.gso_size, 64);
	assert_int_equal(v.csum_offset, 6);
	assert_true(v.needs_csum);
	parse(joined, total, &in);
	assert_true(gso_begin(&g, &v, &in, joined, 0));
	while ((total = gso_next(&g, out)) != 0) {
		assert_int_equal(total, len[n]);
		assert_memory_equal(out, p[n], total);
		n++;
	}
	assert_int_equal(n, 3);
}

static void
test_round_trip(void **state)
{
	(void)state;
	round_trip(4);
	round_trip(6);
}

static void
test_not_joined(void **state)
{
	static const struct { size_t at; uint8_t flip; } change[] = {
		{ 1, 1 },	/* ECN */
		{ 6, 0x20 },	/* a fragment */
		{ 8, 1 },	/* TTL */
		{ 15, 1 },	/* source */
		{ 21, 1 },	/* source port */
		{ 23, 1 },	/* destination port */
		{ 25, 1 },	/* UDP length: padding behind */
		{ 26, 1 },	/* checksum */
		{ 40, 1 },	/* payload: the checksum is wrong */
	};
	uint8_t a[ROOM], b[ROOM];
	size_t len = make_udp(a, 4, 64, 1);
	struct inner ia, ib;
	struct gro r;

	(void)state;
	parse(a, len, &ia);
	gro_init(&r, true);
	for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		make_udp(b, 4, 64, 2);
		b[change[i].at] ^= change[i].flip;
		parse(b, len, &ib);
		gro_start(&r, &ia, a);
		assert_false(gro_join(&r, &ib, b));
		/* A damaged first one is not healed either. */
		gro_start(&r, &ib, b);
		assert_false(gro_join(&r, &ia, a));
	}
	make_udp(b, 4, 64, 2);
	put_be16(b + 26, 0);
	parse(b, len, &ib);
	gro_start(&r, &ia, a);
	assert_false(gro_join(&r, &ib, b));	/* sent without a checksum */
	len = make_udp(b, 4, 65, 2);
	parse(b, len, &ib);
	assert_false(gro_join(&r, &ib, b));	/* longer than the first */
	len = make_udp(b, 4, 0, 2);
	parse(b, len, &ib);
	assert_false(gro_join(&r, &ib, b));	/* empty */
}

static void
test_limits(void **state)
{
	uint8_t a[ROOM];
	size_t len = make_udp(a, 4, 64, 1), n = 1;
	struct inner in;
	struct gro r;

	(void)state;
	parse(a, len, &in);
	gro_init(&r, false);
	gro_start(&r, &in, a);
	assert_false(gro_join(&r, &in, a));	/* the kernel would refuse */
	gro_init(&r, true);
	gro_start(&r, &in, a);
	while (n < MANY && gro_join(&r, &in, a))
		n++;
	assert_int_equal(n, GRO_MAX_SEGMENTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_not_joined),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
