/* Fragments of our own stack: whole again in order, and never in another. */
#include "lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "pluto/esp/bytes.h"
#include "pluto/esp/csum.h"
#include "pluto/esp/reasm.h"

enum { MAX = 2000, PIECE = 800 };

static struct reasm r;

/* Piece N of a datagram of bytes 0, 1, 2...; its length. */
static size_t
piece(uint8_t *pkt, bool v6, uint16_t id, size_t n, size_t len, bool more)
{
	size_t at = v6 ? 48 : 20, off = n * PIECE;

	memset(pkt, 0, at);
	if (v6) {
		pkt[0] = 0x60;
		put_be16(pkt + 4, (uint16_t)(8 + len));
		pkt[6] = IPPROTO_FRAGMENT;
		pkt[7] = 64;
		pkt[23] = 1;
		pkt[39] = 2;
		pkt[40] = IPPROTO_UDP;
		put_be16(pkt + 42, (uint16_t)(off | more));
		put_be32(pkt + 44, id);
	} else {
		pkt[0] = 0x45;
		put_be16(pkt + 2, (uint16_t)(at + len));
		put_be16(pkt + 4, id);
		put_be16(pkt + 6, (uint16_t)(off / 8 | (more ? 0x2000 : 0)));
		pkt[8] = 64;
		pkt[9] = IPPROTO_UDP;
		pkt[15] = 1;
		pkt[19] = 2;
	}
	for (size_t i = 0; i < len; i++)
		pkt[at + i] = (uint8_t)(off + i);
	return at + len;
}

static uint8_t *
give(bool v6, uint16_t id, size_t n, size_t part, bool more, size_t *len)
{
	uint8_t pkt[MAX];
	size_t size = piece(pkt, v6, id, n, part, more);
	struct inner in;

	assert_true(inner_parse(span_of(pkt, size), &in));
	assert_true(in.fragment);
	return reasm_take(&r, &in, pkt, 1000, len);
}

static void
in_order(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		size_t len = 0, at = v6 ? 40 : 20;
		struct inner in;
		uint8_t *p;

		assert_null(give(v6, 7, 0, PIECE, true, &len));
		assert_null(give(v6, 8, 0, PIECE, true, &len));	/* another between */
		assert_null(give(v6, 7, 1, PIECE, true, &len));
		p = give(v6, 7, 2, 101, false, &len);
		assert_non_null(p);
		assert_int_equal(len, at + 2 * PIECE + 101);
		assert_true(inner_parse(span_of(p, len), &in));
		assert_int_equal(in.len, len);
		assert_false(in.fragment);
		assert_int_equal(in.proto, IPPROTO_UDP);
		for (size_t i = at; i < len; i++)
			assert_int_equal(p[i], (uint8_t)(i - at));
		if (!v6)
			assert_int_equal(csum_fold(csum_add(0, p, 20)), 0xffff);
		assert_non_null(give(v6, 8, 1, 5, false, &len));
	}
	reasm_clear(&r);
}

static void
in_another(void **state)
{
	size_t len;

	(void)state;
	assert_null(give(false, 1, 1, PIECE, true, &len));	/* no beginning */
	assert_null(give(false, 1, 0, PIECE, true, &len));
	assert_int_equal(r.lost, 1);
	assert_null(give(false, 1, 2, PIECE, false, &len));	/* one is missing */
	assert_int_equal(r.lost, 2);
	assert_null(give(false, 1, 1, PIECE, false, &len));	/* so it is given up */
	assert_null(give(false, 2, 0, PIECE - 1, true, &len));	/* not a multiple of 8 */
	assert_null(give(false, 2, 1, PIECE, false, &len));
	/* Too long. */
	assert_null(give(false, 3, 0, PIECE, true, &len));
	for (size_t n = 1; n < 81; n++)
		assert_null(give(false, 3, n, PIECE, true, &len));
	assert_null(give(false, 3, 81, PIECE, false, &len));
	/* More at once than there is room for: the oldest goes. */
	for (uint16_t id = 10; id < 10 + REASM_SLOTS + 1; id++)
		assert_null(give(false, id, 0, PIECE, true, &len));
	assert_non_null(give(false, 10 + REASM_SLOTS, 1, 8, false, &len));
	reasm_clear(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(in_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
