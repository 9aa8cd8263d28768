/* The wire cursor: exactly N, N + 1, and after an earlier error. */
#include "lib/test.h"

#include "lib/wire.h"

static const uint8_t input[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
	0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
};

static void
numbers(void **state)
{
	struct wire_reader r = wire_reader(SPAN_OF(input));

	(void)state;
	assert_int_equal(wire_u8(&r, "a"), 0x01);
	assert_int_equal(wire_u16(&r, "b"), 0x0203);
	assert_int_equal(wire_u32(&r, "c"), 0x04050607);
	assert_false(wire_done(&(struct wire_reader){ r.pos, r.end, 0, NULL }));
	assert_true(wire_u64(&r, "d") == UINT64_C(0x08090a0b0c0d0e0f));
	assert_int_equal(wire_left(&r), 0);
	assert_true(wire_done(&r));
}

/* Each width against an input of one octet less. */
static void
one_short(void **state)
{
	static const size_t widths[] = { 1, 2, 4, 8 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct wire_reader r;
		uint64_t v = 1;

		r = wire_reader(span_of(input, widths[i] - 1));
		switch (widths[i]) {
		case 1: v = wire_u8(&r, "f"); break;
		case 2: v = wire_u16(&r, "f"); break;
		case 4: v = wire_u32(&r, "f"); break;
		default: v = wire_u64(&r, "f"); break;
		}
		assert_true(v == 0);
		assert_int_equal(r.err, WIRE_SHORT);
		assert_string_equal(r.what, "f");
	}
}

static void
first_error_stays(void **state)
{
	struct wire_reader r = wire_reader(span_of(input, 4));
	uint8_t out[2] = { 9, 9 };

	(void)state;
	assert_null(wire_bytes(&r, 5, "first").ptr);
	assert_int_equal(wire_u8(&r, "second"), 0);
	wire_bad(&r, "third");
	wire_copy(&r, out, 2, "fourth");
	assert_memory_equal(out, "\0\0", 2);
	assert_int_equal(wire_rest(&r).len, 0);
	assert_int_equal(wire_left(&r), 0);
	assert_false(wire_done(&r));
	assert_int_equal(r.err, WIRE_SHORT);
	assert_string_equal(r.what, "first");
}

static void
bytes_exact(void **state)
{
	struct wire_reader r = wire_reader(SPAN_OF(input));
	struct span s = wire_bytes(&r, sizeof(input), "all");

	(void)state;
	assert_ptr_equal(s.ptr, input);
	assert_int_equal(s.len, sizeof(input));
	assert_int_equal(wire_bytes(&r, 0, "none").len, 0);
	assert_true(wire_done(&r));
	r = wire_reader(SPAN_OF(input));
	wire_skip(&r, SIZE_MAX, "huge");
	assert_int_equal(r.err, WIRE_SHORT);
	r = wire_reader((struct span){ 0 });
	assert_true(wire_done(&r));
}

static void
sub_readers(void **state)
{
	struct wire_reader r = wire_reader(SPAN_OF(input)), sub;

	(void)state;
	sub = wire_sub(&r, 2, "sub");
	assert_int_equal(wire_u32(&sub, "inner"), 0);
	assert_int_equal(sub.err, WIRE_SHORT);
	assert_true(wire_ok(&r));
	assert_int_equal(wire_u8(&r, "next"), 3);
	sub = wire_sub(&r, 13, "too long");
	assert_false(wire_ok(&sub));
	assert_false(wire_ok(&r));
	assert_string_equal(sub.what, "too long");
}

static void
trailing(void **state)
{
	struct wire_reader r = wire_reader(SPAN_OF(input));

	(void)state;
	wire_u8(&r, "a");
	assert_false(wire_done(&r));
	assert_int_equal(r.err, WIRE_TRAILING);
	assert_string_equal(wire_err_name(r.err), "trailing bytes");
}

static void
writes(void **state)
{
	uint8_t buf[15];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	(void)state;
	wire_put_u8(&w, 0x01);
	wire_put_u16(&w, 0x0203);
	wire_put_u32(&w, 0x04050607);
	wire_put_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	assert_true(wire_fits(&w));
	assert_true(span_eq(wire_written(&w), SPAN_OF(input)));
	wire_put_u8(&w, 0);
	assert_int_equal(w.err, WIRE_FULL);
	assert_int_equal(w.len, 15);
}

static void
full_stays_full(void **state)
{
	uint8_t buf[3] = { 7, 7, 7 };
	struct wire_writer w = wire_writer(buf, 2);

	(void)state;
	wire_put_u32(&w, 1);
	wire_put_u8(&w, 1);
	wire_put(&w, span_of(input, 1));
	wire_put_zeros(&w, 1);
	assert_null(wire_room(&w, 0));
	assert_int_equal(w.len, 0);
	assert_memory_equal(buf, "\7\7\7", 3);
	w = wire_writer(buf, 2);
	assert_null(wire_room(&w, SIZE_MAX));
}

static void
lengths(void **state)
{
	uint8_t buf[8];
	struct wire_writer w = wire_writer(buf, sizeof(buf));
	size_t mark;

	(void)state;
	wire_put_u16(&w, 0xffff);
	mark = wire_begin_len16(&w);
	wire_put_zeros(&w, 4);
	wire_end_len16(&w, mark, 4);
	assert_memory_equal(buf, "\xff\xff\0\x08\0\0\0\0", 8);
	wire_end_len16(&w, mark, 65536 - 4);
	assert_int_equal(w.err, WIRE_FULL);
}

static void
patches(void **state)
{
	uint8_t buf[8] = { 0 };
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	(void)state;
	wire_put_zeros(&w, 5);
	wire_patch_u8(&w, 4, 0xaa);
	wire_patch_u32(&w, 0, 0x01020304);
	wire_patch_u16(&w, 3, 0x0506);
	assert_memory_equal(buf, "\1\2\3\5\6", 5);
	assert_true(wire_fits(&w));
	wire_patch_u16(&w, 4, 1);
	assert_false(wire_fits(&w));
	assert_int_equal(buf[5], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(one_short),
		cmocka_unit_test(first_error_stays),
		cmocka_unit_test(bytes_exact),
		cmocka_unit_test(sub_readers),
		cmocka_unit_test(trailing),
		cmocka_unit_test(writes),
		cmocka_unit_test(full_stays_full),
		cmocka_unit_test(lengths),
		cmocka_unit_test(patches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
