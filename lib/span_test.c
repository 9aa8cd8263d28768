/* Spans and chunks at their edges. */
#include "lib/test.h"

#include <errno.h>
#include <string.h>

#include "lib/secret.h"

static void
equality(void **state)
{
	const uint8_t a[] = { 1, 2, 3 }, b[] = { 1, 2, 4 };

	(void)state;
	assert_true(span_eq(SPAN_OF(a), SPAN_OF(a)));
	assert_false(span_eq(SPAN_OF(a), SPAN_OF(b)));
	assert_false(span_eq(SPAN_OF(a), span_of(a, 2)));
	assert_true(span_eq(span_of(NULL, 0), span_of(a, 0)));
	assert_true(span_eq_secret(SPAN_OF(a), SPAN_OF(a)));
	assert_false(span_is_zero(SPAN_OF(a)));
	assert_true(span_is_zero(span_of("\0\0", 2)));
	assert_false(span_is_zero(span_of("\0\1", 2)));
	assert_false(span_eq_secret(SPAN_OF(a), SPAN_OF(b)));
	assert_false(span_eq_secret(SPAN_OF(a), span_of(a, 2)));
	assert_true(span_eq_secret(span_of(NULL, 0), span_of(NULL, 0)));
}

static void
order(void **state)
{
	(void)state;
	assert_int_equal(span_cmp(span_str("ab"), span_str("ab")), 0);
	assert_int_equal(span_cmp(span_str("ab"), span_str("abc")), -1);
	assert_int_equal(span_cmp(span_str("abc"), span_str("ab")), 1);
	assert_int_equal(span_cmp(span_str("\xff"), span_str("\x01zz")), 1);
	assert_int_equal(span_cmp(span_of(NULL, 0), span_str("")), 0);
	assert_int_equal(span_cmp(span_of(NULL, 0), span_str("a")), -1);
}

static void
chunks(void **state)
{
	struct chunk c = chunk_copy(span_str("xyz")), none = chunk_new(0);

	(void)state;
	assert_int_equal(c.len, 3);
	assert_memory_equal(c.ptr, "xyz", 3);
	chunk_free(&c);
	assert_null(c.ptr);
	assert_int_equal(c.len, 0);
	chunk_free(&c);
	assert_null(none.ptr);
	c = chunk_new(2);
	assert_memory_equal(c.ptr, "\0\0", 2);
	chunk_free(&c);
}

static void
hex_out(void **state)
{
	const uint8_t a[] = { 0x00, 0xab, 0x1f };
	char text[7], small[6], one[1];

	(void)state;
	assert_string_equal(span_hex(SPAN_OF(a), text, sizeof(text)), "00ab1f");
	assert_string_equal(span_hex(SPAN_OF(a), small, sizeof(small)), "00ab");
	assert_string_equal(span_hex(SPAN_OF(a), one, sizeof(one)), "");
}

static void
hex_in(void **state)
{
	uint8_t out[3];

	(void)state;
	assert_int_equal(span_unhex(" 0aB1\tff\n", out, 3), 3);
	assert_memory_equal(out, "\x0a\xb1\xff", 3);
	assert_int_equal(span_unhex("", out, 3), 0);
	assert_int_equal(span_unhex("0ab1ff00", out, 3), -EINVAL);
	assert_int_equal(span_unhex("0ab", out, 3), -EINVAL);
	assert_int_equal(span_unhex("0 a", out, 3), -EINVAL);
	assert_int_equal(span_unhex("0x", out, 3), -EINVAL);
}

static void
secrets(void **state)
{
	struct secret s = secret_copy(span_str("key")), none = secret_new(0);
	uint8_t stack[4] = "abc";

	(void)state;
	assert_true(span_eq(secret_span(&s), span_str("key")));
	secret_free(&s);
	assert_null(s.bytes.ptr);
	secret_free(&none);
	secret_wipe(stack, sizeof(stack));
	assert_memory_equal(stack, "\0\0\0\0", 4);
	secret_wipe(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality),
		cmocka_unit_test(order),
		cmocka_unit_test(chunks),
		cmocka_unit_test(hex_out),
		cmocka_unit_test(hex_in),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
